/**
 * The background search for expired keys, in cycles of bounded time, as Redis's `activeExpireCycle`.
 *
 * - A cycle runs in every round of the cron. It looks at some keys of a database, and at more as long as many of them turn out
 *   to have expired.
 * - A cycle takes about a millisecond (more with more effort), and while there is much to delete others follow, each after as
 *   long a rest. Redis's slow cycles take 25 ms at a time: so long nobody is to wait here.
 * - Only a master does this. A replica waits for the deletions of its master, but for the keys of its own clients.
 */

import type { Clock } from "../base/clock.ts";
import { ACTIVE_EXPIRE_CYCLE_KEYS_PER_LOOP, TIME_SLICE_MS } from "../base/limits.ts";
import { lasting } from "../bytes/lasting_slice.ts";
import { Slice } from "../bytes/slice.ts";
import type { Database } from "./database.ts";
import type { Store } from "./store.ts";

const DATABASES_PER_CYCLE = 16;
const ACCEPTABLE_STALE_PERCENT = 10;
const LOOPS_BETWEEN_CLOCK_READS = 16;

const key = lasting(new Slice());

/** The expiry cycles of one store. */
export class ActiveExpiry {
  /** Cleared by DEBUG SET-ACTIVE-EXPIRE 0. */
  isEnabled = true;
  /** `active-expire-effort`: 1 to 10. */
  effort = 1;
  /** Share of the sampled keys that had expired, a running average in percent: `expired_stale_perc`. */
  stalePercent = 0;
  /** Cycles that ended because their time was over: `expired_time_cap_reached_count`. */
  timeCapReachedCount = 0;
  /** Time spent in cycles: `expire_cycle_cpu_milliseconds`. */
  timeUsedMs = 0;

  readonly #store: Store;
  readonly #clock: Clock;
  #nextDatabase = 0;
  #isTimeOver = false;
  // Of the running cycle.
  #loops = 0;
  #sampledCount = 0;
  #expiredCount = 0;

  constructor(store: Store) {
    this.#store = store;
    this.#clock = store.clock;
  }

  /** True when there is so much to delete that another cycle should follow soon. */
  get needsAnother(): boolean {
    return this.#isAllowed() && (this.#isTimeOver || this.stalePercent > this.#acceptableStalePercent());
  }

  /** How long a cycle may take, and how long the server then rests at least, in milliseconds. */
  get cycleMs(): number {
    return TIME_SLICE_MS + (TIME_SLICE_MS / 4) * (this.effort - 1);
  }

  /** Runs a cycle. */
  run(): void {
    if (this.isEnabled && this.#store.expiryRule === "hide") this.#store.replicaExpiry.run();
    if (this.#isAllowed()) this.#run();
  }

  /** Sets the statistics to zero: CONFIG RESETSTAT. */
  resetStats(): void {
    this.stalePercent = this.timeCapReachedCount = this.timeUsedMs = 0;
  }

  #isAllowed(): boolean {
    return this.isEnabled && this.#store.expiryRule === "delete";
  }

  #acceptableStalePercent(): number {
    return ACCEPTABLE_STALE_PERCENT - (this.effort - 1);
  }

  #run(): void {
    const { databases } = this.#store;
    const startMs = this.#clock.stopwatchMs();
    const endMs = startMs + this.cycleMs;
    // After a cycle that ran out of time there is work somewhere: all databases have their turn.
    const count = this.#isTimeOver ? databases.length : Math.min(DATABASES_PER_CYCLE, databases.length);
    this.#isTimeOver = false;
    this.#loops = this.#sampledCount = this.#expiredCount = 0;
    for (let turn = 0; turn < count && !this.#isTimeOver; turn++) {
      // The next cycle goes on with the next database even when this one takes all the time.
      const db = databases[this.#nextDatabase]!;
      this.#nextDatabase = (this.#nextDatabase + 1) % databases.length;
      this.#expireDatabase(db, endMs);
    }
    this.timeUsedMs += this.#clock.stopwatchMs() - startMs;
    const percent = this.#sampledCount === 0 ? 0 : (100 * this.#expiredCount) / this.#sampledCount;
    this.stalePercent = percent * 0.05 + this.stalePercent * 0.95;
  }

  /** Deletes expired keys of a database until few of those it looks at are, or until the time is over. */
  #expireDatabase(db: Database, endMs: number): void {
    const step = ACTIVE_EXPIRE_CYCLE_KEYS_PER_LOOP / 4;
    const keysPerLoop = ACTIVE_EXPIRE_CYCLE_KEYS_PER_LOOP + step * (this.effort - 1);
    for (;;) {
      this.#loops++;
      const sampled = Math.min(keysPerLoop, db.expiresCount);
      if (sampled === 0) {
        db.averageTtlMs = 0;
        return;
      }
      const expired = this.#expireSome(db, sampled);
      this.#sampledCount += sampled;
      this.#expiredCount += expired;
      if (this.#loops % LOOPS_BETWEEN_CLOCK_READS === 0 && this.#clock.stopwatchMs() > endMs) {
        this.#isTimeOver = true;
        this.timeCapReachedCount++;
        return;
      }
      if (expired * 100 <= this.#acceptableStalePercent() * sampled) return;
    }
  }

  /** Looks at the next `count` keys of a database that have an expiry, and returns how many it deleted. */
  #expireSome(db: Database, count: number): number {
    const { keyspace } = db;
    const { expiry } = keyspace;
    const { snapshot } = this.#store;
    const nowMs = this.#clock.now;
    let expired = 0;
    let ttlSumMs = 0;
    let ttlCount = 0;
    for (let looked = 0; looked < count && expiry.size > 0; looked++) {
      if (expiry.cursor >= expiry.size) expiry.cursor = 0;
      const entry = expiry.at(expiry.cursor);
      const ttlMs = keyspace.expiryOf(entry) - nowMs;
      if (ttlMs > 0) {
        ttlSumMs += ttlMs;
        ttlCount++;
      }
      if (!db.isExpired(entry) || snapshot?.isHeld(keyspace, entry) === true) {
        expiry.cursor++;
        continue;
      }
      // The last key of the index takes this one's place, and is the next to be looked at.
      db.deleteExpired(keyspace.readKey(entry, key), entry);
      expired++;
    }
    if (ttlCount > 0) db.averageTtlMs = runningAverage(db.averageTtlMs, Math.trunc(ttlSumMs / ttlCount));
    return expired;
  }
}

/** The average with a new value of weight 2%, in whole numbers as Redis keeps it. */
function runningAverage(average: number, value: number): number {
  const before = average === 0 ? value : average;
  return Math.trunc(before / 50) * 49 + Math.trunc(value / 50);
}
