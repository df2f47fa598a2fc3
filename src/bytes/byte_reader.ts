/**
 * A cursor over bytes that come from outside.
 *
 * - Every read is checked: what lies beyond the end is a `ShortReadError`, and the cursor stays where it was.
 */

import { latin1 } from "./ascii.ts";

/** Little-endian, as every machine that Deno runs on. */
const FLOAT = new Float64Array(1);
const FLOAT_BYTES = new Uint8Array(FLOAT.buffer);

/** The bytes end before what was to be read. */
export class ShortReadError extends Error {
  override readonly name = "ShortReadError";

  /** `wanted` bytes were to be read where `remaining` are left. */
  constructor(readonly wanted: number, readonly remaining: number) {
    super(`Cannot read ${wanted} bytes: ${remaining} are left`);
  }
}

/**
 * Reads `bytes[start, end)` from front to back.
 *
 * @example
 * ```ts
 * import { ByteReader } from "./byte_reader.ts";
 * const reader = new ByteReader(new Uint8Array([1, 2, 0, 0, 0]));
 * console.log(reader.byte(), reader.uint32le(), reader.remaining); // 1 2 0
 * ```
 */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #end: number;
  #at: number;

  constructor(bytes: Uint8Array, start = 0, end: number = bytes.length) {
    this.#bytes = bytes;
    this.#at = start;
    this.#end = end;
  }

  /** The position of the next read, counted from the start of the underlying array. */
  get position(): number {
    return this.#at;
  }

  /** Number of bytes left. */
  get remaining(): number {
    return this.#end - this.#at;
  }

  /** The position from which to read `count` bytes; moves the cursor past them. */
  #advance(count: number): number {
    const at = this.#at;
    // The negation also catches NaN, and a negative count must not move the cursor back.
    if (!(count >= 0 && count <= this.#end - at)) throw new ShortReadError(count, this.#end - at);
    this.#at = at + count;
    return at;
  }

  /** Throws unless `count` bytes are left: call it before allocating for a length that was read. */
  require(count: number): void {
    if (!(count >= 0 && count <= this.remaining)) throw new ShortReadError(count, this.remaining);
  }

  /** Moves past `count` bytes. */
  skip(count: number): void {
    this.#advance(count);
  }

  /** The next byte, which stays unread. */
  peek(): number {
    this.require(1);
    return this.#bytes[this.#at]!;
  }

  /** The next byte, 0 to 255. */
  byte(): number {
    return this.#bytes[this.#advance(1)]!;
  }

  /** 16 unsigned bits, low byte first. */
  uint16le(): number {
    const at = this.#advance(2);
    return this.#bytes[at]! | (this.#bytes[at + 1]! << 8);
  }

  /** 32 signed bits, low byte first. */
  int32le(): number {
    const bytes = this.#bytes;
    const at = this.#advance(4);
    return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
  }

  /** 32 unsigned bits, low byte first. */
  uint32le(): number {
    return this.int32le() >>> 0;
  }

  /** 32 unsigned bits, high byte first. */
  uint32be(): number {
    const bytes = this.#bytes;
    const at = this.#advance(4);
    return ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;
  }

  /** 64 unsigned bits, low byte first. */
  uint64le(): bigint {
    this.require(8);
    const low = this.uint32le();
    return (BigInt(this.uint32le()) << 32n) | BigInt(low);
  }

  /** 64 unsigned bits, high byte first. */
  uint64be(): bigint {
    this.require(8);
    const high = this.uint32be();
    return (BigInt(high) << 32n) | BigInt(this.uint32be());
  }

  /** 64 signed bits, low byte first. */
  int64le(): bigint {
    return BigInt.asIntN(64, this.uint64le());
  }

  /** An IEEE 754 double, low byte first. */
  float64le(): number {
    const at = this.#advance(8);
    for (let index = 0; index < 8; index++) {
      FLOAT_BYTES[index] = this.#bytes[at + index]!;
    }
    return FLOAT[0]!;
  }

  /** The next `count` bytes as a view of the underlying array: valid as long as that is. */
  bytes(count: number): Uint8Array {
    const at = this.#advance(count);
    return this.#bytes.subarray(at, at + count);
  }

  /** The next `count` bytes in memory of their own. */
  copy(count: number): Uint8Array<ArrayBuffer> {
    return new Uint8Array(this.bytes(count));
  }

  /** The next `count` bytes as one character each. */
  text(count: number): string {
    const at = this.#advance(count);
    return latin1(this.#bytes, at, at + count);
  }
}
