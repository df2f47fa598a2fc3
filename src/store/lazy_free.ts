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

/** Pieces of memory freed between two looks at the clock. */
const BATCH = 512;

/** Values of no more pieces than this are freed at once: Redis's `LAZYFREE_THRESHOLD`. */
const THRESHOLD = 64;

/** The queue of what is to be freed. */
export class LazyFree {
  /** Values, and keys of keyspaces, that were freed the slow way: `lazyfreed_objects`. */
  freedObjects = 0;
  /** Called when the queue gets its first piece of work: whoever calls `run` learns that it is time. */
  onPending: (() => void) | null = null;

  readonly #clock: Clock;
  readonly #values: Value[] = [];
  readonly #keyspaces: Keyspace[] = [];
  /** Values that belonged to a keyspace of the queue and were counted with their keys. */
  readonly #parts: Value[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Objects that wait to be freed: `lazyfree_pending_objects`. */
  get pendingObjects(): number {
    return this.#keyspaces.reduce((sum, keyspace) => sum + keyspace.size, this.#values.length);
  }

  /** True when there is nothing to do. */
  get isIdle(): boolean {
    return this.#values.length === 0 && this.#keyspaces.length === 0 && this.#parts.length === 0;
  }

  /** Frees `value` now when that is quick, later otherwise. */
  release(value: Value): void {
    if (value.freeEffort <= THRESHOLD) return value.free();
    const wasIdle = this.isIdle;
    this.#values.push(value);
    if (wasIdle) this.onPending?.();
  }

  /** Takes over a keyspace that was replaced. */
  releaseKeyspace(keyspace: Keyspace): void {
    keyspace.expiry.clear();
    if (keyspace.size === 0) return keyspace.dict.clear();
    const wasIdle = this.isIdle;
    this.#keyspaces.push(keyspace);
    if (wasIdle) this.onPending?.();
  }

  /** Frees for about `budgetMs`; true when nothing is left. */
  run(budgetMs: number): boolean {
    const endMs = this.#clock.stopwatchMs() + budgetMs;
    while (this.#freeBatch()) {
      if (this.#clock.stopwatchMs() >= endMs) break;
    }
    return this.isIdle;
  }

  #freeBatch(): boolean {
    if (this.#parts.length > 0) {
      if (this.#parts.at(-1)!.freeSome(BATCH)) this.#parts.pop();
      return true;
    }
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
      if (keyspace.kindOf(entry) !== KIND_STRING) this.#freePart(keyspace.detachValue(entry));
    });
    this.freedObjects += before - keyspace.size;
    if (isDone) this.#keyspaces.pop();
    return true;
  }

  #freePart(value: Value): void {
    if (value.freeEffort <= THRESHOLD) value.free();
    else this.#parts.push(value);
  }
}
