/**
 * The only source of chance: a fast generator that a seed makes repeatable.
 *
 * - Without a seed the state comes from the operating system, and so do all of `bytes()` and `hexId()`, which make
 *   secrets (passwords, hash seeds, replication ids): nobody can guess them from the outputs of `uint32()`.
 * - With a seed everything follows from the seed, so that a test can replay it. Never seed a production server.
 * - xoshiro128** (Blackman and Vigna), its state spread from the seed by splitmix32.
 */

const UINT32_RANGE = 0x1_0000_0000;
/** A power of two. */
const FORESEEN_MAX = 64;
const HEX_DIGITS = "0123456789abcdef";
// What `crypto.getRandomValues` fills at most in one call.
const CRYPTO_BYTES_MAX = 65_536;

/** Random numbers, bytes and ids: repeatable with a seed, unguessable without one. */
export class Random {
  readonly #state = new Int32Array(4);
  /** The numbers to come, and where the next one stands: drawn so early that they can be foreseen. */
  readonly #coming = new Int32Array(FORESEEN_MAX);
  #next = 0;
  readonly #isSeeded: boolean;

  /** Takes the state from `seed` (its low 53 bits matter), or from the operating system when there is none. */
  constructor(seed?: number) {
    this.#isSeeded = seed !== undefined;
    if (seed === undefined) {
      crypto.getRandomValues(this.#state);
    } else {
      this.#spread(seed);
    }
    // The one state that xoshiro never leaves.
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
    for (let index = 0; index < FORESEEN_MAX; index++) this.#coming[index] = this.#draw();
  }

  /** A whole number from 0 to 2^32 - 1. */
  uint32(): number {
    const at = this.#next;
    const result = this.#coming[at]!;
    this.#coming[at] = this.#draw();
    this.#next = (at + 1) & (FORESEEN_MAX - 1);
    return result >>> 0;
  }

  /** What `uint32()` will give after `later` more calls, at most 63: for those who begin early what takes long. */
  foresee(later: number): number {
    return this.#coming[(this.#next + later) & (FORESEEN_MAX - 1)]! >>> 0;
  }

  #draw(): number {
    const state = this.#state;
    const s1 = state[1]!;
    let result = Math.imul(s1, 5);
    result = Math.imul((result << 7) | (result >>> 25), 9);
    const s2 = state[2]! ^ state[0]!;
    const s3 = state[3]! ^ s1;
    state[1] = s1 ^ s2;
    state[0] = state[0]! ^ s3;
    state[2] = s2 ^ (s1 << 9);
    state[3] = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  /** A whole number from 0 to `n - 1`, each equally likely; `n` from 1 to 2^53. */
  below(n: number): number {
    if (n > UINT32_RANGE) return Math.floor(this.double() * n);
    // Numbers at and above the largest multiple of n would favour the small remainders: draw again.
    const limit = UINT32_RANGE - (UINT32_RANGE % n);
    let drawn = this.uint32();
    while (drawn >= limit) drawn = this.uint32();
    return drawn % n;
  }

  /** A number in [0, 1) with 53 random bits. */
  double(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 0x400_0000 + low) / 0x20_0000_0000_0000;
  }

  /** `n` random bytes: from the operating system, unless this generator is seeded. */
  bytes(n: number): Uint8Array<ArrayBuffer> {
    const result = new Uint8Array(n);
    if (this.#isSeeded) {
      for (let i = 0; i < n; i++) result[i] = this.uint32() >>> 24;
      return result;
    }
    for (let start = 0; start < n; start += CRYPTO_BYTES_MAX) {
      crypto.getRandomValues(result.subarray(start, start + CRYPTO_BYTES_MAX));
    }
    return result;
  }

  /** `length` random lower-case hexadecimal digits: run ids (40), node ids (40), generated passwords. */
  hexId(length: number): string {
    let id = "";
    for (const byte of this.bytes(length)) id += HEX_DIGITS[byte & 15];
    return id;
  }

  #spread(seed: number): void {
    let low = seed >>> 0;
    const high = Math.floor(seed / UINT32_RANGE) >>> 0;
    for (let i = 0; i < 4; i++) {
      low = (low + 0x9e37_79b9) | 0;
      let word = low ^ Math.imul(high, 0x85eb_ca6b);
      word = Math.imul(word ^ (word >>> 16), 0x21f0_aaad);
      word = Math.imul(word ^ (word >>> 15), 0x735a_2d97);
      this.#state[i] = word ^ (word >>> 15);
    }
  }
}
