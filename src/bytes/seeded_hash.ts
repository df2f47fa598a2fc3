/**
 * HalfSipHash-1-3 with 32 bits of output: the hash of every key lookup.
 *
 * - Keyed, so that nobody outside can make keys collide (hash flooding); the key is random per process.
 * - One round per word and three at the end, as Redis chose for its SipHash. Words have 32 bits: int32 arithmetic
 *   only.
 */

/** Sets bit 5 of every byte of `word` that is an ASCII capital. */
function foldWord(word: number): number {
  const low7 = word & 0x7f7f7f7f;
  // Bit 7 of a byte becomes: is it at least "A", is it above "Z". The sums cannot carry into the next byte.
  const isCapital = (low7 + 0x3f3f3f3f) & ~(low7 + 0x25252525) & ~word & 0x80808080;
  return word | (isCapital >>> 2);
}

/**
 * A hash function with its key.
 *
 * @example
 * ```ts
 * import { ascii } from "./ascii.ts";
 * import { SeededHash } from "./seeded_hash.ts";
 * const seeded = new SeededHash(0x03020100, 0x07060504);
 * console.log(seeded.hash(ascii("xKEYx"), 1, 4) === seeded.hash(ascii("KEY"), 0, 3)); // true
 * ```
 */
export class SeededHash {
  readonly #k0: number;
  readonly #k1: number;

  /** `k0` and `k1` are the two halves of the key, of which the low 32 bits count. */
  constructor(k0: number, k1: number) {
    this.#k0 = k0 | 0;
    this.#k1 = k1 | 0;
  }

  /** The hash of `bytes[start, end)`: an int32. */
  hash(bytes: Uint8Array, start: number, end: number): number {
    let v0 = this.#k0;
    let v1 = this.#k1;
    let v2 = 0x6c796765 ^ v0;
    let v3 = 0x74656462 ^ v1;
    const length = (end - start) | 0;
    const wordsEnd = (end - (length & 3)) | 0;
    let at = start | 0;
    for (; at < wordsEnd; at = (at + 4) | 0) {
      const word = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v2 = (v2 + v3) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (((v0 << 16) | (v0 >>> 16)) + v3) | 0;
      v2 = (v2 + v1) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    let tail = 0;
    if (at < end) tail = bytes[at]!;
    if (at + 1 < end) tail |= bytes[at + 1]! << 8;
    if (at + 2 < end) tail |= bytes[at + 2]! << 16;
    return finish(v0, v1, v2, v3, (length << 24) | tail);
  }

  /** The hash that `bytes[start, end)` would have with A to Z made a to z: an int32. */
  hashIgnoreCase(bytes: Uint8Array, start: number, end: number): number {
    let v0 = this.#k0;
    let v1 = this.#k1;
    let v2 = 0x6c796765 ^ v0;
    let v3 = 0x74656462 ^ v1;
    const length = (end - start) | 0;
    const wordsEnd = (end - (length & 3)) | 0;
    let at = start | 0;
    for (; at < wordsEnd; at = (at + 4) | 0) {
      const word = foldWord(bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
      v3 ^= word;
      v0 = (v0 + v1) | 0;
      v2 = (v2 + v3) | 0;
      v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
      v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
      v0 = (((v0 << 16) | (v0 >>> 16)) + v3) | 0;
      v2 = (v2 + v1) | 0;
      v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
      v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
      v2 = (v2 << 16) | (v2 >>> 16);
      v0 ^= word;
    }
    let tail = 0;
    if (at < end) tail = bytes[at]!;
    if (at + 1 < end) tail |= bytes[at + 1]! << 8;
    if (at + 2 < end) tail |= bytes[at + 2]! << 16;
    return finish(v0, v1, v2, v3, (length << 24) | foldWord(tail));
  }
}

// The round is spelled out three times: V8 cannot inline a function with four results.

/** Takes in the last word (the length above the last bytes), then makes the three final rounds. */
function finish(v0: number, v1: number, v2: number, v3: number, last: number): number {
  v3 ^= last;
  v0 = (v0 + v1) | 0;
  v2 = (v2 + v3) | 0;
  v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
  v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
  v0 = (((v0 << 16) | (v0 >>> 16)) + v3) | 0;
  v2 = (v2 + v1) | 0;
  v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
  v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
  v2 = (v2 << 16) | (v2 >>> 16);
  v0 ^= last;
  v2 ^= 0xff;
  for (let round = 0; round < 3; round++) {
    v0 = (v0 + v1) | 0;
    v2 = (v2 + v3) | 0;
    v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
    v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
    v0 = (((v0 << 16) | (v0 >>> 16)) + v3) | 0;
    v2 = (v2 + v1) | 0;
    v3 = ((v3 << 7) | (v3 >>> 25)) ^ v0;
    v1 = ((v1 << 13) | (v1 >>> 19)) ^ v2;
    v2 = (v2 << 16) | (v2 >>> 16);
  }
  return v1 ^ v3;
}
