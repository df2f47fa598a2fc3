/**
 * What the commands on bits share: offsets among the arguments, and strings made long enough for a bit.
 */

import { Slice } from "../../bytes/slice.ts";
import type { Context } from "../../command/context.ts";
import type { Database } from "../../store/database.ts";
import { ENCODING_RAW, type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { growString, MAX_STRING_LENGTH, stringLength } from "../../store/string_entries.ts";
import { canonicalInt64, type Int64, parseInt64 } from "../../values/int64.ts";
import type { Services } from "../services.ts";

const HASH = 0x23;
/** Up to this length a new string is written in one go; longer ones grow from nothing. */
const ZEROS_LENGTH = 64;
const zeros = new Slice(new Uint8Array(ZEROS_LENGTH));

/** The longest field of BITFIELD reaches this many bytes beyond the one it begins in. */
const FIELD_REACH_BYTES = 8;

/**
 * The position of a bit, -1 for text that is none. A client's must lie within `proto-max-bulk-len`. Where `fieldBits` is
 * given, `#n` is the beginning of the n-th field of that width.
 */
export function readBitOffset(context: Context, argument: Slice, services: Services, fieldBits = 0): number {
  const { bytes, start, end } = argument;
  const isScaled = fieldBits > 0 && start < end && bytes[start] === HASH;
  let offset = parseInt64(bytes, isScaled ? start + 1 : start, end);
  if (isScaled && offset === offset) offset = scaled(offset, fieldBits);
  // What passes the safe integers passes every string; the first test is written so that NaN fails it.
  if (!(offset >= 0) || typeof offset === "bigint") return -1;
  const byte = Math.floor(offset / 8);
  if (context.origin === "client" && byte >= services.config.integer("proto-max-bulk-len").value) return -1;
  return byte < MAX_STRING_LENGTH - FIELD_REACH_BYTES ? offset : -1;
}

/** True when the string of `entry` ends before a bit, or there is none. */
export function endsBefore(db: Database, entry: EntryRef, bit: number): boolean {
  return entry === NO_ENTRY || stringLength(db.keyspace, entry) <= Math.floor(bit / 8);
}

/**
 * Makes the string of `key`, whose entry from `lookupWrite` is `found`, raw and long enough for a bit, with zeros. Returns
 * its entry.
 */
export function makeRoomFor(db: Database, key: Slice, found: EntryRef, bit: number): EntryRef {
  const length = Math.floor(bit / 8) + 1;
  let entry = found;
  if (entry === NO_ENTRY) {
    zeros.end = length <= ZEROS_LENGTH ? length : 0;
    entry = db.setStringBytes(key, zeros, ENCODING_RAW);
  }
  return growString(db.keyspace, entry, length);
}

/** As Redis, whose product wraps at 64 bits. */
function scaled(index: Int64, fieldBits: number): Int64 {
  const product = Number(index) * fieldBits;
  return Number.isSafeInteger(product) ? product : canonicalInt64(BigInt.asIntN(64, BigInt(index) * BigInt(fieldBits)));
}
