/**
 * Values and keyspaces that nobody can see any more, given back to the arena in time slices.
 *
 * - Freeing a value of a million elements at once would hold up every client: it waits here instead, and `run()` frees as
 *   much as the budget allows.
 */

import type { Clock } from "../base/clock.ts";
import type { Keyspace } from "./keyspace.ts";
import { KIND_STRING } from "../values/kind.ts";
import type { Value } from "./value.ts";

/** Elements or entries freed between two looks at the clock. */
const BATCH = 512;

/** Values smaller than this many elements are freed at once: Redis's `LAZYFREE_THRESHOLD`. */
const THRESHOLD = 64;

/** The queue of what is to be freed. */
export class LazyFree {
  /** Objects freed so far by `release` and `releaseKeyspace` that took the slow way: `lazyfreed_objects`. */
  freedObjects = 0;

  readonly #clock: Clock;
  readonly #values: Value[] = [];
  readonly #keyspaces: Keyspace[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Objects that wait to be freed: `lazyfree_pending_objects`. */
  get pendingObjects(): number {
    return this.#keyspaces.reduce((sum, keyspace) => sum + keyspace.size, this.#values.length);
  }

  /** Frees `value` now when that is quick, later otherwise. */
  release(value: Value): void {
    if (value.size <= THRESHOLD) value.free();
    else this.#values.push(value);
  }

  /** Takes over a keyspace that was replaced. */
  releaseKeyspace(keyspace: Keyspace): void {
    if (keyspace.size > 0) this.#keyspaces.push(keyspace);
    else keyspace.dict.clear();
  }

  /** Frees for about `budgetMs`; true when nothing is left. */
  run(budgetMs: number): boolean {
    const endMs = this.#clock.stopwatchMs() + budgetMs;
    while (this.#freeBatch()) {
      if (this.#clock.stopwatchMs() >= endMs) return this.pendingObjects === 0;
    }
    return true;
  }

  #freeBatch(): boolean {
    const value = this.#values.at(-1);
    if (value !== undefined) {
      if (value.freeSome(BATCH)) {
        this.#values.pop();
        this.freedObjects++;
      }
      return true;
    }
    const keyspace = this.#keyspaces.at(-1);
    if (keyspace === undefined) return false;
    const before = keyspace.size;
    const isDone = keyspace.dict.clearSome(BATCH, (entry) => {
      if (keyspace.kindOf(entry) !== KIND_STRING) this.release(keyspace.detachValue(entry));
    });
    this.freedObjects += before - keyspace.size;
    if (isDone) this.#keyspaces.pop();
    return true;
  }
}
