/**
 * Sets by key.
 */

import type { Slice } from "../../bytes/slice.ts";
import { WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Database } from "../../store/database.ts";
import type { EntryRef } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC } from "../../store/keyspace_events.ts";
import { KIND_SET } from "../../values/kind.ts";
import { SetValue } from "../../values/set_value.ts";

/** The set of an entry, or null after the error reply for another kind of value. */
export function setOf(db: Database, entry: EntryRef, reply: Reply): SetValue | null {
  if (db.kindOf(entry) === KIND_SET) return db.valueOf(entry) as SetValue;
  reply.error(WRONG_TYPE);
  return null;
}

/** A set that belongs to no key yet. */
export function newSet(db: Database): SetValue {
  return new SetValue(db.store.arena, db.store.hash);
}

/** Adds an empty set at `key`, which must be missing; something must be added to it next. */
export function addSet(db: Database, key: Slice): SetValue {
  const set = newSet(db);
  db.setValue(key, set);
  return set;
}

/** Deletes the key of a set that was emptied. */
export function deleteEmptied(db: Database, key: Slice): void {
  db.delete(key);
  db.notify(NOTIFY_GENERIC, "del", key);
}
