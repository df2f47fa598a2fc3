/**
 * Clients that wait for keys (BLPOP, XREAD BLOCK, ...), by key, in order of arrival.
 *
 * - A write that may satisfy a waiter signals its key; the executor serves the signalled keys after the command, or after
 *   the whole transaction.
 * - A waiter is served at most once; serving it removes it from all its keys.
 */

import { latin1 } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";

/** A client that waits for any of its keys. */
export interface KeyWaiter {
  /**
   * Waiters of one kind take turns: when one of them gets nothing from a key, those behind it are not asked. For lists,
   * where a thousand may wait for one element. Absent: each is asked, since each may wait for something else (streams).
   */
  readonly turnKind?: number;
  /** Tries to satisfy the wait from `key` of its database; true when the wait is over. Throwing ends it, too. */
  serve(key: Uint8Array): boolean;
}

interface Queue {
  readonly dbIndex: number;
  readonly key: Uint8Array;
  readonly waiters: Set<KeyWaiter>;
}

/** The waiting clients of one server. */
export class WaitingKeys {
  readonly #queues = new Map<string, Queue>();
  readonly #queuesOf = new Map<KeyWaiter, Set<string>>();
  readonly #ready = new Set<string>();
  readonly #beforeServing: (() => void) | undefined;
  #isServing = false;

  /** `beforeServing` runs once before signalled keys are served. */
  constructor(beforeServing?: () => void) {
    this.#beforeServing = beforeServing;
  }

  /** Number of clients that wait for keys. */
  get waiterCount(): number {
    return this.#queuesOf.size;
  }

  /** Number of keys that somebody waits for. */
  get keyCount(): number {
    return this.#queues.size;
  }

  /** True when `serveReady` has work. */
  get hasReady(): boolean {
    return this.#ready.size > 0;
  }

  /** Adds `waiter` at the end of the queue of each key. */
  add(dbIndex: number, keys: readonly Uint8Array[], waiter: KeyWaiter): void {
    const names = this.#queuesOf.get(waiter) ?? new Set<string>();
    this.#queuesOf.set(waiter, names);
    for (const key of keys) {
      const name = queueName(dbIndex, latin1(key));
      names.add(name);
      let queue = this.#queues.get(name);
      if (queue === undefined) this.#queues.set(name, queue = { dbIndex, key, waiters: new Set() });
      queue.waiters.add(waiter);
    }
  }

  /** Takes `waiter` out of all its queues. */
  remove(waiter: KeyWaiter): void {
    for (const name of this.#queuesOf.get(waiter) ?? []) {
      const queue = this.#queues.get(name)!;
      queue.waiters.delete(waiter);
      if (queue.waiters.size === 0) this.#queues.delete(name);
    }
    this.#queuesOf.delete(waiter);
  }

  /** Notes that `key` may satisfy its waiters. Cheap when nobody waits for anything. */
  signal(dbIndex: number, key: Slice): void {
    if (this.#queues.size === 0) return;
    const name = queueName(dbIndex, latin1(key.bytes, key.start, key.end));
    if (this.#queues.has(name)) this.#ready.add(name);
  }

  /** Signals every key of a database that somebody waits for: after SWAPDB and FLUSHDB. */
  signalDatabase(dbIndex: number): void {
    for (const [name, queue] of this.#queues) if (queue.dbIndex === dbIndex) this.#ready.add(name);
  }

  /**
   * Serves the waiters of the signalled keys, and of those that serving signals in turn. `afterEach` follows each served;
   * `onError` takes what a waiter throws, which ends its wait and is no concern of whoever wrote the key.
   */
  serveReady(afterEach: () => void, onError: (error: unknown) => void): void {
    // A served client's own write may signal again: the loop below picks that up.
    if (this.#isServing) return;
    this.#isServing = true;
    this.#beforeServing?.();
    try {
      for (const name of this.#ready) {
        this.#ready.delete(name);
        const queue = this.#queues.get(name);
        if (queue === undefined) continue;
        this.#serve(queue, afterEach, onError);
      }
    } finally {
      this.#isServing = false;
    }
  }

  #serve(queue: Queue, afterEach: () => void, onError: (error: unknown) => void): void {
    let emptyHanded = 0;
    for (const waiter of queue.waiters) {
      const turnBit = waiter.turnKind === undefined ? 0 : 1 << waiter.turnKind;
      if ((emptyHanded & turnBit) !== 0) continue;
      if (isServed(waiter, queue.key, onError)) {
        this.remove(waiter);
        afterEach();
      } else {
        emptyHanded |= turnBit;
      }
    }
  }
}

function isServed(waiter: KeyWaiter, key: Uint8Array, onError: (error: unknown) => void): boolean {
  try {
    return waiter.serve(key);
  } catch (error) {
    onError(error);
    return true;
  }
}

function queueName(dbIndex: number, key: string): string {
  return `${dbIndex}:${key}`;
}
