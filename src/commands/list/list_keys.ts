/**
 * Lists by key, and what all commands do that take elements out of one.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { Slice } from "../../bytes/slice.ts";
import { SYNTAX_ERROR, WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import type { EntryRef } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC, NOTIFY_LIST } from "../../store/keyspace_events.ts";
import { KIND_LIST } from "../../values/kind.ts";
import { ListCursor, ListValue } from "../../values/list_value.ts";

/** An end of a list. */
export type ListEnd = "left" | "right";

const LEFT = ascii("left");
const RIGHT = ascii("right");

const cursor = new ListCursor();

/** The list of an entry, or null after the error reply for another kind of value. */
export function listOf(db: Database, entry: EntryRef, reply: Reply): ListValue | null {
  if (db.kindOf(entry) === KIND_LIST) return db.valueOf(entry) as ListValue;
  reply.error(WRONG_TYPE);
  return null;
}

/** Adds an empty list at `key`, which must be missing; something must be pushed next. */
export function addList(db: Database, key: Slice): ListValue {
  const { store } = db;
  const list = new ListValue(store.arena, store.listLimits);
  db.setValue(key, list);
  return list;
}

/** What LEFT or RIGHT says; null for another word. */
export function listEndOf(word: Slice): ListEnd | null {
  if (equalsIgnoreCase(word, LEFT)) return "left";
  return equalsIgnoreCase(word, RIGHT) ? "right" : null;
}

/** LEFT or RIGHT; null after the error reply. */
export function readListEnd(args: Args, index: number, reply: Reply): ListEnd | null {
  const end = listEndOf(args.at(index));
  if (end === null) reply.error(SYNTAX_ERROR);
  return end;
}

/** Replies with `count` elements from `first` on (negative: from the end), which must all be there, as one array. */
export function replyRange(list: ListValue, first: number, count: number, isReverse: boolean, reply: Reply): void {
  reply.array(count);
  cursor.seek(list, first, isReverse);
  cursor.show(count, reply);
}

/** Replies with up to `count` elements from an end, beginning there, and takes them out. Returns how many there were. */
export function popRange(list: ListValue, from: ListEnd, count: number, reply: Reply): number {
  const taken = Math.min(count, list.length);
  const isReverse = from === "right";
  replyRange(list, isReverse ? -1 : 0, taken, isReverse, reply);
  list.deleteRange(isReverse ? -taken : 0, taken);
  return taken;
}

/** Tells that elements were popped, and deletes the key when none is left. */
export function notifyPopped(db: Database, key: Slice, list: ListValue, from: ListEnd): void {
  db.notify(NOTIFY_LIST, from === "left" ? "lpop" : "rpop", key);
  if (list.length === 0) deleteEmptied(db, key);
}

/** Deletes the key of a list that was emptied. */
export function deleteEmptied(db: Database, key: Slice): void {
  db.delete(key);
  db.notify(NOTIFY_GENERIC, "del", key);
}

/** Records that `count` elements were popped by a command. */
export function commitPopped(db: Database, key: Slice, list: ListValue, from: ListEnd, count: number): void {
  notifyPopped(db, key, list, from);
  db.touch(key);
  db.store.stats.dirty += count;
}
