/**
 * String values inside the entries of a keyspace: written, read and changed in place.
 *
 * - A value that reads as a 64-bit integer is kept as one, as Redis's `tryObjectEncoding` does; the rest as bytes.
 * - What is appended to or overwritten in part becomes raw and stays so until it is set anew, as in Redis.
 * - Blocks of the arena are not cleared: whatever comes to lie within a string's length is written here.
 * - Nothing here knows of expiry, events or snapshots: `Database` and the commands call at the right moment.
 */

import { copyBytes } from "../bytes/copy.ts";
import { MAX_INTEGER_LENGTH } from "../bytes/integer.ts";
import { lasting } from "../bytes/lasting_slice.ts";
import { Slice } from "../bytes/slice.ts";
import type { Reply } from "../resp/reply.ts";
import { addInt64, type Int64, parseInt64, readInt64, writeInt64, writeInt64Text } from "../values/int64.ts";
import { KIND_STRING } from "../values/kind.ts";
import {
  EMBSTR_SIZE_LIMIT,
  ENCODING_EMBSTR,
  ENCODING_INT,
  ENCODING_RAW,
  type EntryRef,
  NO_ENTRY,
  packUserWord,
  readUint32,
  writeUint32,
} from "./entry_layout.ts";
import type { Keyspace } from "./keyspace.ts";

/** The longest string that an entry can describe, whatever `proto-max-bulk-len` says. */
export const MAX_STRING_LENGTH = 0xffffffff;

/** How much a growing string gets beyond its need, at most, as in Redis's `SDS_MAX_PREALLOC`. */
const MAX_PREALLOCATION = 1024 * 1024;

const LENGTH_BYTES = 4;
const INTEGER_BYTES = 8;

/** A slice that can hold the digits of an integer value: where string values are read to. */
export class StringView extends Slice {
  readonly #digits = new Uint8Array(MAX_INTEGER_LENGTH);

  /** Points at the digits of `value`. */
  setInteger(value: Int64): void {
    this.bytes = this.#digits;
    this.start = 0;
    this.end = writeInt64Text(this.#digits, 0, value);
  }
}

const scratch = lasting(new StringView());

/** The encoding of a string of bytes that is set as a whole. */
export function encodingOfLength(length: number): number {
  return length <= EMBSTR_SIZE_LIMIT ? ENCODING_EMBSTR : ENCODING_RAW;
}

/**
 * Writes `value` as the string of `key`, whose entry is `entry` (or `NO_ENTRY` to add it). The entry's former value must
 * have been detached if it was not a string; its expiry stays. `value` may not lie in the arena.
 */
export function writeString(keyspace: Keyspace, entry: EntryRef, key: Slice, value: Slice, lru: number): EntryRef {
  const length = value.end - value.start;
  if (length <= MAX_INTEGER_LENGTH) {
    const integer = parseInt64(value.bytes, value.start, value.end);
    if (integer === integer) return writeStringInteger(keyspace, entry, key, integer, lru);
  }
  return writeBytes(keyspace, entry, key, value, packUserWord(KIND_STRING, encodingOfLength(length), lru));
}

/** As `writeString`, but never as an integer and with the encoding given. */
export function writeStringBytes(
  keyspace: Keyspace,
  entry: EntryRef,
  key: Slice,
  value: Slice,
  options: { readonly encoding: number; readonly lru: number },
): EntryRef {
  return writeBytes(keyspace, entry, key, value, packUserWord(KIND_STRING, options.encoding, options.lru));
}

function writeBytes(keyspace: Keyspace, entry: EntryRef, key: Slice, value: Slice, userWord: number): EntryRef {
  const length = value.end - value.start;
  const size = LENGTH_BYTES + length;
  const target = entry === NO_ENTRY ? keyspace.insert(key, size) : keyspace.resizeValue(entry, 0, size);
  keyspace.dict.setUserWord(target, userWord);
  const bytes = keyspace.payloadBytes(target);
  const at = keyspace.valueOffset(target);
  writeUint32(bytes, at, length);
  writeSlice(bytes, at + LENGTH_BYTES, value);
  return target;
}

/** Writes an integer of 64 bits as the string of `key`; a number must be a safe integer. */
export function writeStringInteger(
  keyspace: Keyspace,
  entry: EntryRef,
  key: Slice,
  value: Int64,
  lru: number,
): EntryRef {
  const target = entry === NO_ENTRY
    ? keyspace.insert(key, INTEGER_BYTES)
    : keyspace.resizeValue(entry, 0, INTEGER_BYTES);
  keyspace.dict.setUserWord(target, packUserWord(KIND_STRING, ENCODING_INT, lru));
  writeInt64(keyspace.payloadBytes(target), keyspace.valueOffset(target), value);
  return target;
}

/** Adds to an entry that `isInteger`, and returns the sum; null, and nothing is changed, where it has more than 64 bits. */
export function addToInteger(keyspace: Keyspace, entry: EntryRef, increment: Int64): Int64 | null {
  const bytes = keyspace.payloadBytes(entry);
  const at = keyspace.valueOffset(entry);
  const sum = addInt64(readInt64(bytes, at), increment);
  if (sum !== null) writeInt64(bytes, at, sum);
  return sum;
}

/** Bytes of the string as a client sees it. */
export function stringLength(keyspace: Keyspace, entry: EntryRef): number {
  if (keyspace.stringEncodingOf(entry) === ENCODING_INT) return readString(keyspace, entry, scratch).length;
  return readUint32(keyspace.payloadBytes(entry), keyspace.valueOffset(entry));
}

/** Points `out` at the string's bytes: valid until the keyspace changes or `out` is used again. */
export function readString(keyspace: Keyspace, entry: EntryRef, out: StringView): StringView {
  const bytes = keyspace.payloadBytes(entry);
  const at = keyspace.valueOffset(entry);
  if (keyspace.stringEncodingOf(entry) === ENCODING_INT) {
    out.setInteger(readInt64(bytes, at));
  } else {
    out.bytes = bytes;
    out.start = at + LENGTH_BYTES;
    out.end = out.start + readUint32(bytes, at);
  }
  return out;
}

/** Writes the string as a bulk reply. */
export function replyString(keyspace: Keyspace, entry: EntryRef, reply: Reply): void {
  reply.bulkSlice(readString(keyspace, entry, scratch));
}

/** The string as an integer of 64 bits: a number where that is safe, null where it is no integer. */
export function stringAsInteger(keyspace: Keyspace, entry: EntryRef): Int64 | null {
  const bytes = keyspace.payloadBytes(entry);
  const at = keyspace.valueOffset(entry);
  if (keyspace.stringEncodingOf(entry) === ENCODING_INT) return readInt64(bytes, at);
  const start = at + LENGTH_BYTES;
  const integer = parseInt64(bytes, start, start + readUint32(bytes, at));
  return integer === integer ? integer : null;
}

/** Appends to the string, which becomes raw; returns the entry, which may have moved. */
export function appendString(keyspace: Keyspace, entry: EntryRef, suffix: Slice): EntryRef {
  const length = stringLength(keyspace, entry);
  const target = extend(keyspace, entry, length + suffix.length);
  writeSlice(keyspace.payloadBytes(target), keyspace.valueOffset(target) + LENGTH_BYTES + length, suffix);
  return target;
}

/** Overwrites part of the string from `offset` on, zero-filling a gap; it becomes raw. Returns the entry. */
export function overwriteString(keyspace: Keyspace, entry: EntryRef, offset: number, part: Slice): EntryRef {
  const length = stringLength(keyspace, entry);
  const target = extend(keyspace, entry, Math.max(length, offset + part.length));
  const bytes = keyspace.payloadBytes(target);
  const start = keyspace.valueOffset(target) + LENGTH_BYTES;
  if (offset > length) bytes.fill(0, start + length, start + offset);
  writeSlice(bytes, start + offset, part);
  return target;
}

/** Makes the string raw and at least `length` bytes long, new bytes being zero. Returns the entry. */
export function growString(keyspace: Keyspace, entry: EntryRef, length: number): EntryRef {
  const used = stringLength(keyspace, entry);
  const target = extend(keyspace, entry, Math.max(used, length));
  if (length > used) {
    const start = keyspace.valueOffset(target) + LENGTH_BYTES;
    keyspace.payloadBytes(target).fill(0, start + used, start + length);
  }
  return target;
}

/** Makes the string raw, with room to grow by `spare` bytes where it lies. Returns the entry. */
export function reserveString(keyspace: Keyspace, entry: EntryRef, spare: number): EntryRef {
  const target = makeRaw(keyspace, entry);
  const used = LENGTH_BYTES + readUint32(keyspace.payloadBytes(target), keyspace.valueOffset(target));
  if (used + spare <= keyspace.valueCapacity(target)) return target;
  return keyspace.resizeValue(target, used, used + spare);
}

/** Changes the length of a raw string within the room it has; the caller has written what lies within then. */
export function setStringLength(keyspace: Keyspace, entry: EntryRef, length: number): void {
  writeUint32(keyspace.payloadBytes(entry), keyspace.valueOffset(entry), length);
}

/** Makes the string raw and exactly `length` bytes long, which is no shorter; the caller writes the new bytes. */
function extend(keyspace: Keyspace, entry: EntryRef, length: number): EntryRef {
  let target = makeRaw(keyspace, entry);
  const used = readUint32(keyspace.payloadBytes(target), keyspace.valueOffset(target));
  if (length === used) return target;
  if (LENGTH_BYTES + length > keyspace.valueCapacity(target)) {
    // A string that was empty has shown no habit of growing: it gets what it needs, as in Redis.
    const spare = used === 0 ? 0 : Math.min(length, MAX_PREALLOCATION);
    target = keyspace.resizeValue(target, LENGTH_BYTES + used, LENGTH_BYTES + length + spare);
  }
  writeUint32(keyspace.payloadBytes(target), keyspace.valueOffset(target), length);
  return target;
}

function makeRaw(keyspace: Keyspace, entry: EntryRef): EntryRef {
  const target = keyspace.stringEncodingOf(entry) === ENCODING_INT ? integerToBytes(keyspace, entry) : entry;
  keyspace.setKind(target, KIND_STRING, ENCODING_RAW);
  return target;
}

function integerToBytes(keyspace: Keyspace, entry: EntryRef): EntryRef {
  const digits = readString(keyspace, entry, scratch);
  const target = keyspace.resizeValue(entry, 0, LENGTH_BYTES + digits.length);
  const bytes = keyspace.payloadBytes(target);
  const at = keyspace.valueOffset(target);
  writeUint32(bytes, at, digits.length);
  writeSlice(bytes, at + LENGTH_BYTES, digits);
  return target;
}

function writeSlice(target: Uint8Array, at: number, source: Slice): void {
  copyBytes(target, at, source.bytes, source.start, source.end);
}
