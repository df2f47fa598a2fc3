/**
 * `maxmemory`: chooses keys by `maxmemory-policy` and deletes them until the memory in use is within the limit again.
 *
 * - As Redis 7.0: LRU, LFU and TTL are approximations by samples of every database, kept in a pool between the calls.
 * - How much has to go is worked out once for each run, and only what keys and values held counts as freed: what deletions
 *   make replicas and caching clients be told would otherwise evict still more.
 * - A run takes no longer than `maxmemory-eviction-tenacity` allows; it says "running" when the rest is for another run.
 * - Values that wait to be freed are freed before another key goes. Redis evicts further keys instead.
 */

import { TIME_SLICE_MS } from "../base/limits.ts";
import type { LatencyMonitor } from "../metrics/latency_monitor.ts";
import type { MemoryMeter } from "../metrics/memory.ts";
import { lasting } from "../bytes/lasting_slice.ts";
import { Slice } from "../bytes/slice.ts";
import type { Database } from "./database.ts";
import { type EntryRef, NO_ENTRY } from "./entry_layout.ts";
import { EvictionPool } from "./eviction_pool.ts";
import type { Store } from "./store.ts";

/** `maxmemory-policy`. */
export type EvictionPolicy =
  | "volatile-lru"
  | "volatile-lfu"
  | "volatile-random"
  | "volatile-ttl"
  | "allkeys-lru"
  | "allkeys-lfu"
  | "allkeys-random"
  | "noeviction";

/** How a run ended. */
export type EvictionResult =
  /** The memory in use is within the limit, or nothing may be evicted now. */
  | "ok"
  /** Time is up before enough was freed: another run goes on. */
  | "running"
  /** Over the limit, and there is nothing that the policy lets go. */
  | "failed";

/** What an `Eviction` needs. */
export interface EvictionOptions {
  readonly store: Store;
  readonly memory: MemoryMeter;
  readonly latency: LatencyMonitor;
}

/** Keys deleted between two looks at the clock. */
const KEYS_BETWEEN_CLOCK_READS = 16;
/** Keys looked at in each database for one eviction: the bound of `maxmemory-samples`. */
const SAMPLES_MAX = 4096;
/** Rounds of samples in which every key was held by a snapshot, before the keys are left until later. */
const HELD_ROUNDS_MAX = 8;

const keyView = lasting(new Slice());

/** Keeps the memory of one store within `maxmemory`. */
export class Eviction {
  /** `maxmemory`; 0: no limit. */
  maxBytes = 0;
  /** `maxmemory-samples`. */
  samples = 5;
  /** `maxmemory-eviction-tenacity`, 0 to 100. */
  tenacity = 10;
  /** `lazyfree-lazy-eviction`: how deletions are propagated; values that take long are always freed later. */
  isLazy = false;
  /** False while the dataset must stand still: loading, paused clients, a replica that leaves eviction to its master. */
  isAllowed: () => boolean = () => true;
  /** Runs deletions as one unit of work. */
  inUnit: (work: () => void) => void = (work) => work();
  /** Told after each run that has to go on. */
  onUnfinished: (() => void) | null = null;

  readonly #options: EvictionOptions;
  readonly #pool = new EvictionPool();
  #policy: EvictionPolicy = "noeviction";
  #isVolatile = false;
  #sampled = new Int32Array(16);
  /** The database that random eviction took the last key from. */
  #lastDatabase = 0;
  /** When the limit was exceeded, by the stopwatch; -1 while it is not. */
  #exceededAtMs = -1;
  #exceededMs = 0;
  #hasFailed = false;

  constructor(options: EvictionOptions) {
    this.#options = options;
  }

  /** `maxmemory-policy`; it also decides which of the two access clocks the keys of the store have. */
  get policy(): EvictionPolicy {
    return this.#policy;
  }

  set policy(policy: EvictionPolicy) {
    this.#policy = policy;
    this.#isVolatile = policy.startsWith("volatile-");
    this.#options.store.access.policy.isLfu = policy.endsWith("-lfu");
    this.#pool.clear();
  }

  /** How long a run may take, in milliseconds. */
  get timeLimitMs(): number {
    if (this.tenacity <= 10) return 0.05 * this.tenacity;
    return this.tenacity < 100 ? 0.5 * 1.15 ** (this.tenacity - 10) : Infinity;
  }

  /** Milliseconds since the limit was exceeded; 0 while it is not. */
  get currentExceededMs(): number {
    return this.#exceededAtMs < 0 ? 0 : this.#options.store.clock.stopwatchMs() - this.#exceededAtMs;
  }

  /** Milliseconds for which the limit has been exceeded, this time included. */
  get totalExceededMs(): number {
    return this.#exceededMs + this.currentExceededMs;
  }

  /** Bytes that have to be freed; 0 within the limit and without one. */
  get excessBytes(): number {
    return this.maxBytes === 0 ? 0 : this.#excessAfter(0);
  }

  /** Whether so many bytes more stay within the limit. */
  hasRoomFor(bytes: number): boolean {
    return this.maxBytes === 0 || this.#excessAfter(bytes) === 0;
  }

  /** Whether the last run failed: what scripts ask before they write. */
  get isOutOfMemory(): boolean {
    return this.#hasFailed && this.maxBytes > 0;
  }

  /** Frees what is over the limit. */
  run(): EvictionResult {
    const { excessBytes } = this;
    if (excessBytes > 0 && !this.isAllowed()) {
      this.#hasFailed = false;
      return "ok";
    }
    const result = this.#enforce(excessBytes);
    this.#hasFailed = result === "failed";
    this.#noteExcess(result !== "ok");
    if (result === "running") this.onUnfinished?.();
    return result;
  }

  /** Sets the statistics to zero: CONFIG RESETSTAT. */
  resetStats(): void {
    this.#exceededAtMs = -1;
    this.#exceededMs = 0;
  }

  #excessAfter(bytes: number): number {
    const { memory } = this.#options;
    const usedBytes = memory.usedBytes() + bytes;
    if (usedBytes <= this.maxBytes) return 0;
    return Math.max(0, usedBytes - memory.uncountedBytes() - this.maxBytes);
  }

  #noteExcess(isExceeded: boolean): void {
    if (isExceeded === this.#exceededAtMs >= 0) return;
    if (isExceeded) {
      this.#exceededAtMs = this.#options.store.clock.stopwatchMs();
    } else {
      this.#exceededMs += this.currentExceededMs;
      this.#exceededAtMs = -1;
    }
  }

  #enforce(excessBytes: number): EvictionResult {
    if (excessBytes === 0) return "ok";
    const results: EvictionResult[] = [];
    if (this.#policy !== "noeviction") this.inUnit(() => results.push(this.#free(excessBytes)));
    return results[0] ?? "failed";
  }

  #free(excessBytes: number): EvictionResult {
    const { store, latency } = this.#options;
    const { clock } = store;
    const startMs = clock.stopwatchMs();
    const wantedBytes = store.dataBytes - excessBytes;
    let result: EvictionResult = "ok";
    let evicted = 0;
    while (store.dataBytes > wantedBytes) {
      if (!store.lazyFree.isIdle) {
        this.#freeReleased(startMs + this.timeLimitMs);
      } else {
        result = this.#evictOne();
        if (result !== "ok") break;
        if (++evicted % KEYS_BETWEEN_CLOCK_READS !== 0) continue;
      }
      if (clock.stopwatchMs() - startMs > this.timeLimitMs && store.dataBytes > wantedBytes) {
        result = "running";
        break;
      }
    }
    latency.add("eviction-cycle", clock.stopwatchMs() - startMs, clock.now);
    return result;
  }

  /** Frees values that are deleted already. */
  #freeReleased(endMs: number): void {
    const { store: { clock, lazyFree }, latency } = this.#options;
    const startMs = clock.stopwatchMs();
    lazyFree.run(Math.min(endMs - startMs, TIME_SLICE_MS));
    latency.add("eviction-lazyfree", clock.stopwatchMs() - startMs, clock.now);
  }

  #evictOne(): EvictionResult {
    return this.#policy.endsWith("-random") ? this.#evictRandom() : this.#evictBest();
  }

  /** A random key, of one database after the other. */
  #evictRandom(): EvictionResult {
    const { databases, random } = this.#options.store;
    let hasKeys = false;
    for (let turn = 0; turn < databases.length; turn++) {
      this.#lastDatabase = (this.#lastDatabase + 1) % databases.length;
      const db = databases[this.#lastDatabase]!;
      if (this.#countIn(db) === 0) continue;
      hasKeys = true;
      const { dict, expiry } = db.keyspace;
      const entry = this.#isVolatile ? expiry.at(random.below(expiry.size)) : dict.randomEntry(random);
      if (this.#isHeld(db, entry)) continue;
      this.#evict(db, db.keyspace.readKey(entry, keyView));
      return "ok";
    }
    return hasKeys ? "running" : "failed";
  }

  /** The best key of the pool, after samples of every database have had the chance to get into it. */
  #evictBest(): EvictionResult {
    const { databases } = this.#options.store;
    for (let round = 0; round < HELD_ROUNDS_MAX;) {
      let keyCount = 0;
      for (const db of databases) {
        const count = this.#countIn(db);
        if (count > 0) this.#sample(db, count);
        keyCount += count;
      }
      if (keyCount === 0) return "failed";
      if (this.#pool.size === 0) round++;
      for (let best = this.#pool.takeBest(); best !== null; best = this.#pool.takeBest()) {
        const db = databases[best.dbIndex]!;
        const entry = db.keyspace.find(best.key);
        if (entry === NO_ENTRY || (this.#isVolatile && !db.keyspace.hasExpiry(entry))) continue;
        if (this.#isHeld(db, entry)) continue;
        this.#evict(db, best.key);
        return "ok";
      }
    }
    return "running";
  }

  /** Number of keys of a database that the policy lets go. */
  #countIn(db: Database): number {
    return this.#isVolatile ? db.expiresCount : db.size;
  }

  #sample(db: Database, keyCount: number): void {
    const { random } = this.#options.store;
    const { keyspace } = db;
    const wanted = Math.min(this.samples, keyCount, SAMPLES_MAX);
    if (this.#isVolatile) {
      const { expiry } = keyspace;
      for (let index = 0; index < wanted; index++) {
        this.#offer(db, expiry.at(wanted < keyCount ? random.below(keyCount) : index));
      }
      return;
    }
    if (this.#sampled.length < wanted) this.#sampled = new Int32Array(wanted);
    const count = keyspace.dict.sampleEntries(random, wanted, this.#sampled);
    for (let index = 0; index < count; index++) this.#offer(db, this.#sampled[index]!);
    // In a table that has lost most of its keys a sample may find none.
    if (count === 0) this.#offer(db, keyspace.dict.randomEntry(random));
  }

  #offer(db: Database, entry: EntryRef): void {
    if (this.#isHeld(db, entry)) return;
    this.#pool.offer(this.#scoreOf(db, entry), db.index, db.keyspace.readKey(entry, keyView));
  }

  #scoreOf({ keyspace }: Database, entry: EntryRef): number {
    const { access, clock } = this.#options.store;
    if (this.#policy === "volatile-ttl") return -keyspace.expiryOf(entry);
    const bits = keyspace.lruOf(entry);
    return access.policy.isLfu ? 255 - access.frequency(bits, clock.now) : access.idleSeconds(bits, clock.now);
  }

  /** A large value that a snapshot has yet to save cannot go now. */
  #isHeld(db: Database, entry: EntryRef): boolean {
    const { snapshot } = this.#options.store;
    return snapshot !== null && snapshot.isHeld(db.keyspace, entry);
  }

  #evict(db: Database, key: Slice): void {
    const { store: { clock }, latency } = this.#options;
    if (latency.thresholdMs === 0) return db.evict(key, this.isLazy);
    const startMs = clock.stopwatchMs();
    db.evict(key, this.isLazy);
    latency.add("eviction-del", clock.stopwatchMs() - startMs, clock.now);
  }
}
