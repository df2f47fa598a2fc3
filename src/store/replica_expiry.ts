/**
 * The keys that clients of a writable replica gave an expiry: their master does not know them, so the replica deletes them.
 *
 * - A name is kept until the key is found without an expiry, or deleted; it may be the name of a key of the master's by then.
 */

import { latin1 } from "../bytes/ascii.ts";
import { Slice } from "../bytes/slice.ts";
import { NO_ENTRY } from "./entry_layout.ts";
import type { Store } from "./store.ts";

/** A round ends when it has met more keys than this whose time has not come. */
const ALIVE_MAX = 3;
const ROUND_MS = 1;

interface TrackedKey {
  readonly dbIndex: number;
  readonly key: Uint8Array;
}

/** The keys of one store that only its own clients know. */
export class ReplicaExpiry {
  readonly #store: Store;
  readonly #keys = new Map<string, TrackedKey>();

  constructor(store: Store) {
    this.#store = store;
  }

  /** Number of keys: `slave_expires_tracked_keys`. */
  get size(): number {
    return this.#keys.size;
  }

  /** Notes that a client of the replica has set an expiry. */
  remember(dbIndex: number, key: Slice): void {
    const name = `${dbIndex}:${latin1(key.bytes, key.start, key.end)}`;
    if (!this.#keys.has(name)) this.#keys.set(name, { dbIndex, key: key.copy() });
  }

  /** Forgets all: the data is another now. */
  clear(): void {
    this.#keys.clear();
  }

  /** Deletes what has expired, for about a millisecond. As Redis's `expireSlaveKeys`. */
  run(): void {
    const { clock, databases } = this.#store;
    const endMs = clock.stopwatchMs() + ROUND_MS;
    let aliveCount = 0;
    for (const [name, tracked] of this.#keys) {
      const db = databases[tracked.dbIndex]!;
      const key = new Slice(tracked.key);
      const entry = db.keyspace.find(key);
      this.#keys.delete(name);
      if (entry === NO_ENTRY || !db.keyspace.hasExpiry(entry)) continue;
      const isHeld = this.#store.snapshot?.isHeld(db.keyspace, entry) === true;
      if (db.isExpired(entry) && !isHeld) {
        db.deleteExpired(key, entry);
      } else {
        // Back to the end of the line, so that the others have their turn in the next round.
        this.#keys.set(name, tracked);
        aliveCount++;
      }
      if (aliveCount > ALIVE_MAX || clock.stopwatchMs() > endMs) return;
    }
  }
}
