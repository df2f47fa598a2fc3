/**
 * A point-in-time view of all databases, walked in small steps between commands: what BGSAVE, AOF rewrite and full
 * synchronisation are made of.
 *
 * - The view is exact as of the construction of the walk. Before a write touches a key that the walk has not reached, the
 *   key is saved out of turn (`preserve`); keys added meanwhile are left out.
 * - Both cases set the entry's SAVED flag, which the walk clears as it passes. Hash tables of a section do not move while
 *   the walk has not left it, so "reached" is a comparison of bucket positions.
 * - A large value is never saved in one go. Whoever wants to write to it waits (`isHeld`, `release`) while the walk takes
 *   that key in slices; nobody else waits.
 * - At most one walk at a time: the flag is one bit.
 */

import { LARGE_VALUE_BYTES } from "../base/limits.ts";
import { invariant } from "../base/invariant.ts";
import { Slice } from "../bytes/slice.ts";
import { KIND_STRING } from "../values/kind.ts";
import { ENCODING_INT, type EntryRef, NO_ENTRY, readUint32 } from "./entry_layout.ts";
import type { Keyspace } from "./keyspace.ts";
import type { Store } from "./store.ts";

/** Receives the view, key by key. */
export interface SnapshotSink {
  /** Announces a database before its keys; the counts are hints. */
  beginDatabase(dbIndex: number, keyCount: number, expiresCount: number): void;
  /** Saves one key whole. May be called while a large key is in progress. */
  saveEntry(dbIndex: number, keyspace: Keyspace, entry: EntryRef): void;
  /** Saves one key in slices: each `next()` is one. */
  saveLargeEntry(dbIndex: number, keyspace: Keyspace, entry: EntryRef): Generator<void>;
}

interface Section {
  readonly dbIndex: number;
  readonly keyspace: Keyspace;
  /** As of the view, not of the moment when the walk gets there. */
  readonly keyCount: number;
  readonly expiresCount: number;
  isAdopted: boolean;
}

interface LargeSave {
  readonly keyspace: Keyspace;
  readonly entry: EntryRef;
  readonly slices: Generator<void>;
}

/** A step visits no more buckets than this, most of which hold one key or none. */
const BUCKETS_PER_STEP = 16;
/** A step ends when the values that it saved have about this many bytes. */
const STEP_BYTES = 16 * 1024;
/** A string over this is compressed in slices, up to it in one go: between 1 and 2 ms at about 100 MB/s. */
const LARGE_STRING_BYTES = 2 * LARGE_VALUE_BYTES;
const INTEGER_BYTES = 8;

/** One walk over the data of a store. */
export class SnapshotWalk {
  /** Keys saved so far. */
  keysSaved = 0;
  /** Bytes of the values that were saved out of turn because they were about to change: what a fork would have copied. */
  preservedBytes = 0;
  /** Keys in the view. */
  readonly keyCount: number;
  /** Called when a writer begins to wait (`release`): whoever drives the walk must not wait for anything else then. */
  onAwaited: (() => void) | null = null;

  readonly #store: Store;
  readonly #sections: Section[] = [];
  #sink: SnapshotSink | null;
  #section = 0;
  #table: 0 | 1 = 0;
  #bucket = 0;
  #announced = -1;
  #stepBytes = 0;
  #large: LargeSave | null = null;
  readonly #urgent: { readonly keyspace: Keyspace; readonly key: Uint8Array }[] = [];
  #onProgress: (() => void)[] = [];

  /** Freezes the view and makes the walk the store's `snapshot`. */
  constructor(store: Store, sink: SnapshotSink) {
    invariant(store.snapshot === null, "one snapshot at a time");
    this.#store = store;
    this.#sink = sink;
    for (const db of store.databases) {
      if (db.size === 0) continue;
      db.keyspace.section = this.#sections.length;
      db.keyspace.dict.pauseResize();
      this.#sections.push({
        dbIndex: db.index,
        keyspace: db.keyspace,
        keyCount: db.size,
        expiresCount: db.expiresCount,
        isAdopted: false,
      });
    }
    this.keyCount = store.keyCount;
    store.snapshot = this;
    store.stats.snapshots++;
    if (this.#sections.length === 0) this.#finish();
  }

  /** True when the whole view has been given to the sink, or the walk was cancelled and has cleaned up. */
  get isFinished(): boolean {
    return this.#section === this.#sections.length;
  }

  /** True while a writer waits for a large value to be saved. */
  get isAwaited(): boolean {
    return this.#onProgress.length > 0;
  }

  /** Saves nothing more. `step` must still be called until `isFinished`, to clear the marks of the walk. */
  cancel(): void {
    this.#sink = null;
    // Ends the saver where it stands: it may hold its value's table still.
    this.#large?.slices.return(undefined);
    this.#large = null;
    this.#urgent.length = 0;
    this.#wake();
  }

  /** Does a little work: some buckets, or a slice of a large value. */
  step(): void {
    if (this.isFinished) return;
    // The walk has looked at values that nobody else uses.
    this.#store.values.rest();
    if (this.#large !== null) return this.#continueLarge(this.#large);
    if (this.#urgent.length > 0) return this.#startUrgent();
    this.#stepBytes = 0;
    for (let count = 0; count < BUCKETS_PER_STEP && this.#stepBytes < STEP_BYTES; count++) {
      this.#visitBucket();
      if (this.isFinished || this.#large !== null) return;
    }
  }

  /**
   * Must be called before an entry of `keyspace` is changed or removed. The gate before a command has made the writers of
   * large keys wait; what reaches a large key all the same (a push that a blocked client hands on) pays for it here.
   */
  preserve(keyspace: Keyspace, entry: EntryRef): void {
    if (this.#sink === null) return;
    const large = this.#large;
    if (large !== null && large.entry === entry && large.keyspace === keyspace) {
      while (this.#large === large) this.#continueLarge(large);
      this.preservedBytes += bytesOf(keyspace, entry);
    } else if (!this.#isDone(keyspace, entry)) {
      this.#sink.saveEntry(this.#sections[keyspace.section]!.dbIndex, keyspace, entry);
      this.preservedBytes += bytesOf(keyspace, entry);
      this.keysSaved++;
      keyspace.setSaved(entry, true);
    }
  }

  /** Must be called after an entry was added to `keyspace`. */
  noteAdded(keyspace: Keyspace, entry: EntryRef): void {
    if (this.#sink !== null && !this.#isReached(keyspace, entry)) keyspace.setSaved(entry, true);
  }

  /** True when a write to the entry has to wait until the walk has saved it. */
  isHeld(keyspace: Keyspace, entry: EntryRef): boolean {
    if (this.#sink === null) return false;
    if (this.#large?.entry === entry && this.#large.keyspace === keyspace) return true;
    return isLarge(keyspace, entry, bytesOf(keyspace, entry)) && !this.#isDone(keyspace, entry);
  }

  /** Resolves when the walk has moved on a little; it takes the held `key` first. The caller asks `isHeld` again. */
  release(keyspace: Keyspace, key: Slice): Promise<void> {
    this.#urgent.push({ keyspace, key: key.copy() });
    const progress = new Promise<void>((resolve) => this.#onProgress.push(resolve));
    this.onAwaited?.();
    return progress;
  }

  /**
   * Takes over a keyspace that its database has replaced; false when the walk has no more need of it. One that was cancelled
   * still stands in its buckets, so it must not be freed under it.
   */
  adoptKeyspace(keyspace: Keyspace): boolean {
    if (keyspace.section < this.#section) return false;
    this.#sections[keyspace.section]!.isAdopted = true;
    return true;
  }

  #isReached(keyspace: Keyspace, entry: EntryRef): boolean {
    if (keyspace.section !== this.#section) return keyspace.section < this.#section;
    const { dict } = keyspace;
    const table = dict.tableOf(entry);
    if (table !== this.#table) return table < this.#table;
    return (dict.hashOf(entry) & (dict.bucketCount(table) - 1)) < this.#bucket;
  }

  #isDone(keyspace: Keyspace, entry: EntryRef): boolean {
    return this.#isReached(keyspace, entry) || keyspace.isSaved(entry);
  }

  #visitBucket(): void {
    const { dbIndex, keyspace, keyCount, expiresCount, isAdopted } = this.#sections[this.#section]!;
    const { dict } = keyspace;
    // Nobody will read the marks of a keyspace that is going to be freed.
    if (this.#sink === null && isAdopted) return this.#endSection();
    if (this.#announced < this.#section) {
      this.#announced = this.#section;
      this.#sink?.beginDatabase(dbIndex, keyCount, expiresCount);
    }
    if (this.#bucket === dict.bucketCount(this.#table)) return this.#nextTable();
    for (let entry = dict.buckets(this.#table)[this.#bucket]!; entry !== NO_ENTRY; entry = dict.nextInBucket(entry)) {
      if (keyspace.isSaved(entry) || this.#sink === null) continue;
      const sizeBytes = bytesOf(keyspace, entry);
      if (isLarge(keyspace, entry, sizeBytes)) {
        // The bucket is visited again when the value is done, which is then marked as saved.
        this.#large = { keyspace, entry, slices: this.#sink.saveLargeEntry(dbIndex, keyspace, entry) };
        return;
      }
      this.#sink.saveEntry(dbIndex, keyspace, entry);
      this.#stepBytes += sizeBytes;
      this.keysSaved++;
      keyspace.setSaved(entry, true);
    }
    for (let entry = dict.buckets(this.#table)[this.#bucket]!; entry !== NO_ENTRY; entry = dict.nextInBucket(entry)) {
      keyspace.setSaved(entry, false);
    }
    this.#bucket++;
  }

  #nextTable(): void {
    if (this.#table === 1) return this.#endSection();
    this.#bucket = 0;
    this.#table = 1;
  }

  #endSection(): void {
    this.#bucket = 0;
    this.#table = 0;
    const section = this.#sections[this.#section++]!;
    section.keyspace.section = -1;
    section.keyspace.dict.resumeResize();
    if (section.isAdopted) this.#store.lazyFree.releaseKeyspace(section.keyspace);
    if (this.isFinished) this.#finish();
  }

  #continueLarge(large: LargeSave): void {
    if (!large.slices.next().done) return;
    this.#large = null;
    this.keysSaved++;
    large.keyspace.setSaved(large.entry, true);
    this.#wake();
  }

  #startUrgent(): void {
    const { keyspace, key } = this.#urgent.shift()!;
    const entry = keyspace.section < 0 ? NO_ENTRY : keyspace.find(new Slice(key));
    if (entry === NO_ENTRY || !this.isHeld(keyspace, entry)) return this.#wake();
    const { dbIndex } = this.#sections[keyspace.section]!;
    this.#large = { keyspace, entry, slices: this.#sink!.saveLargeEntry(dbIndex, keyspace, entry) };
  }

  #wake(): void {
    const waiting = this.#onProgress;
    this.#onProgress = [];
    for (const resolve of waiting) resolve();
  }

  #finish(): void {
    this.#store.snapshot = null;
    this.#wake();
  }
}

/** Bytes of the value, without a walk over its elements. */
function bytesOf(keyspace: Keyspace, entry: EntryRef): number {
  if (keyspace.kindOf(entry) !== KIND_STRING) return keyspace.peekValue(entry).sizeBytes;
  if (keyspace.stringEncodingOf(entry) === ENCODING_INT) return INTEGER_BYTES;
  return readUint32(keyspace.payloadBytes(entry), keyspace.valueOffset(entry));
}

/** True when saving the value at once could hold up other clients. */
function isLarge(keyspace: Keyspace, entry: EntryRef, sizeBytes: number): boolean {
  return sizeBytes > (keyspace.kindOf(entry) === KIND_STRING ? LARGE_STRING_BYTES : LARGE_VALUE_BYTES);
}
