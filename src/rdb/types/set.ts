/**
 * Set values: an intset or a table written as it is; the listpacks of Redis 7.2 are read too.
 *
 * ```
 * SET (2)           := length string*       one string per member
 * SET_INTSET (11)   := string               an intset
 * SET_LISTPACK (20) := string               a listpack with one entry per member
 * ```
 *
 * - A member that occurs twice is a fault.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import { Slice } from "../../bytes/slice.ts";
import { validateIntset } from "../../values/intset.ts";
import { parseInt64 } from "../../values/int64.ts";
import { ListpackEntry, listpackFirst, listpackNext, listpackRead, validateListpack } from "../../values/listpack.ts";
import { SetCursor, SetValue } from "../../values/set_value.ts";
import { TableWalk } from "../../values/table_walk.ts";
import type { LoadContext } from "../load_context.ts";
import { TYPE_SET, TYPE_SET_INTSET, TYPE_SET_LISTPACK } from "../rdb_format.ts";
import type { RdbReader } from "../rdb_reader.ts";
import type { RdbWriter } from "../rdb_writer.ts";

/** The types a set is read from. */
export const SET_TYPES: readonly number[] = [TYPE_SET, TYPE_SET_INTSET, TYPE_SET_LISTPACK];

/** A set of more members is not read in one go: where it has not arrived whole that work would be lost. */
const SMALL_SET_MEMBERS = 128;

/** A set of more bytes is not written in one go. */
const SMALL_SET_BYTES = 8192;

/** Where the intset or the member lies that is written, and the walk over a small set: neither outlives its call. */
const text = lasting(new Slice());
const smallWalk = new TableWalk();

/** The type a set is written as. */
export function setType(set: SetValue): number {
  return set.table === null ? TYPE_SET_INTSET : TYPE_SET;
}

/** See `ValueType.trySave`. */
export function trySaveSet(writer: RdbWriter, set: SetValue): boolean {
  if (set.table === null) {
    set.readIntset(text);
    writer.string(text.bytes, text.start, text.end);
    return true;
  }
  if (set.sizeBytes > SMALL_SET_BYTES) return false;
  writer.length(set.size);
  smallWalk.open(set.table);
  try {
    for (let entry = smallWalk.next(); entry !== 0; entry = smallWalk.next()) {
      set.table.readKey(entry, text);
      writer.string(text.bytes, text.start, text.end);
    }
  } finally {
    smallWalk.close();
  }
  return true;
}

/** Writes a set, which must not change before the generator is done or returned. */
export function* saveSet(writer: RdbWriter, set: SetValue): Generator<void> {
  if (trySaveSet(writer, set)) return;
  writer.length(set.size);
  const cursor = new SetCursor();
  cursor.open(set);
  try {
    while (cursor.next()) {
      const { member } = cursor;
      if (writer.isLong(member.length)) yield* writer.longString(member.bytes, member.start, member.end);
      else writer.string(member.bytes, member.start, member.end);
      if (writer.endSlice()) yield;
    }
  } finally {
    cursor.close();
  }
}

/** Reads a set of the given type; `null` if it has no members. */
export function* loadSet(reader: RdbReader, type: number, context: LoadContext): Generator<void, SetValue | null> {
  if (type === TYPE_SET_INTSET) return yield* loadIntset(reader, context);
  const set = new SetValue(context.arena, context.hash);
  let isComplete = false;
  try {
    if (type === TYPE_SET) yield* readMembers(reader, set, context);
    else yield* readListpack(reader, set, context);
    isComplete = set.size > 0;
  } finally {
    if (!isComplete) set.free();
  }
  return isComplete ? set : null;
}

/** See `ValueType.tryLoad`. */
export function tryLoadSet(reader: RdbReader, type: number, context: LoadContext): SetValue | null | undefined {
  if (type === TYPE_SET) return tryMembers(reader, context);
  if (type !== TYPE_SET_INTSET || !reader.tryString(reader.text)) return undefined;
  return fromIntset(reader, context);
}

function tryMembers(reader: RdbReader, context: LoadContext): SetValue | null | undefined {
  if (!reader.tryLength() || reader.length > SMALL_SET_MEMBERS) return undefined;
  const count = reader.length;
  if (count === 0) return null;
  const set = new SetValue(context.arena, context.hash);
  let isComplete = false;
  try {
    if (count > context.maxIntsetEntries) set.convertToTable(count);
    for (let rest = count; rest > 0; rest--) {
      if (!reader.tryString(reader.text)) return undefined;
      addMember(reader, set, rest, context);
    }
    isComplete = true;
  } finally {
    if (!isComplete) set.free();
  }
  return set;
}

function* loadIntset(reader: RdbReader, context: LoadContext): Generator<void, SetValue> {
  while (!reader.tryString(reader.text)) yield;
  return fromIntset(reader, context);
}

/** The set whose intset is the reader's text. */
function fromIntset(reader: RdbReader, context: LoadContext): SetValue {
  const { bytes, start, end } = reader.text;
  if (!validateIntset(bytes, start, end, true)) throw reader.corrupt("Intset integrity check failed.");
  const set = SetValue.fromIntset(context.arena, context.hash, bytes, start, end);
  if (set.size > context.maxIntsetEntries) set.convertToTable();
  return set;
}

function* readMembers(reader: RdbReader, set: SetValue, context: LoadContext): Generator<void, void> {
  const member = reader.text;
  while (!reader.tryLength()) yield;
  const count = reader.length;
  // Room in advance only for as many members as bytes are there: the count may lie.
  if (count > context.maxIntsetEntries) set.convertToTable(Math.min(count, reader.end - reader.position));
  for (let rest = count; rest > 0; rest--) {
    while (!reader.tryString(member)) yield;
    addMember(reader, set, Math.min(rest, reader.end - reader.position), context);
  }
}

/** Adds the reader's text to a set that is to get `expected` members more, this one included. */
function addMember(reader: RdbReader, set: SetValue, expected: number, context: LoadContext): void {
  const member = reader.text;
  // A table that grew with its members would be made several times.
  if (set.table === null && !isInteger(member)) set.convertToTable(expected);
  if (!set.add(member, context.maxIntsetEntries)) throw reader.corrupt("Duplicate set members detected");
}

function isInteger({ bytes, start, end }: Slice): boolean {
  const value = parseInt64(bytes, start, end);
  return value === value;
}

function* readListpack(reader: RdbReader, set: SetValue, context: LoadContext): Generator<void, void> {
  const blob = reader.text;
  const member = new ListpackEntry();
  while (!reader.tryString(blob)) yield;
  const { bytes, start, end } = blob;
  let isSound = validateListpack(bytes, start, end, true);
  for (let at = isSound ? listpackFirst(bytes, start) : 0; at !== 0 && isSound; at = listpackNext(bytes, start, at)) {
    listpackRead(bytes, start, at, member);
    isSound = set.add(member, context.maxIntsetEntries);
  }
  if (!isSound) throw reader.corrupt("Set listpack integrity check failed.");
}
