/**
 * Memory that the store has given up and the system is to have back: after FLUSHALL, or when many keys expired.
 *
 * - V8 frees the buffers of a dropped chunk when it next collects garbage, and a server that does nothing makes none: without
 *   help it would keep the memory for hours. 400,000 lists: resident 166 MB, after FLUSHALL 168 MB without, 118 MB with it.
 * - There is no way to ask for a collection. But V8 begins one, in small steps, when buffers of more than about 64 MB were
 *   made since the last: so some are made and dropped. Nobody writes to them, so they take addresses only, and 0.1 ms.
 * - Detaching the buffers would free them at once, and make every access to every typed array slower from then on.
 */

import type { Services } from "../commands/services.ts";

/** By how much the store must have shrunk. */
const SHRUNK_MIN_BYTES = 16 * 1024 * 1024;
/**
 * The store is at rest when it changed by no more than this from one look to the next, for a second. Not at the first chance:
 * keys that expire one by one free few chunks at first, and a collection costs two stalls of 4 ms.
 */
const STILL_BYTES = 1024 * 1024;
const STILL_LOOKS = 10;
const LOOK_MS = 100;
const HINT_BYTES = 64 * 1024 * 1024;
/** One is enough as a rule. */
const HINTS_MAX = 3;

/** V8's collection of garbage, as far as anybody can have a hand in it. */
export interface GarbageCollection {
  /** Tells V8 that there is something to collect. */
  hint(): void;
  /** Begins to look whether V8 collects. */
  watch(): void;
  /** Whether it has, since `watch`. */
  readonly isDone: boolean;
}

/** Watches the size of the store and gives hints when it has shrunk, until there was a collection. */
export class MemoryReturn {
  readonly #collection: GarbageCollection;
  #peakBytes = 0;
  #lastBytes = 0;
  #stillLooks = 0;
  #hintsLeft = 0;

  constructor(collection: GarbageCollection) {
    this.#collection = collection;
  }

  /** Looks at the size: to be called every so often. */
  observe(storeBytes: number): void {
    this.#stillLooks = Math.abs(storeBytes - this.#lastBytes) <= STILL_BYTES ? this.#stillLooks + 1 : 0;
    if (this.#stillLooks >= STILL_LOOKS && this.#peakBytes - storeBytes >= SHRUNK_MIN_BYTES) {
      this.#hintsLeft = HINTS_MAX;
      this.#peakBytes = storeBytes;
      this.#collection.watch();
    }
    this.#peakBytes = Math.max(this.#peakBytes, storeBytes);
    this.#lastBytes = storeBytes;
    if (this.#collection.isDone) this.#hintsLeft = 0;
    if (this.#hintsLeft === 0) return;
    this.#hintsLeft--;
    this.#collection.hint();
  }
}

/** Starts the watch with the server's cron. */
export function addMemoryReturn({ cron, store: { arena } }: Services): void {
  const memoryReturn = new MemoryReturn(new HintedCollection());
  cron.every(LOOK_MS, "memory return", () => memoryReturn.observe(arena.reservedBytes + arena.tableBytes));
}

class HintedCollection implements GarbageCollection {
  isDone = false;

  /** An object that nobody needs, old enough to go by a whole collection only. */
  #witness: object | null = null;
  // Not a WeakRef: to look at one keeps the object until there are microtasks, of which a server that does nothing has none.
  readonly #registry = new FinalizationRegistry(() => {
    this.isDone = true;
    this.#appoint();
  });

  constructor() {
    this.#appoint();
  }

  hint(): void {
    try {
      new ArrayBuffer(HINT_BYTES);
    } catch (error) {
      // Where addresses are short, too, V8 has looked for garbage before it refused.
      if (!(error instanceof RangeError)) throw error;
    }
  }

  watch(): void {
    this.isDone = false;
    this.#witness = null;
  }

  #appoint(): void {
    this.#witness = {};
    this.#registry.register(this.#witness, undefined);
  }
}
