/**
 * All data of one server: its databases, the memory they share, and the places where others hook in.
 *
 * - The store knows nobody above it. Propagation, notifications, tracking and replication set the hooks or subscribe.
 */

import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { Topic } from "../base/topic.ts";
import { SeededHash } from "../bytes/seeded_hash.ts";
import type { Slice } from "../bytes/slice.ts";
import { Arena } from "../values/arena.ts";
import { SlotTable } from "../values/slot_table.ts";
import { AccessClock } from "./access_clock.ts";
import { Database } from "./database.ts";
import type { KeyspaceEvent } from "./keyspace_events.ts";
import { LazyFree } from "./lazy_free.ts";
import type { SnapshotWalk } from "./snapshot_walk.ts";
import { WaitingKeys } from "./waiting_keys.ts";
import { WatchedKeys } from "./watched_keys.ts";
import type { Value } from "./value.ts";

/** What becomes of a key whose time has come when a command meets it. */
export type ExpiryRule =
  /** It is deleted, and the deletion propagated: a master. */
  | "delete"
  /** It is treated as missing but stays: a replica, or while clients are paused. */
  | "hide"
  /** It is alive: commands from the master, and loading. */
  | "ignore";

/** Counters that INFO shows. */
export interface StoreStats {
  /** Changes since the last save: Redis's `server.dirty`. */
  dirty: number;
  keyspaceHits: number;
  keyspaceMisses: number;
  expiredKeys: number;
  evictedKeys: number;
}

/** A key was changed by something that is not the running command, as the command that would do it. */
export interface ImpliedEffect {
  readonly dbIndex: number;
  readonly argv: readonly (string | Uint8Array)[];
}

/** What a `Store` needs. */
export interface StoreOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly databaseCount: number;
}

/** The databases and what they share. */
export class Store {
  readonly clock: Clock;
  readonly random: Random;
  readonly arena = new Arena();
  readonly hash: SeededHash;
  readonly values = new SlotTable<Value>();
  readonly databases: Database[];
  readonly access: AccessClock;
  readonly watched = new WatchedKeys();
  readonly waiting = new WaitingKeys();
  readonly lazyFree: LazyFree;
  readonly stats: StoreStats = { dirty: 0, keyspaceHits: 0, keyspaceMisses: 0, expiredKeys: 0, evictedKeys: 0 };

  expiryRule: ExpiryRule = "delete";
  /** `notify-keyspace-events` as bits of `NOTIFY_`. */
  notifyClasses = 0;
  /** The walk that is making a snapshot, if any. */
  snapshot: SnapshotWalk | null = null;

  /** Told of each keyspace event whose class is in `notifyClasses`. */
  readonly onEvent = new Topic<KeyspaceEvent>();
  /** Told of each key that changed, after the change: client-side caching. */
  readonly onKeyChanged = new Topic<{ readonly dbIndex: number; readonly key: Slice }>();
  /** Told when databases were emptied: -1 for all. */
  readonly onFlushed = new Topic<number>();
  /** Told of deletions that the store itself decides: expiry, eviction. Propagation listens. */
  readonly onImpliedEffect = new Topic<ImpliedEffect>();

  constructor(options: StoreOptions) {
    this.clock = options.clock;
    this.random = options.random;
    this.hash = new SeededHash(options.random.uint32() | 0, options.random.uint32() | 0);
    this.access = new AccessClock(options.random);
    this.lazyFree = new LazyFree(this.clock);
    this.databases = Array.from({ length: options.databaseCount }, (_, index) => new Database(this, index));
  }

  /** Number of keys in all databases. */
  get keyCount(): number {
    return this.databases.reduce((sum, db) => sum + db.size, 0);
  }

  /** Bytes that keys and values take: blocks in use, hash tables and expiry tables. */
  get dataBytes(): number {
    return this.databases.reduce((sum, db) => sum + db.tableBytes, this.arena.usedBytes);
  }
}
