/**
 * Hash values: a listpack or a table written as it is; read from every form hashes ever had (without field expiry).
 *
 * ```
 * HASH (4)           := length (field value)*     two strings per pair
 * HASH_ZIPMAP (9)    := string                    a zipmap
 * HASH_ZIPLIST (13)  := string                    a ziplist with fields and values in turn
 * HASH_LISTPACK (16) := string                    a listpack with fields and values in turn
 * ```
 *
 * - A field that occurs twice is a fault, and so is a field without a value.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import { Slice } from "../../bytes/slice.ts";
import { HashCursor, type HashLimits, HashValue } from "../../values/hash_value.ts";
import { LISTPACK_EMPTY_BYTES, ListpackEntry, listpackLength, validateListpack } from "../../values/listpack.ts";
import { holdsSoundPairs } from "../listpack_pairs.ts";
import type { LoadContext } from "../load_context.ts";
import { TYPE_HASH, TYPE_HASH_LISTPACK, TYPE_HASH_ZIPLIST, TYPE_HASH_ZIPMAP } from "../rdb_format.ts";
import type { RdbReader } from "../rdb_reader.ts";
import type { RdbWriter } from "../rdb_writer.ts";
import { ZiplistCursor } from "../ziplist.ts";
import { ZipmapCursor } from "../zipmap.ts";

/** The types a hash is read from. */
export const HASH_TYPES: readonly number[] = [TYPE_HASH, TYPE_HASH_ZIPMAP, TYPE_HASH_ZIPLIST, TYPE_HASH_LISTPACK];

/** Where the listpack lies that is written. */
const listpack = lasting(new Slice());

/** The type a hash is written as. */
export function hashType(hash: HashValue): number {
  return hash.table === null ? TYPE_HASH_LISTPACK : TYPE_HASH;
}

/** See `ValueType.trySave`. */
export function trySaveHash(writer: RdbWriter, hash: HashValue): boolean {
  if (hash.table !== null) return false;
  hash.readListpack(listpack);
  writer.string(listpack.bytes, listpack.start, listpack.end);
  return true;
}

/** Writes a hash, which must not change before the generator is done or returned. */
export function* saveHash(writer: RdbWriter, hash: HashValue): Generator<void> {
  if (trySaveHash(writer, hash)) return;
  writer.length(hash.size);
  const cursor = new HashCursor();
  cursor.open(hash);
  try {
    while (cursor.next()) {
      const { field, value } = cursor;
      if (writer.isLong(field.length)) yield* writer.longString(field.bytes, field.start, field.end);
      else writer.string(field.bytes, field.start, field.end);
      if (writer.isLong(value.length)) yield* writer.longString(value.bytes, value.start, value.end);
      else writer.string(value.bytes, value.start, value.end);
      if (writer.endSlice()) yield;
    }
  } finally {
    cursor.close();
  }
}

/** Reads a hash of the given type; `null` if it has no fields. */
export function* loadHash(reader: RdbReader, type: number, context: LoadContext): Generator<void, HashValue | null> {
  if (type === TYPE_HASH_LISTPACK) return yield* loadListpack(reader, context);
  const hash = new HashValue(context.arena, context.hash);
  let isComplete = false;
  try {
    if (type === TYPE_HASH) yield* readPairs(reader, hash, context);
    else if (type === TYPE_HASH_ZIPLIST) yield* readZiplist(reader, hash, context);
    else yield* readZipmap(reader, hash, context);
    isComplete = hash.size > 0;
  } finally {
    if (!isComplete) hash.free();
  }
  return isComplete ? hash : null;
}

/** See `ValueType.tryLoad`. */
export function tryLoadHash(reader: RdbReader, type: number, context: LoadContext): HashValue | null | undefined {
  if (type !== TYPE_HASH_LISTPACK || !reader.tryString(reader.text)) return undefined;
  return fromListpack(reader, context);
}

function* loadListpack(reader: RdbReader, context: LoadContext): Generator<void, HashValue | null> {
  while (!reader.tryString(reader.text)) yield;
  return fromListpack(reader, context);
}

/** The hash whose listpack is the reader's text. */
function fromListpack(reader: RdbReader, context: LoadContext): HashValue | null {
  const { bytes, start, end } = reader.text;
  // Always in depth: an entry with a false length would let an edit of this hash write into its neighbours in the arena.
  if (!validateListpack(bytes, start, end, true)) throw reader.corrupt("Hash listpack integrity check failed.");
  const { maxListpackEntries } = context.hashLimits;
  if (!holdsSoundPairs(bytes, start, context, maxListpackEntries)) {
    // Redis notices later what it has to make a table of, and words it so.
    const isForTable = listpackLength(bytes, start) / 2 > maxListpackEntries;
    throw reader.corrupt(isForTable ? "Hash listpack with dup elements" : "Hash listpack integrity check failed.");
  }
  if (end - start === LISTPACK_EMPTY_BYTES) return null;
  const hash = HashValue.fromListpack(context.arena, context.hash, bytes, start, end);
  // The lengths of the values are not looked at, as in Redis.
  if (hash.size > maxListpackEntries) hash.convertToTable();
  return hash;
}

function* readPairs(reader: RdbReader, hash: HashValue, context: LoadContext): Generator<void, void> {
  const { text: value, field } = reader;
  const { hashLimits } = context;
  while (!reader.tryLength()) yield;
  const count = reader.length;
  // Room in advance only for as many fields as bytes are there: the count may lie.
  if (count > hashLimits.maxListpackEntries) hash.convertToTable(Math.min(count, reader.end - reader.position));
  for (let rest = count; rest > 0; rest--) {
    while (!reader.tryString(field)) yield;
    while (!reader.tryString(value)) {
      field.detachFrom(reader.bytes);
      yield;
    }
    const wasListpack = hash.table === null;
    if (hash.set(field, value, hashLimits)) continue;
    throw reader.corrupt(wasListpack ? "Hash with dup elements" : "Duplicate hash fields detected");
  }
}

function* readZiplist(reader: RdbReader, hash: HashValue, context: LoadContext): Generator<void, void> {
  const blob = reader.text;
  while (!reader.tryString(blob)) yield;
  const cursor = new ZiplistCursor(blob.bytes, blob.start, blob.end);
  const field = new ListpackEntry();
  // The lengths of the values are not looked at, as in Redis.
  const limits: HashLimits = {
    maxListpackEntries: context.hashLimits.maxListpackEntries,
    maxListpackValue: Infinity,
  };
  let isSound = true;
  while (isSound && cursor.next()) {
    field.setString(cursor.text.bytes, cursor.text.start, cursor.text.end);
    field.keep();
    isSound = cursor.next() && hash.set(field, cursor.text, limits);
  }
  if (!isSound || !cursor.isValid) throw reader.corrupt("Hash ziplist integrity check failed.");
}

function* readZipmap(reader: RdbReader, hash: HashValue, context: LoadContext): Generator<void, void> {
  const blob = reader.text;
  while (!reader.tryString(blob)) yield;
  const cursor = new ZipmapCursor(blob.bytes, blob.start, blob.end);
  let repeatedBytes = -1;
  while (cursor.next()) {
    const isNew = hash.set(cursor.field, cursor.value, context.hashLimits);
    if (!isNew && repeatedBytes < 0) repeatedBytes = cursor.field.length;
  }
  // Redis checks the whole zipmap before it looks at the fields.
  if (!cursor.isValid) throw reader.corrupt("Zipmap integrity check failed.");
  if (repeatedBytes < 0) return;
  throw reader.corrupt(`Hash zipmap with dup elements, or big length (${repeatedBytes})`);
}
