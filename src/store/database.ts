/**
 * One numbered database: what commands use to find, add, change and delete keys.
 *
 * - Lookups apply expiry; lookups for writing also let a running snapshot save the key as it was.
 * - After a change the command calls `commit` (or `touch` and `notify` where Redis does only one of the two).
 * - An `EntryRef` is valid until the next change of this database; the functions that may move one return the new one.
 */

import { Slice } from "../bytes/slice.ts";
import { KIND_STRING } from "../values/kind.ts";
import { type EntryRef, NO_ENTRY } from "./entry_layout.ts";
import { Keyspace } from "./keyspace.ts";
import { NOTIFY_EXPIRED, NOTIFY_KEY_MISS, NOTIFY_NEW } from "./keyspace_events.ts";
import type { Store } from "./store.ts";
import { writeString, writeStringBytes, writeStringInteger } from "./string_entries.ts";
import type { Value } from "./value.ts";
import type { KeyState } from "./watched_keys.ts";

/** Encoding to keep when a string is set from bytes that must stay bytes. */
export interface SetStringOptions {
  /** Keep the key's expiry. */
  readonly keepTtl?: boolean;
}

/** A database of one store. */
export class Database {
  readonly store: Store;
  /** Its number: changes only by SWAPDB, which swaps keyspaces and not databases. */
  readonly index: number;
  /** Its keys. Replaced by FLUSHDB and SWAPDB: do not keep it. */
  keyspace: Keyspace;
  /** Mean time to live of the keys that active expiry has sampled, in milliseconds. */
  averageTtlMs = 0;

  constructor(store: Store, index: number) {
    this.store = store;
    this.index = index;
    this.keyspace = new Keyspace(store);
  }

  /** Number of keys. */
  get size(): number {
    return this.keyspace.size;
  }

  /** Number of keys with an expiry. */
  get expiresCount(): number {
    return this.keyspace.expiry.size;
  }

  /** Bytes of the hash tables and the expiry table. */
  get tableBytes(): number {
    return this.keyspace.dict.tableBytes + this.keyspace.expiry.tableBytes;
  }

  /** Finds a key for reading: counts a hit or a miss and marks the key as used. */
  lookupRead(key: Slice): EntryRef {
    const entry = this.#findAlive(key);
    const { stats } = this.store;
    if (entry === NO_ENTRY) {
      stats.keyspaceMisses++;
      this.notify(NOTIFY_KEY_MISS, "keymiss", key);
      return NO_ENTRY;
    }
    stats.keyspaceHits++;
    this.#markUsed(entry);
    return entry;
  }

  /** Finds a key that the command may change. */
  lookupWrite(key: Slice): EntryRef {
    const entry = this.#findAlive(key);
    if (entry === NO_ENTRY) return NO_ENTRY;
    this.#markUsed(entry);
    return this.store.snapshot === null ? entry : this.#preserved(key, entry);
  }

  /** Finds a key without leaving a trace: no hit or miss, no change of its LRU clock. */
  peek(key: Slice): EntryRef {
    return this.#findAlive(key);
  }

  /** Sets `key` to a string, whatever it held. Returns its entry. */
  setString(key: Slice, value: Slice, options?: SetStringOptions): EntryRef {
    const old = this.#prepareOverwrite(key, options?.keepTtl === true);
    const entry = writeString(this.keyspace, old, key, value, this.#initialLru());
    return old === NO_ENTRY ? this.#added(key, entry) : entry;
  }

  /** Sets `key` to a string that stays bytes even where it reads as an integer. */
  setStringBytes(key: Slice, value: Slice, encoding: number, options?: SetStringOptions): EntryRef {
    const old = this.#prepareOverwrite(key, options?.keepTtl === true);
    const entry = writeStringBytes(this.keyspace, old, key, value, { encoding, lru: this.#initialLru() });
    return old === NO_ENTRY ? this.#added(key, entry) : entry;
  }

  /** Sets `key` to an integer; a number must be safe. */
  setStringInteger(key: Slice, value: number | bigint, options?: SetStringOptions): EntryRef {
    const old = this.#prepareOverwrite(key, options?.keepTtl === true);
    const entry = writeStringInteger(this.keyspace, old, key, value, this.#initialLru());
    return old === NO_ENTRY ? this.#added(key, entry) : entry;
  }

  /** Sets `key` to a value that is not a string, whatever it held; the database owns it from now on. */
  setValue(key: Slice, value: Value, options?: SetStringOptions): EntryRef {
    const old = this.keyspace.find(key);
    const expiryMs = old === NO_ENTRY || options?.keepTtl !== true ? -1 : this.keyspace.expiryOf(old);
    if (old !== NO_ENTRY) this.#removeEntry(key, old);
    let entry = this.#added(key, this.keyspace.insertValue(key, value, this.#initialLru()));
    if (expiryMs >= 0) entry = this.keyspace.setExpiry(entry, expiryMs);
    this.store.waiting.signal(this.index, key);
    return entry;
  }

  /** Kind of the value, by `KIND_` number. */
  kindOf(entry: EntryRef): number {
    return this.keyspace.kindOf(entry);
  }

  /** The value of an entry that is not a string. */
  valueOf(entry: EntryRef): Value {
    return this.keyspace.valueOf(entry);
  }

  /** Deletes `key` without any event; true when it was there. Expired keys count as missing. */
  delete(key: Slice): boolean {
    const entry = this.#findAlive(key);
    if (entry === NO_ENTRY) return false;
    this.#removeEntry(key, entry);
    return true;
  }

  /** Takes the value that is not a string away from `key` and deletes the key: RENAME, MOVE. */
  detach(key: Slice, entry: EntryRef): Value {
    const kept = this.#preserved(key, entry);
    const value = this.keyspace.detachValue(kept);
    this.keyspace.remove(kept);
    return value;
  }

  /** Unix time in milliseconds at which the entry expires, or -1. */
  expiryOf(entry: EntryRef): number {
    return this.keyspace.expiryOf(entry);
  }

  /** Sets the expiry of an entry found by `lookupWrite`; returns the entry, which may have moved. */
  setExpiry(entry: EntryRef, atMs: number): EntryRef {
    return this.keyspace.setExpiry(entry, atMs);
  }

  /** Removes the expiry of an entry found by `lookupWrite`; true when it had one. */
  clearExpiry(entry: EntryRef): boolean {
    if (this.keyspace.expiryOf(entry) < 0) return false;
    this.keyspace.clearExpiry(entry);
    return true;
  }

  /** Records a change: counts it, touches watchers and caches, tells listeners. */
  commit(key: Slice, eventClass: number, event: string, changes = 1): void {
    this.store.stats.dirty += changes;
    this.touch(key);
    this.notify(eventClass, event, key);
  }

  /** Tells those who watch or cache `key` that it changed: Redis's `signalModifiedKey`. */
  touch(key: Slice): void {
    const { store } = this;
    if (!store.watched.isEmpty) store.watched.touch(this.index, key, (changed) => this.stateOf(changed));
    if (store.onKeyChanged.hasListeners) store.onKeyChanged.emit({ dbIndex: this.index, key });
  }

  /** Publishes a keyspace event when its class is wanted. */
  notify(eventClass: number, event: string, key: Slice): void {
    const { store } = this;
    if ((store.notifyClasses & eventClass) === 0) return;
    store.onEvent.emit({ eventClass, event, key, dbIndex: this.index });
  }

  /** True when the entry's time has come, whatever the rule of the moment. */
  isExpired(entry: EntryRef): boolean {
    const atMs = this.keyspace.expiryOf(entry);
    return atMs >= 0 && this.store.clock.now > atMs;
  }

  /** What there is of a key, without touching it. */
  stateOf(key: Slice): KeyState {
    const entry = this.keyspace.find(key);
    if (entry === NO_ENTRY) return "missing";
    return this.isExpired(entry) ? "expired" : "alive";
  }

  /** Deletes an expired key as a master does: event, count and propagation. */
  deleteExpired(key: Slice, entry: EntryRef): void {
    const { store } = this;
    const name = key.copy();
    this.#removeEntry(key, entry);
    store.stats.expiredKeys++;
    const owned = new Slice(name);
    this.notify(NOTIFY_EXPIRED, "expired", owned);
    this.touch(owned);
    store.onImpliedEffect.emit({ dbIndex: this.index, argv: ["DEL", name] });
  }

  /** Empties the database; the number of keys it had. The memory comes back in the background. */
  flush(): number {
    const count = this.size;
    const old = this.keyspace;
    this.keyspace = new Keyspace(this.store);
    if (this.store.snapshot?.adoptKeyspace(old) !== true) this.store.lazyFree.releaseKeyspace(old);
    this.averageTtlMs = 0;
    return count;
  }

  /** Finishes an insertion made through `keyspace` itself: loading, tests. */
  noteAdded(key: Slice, entry: EntryRef): void {
    this.#added(key, entry);
  }

  #findAlive(key: Slice): EntryRef {
    const entry = this.keyspace.find(key);
    if (entry === NO_ENTRY || !this.isExpired(entry)) return entry;
    switch (this.store.expiryRule) {
      case "ignore":
        return entry;
      case "delete":
        // A large value that a snapshot still has to save stays a little longer, unseen.
        if (this.store.snapshot?.isHeld(this.keyspace, entry) !== true) this.deleteExpired(key, entry);
        return NO_ENTRY;
      case "hide":
        return NO_ENTRY;
    }
  }

  #markUsed(entry: EntryRef): void {
    const { keyspace, store } = this;
    // A save in progress makes no difference: nothing is shared with it copy-on-write.
    keyspace.setLru(entry, store.access.touched(keyspace.lruOf(entry), store.clock.now));
  }

  #initialLru(): number {
    return this.store.access.initial(this.store.clock.now);
  }

  #prepareOverwrite(key: Slice, keepTtl: boolean): EntryRef {
    const { keyspace } = this;
    let entry = keyspace.find(key);
    if (entry === NO_ENTRY) return NO_ENTRY;
    entry = this.#preserved(key, entry);
    if (keyspace.kindOf(entry) !== KIND_STRING) {
      this.store.lazyFree.release(keyspace.detachValue(entry));
      keyspace.setKind(entry, KIND_STRING, 1);
    }
    if (!keepTtl) keyspace.clearExpiry(entry);
    return entry;
  }

  #removeEntry(key: Slice, entry: EntryRef): void {
    const kept = this.#preserved(key, entry);
    if (this.keyspace.kindOf(kept) !== KIND_STRING) this.store.lazyFree.release(this.keyspace.detachValue(kept));
    this.keyspace.remove(kept);
  }

  #preserved(key: Slice, entry: EntryRef): EntryRef {
    const { snapshot } = this.store;
    if (snapshot !== null) snapshot.preserve(this.keyspace, entry);
    return entry;
  }

  #added(key: Slice, entry: EntryRef): EntryRef {
    const { store } = this;
    if (store.snapshot !== null) store.snapshot.noteAdded(this.keyspace, entry);
    this.notify(NOTIFY_NEW, "new", key);
    return entry;
  }
}
