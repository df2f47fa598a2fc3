/**
 * String values inside the entries of a keyspace: written, read and changed in place.
 *
 * - A value that reads as a 64-bit integer is kept as one, as Redis's `tryObjectEncoding` does; the rest as bytes.
 * - Nothing here knows of expiry, events or snapshots: `Database` calls these functions at the right moment.
 */

import { parseInteger, parseSafeInteger, writeBigInteger, writeInteger } from "../bytes/integer.ts";
import { Slice } from "../bytes/slice.ts";
import { KIND_STRING } from "../values/kind.ts";
import type { Reply } from "../resp/reply.ts";
import {
  EMBSTR_SIZE_LIMIT,
  ENCODING_EMBSTR,
  ENCODING_INT,
  ENCODING_RAW,
  type EntryRef,
  NO_ENTRY,
  packUserWord,
  readInt32,
  readSafeInt64,
  readUint32,
  writeSafeInt64,
  writeUint32,
} from "./entry_layout.ts";
import type { Keyspace } from "./keyspace.ts";

/** Digits of the longest 64-bit integer, with its sign. */
const MAX_INTEGER_DIGITS = 20;

/** How much a growing string gets beyond its need, at most, as in Redis's `SDS_MAX_PREALLOC`. */
const MAX_PREALLOCATION = 1024 * 1024;

/** A slice that can hold the digits of an integer value: where string values are read to. */
export class StringView extends Slice {
  readonly #digits = new Uint8Array(MAX_INTEGER_DIGITS);

  /** Points at the digits of `value`. */
  setInteger(value: number | bigint): void {
    this.bytes = this.#digits;
    this.start = 0;
    this.end = typeof value === "number"
      ? writeInteger(this.#digits, 0, value)
      : writeBigInteger(this.#digits, 0, value);
  }
}

/**
 * Writes `value` as the string of `key`, whose entry is `entry` (or `NO_ENTRY` to add it). The entry's former value must
 * have been detached if it was not a string; its expiry stays. `value` may not lie in the arena.
 */
export function writeString(keyspace: Keyspace, entry: EntryRef, key: Slice, value: Slice, lru: number): EntryRef {
  const length = value.end - value.start;
  if (length <= MAX_INTEGER_DIGITS) {
    const integer = parseSafeInteger(value.bytes, value.start, value.end);
    if (integer === integer) return writeStringInteger(keyspace, entry, key, integer, lru);
    if (length > 15) {
      const wide = parseInteger(value.bytes, value.start, value.end);
      if (wide !== null) return writeStringInteger(keyspace, entry, key, wide, lru);
    }
  }
  const encoding = length <= EMBSTR_SIZE_LIMIT ? ENCODING_EMBSTR : ENCODING_RAW;
  return writeStringBytes(keyspace, entry, key, value, { encoding, lru });
}

/** As `writeString`, but never as an integer and with the encoding given. */
export function writeStringBytes(
  keyspace: Keyspace,
  entry: EntryRef,
  key: Slice,
  value: Slice,
  options: { readonly encoding: number; readonly lru: number },
): EntryRef {
  const length = value.end - value.start;
  const target = entry === NO_ENTRY ? keyspace.insert(key, 4 + length) : keyspace.resizeValue(entry, 0, 4 + length);
  keyspace.dict.setUserWord(target, packUserWord(KIND_STRING, options.encoding, options.lru));
  const bytes = keyspace.payloadBytes(target);
  const at = keyspace.valueOffset(target);
  writeUint32(bytes, at, length);
  copyBytes(bytes, at + 4, value);
  return target;
}

/** Writes an integer of 64 bits as the string of `key`; a number must be a safe integer. */
export function writeStringInteger(
  keyspace: Keyspace,
  entry: EntryRef,
  key: Slice,
  value: number | bigint,
  lru: number,
): EntryRef {
  const target = entry === NO_ENTRY ? keyspace.insert(key, 8) : keyspace.resizeValue(entry, 0, 8);
  keyspace.dict.setUserWord(target, packUserWord(KIND_STRING, ENCODING_INT, lru));
  const bytes = keyspace.payloadBytes(target);
  const at = keyspace.valueOffset(target);
  if (typeof value === "number") {
    writeSafeInt64(bytes, at, value);
  } else {
    writeUint32(bytes, at, Number(BigInt.asIntN(32, value)));
    writeUint32(bytes, at + 4, Number(BigInt.asIntN(32, value >> 32n)));
  }
  return target;
}

/** Bytes of the string as a client sees it. */
export function stringLength(keyspace: Keyspace, entry: EntryRef): number {
  if (keyspace.stringEncodingOf(entry) === ENCODING_INT) {
    return readString(keyspace, entry, lengthView).length;
  }
  return readUint32(keyspace.payloadBytes(entry), keyspace.valueOffset(entry));
}

const lengthView = new StringView();

/** Points `out` at the string's bytes: valid until the keyspace changes or `out` is used again. */
export function readString(keyspace: Keyspace, entry: EntryRef, out: StringView): StringView {
  const bytes = keyspace.payloadBytes(entry);
  const at = keyspace.valueOffset(entry);
  if (keyspace.stringEncodingOf(entry) === ENCODING_INT) {
    out.setInteger(readInteger(bytes, at));
  } else {
    out.bytes = bytes;
    out.start = at + 4;
    out.end = at + 4 + readUint32(bytes, at);
  }
  return out;
}

/** Writes the string as a bulk reply. */
export function replyString(keyspace: Keyspace, entry: EntryRef, reply: Reply): void {
  const bytes = keyspace.payloadBytes(entry);
  const at = keyspace.valueOffset(entry);
  if (keyspace.stringEncodingOf(entry) === ENCODING_INT) {
    reply.bulkSlice(readString(keyspace, entry, lengthView));
  } else {
    reply.bulk(bytes, at + 4, at + 4 + readUint32(bytes, at));
  }
}

/** The string as an integer of 64 bits: a number where that is exact, null where it is no integer. */
export function stringAsInteger(keyspace: Keyspace, entry: EntryRef): number | bigint | null {
  const bytes = keyspace.payloadBytes(entry);
  const at = keyspace.valueOffset(entry);
  if (keyspace.stringEncodingOf(entry) === ENCODING_INT) return readInteger(bytes, at);
  const end = at + 4 + readUint32(bytes, at);
  const integer = parseSafeInteger(bytes, at + 4, end);
  return integer === integer ? integer : parseInteger(bytes, at + 4, end);
}

/** Appends to the string, which becomes raw; returns the entry, which may have moved. */
export function appendString(keyspace: Keyspace, entry: EntryRef, suffix: Slice): EntryRef {
  const length = stringLength(keyspace, entry);
  const target = growString(keyspace, entry, length + suffix.length);
  copyBytes(keyspace.payloadBytes(target), keyspace.valueOffset(target) + 4 + length, suffix);
  return target;
}

/** Overwrites part of the string from `offset` on, zero-filling a gap; it becomes raw. Returns the entry. */
export function overwriteString(keyspace: Keyspace, entry: EntryRef, offset: number, part: Slice): EntryRef {
  const target = growString(keyspace, entry, Math.max(stringLength(keyspace, entry), offset + part.length));
  copyBytes(keyspace.payloadBytes(target), keyspace.valueOffset(target) + 4 + offset, part);
  return target;
}

/** Makes the string raw and at least `length` bytes long, new bytes being zero. Returns the entry. */
export function growString(keyspace: Keyspace, entry: EntryRef, length: number): EntryRef {
  let target = entry;
  if (keyspace.stringEncodingOf(entry) === ENCODING_INT) target = integerToBytes(keyspace, entry);
  const used = readUint32(keyspace.payloadBytes(target), keyspace.valueOffset(target));
  keyspace.setKind(target, KIND_STRING, ENCODING_RAW);
  if (length <= used) return target;
  if (4 + length > keyspace.valueCapacity(target)) {
    target = keyspace.resizeValue(target, 4 + used, 4 + length + Math.min(length, MAX_PREALLOCATION));
  }
  const bytes = keyspace.payloadBytes(target);
  const at = keyspace.valueOffset(target);
  bytes.fill(0, at + 4 + used, at + 4 + length);
  writeUint32(bytes, at, length);
  return target;
}

function integerToBytes(keyspace: Keyspace, entry: EntryRef): EntryRef {
  const digits = readString(keyspace, entry, lengthView);
  const target = keyspace.resizeValue(entry, 0, 4 + digits.length);
  const at = keyspace.valueOffset(target);
  writeUint32(keyspace.payloadBytes(target), at, digits.length);
  copyBytes(keyspace.payloadBytes(target), at + 4, digits);
  return target;
}

function readInteger(bytes: Uint8Array, at: number): number | bigint {
  const high = readInt32(bytes, at + 4);
  // Within 53 bits the number is exact; the rest takes the slow way.
  if (high >= -0x200000 && high < 0x200000) {
    const value = readSafeInt64(bytes, at);
    if (value !== -0x20000000000000) return value;
  }
  return (BigInt(high) << 32n) | BigInt(readUint32(bytes, at));
}

/** Short copies run as a loop: `set` with a view costs more than forty bytes of loop. */
function copyBytes(target: Uint8Array, at: number, source: Slice): void {
  const { bytes, start, end } = source;
  if (end - start > 64) {
    target.set(bytes.subarray(start, end), at);
    return;
  }
  for (let from = start, to = at; from < end; from++, to++) target[to] = bytes[from]!;
}
