/**
 * A buffer that grows while it is written.
 *
 * - The buffer doubles, so that writing n bytes copies at most 2n.
 * - `take` hands the memory over without a copy; `view` shows it until the next write.
 */

import { copyBytes } from "./copy.ts";
import { MAX_INTEGER_LENGTH, writeBigInteger, writeInteger } from "./integer.ts";

const MIN_CAPACITY = 64;

/** Little-endian, as every machine that Deno runs on. */
const FLOAT = new Float64Array(1);
const FLOAT_BYTES = new Uint8Array(FLOAT.buffer);

/**
 * Collects bytes.
 *
 * @example
 * ```ts
 * import { ByteWriter } from "./byte_writer.ts";
 * const writer = new ByteWriter();
 * writer.text("$");
 * writer.integerText(5);
 * console.log(writer.take()); // Uint8Array(2) [ 36, 53 ]
 * ```
 */
export class ByteWriter {
  #buffer: Uint8Array<ArrayBuffer>;
  #length = 0;

  /** `capacity` is the number of bytes to make room for at once. */
  constructor(capacity: number = MIN_CAPACITY) {
    this.#buffer = new Uint8Array(capacity);
  }

  /** Number of bytes written since the start, the last `take` or `clear`. */
  get length(): number {
    return this.#length;
  }

  /** Makes room for `count` more bytes, so that writing them does not grow the buffer again. Writes nothing. */
  reserve(count: number): void {
    const needed = this.#length + count;
    if (needed > this.#buffer.length) this.#grow(needed);
  }

  #grow(needed: number): void {
    const buffer = new Uint8Array(Math.max(needed, this.#buffer.length * 2, MIN_CAPACITY));
    buffer.set(this.#length === this.#buffer.length ? this.#buffer : this.#buffer.subarray(0, this.#length));
    this.#buffer = buffer;
  }

  /** Writes the low 8 bits of `value`. */
  byte(value: number): void {
    if (this.#length === this.#buffer.length) this.#grow(this.#length + 1);
    this.#buffer[this.#length++] = value;
  }

  /** Writes a copy of `source[start, end)`. */
  bytes(source: Uint8Array, start = 0, end: number = source.length): void {
    const count = end - start;
    this.reserve(count);
    copyBytes(this.#buffer, this.#length, source, start, end);
    this.#length += count;
  }

  /** Writes 16 bits, low byte first. */
  uint16le(value: number): void {
    this.reserve(2);
    const at = this.#length;
    this.#buffer[at] = value;
    this.#buffer[at + 1] = value >>> 8;
    this.#length = at + 2;
  }

  /** Writes 32 bits (of an unsigned or a signed number), low byte first. */
  uint32le(value: number): void {
    this.reserve(4);
    const buffer = this.#buffer;
    const at = this.#length;
    buffer[at] = value;
    buffer[at + 1] = value >>> 8;
    buffer[at + 2] = value >>> 16;
    buffer[at + 3] = value >>> 24;
    this.#length = at + 4;
  }

  /** Writes 32 bits (of an unsigned or a signed number), high byte first. */
  uint32be(value: number): void {
    this.reserve(4);
    const buffer = this.#buffer;
    const at = this.#length;
    buffer[at] = value >>> 24;
    buffer[at + 1] = value >>> 16;
    buffer[at + 2] = value >>> 8;
    buffer[at + 3] = value;
    this.#length = at + 4;
  }

  /** Writes the low 64 bits of `value` (which may be negative), low byte first. */
  uint64le(value: bigint): void {
    this.uint32le(Number(value & 0xffffffffn));
    this.uint32le(Number((value >> 32n) & 0xffffffffn));
  }

  /** Writes the low 64 bits of `value` (which may be negative), high byte first. */
  uint64be(value: bigint): void {
    this.uint32be(Number((value >> 32n) & 0xffffffffn));
    this.uint32be(Number(value & 0xffffffffn));
  }

  /** Writes an IEEE 754 double, low byte first. */
  float64le(value: number): void {
    this.reserve(8);
    FLOAT[0] = value;
    const at = this.#length;
    for (let index = 0; index < 8; index++) {
      this.#buffer[at + index] = FLOAT_BYTES[index]!;
    }
    this.#length = at + 8;
  }

  /** Writes the low byte of each character of `text`. */
  text(text: string): void {
    const count = text.length;
    this.reserve(count);
    const buffer = this.#buffer;
    const at = this.#length;
    for (let index = 0; index < count; index++) buffer[at + index] = text.charCodeAt(index);
    this.#length = at + count;
  }

  /** Writes an integer in decimal: a safe integer, or a 64-bit bigint. */
  integerText(value: number | bigint): void {
    this.reserve(MAX_INTEGER_LENGTH);
    this.#length = typeof value === "number"
      ? writeInteger(this.#buffer, this.#length, value)
      : writeBigInteger(this.#buffer, this.#length, value);
  }

  /** What has been written, without a copy: valid until the next write. */
  view(): Uint8Array<ArrayBuffer> {
    return this.#buffer.subarray(0, this.#length);
  }

  /** Hands over what has been written, without a copy, and starts anew with fresh memory. */
  take(): Uint8Array<ArrayBuffer> {
    const taken = this.view();
    this.#buffer = new Uint8Array(0);
    this.#length = 0;
    return taken;
  }

  /** Forgets what has been written and keeps the memory. */
  clear(): void {
    this.#length = 0;
  }
}
