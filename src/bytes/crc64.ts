/**
 * The CRC-64 that ends RDB files and DUMP payloads.
 *
 * - Jones' polynomial 0xad93d23594c935a9, reflected, initial value 0, no final xor: "123456789" gives
 *   0xe9c6d914c4b8d9ca.
 * - Slicing by 8: a table per byte of a 64-bit word. Values are pairs of 32-bit halves: a bigint per word would be
 *   slow. Words are read as the machine has them: Deno runs on little-endian machines only.
 */

/** The polynomial with its bits reversed, in two halves. */
const POLYNOMIAL_HIGH = 0x95ac9329 | 0;
const POLYNOMIAL_LOW = 0xac4bc9b5 | 0;

const SLICE_COUNT = 8;
/** From this length on a view of 32-bit words (about 300 ns) pays: 960 MB/s, against 330 MB/s byte by byte. */
const MIN_LENGTH_OF_WORDS = 256;

/** Half tables: the CRC of byte `b` followed by `k` zero bytes is at `k * 256 + b`. */
const HIGH = new Int32Array(SLICE_COUNT * 256);
const LOW = new Int32Array(SLICE_COUNT * 256);

for (let byte = 0; byte < 256; byte++) {
  let high = 0;
  let low = byte;
  for (let bit = 0; bit < 8; bit++) {
    const isOdd = (low & 1) !== 0;
    low = (low >>> 1) | (high << 31);
    high = high >>> 1;
    if (isOdd) {
      low ^= POLYNOMIAL_LOW;
      high ^= POLYNOMIAL_HIGH;
    }
  }
  HIGH[byte] = high;
  LOW[byte] = low;
}
for (let index = 256; index < SLICE_COUNT * 256; index++) {
  const high = HIGH[index - 256]!;
  const low = LOW[index - 256]!;
  LOW[index] = ((low >>> 8) | (high << 24)) ^ LOW[low & 0xff]!;
  HIGH[index] = (high >>> 8) ^ HIGH[low & 0xff]!;
}

/**
 * A CRC-64 fed piece by piece.
 *
 * @example
 * ```ts
 * import { ascii } from "./ascii.ts";
 * import { Crc64 } from "./crc64.ts";
 * const crc = new Crc64();
 * crc.update(ascii("12345"));
 * crc.update(ascii("6789"));
 * console.log(crc.value.toString(16)); // e9c6d914c4b8d9ca
 * ```
 */
export class Crc64 {
  #high = 0;
  #low = 0;

  /** Takes in `bytes[start, end)`. */
  update(bytes: Uint8Array, start = 0, end: number = bytes.length): void {
    let at = start;
    if (end - start >= MIN_LENGTH_OF_WORDS) {
      at += -(bytes.byteOffset + start) & 3;
      this.#takeBytes(bytes, start, at);
      const wordCount = ((end - at) >> 3) << 1;
      this.#takeWords(new Int32Array(bytes.buffer, bytes.byteOffset + at, wordCount));
      at += wordCount * 4;
    }
    this.#takeBytes(bytes, at, end);
  }

  #takeBytes(bytes: Uint8Array, start: number, end: number): void {
    let high = this.#high;
    let low = this.#low;
    for (let at = start; at < end; at++) {
      const index = (low ^ bytes[at]!) & 0xff;
      low = ((low >>> 8) | (high << 24)) ^ LOW[index]!;
      high = (high >>> 8) ^ HIGH[index]!;
    }
    this.#high = high;
    this.#low = low;
  }

  #takeWords(words: Int32Array): void {
    let high = this.#high;
    let low = this.#low;
    for (let at = 0; at < words.length; at += 2) {
      low ^= words[at]!;
      high ^= words[at + 1]!;
      const a = 1792 + (low & 0xff);
      const b = 1536 + ((low >>> 8) & 0xff);
      const c = 1280 + ((low >>> 16) & 0xff);
      const d = 1024 + (low >>> 24);
      const e = 768 + (high & 0xff);
      const f = 512 + ((high >>> 8) & 0xff);
      const g = 256 + ((high >>> 16) & 0xff);
      const h = high >>> 24;
      low = LOW[a]! ^ LOW[b]! ^ LOW[c]! ^ LOW[d]! ^ LOW[e]! ^ LOW[f]! ^ LOW[g]! ^ LOW[h]!;
      high = HIGH[a]! ^ HIGH[b]! ^ HIGH[c]! ^ HIGH[d]! ^ HIGH[e]! ^ HIGH[f]! ^ HIGH[g]! ^ HIGH[h]!;
    }
    this.#high = high;
    this.#low = low;
  }

  /** The CRC of everything so far, unsigned. */
  get value(): bigint {
    return (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
  }

  /** Writes the CRC of everything so far as 8 bytes, low byte first, and returns the position after them. */
  writeTo(target: Uint8Array, at: number): number {
    for (let index = 0; index < 4; index++) {
      target[at + index] = this.#low >>> (index * 8);
      target[at + 4 + index] = this.#high >>> (index * 8);
    }
    return at + 8;
  }

  /** Starts anew. */
  reset(): void {
    this.#high = 0;
    this.#low = 0;
  }
}

/** The CRC-64 of `bytes[start, end)`. */
export function crc64(bytes: Uint8Array, start = 0, end: number = bytes.length): bigint {
  const crc = new Crc64();
  crc.update(bytes, start, end);
  return crc.value;
}
