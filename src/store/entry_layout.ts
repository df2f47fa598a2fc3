/**
 * The bytes of one key in the keyspace: a `Dict` entry whose words and payload hold type, clock, expiry and value.
 *
 * ```
 * word 0..1   next, hash                      the dict's
 * word 2      key length | bit 30 EXPIRES (flag 0) | bit 31 SAVED (flag 1)
 * word 3      kind (4 bits) | string encoding or form of the value (4 bits) | LRU or LFU clock (24 bits)
 * byte 16     key
 *   then      [EXPIRES: 8 bytes unix ms, low word first; 4 bytes position in the expiry index]
 *   then      string as integer:  8 bytes, two's complement, low word first
 *             string as bytes:    4 bytes length, the bytes
 *             anything else:      4 bytes slot of an object, or handle of a block: as the form says
 * ```
 *
 * - The payload follows the key unaligned, so it is read byte by byte.
 */

import type { Arena } from "../values/arena.ts";
import { ENTRY_HEADER_BYTES, FLAG_SHIFT, KEY_LENGTH_MASK, KEY_WORD } from "../values/dict_entry.ts";

/** A key in a keyspace: opaque outside `store/`, valid until that keyspace changes. `NO_ENTRY` where there is none. */
export type EntryRef = number;

/** No such key. */
export const NO_ENTRY: EntryRef = 0;

/** Flag of the dict's entry: the payload starts with an expiry. */
export const FLAG_EXPIRES = 0;

/** Flag of the dict's entry: a running snapshot is done with the key before its walk got there. */
export const FLAG_SAVED = 1;

/** Bytes that an expiry takes at the start of the payload. */
export const EXPIRY_BYTES = 12;

/** String encodings, by Redis's `OBJ_ENCODING_` numbers. */
export const ENCODING_RAW = 0;
export const ENCODING_INT = 1;
export const ENCODING_EMBSTR = 8;

/** Longest string that is reported as `embstr`: Redis's `OBJ_ENCODING_EMBSTR_SIZE_LIMIT`. */
export const EMBSTR_SIZE_LIMIT = 44;

/** Form of a value that is no string: an object, by its slot. */
export const FORM_OBJECT = 0;

/** The other forms are those of a block, as its kind reads it: 1 to this one. */
export const FORM_MAX = 15;

/** Low 24 bits of the user word: the LRU or LFU clock. */
export const LRU_MASK = 0xffffff;

/** The user word of an entry. */
export function packUserWord(kind: number, encoding: number, lru: number): number {
  return (kind << 28) | (encoding << 24) | (lru & LRU_MASK);
}

/** Where the value of an entry starts in its buffer, past key and expiry. */
export function valueStart(arena: Arena, entry: EntryRef): number {
  const offset = arena.offsetOf(entry);
  const word = arena.wordsOf(entry)[(offset >>> 2) + KEY_WORD]!;
  const expiryBytes = ((word >>> (FLAG_SHIFT + FLAG_EXPIRES)) & 1) * EXPIRY_BYTES;
  return offset + ENTRY_HEADER_BYTES + (word & KEY_LENGTH_MASK) + expiryBytes;
}

/** Reads 4 bytes, low byte first, as an unsigned number. */
export function readUint32(bytes: Uint8Array, at: number): number {
  return (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
}

/** Reads 4 bytes, low byte first, as a signed number. */
export function readInt32(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
}

/** Writes the low 32 bits of `value`, low byte first. */
export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value;
  bytes[at + 1] = value >>> 8;
  bytes[at + 2] = value >>> 16;
  bytes[at + 3] = value >>> 24;
}

/** Reads an 8-byte integer, low word first: exact when it is safe (|n| < 2^53), the nearest number elsewhere. */
export function readSafeInt64(bytes: Uint8Array, at: number): number {
  return readUint32(bytes, at) + readInt32(bytes, at + 4) * 0x100000000;
}
