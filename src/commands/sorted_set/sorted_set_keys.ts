/**
 * Sorted sets by key, and what several commands do with them.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import type { Slice } from "../../bytes/slice.ts";
import { replyTableKey } from "../../command/table_reply.ts";
import { WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Database } from "../../store/database.ts";
import type { EntryRef } from "../../store/entry_layout.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC, NOTIFY_ZSET } from "../../store/keyspace_events.ts";
import { KIND_ZSET } from "../../values/kind.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import { SortedSetValue } from "../../values/sorted_set_value.ts";

const member = lasting(new ListpackEntry());

/** The sorted set of an entry, or null after the error reply for another kind of value. */
export function sortedSetOf(db: Database, entry: EntryRef, reply: Reply): SortedSetValue | null {
  if (db.kindOf(entry) === KIND_ZSET) return db.valueOf(entry) as SortedSetValue;
  reply.error(WRONG_TYPE);
  return null;
}

/** The sorted set at a key for reading; null after the reply: `replyMissing` where there is no key. */
export function readSortedSet(
  db: Database,
  name: Slice,
  reply: Reply,
  replyMissing: (reply: Reply) => void,
): SortedSetValue | null {
  const entry = db.lookupRead(name);
  if (entry !== NO_ENTRY) return sortedSetOf(db, entry, reply);
  replyMissing(reply);
  return null;
}

/** For `readSortedSet`: a missing key counts as 0. */
export function replyZero(reply: Reply): void {
  reply.integer(0);
}

/** For `readSortedSet`: a missing key has no answer. */
export function replyNil(reply: Reply): void {
  reply.nil();
}

/** For `readSortedSet`: a missing key has no members. */
export function replyEmptyArray(reply: Reply): void {
  reply.emptyArray();
}

/** A sorted set that belongs to no key yet. */
export function newSortedSet(db: Database): SortedSetValue {
  return new SortedSetValue(db.store.arena, db.store.hash);
}

/** Adds an empty sorted set at `key`, which must be missing; something must be added to it next. */
export function addSortedSet(db: Database, key: Slice): SortedSetValue {
  const set = newSortedSet(db);
  db.setValue(key, set);
  return set;
}

/**
 * Makes a sorted set that belongs to nobody the value of a key, or deletes that where it is empty; replies with the size.
 * It counts as so many changes.
 */
export function storeSortedSet(
  db: Database,
  name: Slice,
  set: SortedSetValue,
  event: string,
  reply: Reply,
  changes = 1,
): void {
  const { size } = set;
  if (size > 0) {
    db.setValue(name, set);
    reply.integer(size);
    db.commit(name, NOTIFY_ZSET, event, changes);
  } else {
    set.free();
    reply.integer(0);
    if (db.delete(name)) db.commit(name, NOTIFY_GENERIC, "del");
  }
}

/** Header of so many members with or without scores: in RESP2 scores stand beside the members, in RESP3 in pairs. */
export function memberHeader(count: number, hasScores: boolean, reply: Reply): void {
  reply.array(hasScores && !reply.isResp3 ? 2 * count : count);
}

/** The member that a handle names, with its score unless that is null. */
export function replyMember(set: SortedSetValue, handle: number, score: number | null, reply: Reply): void {
  if (score !== null && reply.isResp3) reply.array(2);
  const { table } = set;
  if (table !== null) {
    replyTableKey(table, handle, reply);
  } else {
    set.readHandle(handle, member);
    reply.bulkSlice(member);
  }
  if (score !== null) reply.double(score);
}
