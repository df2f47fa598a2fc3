/**
 * The encodings of one listpack entry, byte for byte Redis's.
 *
 * ```
 * entry = <encoding> <data> <backlen>
 *
 * 0xxxxxxx                       unsigned integer of 7 bits
 * 10xxxxxx <bytes>               string of up to 63 bytes
 * 110xxxxx yyyyyyyy              signed integer of 13 bits
 * 1110xxxx yyyyyyyy <bytes>      string of up to 4,095 bytes
 * 11110000 <u32 LE> <bytes>      longer string
 * 11110001 .. 11110100           signed integer of 16, 24, 32 and 64 bits, little endian
 * 11111111                       end of the listpack
 * ```
 *
 * - `backlen` is the length of encoding and data in groups of seven bits, written so that it can be read from its
 *   last byte backwards.
 * - Text that is a canonical integer of 64 bits is always stored as an integer, in the smallest form; readers accept
 *   any form.
 */

import { equalBytes } from "../bytes/ascii.ts";
import { copyBytes } from "../bytes/copy.ts";
import { MAX_INTEGER_LENGTH } from "../bytes/integer.ts";
import { lasting } from "../bytes/lasting_slice.ts";
import { Slice } from "../bytes/slice.ts";
import { type Int64, parseInt64, readInt64, writeInt64, writeInt64Text } from "./int64.ts";

/** The byte that ends a listpack. */
export const LISTPACK_END = 0xff;

/** The most that an entry takes beside its text: that of a long string. */
export const ENTRY_OVERHEAD_MAX = 10;

/** A kept text up to this long stays in the entry's buffer for reuse; a longer one gets memory of its own. */
const KEPT_BUFFER_MAX = 65_536;

/**
 * One element as it was read: a slice of its text, plus the integer if it is stored as one. A flyweight: the bytes
 * are valid until the listpack changes or the entry is used again.
 */
export class ListpackEntry extends Slice {
  /** Whether the element is stored as an integer; then `integer` holds it, and the slice is its decimal text. */
  isInteger = false;
  integer: Int64 = 0;
  readonly #text = new Uint8Array(MAX_INTEGER_LENGTH);
  #kept = this.#text;

  /** Makes this entry the integer `value`. */
  setInteger(value: Int64): void {
    this.isInteger = true;
    this.integer = value;
    this.bytes = this.#text;
    this.start = 0;
    this.end = writeInt64Text(this.#text, 0, value);
  }

  /** Makes this entry the string `bytes[start, end)`. */
  setString(bytes: Uint8Array, start: number, end: number): void {
    this.isInteger = false;
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }

  /**
   * Copies the text out of the listpack: it is then valid until the entry is used again, whatever happens to the
   * listpack.
   */
  keep(): void {
    if (this.isInteger) return;
    const length = this.end - this.start;
    let target = this.#kept;
    if (length > target.length) {
      target = new Uint8Array(length <= KEPT_BUFFER_MAX ? Math.min(length * 2, KEPT_BUFFER_MAX) : length);
      if (length <= KEPT_BUFFER_MAX) this.#kept = target;
    }
    copyBytes(target, 0, this.bytes, this.start, this.end);
    this.setString(target, 0, length);
  }
}

/**
 * Bytes of encoding and data of the entry at `at`, without its backlen; 0 if the encoding is none of the known ones.
 */
export function encodedBytes(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 1;
  if (first < 0xc0) return 1 + (first & 0x3f);
  if (first < 0xe0) return 2;
  if (first < 0xf0) return 2 + ((first & 0x0f) << 8 | bytes[at + 1]!);
  if (first === 0xf0) return 5 + readUint32(bytes, at + 1);
  if (first < 0xf4) return first - 0xee;
  if (first === 0xf4) return 9;
  return first === LISTPACK_END ? 1 : 0;
}

/** Bytes of the backlen that follows `length` bytes of encoding and data. The odd bounds are Redis's. */
export function backlenBytes(length: number): number {
  if (length <= 127) return 1;
  if (length < 16383) return 2;
  if (length < 2097151) return 3;
  return length < 268435455 ? 4 : 5;
}

/** Bytes of the whole entry at `at`, its backlen included. */
export function entryBytes(bytes: Uint8Array, at: number): number {
  const first = bytes[at]!;
  if (first < 0x80) return 2;
  if (first < 0xc0) return 2 + (first & 0x3f);
  const encoded = encodedBytes(bytes, at);
  return encoded + backlenBytes(encoded);
}

/** Reads the backlen whose last byte is at `at`; -1 if it is longer than five bytes. */
export function readBacklen(bytes: Uint8Array, at: number): number {
  if (bytes[at]! < 0x80) return bytes[at]!;
  let value = 0;
  let scale = 1;
  for (let count = 0; count < 5; count++) {
    const byte = bytes[at - count]!;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) return value;
    scale *= 128;
  }
  return -1;
}

/** Writes the backlen of `length` at `at` and returns where it ends. */
export function writeBacklen(bytes: Uint8Array, at: number, length: number): number {
  if (length <= 127) {
    bytes[at] = length;
    return at + 1;
  }
  const count = backlenBytes(length);
  for (let index = count - 1; index > 0; index--) {
    bytes[at + index] = length & 0x7f | 0x80;
    length >>>= 7;
  }
  bytes[at] = length;
  return at + count;
}

/** The integer stored at `at`, or `NaN` if the entry is a string. */
export function readInteger(bytes: Uint8Array, at: number): Int64 {
  const first = bytes[at]!;
  if (first < 0x80) return first;
  if (first < 0xc0) return NaN;
  if (first < 0xe0) return ((first & 0x1f) << 8 | bytes[at + 1]!) << 19 >> 19;
  switch (first) {
    case 0xf1:
      return (bytes[at + 1]! << 16 | bytes[at + 2]! << 24) >> 16;
    case 0xf2:
      return (bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24) >> 8;
    case 0xf3:
      return bytes[at + 1]! | bytes[at + 2]! << 8 | bytes[at + 3]! << 16 | bytes[at + 4]! << 24;
    case 0xf4:
      return readInt64(bytes, at + 1);
    default:
      return NaN;
  }
}

/** Reads the entry at `at` into `entry` and returns the bytes it takes, backlen included. */
export function readEntry(bytes: Uint8Array, at: number, entry: ListpackEntry): number {
  const first = bytes[at]!;
  if (first >= 0x80 && first < 0xc0) {
    const length = first & 0x3f;
    entry.setString(bytes, at + 1, at + 1 + length);
    return length + 2;
  }
  const encoded = encodedBytes(bytes, at);
  if (first >= 0xe0 && first <= 0xf0) {
    entry.setString(bytes, at + (first === 0xf0 ? 5 : 2), at + encoded);
  } else {
    entry.setInteger(readInteger(bytes, at));
  }
  return encoded + backlenBytes(encoded);
}

const shown = lasting(new ListpackEntry());

/** Where the entries end that `showEntries` showed last: a second result without an object. */
export let shownEnd = 0;

/** Takes texts that are shown to it. */
export interface TextSink {
  /** Takes a copy of the text `bytes[start, end)`. */
  bulk(bytes: Uint8Array, start: number, end: number): void;
}

/**
 * Shows the texts of up to `limit` entries from `at` on to `sink`, up to the end of the listpack. Returns how many they were;
 * `shownEnd` is then where the last one ends.
 */
export function showEntries(bytes: Uint8Array, at: number, limit: number, sink: TextSink): number {
  let left = limit;
  for (; left > 0; left--) {
    const first = bytes[at]!;
    if (first >= 0x80 && first < 0xc0) {
      const start = at + 1;
      const end = start + (first & 0x3f);
      sink.bulk(bytes, start, end);
      at = end + 1;
    } else if (first === LISTPACK_END) {
      break;
    } else {
      at += readEntry(bytes, at, shown);
      sink.bulk(shown.bytes, shown.start, shown.end);
    }
  }
  shownEnd = at;
  return limit - left;
}

/** Bytes of encoding and data that the integer `value` takes. */
export function integerBytes(value: Int64): number {
  if (typeof value === "bigint") return 9;
  if (value >= 0 && value <= 127) return 1;
  if (value >= -4096 && value <= 4095) return 2;
  if (value >= -32768 && value <= 32767) return 3;
  if (value >= -8388608 && value <= 8388607) return 4;
  return value >= -2147483648 && value <= 2147483647 ? 5 : 9;
}

/** Bytes of encoding and data that a string of `length` bytes takes. */
export function stringBytes(length: number): number {
  return length + (length < 64 ? 1 : length < 4096 ? 2 : 5);
}

/** Writes the integer `value` as an entry at `at` and returns where the entry ends. */
export function writeIntegerEntry(bytes: Uint8Array, at: number, value: Int64): number {
  if (value >= 0 && value <= 127) {
    bytes[at] = value as number;
    bytes[at + 1] = 1;
    return at + 2;
  }
  const encoded = integerBytes(value);
  if (encoded === 9) {
    bytes[at] = 0xf4;
    writeInt64(bytes, at + 1, value);
  } else {
    const small = value as number;
    if (encoded === 2) {
      bytes[at] = 0xc0 | small >> 8 & 0x1f;
      bytes[at + 1] = small;
    } else {
      bytes[at] = 0xee + encoded;
      bytes[at + 1] = small;
      bytes[at + 2] = small >> 8;
      if (encoded > 3) bytes[at + 3] = small >> 16;
      if (encoded > 4) bytes[at + 4] = small >> 24;
    }
  }
  bytes[at + encoded] = encoded;
  return at + encoded + 1;
}

/** Writes `source[start, end)` as a string entry at `at` and returns where the entry ends. */
export function writeStringEntry(
  bytes: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  const length = end - start;
  if (length < 64) {
    bytes[at++] = 0x80 | length;
    copyBytes(bytes, at, source, start, end);
    bytes[at + length] = length + 1;
    return at + length + 1;
  }
  const encoded = stringBytes(length);
  if (length < 4096) {
    bytes[at] = 0xe0 | length >> 8;
    bytes[at + 1] = length;
  } else {
    bytes[at] = 0xf0;
    writeUint32(bytes, at + 1, length);
  }
  copyBytes(bytes, at + encoded - length, source, start, end);
  return writeBacklen(bytes, at + encoded, encoded);
}

/** Writes `element` as an entry at `at`, an integer where its text is one, and returns where the entry ends. */
export function writeElement(bytes: Uint8Array, at: number, element: Slice): number {
  const { bytes: source, start, end } = element;
  const integer = parseInt64(source, start, end);
  if (integer === integer) return writeIntegerEntry(bytes, at, integer);
  return writeStringEntry(bytes, at, source, start, end);
}

/** What an element is looked for as: its text, and its integer if it has one (`NaN` if not), worked out once. */
export class ListpackNeedle {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  integer: Int64 = NaN;

  /** Takes `slice` as what to look for, and returns this needle. */
  set(slice: Slice): this {
    this.bytes = slice.bytes;
    this.start = slice.start;
    this.end = slice.end;
    this.integer = parseInt64(slice.bytes, slice.start, slice.end);
    return this;
  }

  /** Whether `bytes[start, end)` is the text of this element. */
  equals(bytes: Uint8Array, start: number, end: number): boolean {
    return equalBytes(bytes, start, end, this.bytes, this.start, this.end);
  }

  /** Whether the entry at `at` is this element. */
  matches(bytes: Uint8Array, at: number): boolean {
    const first = bytes[at]!;
    if (first >= 0x80 && first < 0xc0) return this.equals(bytes, at + 1, at + 1 + (first & 0x3f));
    if (first >= 0xe0 && first <= 0xf0) {
      return this.equals(bytes, at + (first === 0xf0 ? 5 : 2), at + encodedBytes(bytes, at));
    }
    return readInteger(bytes, at) === this.integer;
  }
}

/** Reads four little-endian bytes as an unsigned number. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24) >>> 0;
}

/** Writes `value` as four little-endian bytes. */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}
