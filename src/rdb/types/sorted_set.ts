/**
 * Sorted set values: a listpack or a table written as it is; read from every form sorted sets ever had.
 *
 * ```
 * ZSET (3)           := length (member text)*         the score as text behind one byte of length; 253 is nan,
 *                                                     254 plus and 255 minus infinity
 * ZSET_2 (5)         := length (member double)*       the score as 8 bytes, little endian
 * ZSET_ZIPLIST (12)  := string                        a ziplist with members and scores in turn
 * ZSET_LISTPACK (17) := string                        a listpack with members and scores in turn
 * ```
 *
 * - As Redis: a table is written from its greatest score down, so that loading it adds each member before all others.
 * - A member that occurs twice is a fault, and so is a score that is no number.
 */

import { parseLenientDouble } from "../../bytes/double.ts";
import { Slice } from "../../bytes/slice.ts";
import { LISTPACK_EMPTY_BYTES, ListpackEntry, validateListpack } from "../../values/listpack.ts";
import { SortedSetCursor } from "../../values/sorted_set_cursor.ts";
import { type SortedSetLimits, SortedSetValue } from "../../values/sorted_set_value.ts";
import { holdsSoundPairs } from "../listpack_pairs.ts";
import type { LoadContext } from "../load_context.ts";
import { TYPE_ZSET, TYPE_ZSET_2, TYPE_ZSET_LISTPACK, TYPE_ZSET_ZIPLIST } from "../rdb_format.ts";
import type { RdbReader } from "../rdb_reader.ts";
import type { RdbWriter } from "../rdb_writer.ts";
import { ZiplistCursor } from "../ziplist.ts";

/** The types a sorted set is read from. */
export const SORTED_SET_TYPES: readonly number[] = [TYPE_ZSET, TYPE_ZSET_2, TYPE_ZSET_ZIPLIST, TYPE_ZSET_LISTPACK];

const DOUBLE_BYTES = 8;
/** Lengths of a score's text that stand for a value of their own, and the least of them. */
const SPECIAL_SCORES: Readonly<Record<number, number>> = { 253: NaN, 254: Infinity, 255: -Infinity };
const SPECIAL_SCORE_MIN = 253;

// Nothing stays in it between two calls.
const double = new DataView(new ArrayBuffer(DOUBLE_BYTES));
const doubleBytes = new Uint8Array(double.buffer);

/** The type a sorted set is written as. */
export function sortedSetType(set: SortedSetValue): number {
  return set.table === null ? TYPE_ZSET_LISTPACK : TYPE_ZSET_2;
}

/** Writes a sorted set, which must not change before the generator is done or returned. */
export function* saveSortedSet(writer: RdbWriter, set: SortedSetValue): Generator<void> {
  if (set.table === null) {
    const listpack = new Slice();
    set.readListpack(listpack);
    writer.string(listpack.bytes, listpack.start, listpack.end);
    return;
  }
  writer.length(set.size);
  const cursor = new SortedSetCursor();
  cursor.seek(set, 0, true);
  while (cursor.next()) {
    const { member } = cursor;
    if (writer.isLong(member.length)) yield* writer.longString(member.bytes, member.start, member.end);
    else writer.string(member.bytes, member.start, member.end);
    double.setFloat64(0, cursor.score, true);
    writer.raw(doubleBytes, 0, DOUBLE_BYTES);
    if (writer.endSlice()) yield;
  }
}

/** Reads a sorted set of the given type; `null` if it has no members. */
export function* loadSortedSet(
  reader: RdbReader,
  type: number,
  context: LoadContext,
): Generator<void, SortedSetValue | null> {
  if (type === TYPE_ZSET_LISTPACK) return yield* loadListpack(reader, context);
  const set = new SortedSetValue(context.arena, context.hash);
  let isComplete = false;
  try {
    if (type === TYPE_ZSET_ZIPLIST) yield* readZiplist(reader, set, context);
    else yield* readMembers(reader, set, type, context);
    isComplete = set.size > 0;
  } finally {
    if (!isComplete) set.free();
  }
  return isComplete ? set : null;
}

/** See `ValueType.tryLoad`. */
export function tryLoadSortedSet(
  reader: RdbReader,
  type: number,
  context: LoadContext,
): SortedSetValue | null | undefined {
  if (type !== TYPE_ZSET_LISTPACK || !reader.tryString(reader.text)) return undefined;
  return fromListpack(reader, context);
}

function* loadListpack(reader: RdbReader, context: LoadContext): Generator<void, SortedSetValue | null> {
  while (!reader.tryString(reader.text)) yield;
  return fromListpack(reader, context);
}

/** The sorted set whose listpack is the reader's text. */
function fromListpack(reader: RdbReader, context: LoadContext): SortedSetValue | null {
  const { bytes, start, end } = reader.text;
  // Always in depth: an entry with a false length would let an edit of this value write into its neighbours in the arena.
  if (
    !validateListpack(bytes, start, end, true) ||
    !holdsSoundPairs(bytes, start, context, context.sortedSetLimits.maxListpackEntries)
  ) {
    throw reader.corrupt("Zset listpack integrity check failed.");
  }
  if (end - start === LISTPACK_EMPTY_BYTES) return null;
  const set = SortedSetValue.fromListpack(context.arena, context.hash, bytes, start, end);
  // The lengths of the members are not looked at, as in Redis.
  if (set.size > context.sortedSetLimits.maxListpackEntries) set.convertToTable();
  return set;
}

function* readMembers(
  reader: RdbReader,
  set: SortedSetValue,
  type: number,
  context: LoadContext,
): Generator<void, void> {
  const { field: member } = reader;
  const { sortedSetLimits } = context;
  while (!reader.tryLength()) yield;
  const count = reader.length;
  // Room in advance only for as many members as bytes are there: the count may lie.
  set.convertToTable(Math.min(count, reader.end - reader.position));
  for (let rest = count; rest > 0; rest--) {
    while (!reader.tryString(member)) yield;
    let score = type === TYPE_ZSET_2 ? tryBinaryScore(reader) : tryTextScore(reader);
    while (score === null) {
      member.detachFrom(reader.bytes);
      yield;
      score = type === TYPE_ZSET_2 ? tryBinaryScore(reader) : tryTextScore(reader);
    }
    if (score !== score) throw reader.corrupt("Zset with NAN score detected");
    if (set.put(member, score, 0, sortedSetLimits) !== "added") {
      throw reader.corrupt("Duplicate zset fields detected");
    }
  }
  // Only now, as Redis: a listpack does not keep the sign of a zero, and a member too long for one may come last.
  set.convertToListpack(sortedSetLimits);
}

/** The next score, or null while bytes are missing. */
function tryBinaryScore(reader: RdbReader): number | null {
  const slot = reader.text;
  if (!reader.tryBytes(slot, DOUBLE_BYTES)) return null;
  for (let index = 0; index < DOUBLE_BYTES; index++) doubleBytes[index] = slot.bytes[slot.start + index]!;
  return double.getFloat64(0, true);
}

/** The next score, or null while bytes are missing. Text that is no number counts as nan. */
function tryTextScore(reader: RdbReader): number | null {
  if (!reader.has(1)) return null;
  const length = reader.bytes[reader.position]!;
  const textBytes = length < SPECIAL_SCORE_MIN ? length : 0;
  const slot = reader.text;
  if (!reader.tryBytes(slot, 1 + textBytes)) return null;
  if (length >= SPECIAL_SCORE_MIN) return SPECIAL_SCORES[length]!;
  return length === 0 ? NaN : parseLenientDouble(slot.bytes, slot.start + 1, slot.end) ?? NaN;
}

function* readZiplist(reader: RdbReader, set: SortedSetValue, context: LoadContext): Generator<void, void> {
  const blob = reader.text;
  while (!reader.tryString(blob)) yield;
  const cursor = new ZiplistCursor(blob.bytes, blob.start, blob.end);
  const member = new ListpackEntry();
  // The lengths of the members are not looked at, as in Redis.
  const limits: SortedSetLimits = {
    maxListpackEntries: context.sortedSetLimits.maxListpackEntries,
    maxListpackValue: Infinity,
  };
  let isSound = true;
  while (isSound && cursor.next()) {
    member.setString(cursor.text.bytes, cursor.text.start, cursor.text.end);
    member.keep();
    isSound = cursor.next();
    if (!isSound) break;
    const { bytes, start, end } = cursor.text;
    isSound = set.put(member, parseLenientDouble(bytes, start, end) ?? 0, 0, limits) === "added";
  }
  if (!isSound || !cursor.isValid) throw reader.corrupt("Zset ziplist integrity check failed.");
}
