/**
 * The data as they are now, as a web stream: the RDB file that BGSAVE writes to disk and full synchronisation sends, and
 * the base of an append-only file.
 *
 * - The view is frozen by the constructor; the file is made in slices of about `TIME_SLICE_MS` between commands.
 * - Between two slices it gives way for about 2 ms (a timer) where commands keep coming, else only for a look at the
 *   sockets (0.13 ms). Measured with 1 M small keys, before and after that difference was made: BGSAVE with no other work
 *   2,250 and 960 ms (Redis 1,010); under SET load of 10 clients about as long as before, and the median wait of a client that
 *   pings every millisecond 1.1 and 0.5 ms.
 * - Backpressure: while the reader is behind, the walk rests and memory grows only by keys that change meanwhile. It does not
 *   rest while a writer waits for a large value, so a slow reader never holds up a client.
 * - One at a time: the constructor asserts that `store.snapshot` is null, and `ended` tells when the next one may start.
 */

import { TIME_SLICE_MS } from "../base/limits.ts";
import { nextLook, nextTurn } from "../base/next_turn.ts";
import { type SnapshotSink, SnapshotWalk } from "../store/snapshot_walk.ts";
import type { Store } from "../store/store.ts";
import { type RdbNote, RdbSnapshotWriter, type RdbSnapshotWriterOptions } from "./rdb_snapshot_writer.ts";

/** What a snapshot holds. */
export interface RdbSnapshotOptions extends RdbSnapshotWriterOptions, SnapshotOptions {
  readonly notes: readonly RdbNote[];
  /** Sources of the function libraries. */
  readonly libraries: readonly Uint8Array[];
}

/** Makes the bytes of a snapshot, in whatever format. */
export interface SnapshotWriter extends SnapshotSink {
  /** Bytes that wait, those that are not complete included. */
  readonly pendingBytes: number;
  /** Bytes that `take()` would return. */
  readonly readyBytes: number;
  /** Hands over what is ready; the memory belongs to the caller. */
  take(): Uint8Array<ArrayBuffer>;
  /** Ends the file; returns its last bytes. */
  end(): Uint8Array<ArrayBuffer>;
}

/** How a snapshot is walked. */
export interface SnapshotOptions {
  /** False leaves out every key. */
  readonly hasData: boolean;
  /** `rdb-key-save-delay`: a pause after each key in microseconds; below zero, that many keys a microsecond. */
  readonly keyDelayUs: () => number;
  /** Reads so far that brought something, from whomever: where they are few, nobody needs the time of the walk. */
  readonly readCount: () => number;
}

/** A chunk is handed over when it has this many bytes, or when the file is complete. */
const CHUNK_BYTES = 32 * 1024;
/** Idle turns after which nobody is taken to be busy any more. */
const MAX_BUSY = 8;
/** Reads that make a turn a busy one: a client that sends on when it is served makes two in a short look, 20 in a rest. */
const BUSY_LOOK_READS = 2;
const BUSY_REST_READS = 5;
/** Pauses below this are saved up: timers are no finer. */
const MIN_PAUSE_MS = 5;

/** Why the stream of a cancelled snapshot fails. */
export class SnapshotCancelled extends Error {
  override readonly name = "SnapshotCancelled";
}

/** One file in the making. */
export class Snapshot {
  /** The file. Cancelling it cancels the snapshot. */
  readonly readable: ReadableStream<Uint8Array<ArrayBuffer>>;
  /** Resolves when the walk is over and the next one may begin, in every case. Never rejects. */
  readonly ended: Promise<void>;
  /** Keys in the view. */
  readonly keyCount: number;

  readonly #store: Store;
  readonly #writer: SnapshotWriter;
  readonly #walk: SnapshotWalk | null;
  readonly #keyDelayUs: () => number;
  readonly #readCount: () => number;
  #controller!: ReadableStreamDefaultController<Uint8Array<ArrayBuffer>>;
  #wake: (() => void) | null = null;
  #endPause: (() => void) | null = null;
  #isComplete = false;
  #isCancelled = false;
  /** Whether the reader waits for a chunk. */
  #isWanted = false;
  /** Busy turns less idle ones, from 0 to `MAX_BUSY`. */
  #busy = MAX_BUSY;
  #keysPaused = 0;
  #owedMs = 0;

  /** Freezes the view and begins to write it. */
  constructor(store: Store, writer: SnapshotWriter, options: SnapshotOptions) {
    this.#store = store;
    this.#keyDelayUs = options.keyDelayUs;
    this.#readCount = options.readCount;
    this.#writer = writer;
    this.#walk = options.hasData ? new SnapshotWalk(store, writer) : null;
    if (this.#walk !== null) {
      this.#walk.onAwaited = () => {
        this.#endPause?.();
        this.#resume();
      };
    }
    this.keyCount = this.#walk?.keyCount ?? 0;
    this.readable = new ReadableStream({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => {
        this.#isWanted = true;
        this.#resume();
      },
      cancel: () => this.cancel(),
    }, new CountQueuingStrategy({ highWaterMark: 0 }));
    this.ended = this.#run();
  }

  /** Keys saved so far. */
  get keysSaved(): number {
    return this.#walk?.keysSaved ?? 0;
  }

  /** Bytes of values that were saved out of turn because they were about to change: what a fork would have copied. */
  get preservedBytes(): number {
    return this.#walk?.preservedBytes ?? 0;
  }

  /** Bytes that wait for the reader. */
  get pendingBytes(): number {
    return this.#writer.pendingBytes;
  }

  /** True once `cancel()` was called before the end. */
  get isCancelled(): boolean {
    return this.#isCancelled;
  }

  /**
   * Gives up: the stream fails with `SnapshotCancelled`, and `ended` resolves when the marks of the walk are cleared. Without
   * effect once the whole file has been handed to the stream.
   */
  cancel(): void {
    if (this.isCancelled || this.#isComplete) return;
    this.#giveUp(new SnapshotCancelled("The snapshot was cancelled"));
  }

  async #run(): Promise<void> {
    try {
      await this.#writeAll();
    } catch (error) {
      this.#giveUp(error);
    }
    await this.#finishWalk();
  }

  #giveUp(reason: unknown): void {
    this.#isCancelled = true;
    this.#isWanted = false;
    this.#walk?.cancel();
    this.#controller.error(reason);
    this.#endPause?.();
    this.#resume();
  }

  async #writeAll(): Promise<void> {
    const walk = this.#walk;
    // The caller is still in the middle of its command: what it does next belongs after the frozen moment.
    await nextTurn();
    // Where the reader has a file to open first, that gets a turn of its own.
    if (walk !== null) await this.#untilWanted(walk);
    while (walk !== null && !walk.isFinished && !this.isCancelled) {
      this.#runSlice(walk);
      if (this.#writer.readyBytes >= CHUNK_BYTES) {
        await this.#untilWanted(walk);
        if (this.#isWanted) this.#handOver();
      }
      if (this.#owedMs >= MIN_PAUSE_MS) await this.#pause(walk);
      await this.#giveWay();
    }
    if (this.isCancelled) return;
    if (this.#writer.readyBytes > 0) this.#handOver();
    this.#controller.enqueue(this.#writer.end());
    this.#controller.close();
    this.#isComplete = true;
  }

  /** A walk that was cancelled still has marks to clear. */
  async #finishWalk(): Promise<void> {
    const walk = this.#walk;
    while (walk !== null && !walk.isFinished) {
      const endMs = this.#store.clock.stopwatchMs() + TIME_SLICE_MS;
      while (!walk.isFinished && this.#store.clock.stopwatchMs() < endMs) walk.step();
      await this.#giveWay();
    }
  }

  #runSlice(walk: SnapshotWalk): void {
    const { clock } = this.#store;
    const endMs = clock.stopwatchMs() + TIME_SLICE_MS;
    do {
      walk.step();
      // Asked first: the pause after the last keys is due as well.
    } while (!this.#isPauseDue(walk) && !walk.isFinished && clock.stopwatchMs() < endMs);
  }

  async #untilWanted(walk: SnapshotWalk): Promise<void> {
    while (!this.#isWanted && !walk.isAwaited && !this.isCancelled) {
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  #handOver(): void {
    this.#isWanted = false;
    this.#controller.enqueue(this.#writer.take());
  }

  /**
   * Lets commands run: for as long as a timer takes where they keep coming, else for as long as it takes to serve those few
   * that are there. Some idle turns change nothing: other threads may keep the clients from the processor for a while, and the
   * time in which this one sleeps is when they get it.
   */
  async #giveWay(): Promise<void> {
    const readsBefore = this.#readCount();
    do {
      const rests = this.#busy > 0;
      await (rests ? nextTurn() : nextLook());
      const reads = this.#readCount() - readsBefore;
      const isBusy = reads >= (rests ? BUSY_REST_READS : BUSY_LOOK_READS);
      this.#busy = isBusy ? Math.min(this.#busy + 1, MAX_BUSY) : Math.max(this.#busy - 1, 0);
      // Nothing at all from busy clients: the runtime has not looked at its sockets, as it does while V8 marks its heap.
      if (reads > 0) return;
    } while (this.#busy > 0);
  }

  #isPauseDue(walk: SnapshotWalk): boolean {
    const delayUs = this.#keyDelayUs();
    const keys = walk.keysSaved - this.#keysPaused;
    this.#keysPaused = walk.keysSaved;
    if (delayUs === 0) return false;
    this.#owedMs += (delayUs > 0 ? keys * delayUs : keys / -delayUs) / 1000;
    return this.#owedMs >= MIN_PAUSE_MS;
  }

  /** The pause that `rdb-key-save-delay` asks for; it ends when a writer begins to wait. */
  async #pause(walk: SnapshotWalk): Promise<void> {
    const pauseMs = this.#owedMs;
    this.#owedMs = 0;
    if (walk.isAwaited || this.isCancelled) return;
    const end = new AbortController();
    this.#endPause = () => end.abort();
    await this.#store.clock.sleep(pauseMs, end.signal);
    this.#endPause = null;
  }

  #resume(): void {
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}

/** One RDB file in the making. */
export class RdbSnapshot extends Snapshot {
  /** Freezes the view and begins to write it. */
  constructor(store: Store, options: RdbSnapshotOptions) {
    super(store, new RdbSnapshotWriter(store, options, options), options);
  }
}
