/**
 * One numbered database: what commands use to find, add, change and delete keys.
 *
 * - Lookups apply expiry; lookups for writing also let a running snapshot save the key as it was.
 * - After a change the command calls `commit` (or `touch` and `notify` where Redis does only one of the two).
 * - An `EntryRef` is valid until the next change of this database; the functions that may move one return the new one.
 */

import { Slice } from "../bytes/slice.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Dict } from "../values/dict.ts";
import { KIND_STREAM, KIND_STRING } from "../values/kind.ts";
import { ENCODING_INT, type EntryRef, NO_ENTRY } from "./entry_layout.ts";
import { Keyspace } from "./keyspace.ts";
import { NOTIFY_EVICTED, NOTIFY_EXPIRED, NOTIFY_KEY_MISS, NOTIFY_NEW } from "./keyspace_events.ts";
import type { Store } from "./store.ts";
import { writeString, writeStringBytes, writeStringInteger } from "./string_entries.ts";
import type { Value } from "./value.ts";
import type { KeyState } from "./watched_keys.ts";

/** What becomes of the rest of the key when its value is set. */
export interface SetStringOptions {
  /** Keep the key's expiry. */
  readonly keepTtl?: boolean;
}

/** How many expired keys that must stay RANDOMKEY passes over, as in Redis. */
const EXPIRED_TRIES_MAX = 100;

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

  /** See `KeyPrefetch.request`. */
  readAhead(args: Args, first: number, step = 1): number {
    return this.store.prefetch.request(this.keyspace.dict, args, first, step);
  }

  /** See `MemberPrefetch.expect`. */
  expectMember(table: Dict | null, args: Args, place: number): void {
    this.store.prefetch.members.expect(table, args, place);
  }

  /** Finds a key for reading: counts a hit or a miss and marks the key as used. */
  lookupRead(key: Slice): EntryRef {
    const entry = this.lookupReadNoTouch(key);
    if (entry !== NO_ENTRY) this.#markUsed(entry);
    return entry;
  }

  /** As `lookupRead`, but does not mark the key as used: EXISTS, TYPE, TTL. */
  lookupReadNoTouch(key: Slice): EntryRef {
    const entry = this.lookupReadNoNotify(key);
    if (entry === NO_ENTRY) this.notify(NOTIFY_KEY_MISS, "keymiss", key);
    return entry;
  }

  /** As `lookupReadNoTouch`, but a miss is no event: OBJECT. */
  lookupReadNoNotify(key: Slice): EntryRef {
    const entry = this.#findAlive(key, false);
    const { stats } = this.store;
    if (entry === NO_ENTRY) stats.keyspaceMisses++;
    else stats.keyspaceHits++;
    return entry;
  }

  /** Finds a key that the command may change. */
  lookupWrite(key: Slice): EntryRef {
    const entry = this.#findAlive(key, true);
    if (entry === NO_ENTRY) return NO_ENTRY;
    this.#markUsed(entry);
    this.preserve(entry);
    return entry;
  }

  /** Finds a key without leaving a trace: no hit or miss, no change of its LRU clock. */
  peek(key: Slice): EntryRef {
    return this.#findAlive(key, false);
  }

  /** A random key's entry, or `NO_ENTRY`. Where nearly all keys have expired and must stay it may be one of those. */
  randomEntry(): EntryRef {
    const { keyspace, store } = this;
    const key = new Slice();
    for (let triesLeft = EXPIRED_TRIES_MAX;;) {
      const entry = keyspace.dict.fairRandomEntry(store.random);
      if (entry === NO_ENTRY || !this.isExpired(entry)) return entry;
      const sizeBefore = keyspace.size;
      if (this.#meetExpired(keyspace.readKey(entry, key), entry, false) !== NO_ENTRY) return entry;
      // A deletion is no reason to give up: only keys that stay use up the tries.
      if (keyspace.size === sizeBefore && --triesLeft === 0) return entry;
    }
  }

  /** Sets `key` to a string, whatever it held. Returns its entry. */
  setString(key: Slice, value: Slice, options?: SetStringOptions): EntryRef {
    const old = this.#prepareOverwrite(key, options?.keepTtl === true);
    const entry = writeString(this.keyspace, old, key, value, this.#lruForWrite(old));
    return old === NO_ENTRY ? this.#added(key, entry) : entry;
  }

  /** Sets `key` to a string that stays bytes even where it reads as an integer. */
  setStringBytes(key: Slice, value: Slice, encoding: number, options?: SetStringOptions): EntryRef {
    const old = this.#prepareOverwrite(key, options?.keepTtl === true);
    const entry = writeStringBytes(this.keyspace, old, key, value, { encoding, lru: this.#lruForWrite(old) });
    return old === NO_ENTRY ? this.#added(key, entry) : entry;
  }

  /** Adds an integer, a number being safe, as the string of a `key` that is known to be missing. Returns its entry. */
  addStringInteger(key: Slice, value: number | bigint): EntryRef {
    return this.#added(key, writeStringInteger(this.keyspace, NO_ENTRY, key, value, this.#lruForWrite(NO_ENTRY)));
  }

  /** Sets `key` to a value that is not a string, whatever it held; the database owns it from now on. */
  setValue(key: Slice, value: Value, options?: SetStringOptions): EntryRef {
    const { keyspace } = this;
    const old = this.#prepareOverwrite(key, options?.keepTtl === true);
    const lru = this.#lruForWrite(old);
    if (old !== NO_ENTRY) return keyspace.overwriteValue(old, value, lru);
    return this.#added(key, keyspace.insertValue(key, value, lru));
  }

  /** Kind of the value, by `KIND_` number. */
  kindOf(entry: EntryRef): number {
    return this.keyspace.kindOf(entry);
  }

  /** The value of an entry that is not a string. */
  valueOf(entry: EntryRef): Value {
    return this.keyspace.valueOf(entry);
  }

  /** Deletes `key` without any event; true when it was there. On a master expired keys count as missing. */
  delete(key: Slice): boolean {
    const entry = this.keyspace.find(key);
    if (entry === NO_ENTRY) return false;
    if (this.store.expiryRule === "delete" && this.isExpired(entry)) {
      this.deleteExpired(key, entry);
      return false;
    }
    this.#removeEntry(key, entry);
    return true;
  }

  /** Takes the value that is not a string away from `key` and deletes the key: RENAME, MOVE. */
  detach(key: Slice, entry: EntryRef): Value {
    this.preserve(entry);
    if (this.keyspace.kindOf(entry) === KIND_STREAM) this.store.waiting.signal(this.index, key);
    const value = this.keyspace.detachValue(entry);
    this.keyspace.remove(entry);
    return value;
  }

  /** Unix time in milliseconds at which the entry expires, or -1. Beyond 2^53 the nearest number. */
  expiryOf(entry: EntryRef): number {
    return this.keyspace.expiryOf(entry);
  }

  /** Sets the expiry of an entry found by `lookupWrite`, 64 bits, a number being safe; the entry may move. */
  setExpiry(entry: EntryRef, atMs: number | bigint): EntryRef {
    const { store, keyspace } = this;
    const target = keyspace.setExpiry(entry, atMs);
    if (store.expiryRule === "hide") store.replicaExpiry.remember(this.index, keyspace.readKey(target, new Slice()));
    return target;
  }

  /** Removes the expiry of an entry found by `lookupWrite`; true when it had one. */
  clearExpiry(entry: EntryRef): boolean {
    if (!this.keyspace.hasExpiry(entry)) return false;
    this.keyspace.clearExpiry(entry);
    return true;
  }

  /** Must be called before an entry found for reading is changed: lets a running snapshot save the key as it is. */
  preserve(entry: EntryRef): void {
    const { snapshot } = this.store;
    if (snapshot !== null) snapshot.preserve(this.keyspace, entry);
  }

  /** Records a change: counts it, touches watchers and caches, tells listeners. */
  commit(key: Slice, eventClass: number, event: string, changes = 1): void {
    this.store.stats.dirty += changes;
    this.touch(key);
    this.notify(eventClass, event, key);
  }

  /** Tells those who watch or cache `key` that it changed: Redis's `signalModifiedKey`. */
  touch(key: Slice): void {
    this.#touch(key, false);
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

  /** Deletes an expired key as a master does: event, count and propagation. `key` may lie in the entry itself. */
  deleteExpired(key: Slice, entry: EntryRef): void {
    const { store } = this;
    const name = store.spareKeys.take(key);
    this.#removeEntry(name, entry);
    store.stats.expiredKeys++;
    this.notify(NOTIFY_EXPIRED, "expired", name);
    this.#touch(name, true);
    store.onImpliedEffect.emit({ dbIndex: this.index, command: store.expiryCommand, key: name });
    store.spareKeys.giveBack(name);
  }

  /** Deletes a key, which must be there, to make room: event, count and propagation. `key` may lie in the entry itself. */
  evict(key: Slice, isLazy: boolean): void {
    const { store } = this;
    const name = store.spareKeys.take(key);
    this.#removeEntry(name, this.keyspace.find(name));
    store.stats.evictedKeys++;
    this.#touch(name, true);
    this.notify(NOTIFY_EVICTED, "evicted", name);
    store.onImpliedEffect.emit({ dbIndex: this.index, command: isLazy ? "UNLINK" : "DEL", key: name });
    store.spareKeys.giveBack(name);
  }

  /** Replaces the keyspace by an empty one; the number of keys it had. `Store.flush` is what commands call. */
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

  #touch(key: Slice, isImplied: boolean): void {
    const { store } = this;
    if (!store.watched.isEmpty) store.watched.touch(this.index, key, (changed) => this.stateOf(changed));
    if (store.onKeyChanged.hasListeners) store.onKeyChanged.emit({ dbIndex: this.index, key, isImplied });
  }

  #findAlive(key: Slice, isWrite: boolean): EntryRef {
    const entry = this.keyspace.find(key);
    return entry === NO_ENTRY || !this.isExpired(entry) ? entry : this.#meetExpired(key, entry, isWrite);
  }

  #meetExpired(key: Slice, entry: EntryRef, isWrite: boolean): EntryRef {
    const { expiryRule, snapshot } = this.store;
    if (expiryRule === "ignore") return entry;
    // A writable replica deletes what its own clients are about to write.
    if (expiryRule === "hide" && !isWrite) return NO_ENTRY;
    // A large value that a snapshot still has to save stays a little longer, unseen; its writers wait.
    if (isWrite || snapshot === null || !snapshot.isHeld(this.keyspace, entry)) this.deleteExpired(key, entry);
    return NO_ENTRY;
  }

  #markUsed(entry: EntryRef): void {
    const { keyspace, store: { access, clock } } = this;
    // A save in progress makes no difference: nothing is shared with it copy-on-write.
    keyspace.setLru(entry, access.touched(access.policy.isLfu ? keyspace.lruOf(entry) : 0, clock.now));
  }

  #lruForWrite(old: EntryRef): number {
    const { access, clock } = this.store;
    return old === NO_ENTRY ? access.initial(clock.now) : access.touched(this.keyspace.lruOf(old), clock.now);
  }

  #prepareOverwrite(key: Slice, keepTtl: boolean): EntryRef {
    const { keyspace } = this;
    const entry = this.#findAlive(key, true);
    if (entry === NO_ENTRY) return NO_ENTRY;
    this.preserve(entry);
    if (!keepTtl) keyspace.clearExpiry(entry);
    if (keyspace.kindOf(entry) !== KIND_STRING) {
      this.#releaseValue(key, entry);
      // Nothing may see a slot that is not taken any more, not even when the new value finds no memory.
      keyspace.setKind(entry, KIND_STRING, ENCODING_INT);
    }
    return entry;
  }

  #removeEntry(key: Slice, entry: EntryRef): void {
    this.preserve(entry);
    if (this.keyspace.kindOf(entry) !== KIND_STRING) this.#releaseValue(key, entry);
    this.keyspace.remove(entry);
  }

  #releaseValue(key: Slice, entry: EntryRef): void {
    const { store, keyspace } = this;
    // Readers of a consumer group that wait learn that their stream is gone.
    if (keyspace.kindOf(entry) === KIND_STREAM) store.waiting.signal(this.index, key);
    store.lazyFree.release(keyspace.detachValue(entry));
  }

  #added(key: Slice, entry: EntryRef): EntryRef {
    const { store } = this;
    if (store.snapshot !== null) store.snapshot.noteAdded(this.keyspace, entry);
    if (this.keyspace.kindOf(entry) !== KIND_STRING) store.waiting.signal(this.index, key);
    this.notify(NOTIFY_NEW, "new", key);
    return entry;
  }
}
