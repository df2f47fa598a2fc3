/**
 * The end of an append-only file: effects are collected in one buffer, which is written and put on the medium as
 * `appendfsync` asks, before any client hears of them.
 *
 * - Group commit: everything that the clients served in one turn of the event loop have written is one write, made before
 *   their replies are sent. With `always` these wait behind the barrier until the medium has the bytes too, while the loops of
 *   clients go on.
 * - As Redis: with `everysec` a write waits up to two seconds for a sync that is under way, and replies do not wait for it.
 * - A write that fails is tried again every second, and writes of clients are refused meanwhile; with `always` there is no
 *   going on: `onFatal`.
 */

import type { DataFile } from "../base/data_files.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { OutputBarrier } from "../clients/output_barrier.ts";
import type { PropagationSink } from "../command/propagation.ts";
import type { BooleanCell } from "../config/boolean_cell.ts";
import type { Config } from "../config/config.ts";
import type { CellOf } from "../config/parameters.ts";
import type { LatencyMonitor } from "../metrics/latency_monitor.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import type { Args } from "../resp/request_batch.ts";
import { appendRequest } from "../resp/request_encoder.ts";
import { systemReason } from "../base/system_reason.ts";

/** What an `AofWriter` needs. */
export interface AofWriterOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly barrier: OutputBarrier;
  readonly latency: LatencyMonitor;
  /** Whether a snapshot is being written, which the disk may be busy with. */
  readonly isDiskBusy: () => boolean;
  /** Runs work beside the command loops; a failure must not be thrown by it. */
  readonly inBackground: (name: string, work: () => Promise<void>) => void;
  /** Ends the server: what was to be acknowledged cannot be kept. */
  readonly onFatal: () => void;
}

const NO_DATABASE = -1;
const KEPT_BUFFER_BYTES = 64 * 1024;
/** Seconds that a write waits for a sync of `everysec` before it goes on beside it. */
const MAX_POSTPONED_SECONDS = 2;
/** Seconds between two log lines about writes that fail: Redis's `AOF_WRITE_LOG_ERROR_RATE`. */
const ERROR_LOG_SECONDS = 30;
/** What `EINVAL` is called. */
const NOT_FOR_SYNC = "Invalid argument";

/** Appends to one file after the other. */
export class AofWriter implements PropagationSink {
  readonly isFile = true;
  /** Bytes in the file. */
  fileBytes = 0;
  /** Writes that did not wait for a sync any longer: `aof_delayed_fsync`. */
  delayedSyncs = 0;
  /** Effects are taken only while this is set: there may be nowhere to put them. */
  isCollecting = false;
  /** DEBUG AOF-FLUSH-SLEEP: milliseconds that every write is put off, with the replies that wait for it. */
  flushDelayMs = 0;

  readonly #options: AofWriterOptions;
  readonly #buffer = new OutputBuffer(0);
  readonly #stamps: BooleanCell;
  readonly #fsync: CellOf<"appendfsync">;
  #file: DataFile | null = null;
  #dbIndex = NO_DATABASE;
  #stampedSecond = 0;
  #isPlanned = false;
  /** The file that is being synced while replies wait for it: `always`. */
  #committing: DataFile | null = null;
  /** The file that is being synced beside everything else: `everysec`. */
  #syncing: DataFile | null = null;
  #syncedBytes = 0;
  #lastSyncSecond = 0;
  #postponedSinceSecond = 0;
  #errorLoggedSecond = 0;
  /** Why the last write failed, and the last sync of `everysec`, in the system's words. */
  #writeFailure: string | null = null;
  #syncFailure: string | null = null;
  /** After `onFatal`: nobody who waits may hear that all is well. */
  #isGivenUp = false;

  constructor(options: AofWriterOptions) {
    this.#options = options;
    this.#stamps = options.config.boolean("aof-timestamp-enabled");
    this.#fsync = options.config.enum("appendfsync");
    options.barrier.onWanted = () => this.#commitBeforeReplies();
  }

  /** Why the last write or sync failed, in the system's words; null when they worked. */
  get failure(): string | null {
    return this.#writeFailure ?? this.#syncFailure;
  }

  /** Bytes that wait to be written. */
  get pendingBytes(): number {
    return this.#buffer.length;
  }

  /** Bytes of memory that the buffer takes. */
  get bufferBytes(): number {
    return this.#buffer.bytes.length;
  }

  /** True while a sync that nobody waits for is under way. */
  get isSyncing(): boolean {
    return this.#syncing !== null;
  }

  /** False before the first file, and after `close`. */
  get hasFile(): boolean {
    return this.#file !== null;
  }

  /** Goes on with another file, which has `fileBytes`; the one before is put on the medium and closed. */
  switchTo(file: DataFile, fileBytes: number): void {
    this.#retire(false);
    this.#file = file;
    this.fileBytes = this.#syncedBytes = fileBytes;
    this.#lastSyncSecond = this.#second;
    this.forgetDatabase();
  }

  /** Puts everything on the medium and closes the file. What cannot be written is lost. */
  close(): void {
    this.#retire(true);
    this.discard();
    this.fileBytes = 0;
  }

  /** Forgets what waits: it belongs to a file that is given up. */
  discard(): void {
    this.#buffer.reset(0);
    this.#postponedSinceSecond = 0;
    if (this.#committing === null && !this.#isGivenUp) this.#options.barrier.lower();
  }

  /** Makes the next effect select its database. */
  forgetDatabase(): void {
    this.#dbIndex = NO_DATABASE;
  }

  /** Part of `PropagationSink`. */
  feed(dbIndex: number, args: Args): void {
    if (!this.isCollecting) return;
    const buffer = this.#buffer;
    if (this.#stamps.value && this.#stampedSecond < this.#second) {
      this.#stampedSecond = this.#second;
      buffer.text(`#TS:${this.#stampedSecond}\r\n`);
    }
    if (dbIndex !== this.#dbIndex) {
      const digits = String(dbIndex);
      buffer.text(`*2\r\n$6\r\nSELECT\r\n$${digits.length}\r\n${digits}\r\n`);
      this.#dbIndex = dbIndex;
    }
    appendRequest(buffer, args);
    if (!this.#isPlanned && this.#committing === null) this.#plan();
  }

  /** Writes what waits, without waiting for a sync under way. */
  flush(): void {
    this.#write(true);
  }

  /** Writes everything and puts it on the medium; throws nothing, the log has the reason. */
  flushAndSync(): void {
    this.#write(true);
    try {
      this.#file?.syncSync();
      this.#syncedBytes = this.fileBytes;
    } catch (error) {
      const isPromised = this.#policy === "always" && this.#syncedBytes !== this.fileBytes;
      if (isPromised) return this.#failSync(error);
      this.#options.logger.warning(`Fail to fsync the AOF file: ${systemReason(error)}.`);
    }
  }

  /** What is due now and then: about every 100 ms. */
  tick(): void {
    if (this.#file === null || this.#committing !== null) return;
    const isRetryDue = this.#writeFailure !== null && this.#second !== this.#lastSyncSecond;
    if (this.#postponedSinceSecond !== 0 || isRetryDue) this.#commit();
    else if (this.#buffer.length === 0) this.#syncIfDue();
    if (this.#policy !== "always" || this.#isPlanned || this.#committing !== null || this.#isSyncSpared()) return;
    // Written under another policy, or while the disk was spared.
    if (this.#file !== null && this.#syncedBytes !== this.fileBytes) this.#syncAndRelease(this.#file);
  }

  /** Forgets an error: the file is another one now. */
  forgetFailure(): void {
    const { logger } = this.#options;
    if (this.#syncFailure !== null) logger.warning("AOF reopen, just ignore the AOF fsync error in bio job");
    if (this.#writeFailure !== null) logger.warning("AOF reopen, just ignore the last error.");
    this.#writeFailure = this.#syncFailure = null;
  }

  get #second(): number {
    return Math.floor(this.#options.clock.now / 1000);
  }

  get #policy(): "always" | "everysec" | "no" {
    return this.#fsync.value;
  }

  #plan(): void {
    // Replies need not wait for a write that waits itself, or cannot be made.
    const isWaiting = this.#postponedSinceSecond !== 0 || this.#writeFailure !== null;
    if (isWaiting && this.#policy !== "always") return;
    this.#isPlanned = true;
    this.#options.barrier.isRaised = true;
    queueMicrotask(this.#runPlanned);
  }

  /** Makes the planned write now, unless it is to be put off or synced: then the replies have to wait in any case. */
  #commitBeforeReplies(): void {
    if (this.#isPlanned && this.flushDelayMs === 0 && this.#policy !== "always") this.#runDelayed();
  }

  readonly #runPlanned = (): void => {
    if (this.flushDelayMs > 0) this.#options.clock.after(this.flushDelayMs, this.#runDelayed);
    else this.#runDelayed();
  };

  readonly #runDelayed = (): void => {
    this.#isPlanned = false;
    if (this.#committing === null) this.#commit();
  };

  #commit(): void {
    const { barrier } = this.#options;
    if (this.#file === null) return barrier.lower();
    const isWritten = this.#write(false);
    if (this.#isGivenUp) return;
    if (isWritten && this.#policy === "always" && !this.#isSyncSpared()) return this.#syncAndRelease(this.#file);
    barrier.lower();
    if (isWritten) this.#syncIfDue();
  }

  /** With `no-appendfsync-on-rewrite` a busy disk is left alone. */
  #isSyncSpared(): boolean {
    const { config, isDiskBusy } = this.#options;
    return config.boolean("no-appendfsync-on-rewrite").value && isDiskBusy();
  }

  /** Puts the bytes on the medium and only then lets those go who wait for them. */
  #syncAndRelease(file: DataFile): void {
    const { barrier, clock, latency, inBackground } = this.#options;
    const held = barrier.take();
    const writtenBytes = this.fileBytes;
    const startMs = clock.stopwatchMs();
    barrier.isRaised = true;
    this.#committing = file;
    inBackground("sync of the append only file", async () => {
      try {
        await file.syncData();
      } catch (error) {
        // A file that was given up meanwhile has been synced by whoever closed it.
        if (this.#file === file) return this.#failSync(error);
      }
      latency.add("aof-fsync-always", clock.stopwatchMs() - startMs, clock.now);
      this.#committing = null;
      if (this.#file === file) this.#syncedBytes = writtenBytes;
      this.#lastSyncSecond = this.#second;
      for (const output of held) output.release();
      if (this.#buffer.length > 0) this.#commit();
      else barrier.lower();
    });
  }

  #failSync(error: unknown): void {
    this.#options.logger.warning(
      `Can't persist AOF for fsync error when the AOF fsync policy is 'always': ${systemReason(error)}. Exiting...`,
    );
    this.#giveUp();
  }

  #giveUp(): void {
    this.#isGivenUp = true;
    this.#options.onFatal();
  }

  /** Begins the sync of `everysec`, once a second, when there is something to be synced. */
  #syncIfDue(): void {
    const file = this.#file;
    const isDue = this.#policy === "everysec" && this.#second > this.#lastSyncSecond;
    if (file === null || !isDue || this.#syncing !== null || this.#syncedBytes === this.fileBytes) return;
    if (this.#isSyncSpared()) return;
    this.#syncing = file;
    this.#syncedBytes = this.fileBytes;
    this.#lastSyncSecond = this.#second;
    this.#options.inBackground("sync of the append only file", async () => {
      let reason: string | null = null;
      try {
        await file.syncData();
      } catch (error) {
        reason = systemReason(error);
      }
      if (this.#syncing === file) this.#syncing = null;
      this.#noteSync(reason);
      if (this.#postponedSinceSecond !== 0 && this.#committing === null) this.#commit();
    });
  }

  #noteSync(reason: string | null): void {
    // What cannot be synced at all, such as a pipe, has not failed.
    this.#syncFailure = reason === NOT_FOR_SYNC ? null : reason;
    if (this.#syncFailure === null) return;
    this.#options.logger.warning(`Fail to fsync the AOF file: ${reason}`);
    this.#syncedBytes = -1;
  }

  /** Writes the buffer; false when it did not work, or (unless forced) when the write waits for a sync. */
  #write(isForced: boolean): boolean {
    const buffer = this.#buffer;
    const file = this.#file;
    if (file === null || buffer.length === 0 || this.#isGivenUp) return true;
    if (!isForced && this.#policy === "everysec" && this.#mustPostpone()) return false;
    this.#postponedSinceSecond = 0;
    const { clock, latency } = this.#options;
    const startMs = clock.stopwatchMs();
    let written = 0;
    try {
      while (written < buffer.length) written += file.writeSomeSync(buffer.bytes.subarray(written, buffer.length));
    } catch (error) {
      this.#failWrite(file, written, error);
      return false;
    }
    const durationMs = clock.stopwatchMs() - startMs;
    latency.add(this.#latencyEvent(), durationMs, clock.now);
    latency.add("aof-write", durationMs, clock.now);
    this.fileBytes += written;
    buffer.reset(KEPT_BUFFER_BYTES);
    if (this.#writeFailure !== null) {
      this.#options.logger.warning("AOF write error looks solved, Redis can write again.");
      this.#writeFailure = null;
    }
    return true;
  }

  #latencyEvent(): string {
    if (this.#syncing !== null) return "aof-write-pending-fsync";
    return this.#options.isDiskBusy() ? "aof-write-active-child" : "aof-write-alone";
  }

  #mustPostpone(): boolean {
    if (this.#syncing === null) return false;
    if (this.#postponedSinceSecond === 0) this.#postponedSinceSecond = this.#second;
    if (this.#second - this.#postponedSinceSecond < MAX_POSTPONED_SECONDS) return true;
    this.delayedSyncs++;
    this.#options.logger.notice(
      "Asynchronous AOF fsync is taking too long (disk is busy?). Writing the AOF buffer without waiting for fsync to " +
        "complete, this may slow down Redis.",
    );
    return false;
  }

  #failWrite(file: DataFile, written: number, error: unknown): void {
    const { logger } = this.#options;
    const second = this.#second;
    const maySay = second - this.#errorLoggedSecond > ERROR_LOG_SECONDS;
    if (maySay) this.#errorLoggedSecond = second;
    const say = (line: string) => maySay && logger.warning(line);
    const reason = systemReason(error);
    if (written === 0) {
      say(`Error writing to the AOF file: ${reason}`);
    } else {
      say(`Short write while writing to the AOF file: (nwritten=${written}, expected=${this.#buffer.length})`);
      try {
        file.truncateSync(this.fileBytes);
      } catch (failure) {
        say(
          "Could not remove short write from the append-only file.  Redis may refuse to load the AOF the next time " +
            `it starts.  ftruncate: ${systemReason(failure)}`,
        );
        this.fileBytes += written;
        this.#buffer.bytes.copyWithin(0, written, this.#buffer.length);
        this.#buffer.length -= written;
      }
    }
    this.#writeFailure = reason;
    this.#lastSyncSecond = second;
    if (this.#policy !== "always") return;
    logger.warning("Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...");
    this.#giveUp();
  }

  /** Writes what waits to the file and closes it, at once (`isFinal`) or after a sync beside the command loops. */
  #retire(isFinal: boolean): void {
    const file = this.#file;
    if (file === null) return;
    this.#write(true);
    // Whoever waits for this file with `always` must not be let go earlier than the medium has it.
    if (isFinal || this.#policy === "always") {
      this.flushAndSync();
      file.close();
    } else {
      this.#options.inBackground("sync of the last append only file", async () => {
        await file.sync().catch((error) => this.#noteSync(systemReason(error)));
        file.close();
      });
    }
    this.#file = null;
    this.#syncing = null;
  }
}
