/**
 * Zipmaps, the compact form of hashes before Redis 2.6: only read, pair by pair, and never trusted.
 *
 * ```
 * zipmap := count(1 byte) pair* 0xFF
 * pair   := length field length free(1 byte) value unused(free bytes)
 * length := nn                     up to 253
 *         | FE nnnnnnnn            32 bits, little endian
 * ```
 *
 * - `count` is 254 when there are that many pairs or more. A zipmap without pairs is a fault, as in Redis.
 */

import { Slice } from "../bytes/slice.ts";
import { readUint32 } from "../values/listpack_encoding.ts";

const END = 0xff;
const LONG_LENGTH = 0xfe;
const COUNT_UNKNOWN = 0xfe;

/**
 * A walk through one zipmap.
 *
 * - After the walk `isValid` tells whether all of it was sound; pairs seen before a fault are no proof.
 */
export class ZipmapCursor {
  /** The current pair's field: valid as long as the bytes are. */
  readonly field: Slice = new Slice();
  /** Its value. */
  readonly value: Slice = new Slice();
  /** False as soon as something is wrong; true only once the end was reached. */
  isValid = false;

  readonly #bytes: Uint8Array;
  readonly #announced: number;
  /** Where the end byte is. */
  readonly #end: number;
  #at: number;
  #count = 0;
  #isOpen: boolean;

  /** A walk through `bytes[start, end)`. */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#end = end - 1;
    this.#at = start + 1;
    this.#isOpen = end - start >= 2 && bytes[end - 1] === END;
    this.#announced = this.#isOpen ? bytes[start]! : 0;
  }

  /** Goes to the next pair; false at the end and at a fault. */
  next(): boolean {
    if (!this.#isOpen) return false;
    if (this.#bytes[this.#at] === END) {
      this.#isOpen = false;
      const isCounted = this.#announced === COUNT_UNKNOWN || this.#announced === this.#count;
      this.isValid = this.#at === this.#end && this.#count > 0 && isCounted;
      return false;
    }
    this.#isOpen = this.#readText(this.field, 0) && this.#readText(this.value, 1);
    if (this.#isOpen) this.#count++;
    return this.#isOpen;
  }

  /** Reads a length, `freeBytes` bytes that say how much is unused behind the text, and the text. */
  #readText(text: Slice, freeBytes: 0 | 1): boolean {
    const bytes = this.#bytes;
    const first = bytes[this.#at]!;
    const start = this.#at + (first < LONG_LENGTH ? 1 : 5) + freeBytes;
    if (start > this.#end) return false;
    const length = first < LONG_LENGTH ? first : readUint32(bytes, this.#at + 1);
    const unused = freeBytes === 0 ? 0 : bytes[start - 1]!;
    const next = start + length + unused;
    if (next > this.#end) return false;
    text.bytes = bytes;
    text.start = start;
    text.end = start + length;
    this.#at = next;
    return true;
  }
}
