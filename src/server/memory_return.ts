/**
 * Memory that nobody needs any more and the system is to have back: of keys that are gone, and of work that is done.
 *
 * - V8 frees the buffers of a dropped chunk when it next collects garbage, and a server that does nothing makes none: without
 *   help it would keep the memory for hours. Nor does its space for new objects shrink, which grows to 32 MB under load.
 *   1 M strings: resident 178 MB, after 20 s of rest 137 MB, after FLUSHALL 132 MB without help and 93 MB with it.
 * - There is no way to ask for a collection. But V8 begins one, in small steps, when it is to make a buffer and those made
 *   since the last are more than about 64 MB: so some are made. Each is held until the next, or V8 would free it first and
 *   find nothing to do. Nobody writes to them, so they take addresses only, and 0.1 ms.
 * - A collection costs two stalls of 4 ms, so it waits until the server is at rest: 20 s, as V8 lets its space for new objects
 *   shrink only where less than 1 MB a second was made since the last collection, and there are up to 16 MB of them.
 * - Detaching the buffers would free them at once, and make every access to every typed array slower from then on.
 */

import { forgetCopied } from "../bytes/copy.ts";
import { letGo } from "../bytes/lasting_slice.ts";
import { dropWriteBuffers } from "../clients/write_buffers.ts";
import type { Services } from "../commands/services.ts";

/** The store is still when its size changed by no more than this from one look to the next. */
const STILL_BYTES = 1024 * 1024;
/** The server is at rest when its store is still and no more commands than this ran from one look to the next. */
const RESTING_COMMANDS = 10;
const REST_LOOKS = 200;
/** What is worth a collection: so much that came or went, or so many commands. */
const CHANGED_MIN_BYTES = 16 * 1024 * 1024;
const WORK_MIN_COMMANDS = 100_000;
/** Where there is no rest, a store that has shrunk and is still for so long is worth one, too. */
const STILL_LOOKS = 600;
const LOOK_MS = 100;
/** How long memory without keys waits for new ones, at least, where there is no rest. */
const CHUNK_IDLE_MS = 60_000;
const HINT_BYTES = 96 * 1024 * 1024;
/** Two are enough as a rule; then V8 is left so many looks to collect in. */
const HINTS_MAX = 20;
const LOOKS_PER_HINT = 5;

/** V8's collection of garbage, as far as anybody can have a hand in it. */
export interface GarbageCollection {
  /** Tells V8 that there is something to collect. */
  hint(): void;
  /** Begins to look whether V8 collects, with everything given up that nobody needs. */
  watch(): void;
  /** Whether it has, since `watch`. */
  readonly isDone: boolean;
}

/** Watches a server and gives hints when there is something to give back and it disturbs nobody, until V8 has collected. */
export class MemoryReturn {
  readonly #collection: GarbageCollection;
  #lastBytes = 0;
  #lastCommands = 0;
  #restLooks = 0;
  #stillLooks = 0;
  // Since the last collection that was asked for.
  #leastBytes = 0;
  #mostBytes = 0;
  #commands = 0;
  #hintLooksLeft = 0;

  constructor(collection: GarbageCollection) {
    this.#collection = collection;
  }

  /** Looks at the size of the store and the number of commands that ever ran: to be called every 100 ms. */
  observe(storeBytes: number, commandCount: number): void {
    const commands = Math.max(0, commandCount - this.#lastCommands);
    const isStill = Math.abs(storeBytes - this.#lastBytes) <= STILL_BYTES;
    this.#stillLooks = isStill ? this.#stillLooks + 1 : 0;
    this.#restLooks = isStill && commands <= RESTING_COMMANDS ? this.#restLooks + 1 : 0;
    this.#commands += commands;
    this.#leastBytes = Math.min(this.#leastBytes, storeBytes);
    this.#mostBytes = Math.max(this.#mostBytes, storeBytes);
    this.#lastBytes = storeBytes;
    this.#lastCommands = commandCount;
    if (this.#isDue()) this.#begin();
    if (this.#collection.isDone) this.#hintLooksLeft = 0;
    if (this.#hintLooksLeft === 0) return;
    if (this.#hintLooksLeft % LOOKS_PER_HINT === 0) this.#collection.hint();
    this.#hintLooksLeft--;
  }

  #isDue(): boolean {
    if (this.#restLooks >= REST_LOOKS) {
      return this.#mostBytes - this.#leastBytes >= CHANGED_MIN_BYTES || this.#commands >= WORK_MIN_COMMANDS;
    }
    return this.#stillLooks >= STILL_LOOKS && this.#mostBytes - this.#lastBytes >= CHANGED_MIN_BYTES;
  }

  #begin(): void {
    this.#hintLooksLeft = HINTS_MAX * LOOKS_PER_HINT;
    this.#leastBytes = this.#mostBytes = this.#lastBytes;
    this.#commands = 0;
    this.#collection.watch();
  }
}

/** Starts the watch with the server's cron. */
export function addMemoryReturn({ cron, executor, store: { arena } }: Services): void {
  const memoryReturn = new MemoryReturn(
    new HintedCollection(() => {
      letGo();
      forgetCopied();
      dropWriteBuffers();
      arena.dropEmptyChunks();
    }),
  );
  cron.every(CHUNK_IDLE_MS, "idle chunks", () => arena.dropIdleChunks());
  cron.every(LOOK_MS, "memory return", () => {
    memoryReturn.observe(arena.usedBytes + arena.tableBytes, executor.callCount);
  });
}

class HintedCollection implements GarbageCollection {
  isDone = false;

  /** An object that nobody needs, old enough to go by a whole collection only. */
  #witness: object | null = null;
  /** The last hint, until V8 has collected. */
  #pressure: ArrayBuffer | null = null;
  // Not a WeakRef: to look at one keeps the object until there are microtasks, of which a server that does nothing has none.
  readonly #registry = new FinalizationRegistry(() => {
    this.isDone = true;
    this.#pressure = null;
    this.#appoint();
  });
  readonly #giveUp: () => void;

  /** `giveUp` gives up what is kept in reserve. */
  constructor(giveUp: () => void) {
    this.#giveUp = giveUp;
    this.#appoint();
  }

  hint(): void {
    try {
      this.#pressure = new ArrayBuffer(HINT_BYTES);
    } catch (error) {
      // Where addresses are short, too, V8 has looked for garbage before it refused.
      if (!(error instanceof RangeError)) throw error;
    }
  }

  watch(): void {
    this.#giveUp();
    this.isDone = false;
    this.#witness = null;
  }

  #appoint(): void {
    this.#witness = {};
    this.#registry.register(this.#witness, undefined);
  }
}
