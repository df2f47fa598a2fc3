/**
 * Hashes by key.
 */

import type { Slice } from "../../bytes/slice.ts";
import { WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Database } from "../../store/database.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { HashValue } from "../../values/hash_value.ts";
import { KIND_HASH } from "../../values/kind.ts";

/** The hash of an entry, or null after the error reply for another kind of value. */
export function hashOf(db: Database, entry: EntryRef, reply: Reply): HashValue | null {
  if (db.kindOf(entry) === KIND_HASH) return db.valueOf(entry) as HashValue;
  reply.error(WRONG_TYPE);
  return null;
}

/**
 * The hash at `key`, to be changed: a new one, in which a field must be set next, where the key is missing. Null after the
 * error reply for another kind of value.
 */
export function hashToChange(db: Database, key: Slice, reply: Reply): HashValue | null {
  const entry = db.lookupWrite(key);
  if (entry !== NO_ENTRY) return hashOf(db, entry, reply);
  const hash = new HashValue(db.store.arena, db.store.hash);
  db.setValue(key, hash);
  return hash;
}
