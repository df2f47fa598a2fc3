/**
 * How the string family puts a whole value in the place of another, given the entry that it has looked up.
 *
 * - The entry comes from `lookupWrite`, so an expired key is gone and a running snapshot has the old value.
 */

import type { Slice } from "../../bytes/slice.ts";
import type { Database } from "../../store/database.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { writeString } from "../../store/string_entries.ts";
import { KIND_STRING } from "../../values/kind.ts";

const KEEP_TTL = { keepTtl: true };

/** Sets `key`, whose entry is `found` or `NO_ENTRY`, to `value`; its expiry goes unless `keepsTtl`. Returns the entry. */
export function storeString(
  db: Database,
  key: Slice,
  value: Slice,
  found: EntryRef,
  keepsTtl: boolean,
): EntryRef {
  // A string over a string spares the second search; its clock was set by the first.
  if (found !== NO_ENTRY && db.kindOf(found) === KIND_STRING) {
    const { keyspace } = db;
    if (!keepsTtl) keyspace.clearExpiry(found);
    return writeString(keyspace, found, key, value, keyspace.lruOf(found));
  }
  return keepsTtl ? db.setString(key, value, KEEP_TTL) : db.setString(key, value);
}
