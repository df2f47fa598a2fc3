/**
 * All data of one server: its databases, the memory they share, and the places where others hook in.
 *
 * - The store knows nobody above it. Propagation, notifications, tracking and replication set the hooks or subscribe.
 */

import type { Clock } from "../base/clock.ts";
import type { Random } from "../base/random.ts";
import { Topic } from "../base/topic.ts";
import { SeededHash } from "../bytes/seeded_hash.ts";
import { Slice } from "../bytes/slice.ts";
import { Arena } from "../values/arena.ts";
import { DEFAULT_LIST_LIMITS, type ListLimits } from "../values/quicklist.ts";
import { AccessClock } from "./access_clock.ts";
import { Database } from "./database.ts";
import type { KeyspaceEvent } from "./keyspace_events.ts";
import { KeyPrefetch } from "./key_prefetch.ts";
import { LazyFree } from "./lazy_free.ts";
import { ReplicaExpiry } from "./replica_expiry.ts";
import type { SnapshotWalk } from "./snapshot_walk.ts";
import { SpareKeys } from "./spare_keys.ts";
import { WaitingKeys } from "./waiting_keys.ts";
import { WatchedKeys } from "./watched_keys.ts";
import { ValueTable } from "./value_table.ts";

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
  /** Snapshots begun: what a server that forks counts as forks. */
  snapshots: number;
}

/** A key was changed by something that is not the running command, as the command that would do it. */
export interface ImpliedEffect {
  readonly dbIndex: number;
  readonly command: "DEL" | "UNLINK";
  /** Valid during the call. */
  readonly key: Slice;
}

/** A key whose value is another now. */
export interface KeyChange {
  readonly dbIndex: number;
  readonly key: Slice;
  /** The store itself deleted it, expired or evicted, whoever met it. */
  readonly isImplied: boolean;
}

/** What a `Store` needs. */
export interface StoreOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly databaseCount: number;
  /** What its lists take over; the defaults if absent. */
  readonly listLimits?: ListLimits & { packedThreshold: number };
}

/** The databases and what they share. */
export class Store {
  readonly clock: Clock;
  readonly random: Random;
  readonly arena = new Arena();
  readonly hash: SeededHash;
  readonly values: ValueTable;
  readonly prefetch: KeyPrefetch;
  readonly databases: Database[];
  readonly access: AccessClock;
  readonly watched = new WatchedKeys();
  readonly waiting: WaitingKeys;
  readonly replicaExpiry: ReplicaExpiry;
  readonly lazyFree: LazyFree;
  readonly spareKeys = new SpareKeys();
  /** What all lists take over, loaded ones too. */
  readonly listLimits: ListLimits & { packedThreshold: number };
  readonly stats: StoreStats = {
    dirty: 0,
    keyspaceHits: 0,
    keyspaceMisses: 0,
    expiredKeys: 0,
    evictedKeys: 0,
    snapshots: 0,
  };

  expiryRule: ExpiryRule = "delete";
  /** How the deletion of an expired key is propagated: UNLINK with `lazyfree-lazy-expire`. */
  expiryCommand: "DEL" | "UNLINK" = "DEL";
  /** `notify-keyspace-events` as bits of `NOTIFY_`. */
  notifyClasses = 0;
  /** The client, by its id, whose requests are running; 0 while none are: a timer, a file that is loaded. */
  actorId = 0;
  /** The walk that is making a snapshot, if any. */
  snapshot: SnapshotWalk | null = null;

  /** Whether `maxmemory` has room for a larger table of keys. */
  mayGrowTable: (tableBytes: number) => boolean = () => true;

  /** Told of each keyspace event whose class is in `notifyClasses`. */
  readonly onEvent = new Topic<KeyspaceEvent>();
  /** Told of each key that changed, after the change: client-side caching. */
  readonly onKeyChanged = new Topic<KeyChange>();
  /** Told when databases were emptied: -1 for all. */
  readonly onFlushed = new Topic<number>();
  /** Told after FLUSHALL: a save that is under way is of no use any more, and with save points an empty file is due. */
  readonly onFlushAll = new Topic<void>();
  /** Told of deletions that the store itself decides: expiry, eviction. Propagation listens. */
  readonly onImpliedEffect = new Topic<ImpliedEffect>();

  constructor(options: StoreOptions) {
    this.clock = options.clock;
    this.random = options.random;
    this.hash = new SeededHash(options.random.uint32() | 0, options.random.uint32() | 0);
    this.prefetch = new KeyPrefetch(this.hash);
    this.access = new AccessClock(options.random);
    // A served key may have expired since the command that signalled it began.
    this.waiting = new WaitingKeys(() => this.clock.refresh());
    this.replicaExpiry = new ReplicaExpiry(this);
    this.lazyFree = new LazyFree(this.clock);
    this.listLimits = options.listLimits ?? { ...DEFAULT_LIST_LIMITS };
    this.values = new ValueTable(this);
    this.databases = Array.from({ length: options.databaseCount }, (_, index) => new Database(this, index));
  }

  /** Empties a database, or all of them when `dbIndex` is -1. Returns how many keys there were. */
  flush(dbIndex: number): number {
    const databases = dbIndex < 0 ? this.databases : [this.databases[dbIndex]!];
    let count = 0;
    for (const db of databases) {
      this.watched.touchReplaced(db.index, (key) => db.stateOf(new Slice(key)), () => "missing");
      count += db.flush();
      this.waiting.signalDatabase(db.index);
    }
    if (dbIndex < 0) this.replicaExpiry.clear();
    this.onFlushed.emit(dbIndex);
    return count;
  }

  /** Swaps the keys of two databases: their clients see the other's keys from now on. */
  swap(first: Database, second: Database): void {
    if (first === second) return;
    const inFirst = (key: Uint8Array) => first.stateOf(new Slice(key));
    const inSecond = (key: Uint8Array) => second.stateOf(new Slice(key));
    this.watched.touchReplaced(first.index, inFirst, inSecond);
    this.watched.touchReplaced(second.index, inSecond, inFirst);
    [first.keyspace, second.keyspace] = [second.keyspace, first.keyspace];
    [first.averageTtlMs, second.averageTtlMs] = [second.averageTtlMs, first.averageTtlMs];
    this.waiting.signalDatabase(first.index);
    this.waiting.signalDatabase(second.index);
  }

  /** Number of keys in all databases. */
  get keyCount(): number {
    return this.databases.reduce((sum, db) => sum + db.size, 0);
  }

  /** Bytes that keys and values take: blocks in use, hash tables and expiry tables. */
  get dataBytes(): number {
    return this.arena.usedBytes + this.arena.tableBytes;
  }
}
