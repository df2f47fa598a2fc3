/**
 * Ziplists, the compact form of small aggregates before Redis 7.0: only read, entry by entry, and never trusted.
 *
 * ```
 * ziplist   := bytes(uint32) tail(uint32) count(uint16) entry* 0xFF             little endian
 * entry     := previous encoding data
 * previous  := nn                      length of the entry before, up to 253; 0 for the first
 *            | FE nnnnnnnn             the same in 32 bits
 * encoding  := 00nnnnnn                string of up to 63 bytes
 *            | 01nnnnnn nn             of up to 16,383 bytes, big endian
 *            | 10000000 nnnnnnnn       of up to 2^32 - 1 bytes, big endian
 *            | C0 | D0 | E0 | F0 | FE  integer of 16, 32, 64, 24, 8 bits, little endian
 *            | F1 .. FD                integer 0 to 12
 * ```
 *
 * - `tail` is the offset of the last entry. `count` is 65,535 when there are that many entries or more.
 * - Everything that stands twice (lengths, tail, count) is compared, as Redis does when it converts one.
 */

import { MAX_INTEGER_LENGTH } from "../bytes/integer.ts";
import { Slice } from "../bytes/slice.ts";
import { type Int64, readInt64, writeInt64Text } from "../values/int64.ts";
import { readUint32 } from "../values/listpack_encoding.ts";

const HEADER_BYTES = 10;
const END = 0xff;
const LONG_PREVIOUS = 0xfe;
const COUNT_UNKNOWN = 0xffff;
const INVALID = -1;

/**
 * A walk through one ziplist.
 *
 * - After the walk `isValid` tells whether all of it was sound; entries seen before a fault are no proof.
 */
export class ZiplistCursor {
  /** The current entry's text; the digits of an integer. Valid until the next call. */
  readonly text: Slice = new Slice();
  /** False as soon as something is wrong; true only once the end was reached. */
  isValid = false;

  readonly #bytes: Uint8Array;
  readonly #start: number;
  /** Where the end byte is. */
  readonly #end: number;
  readonly #digits = new Uint8Array(MAX_INTEGER_LENGTH);
  #at: number;
  #last: number;
  #previousLength = 0;
  #count = 0;
  #isOpen: boolean;

  /** A walk through `bytes[start, end)`. */
  constructor(bytes: Uint8Array, start: number, end: number) {
    this.#bytes = bytes;
    this.#start = start;
    this.#end = end - 1;
    this.#at = start + HEADER_BYTES;
    this.#last = this.#at;
    const size = end - start;
    this.#isOpen = size > HEADER_BYTES && readUint32(bytes, start) === size && bytes[end - 1] === END &&
      readUint32(bytes, start + 4) < size;
  }

  /** Goes to the next entry; false at the end and at a fault. */
  next(): boolean {
    if (!this.#isOpen) return false;
    if (this.#bytes[this.#at] === END) {
      this.#isOpen = false;
      this.isValid = this.#isSound();
      return false;
    }
    const next = this.#readEntry();
    if (next === INVALID) {
      this.#isOpen = false;
      return false;
    }
    this.#previousLength = next - this.#at;
    this.#last = this.#at;
    this.#at = next;
    this.#count++;
    return true;
  }

  /** What the header says, against what the walk has seen. */
  #isSound(): boolean {
    const bytes = this.#bytes;
    const start = this.#start;
    const count = bytes[start + 8]! | bytes[start + 9]! << 8;
    return this.#at === this.#end && (count === COUNT_UNKNOWN || count === this.#count) &&
      (this.#count === 0 || readUint32(bytes, start + 4) === this.#last - start);
  }

  /** Reads the entry's text and returns where the entry ends, or `INVALID`. */
  #readEntry(): number {
    const bytes = this.#bytes;
    const isLong = bytes[this.#at]! === LONG_PREVIOUS;
    const at = this.#at + (isLong ? 5 : 1);
    if (at >= this.#end) return INVALID;
    const previous = isLong ? readUint32(bytes, this.#at + 1) : bytes[this.#at]!;
    if (previous !== this.#previousLength) return INVALID;
    const first = bytes[at]!;
    if (first < 0xc0) return this.#readString(at, first);
    return this.#readInteger(at, first);
  }

  #readString(at: number, first: number): number {
    const bytes = this.#bytes;
    let textStart = at + 1;
    let length = first & 0x3f;
    if (first >= 0x80) {
      textStart = at + 5;
      if (textStart > this.#end) return INVALID;
      length = (bytes[at + 1]! << 24 | bytes[at + 2]! << 16 | bytes[at + 3]! << 8 | bytes[at + 4]!) >>> 0;
    } else if (first >= 0x40) {
      textStart = at + 2;
      if (textStart > this.#end) return INVALID;
      length = length << 8 | bytes[at + 1]!;
    }
    if (length > this.#end - textStart) return INVALID;
    this.text.bytes = bytes;
    this.text.start = textStart;
    this.text.end = textStart + length;
    return textStart + length;
  }

  #readInteger(at: number, first: number): number {
    const width = integerWidth(first);
    if (width === INVALID || at + 1 + width > this.#end) return INVALID;
    const value = width === 0 ? (first & 0x0f) - 1 : readInteger(this.#bytes, at + 1, width);
    this.text.bytes = this.#digits;
    this.text.start = 0;
    this.text.end = writeInt64Text(this.#digits, 0, value);
    return at + 1 + width;
  }
}

function integerWidth(encoding: number): number {
  switch (encoding) {
    case 0xc0:
      return 2;
    case 0xd0:
      return 4;
    case 0xe0:
      return 8;
    case 0xf0:
      return 3;
    case 0xfe:
      return 1;
    default:
      return encoding > 0xf0 && encoding < 0xfe ? 0 : INVALID;
  }
}

function readInteger(bytes: Uint8Array, at: number, width: number): Int64 {
  if (width === 8) return readInt64(bytes, at);
  let value = 0;
  for (let index = 0; index < width; index++) value |= bytes[at + index]! << (8 * index);
  const unused = 32 - 8 * width;
  return value << unused >> unused;
}
