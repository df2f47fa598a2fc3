/**
 * Keys that get another name or another database: what RENAME, MOVE and COPY do with the entry itself.
 *
 * - Strings are copied, since they live in the entry beside the key; other values change hands or are duplicated.
 * - The target key must be absent. Events, watchers and propagation are the command's.
 */

import type { Slice } from "../bytes/slice.ts";
import { KIND_STRING } from "../values/kind.ts";
import type { Database } from "./database.ts";
import type { EntryRef } from "./entry_layout.ts";

/** Moves the entry of `key`, found by `lookupWrite`, to `targetKey` of `target`, with its expiry and its clock. */
export function moveEntry(source: Database, key: Slice, entry: EntryRef, target: Database, targetKey: Slice): void {
  const from = source.keyspace;
  const to = target.keyspace;
  const lru = from.lruOf(entry);
  const hasExpiry = from.hasExpiry(entry);
  const expiresAtMs = from.exactExpiryOf(entry);
  let added: EntryRef;
  if (from.kindOf(entry) === KIND_STRING) {
    added = to.insertStringCopy(targetKey, from, entry, lru);
    source.delete(key);
  } else {
    added = to.insertValue(targetKey, source.detach(key, entry), lru);
  }
  target.noteAdded(targetKey, added);
  if (hasExpiry) target.setExpiry(added, expiresAtMs);
}

/** Puts a copy of `entry`, with its expiry, under `targetKey` of `target`. The copy counts as new to LRU and LFU. */
export function copyEntry(source: Database, entry: EntryRef, target: Database, targetKey: Slice): void {
  const { access, clock } = target.store;
  const from = source.keyspace;
  const to = target.keyspace;
  const hasExpiry = from.hasExpiry(entry);
  const expiresAtMs = from.exactExpiryOf(entry);
  const lru = access.initial(clock.now);
  const added = from.kindOf(entry) === KIND_STRING
    ? to.insertStringCopy(targetKey, from, entry, lru)
    : to.insertValue(targetKey, from.valueOf(entry).duplicate(), lru);
  target.noteAdded(targetKey, added);
  if (hasExpiry) target.setExpiry(added, expiresAtMs);
}
