/**
 * When and how the dataset is saved to its RDB file and loaded from it: SAVE, BGSAVE, save points, the start and the end.
 *
 * - A background save is a time-sliced walk piped into a file; commands go on meanwhile, and nothing is forked.
 * - A background save that fails leaves the old file, and with `stop-writes-on-bgsave-error` the server refuses writes until
 *   one works.
 * - Where files may not be written, save points rest (the log says so once) and the server is fully usable in memory.
 */

import type { Clock } from "../base/clock.ts";
import type { BackgroundTasks } from "../base/background_tasks.ts";
import { DataFiles } from "../base/data_files.ts";
import { messageOf } from "../base/error_text.ts";
import type { Failpoints } from "../base/failpoints.ts";
import { canRead, canWrite, FileAccessError, workingDirectory } from "../base/file_access.ts";
import type { Logger } from "../base/logger.ts";
import { nextTurn } from "../base/next_turn.ts";
import { Topic } from "../base/topic.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Gate } from "../command/gate.ts";
import type { Config } from "../config/config.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { RdbFormatError } from "../rdb/rdb_format_error.ts";
import { MISCONF, SAVE_IN_PROGRESS } from "../resp/reply_errors.ts";
import type { Store } from "../store/store.ts";
import { DatasetError } from "./dataset_loader.ts";
import type { Loading } from "./loading.ts";
import {
  backgroundPath,
  foregroundPath,
  openRdbFile,
  RdbFileError,
  type RdbLocation,
  rdbPath,
  readRdbFileSync,
  removeTemporary,
  requireRdbWrite,
  writeRdbFile,
  writeRdbFileSync,
} from "./rdb_file.ts";
import { type FunctionLibraries, RdbLoader } from "./rdb_loader.ts";
import { rdbNotes, type ReplicationPoint } from "./rdb_notes.ts";
import { RdbSnapshot, type RdbSnapshotOptions } from "./rdb_snapshot.ts";
import type { SavedAccess } from "./rdb_snapshot_writer.ts";
import { systemReason } from "../base/system_reason.ts";
import { wholeRdbFile } from "./whole_file.ts";

/** Seconds before save points try again after a save that failed: Redis's `CONFIG_BGSAVE_RETRY_DELAY`. */
const RETRY_DELAY_SECONDS = 5;

const OTHER_WORK_ACTIVE =
  "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in " +
  "order to schedule a BGSAVE whenever possible.";

/** What an `RdbPersistence` needs. */
export interface RdbPersistenceOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly store: Store;
  readonly tasks: BackgroundTasks;
  readonly loading: Loading;
  readonly failpoints: Failpoints;
  readonly metrics: Metrics;
}

/** How DEBUG RELOAD goes about it. */
export interface ReloadOptions {
  /** Save before loading; otherwise the file that is there is loaded. */
  readonly save: boolean;
  /** Empty the databases before loading. */
  readonly flush: boolean;
  /** Keys of the file replace those that are there; otherwise that is an error. */
  readonly merge: boolean;
}

/** What SHUTDOWN says about the last save. */
export interface LastSaveOptions {
  /** Null leaves it to the save points. */
  readonly save: boolean | null;
  /** The server stops whether the save works or not. */
  readonly isForced: boolean;
}

/** The RDB file of one server. */
export class RdbPersistence {
  /** Unix time in milliseconds of the last save that worked, or of the start. */
  lastSaveAtMs: number;
  /** Unix time in milliseconds of the last background save that began. */
  lastAttemptAtMs = 0;
  /** How the last background save went, or that a save has worked since. */
  isLastSaveOk = true;
  /** Seconds that the last background save took, -1 before the first. */
  lastDurationSeconds = -1;
  /** Bytes saved out of turn by the last one: what a fork would have copied. */
  lastPreservedBytes = 0;
  /** A BGSAVE that waits for the other walk in progress to end. */
  isScheduled = false;
  /** Saves begun by SAVE, BGSAVE and save points: `rdb_saves`. */
  saveCount = 0;
  /** Where the dataset stands in the replication stream, for the notes of a file; set by replication. */
  replicationPoint: () => ReplicationPoint | null = () => null;
  /** Takes the notes of a file that is loaded at start; set by replication. */
  onNote: (key: string, value: string) => void = () => {};
  /** Told of keys dropped at start because their time had passed; set by replication. */
  onExpired: (dbIndex: number, key: Slice) => void = () => {};
  /** Whether this server is a replica: set by replication. */
  isReplica: () => boolean = () => false;
  /** Whether data are on their way to replicas without a file: set by replication. */
  isTransferring: () => boolean = () => false;
  /** Gives up what is on its way to replicas: set by replication. */
  cancelTransfers: () => void = () => {};
  /** Whether the append-only file is being rewritten: set by it. */
  isRewriting: () => boolean = () => false;
  /** The function libraries; set by scripting. */
  libraries: FunctionLibraries | null = null;

  /** Told when a background save is over, and the file in place if it worked: full synchronisation sends it. */
  readonly onBackgroundSaveEnded = new Topic<{ readonly isOk: boolean }>();

  readonly #options: RdbPersistenceOptions;
  readonly #loader: RdbLoader;
  readonly #files: DataFiles;
  #snapshot: RdbSnapshot | null = null;
  #startedAtMs = 0;
  #isCancelled = false;
  /** What the save under way writes to, until it is complete or given up. */
  #temporary: string | null = null;
  #hasToldOfNoAccess = false;

  constructor(options: RdbPersistenceOptions) {
    this.#options = options;
    this.#files = new DataFiles("rdb", options.failpoints);
    this.#loader = new RdbLoader({ ...options, listeners: this });
    this.lastSaveAtMs = options.clock.now;
    options.store.onFlushAll.subscribe(() => this.#forgetData());
  }

  /** The background save in progress, if any. */
  get snapshot(): RdbSnapshot | null {
    return this.#snapshot;
  }

  /** True while an RDB file is being made, for the disk or for replicas. */
  get isSaving(): boolean {
    return this.#snapshot !== null || this.isTransferring() ||
      (this.#options.store.snapshot !== null && !this.isRewriting());
  }

  /** Seconds since the background save in progress began, -1 when there is none. */
  get currentDurationSeconds(): number {
    return this.#snapshot === null ? -1 : wholeSeconds(this.#options.clock.now) - wholeSeconds(this.#startedAtMs);
  }

  /** How many keys the last load had. */
  get lastLoad(): { readonly keysLoaded: number; readonly keysExpired: number } {
    return this.#loader.last;
  }

  /** Where the file is, as configured now. */
  get location(): RdbLocation {
    const { config } = this.#options;
    return {
      files: this.#files,
      directory: config.cell("dir").value || workingDirectory(),
      fileName: config.string("dbfilename").value,
    };
  }

  /** Saves while nothing else runs. Null, or the error reply; the log has the reason. */
  save(): string | null {
    const { store, logger } = this.#options;
    try {
      writeRdbFileSync(this.location, wholeRdbFile(store, this.snapshotOptions()));
    } catch (error) {
      logger.warning(logLineOf(error));
      return error instanceof FileAccessError ? `ERR ${error.message}` : "ERR";
    }
    this.#noteSaved();
    return null;
  }

  /** Begins a background save. Null, or the error reply. */
  startBackgroundSave(): string | null {
    const { store, logger, tasks, clock } = this.#options;
    if (this.isSaving) return SAVE_IN_PROGRESS;
    if (store.snapshot !== null) return OTHER_WORK_ACTIVE;
    try {
      requireRdbWrite(this.location);
    } catch (error) {
      logger.warning(logLineOf(error));
      return `ERR ${messageOf(error)}`;
    }
    this.isScheduled = false;
    this.saveCount++;
    this.lastAttemptAtMs = this.#startedAtMs = clock.now;
    this.#isCancelled = false;
    const dirtyAtStart = store.stats.dirty;
    const snapshot = new RdbSnapshot(store, this.snapshotOptions());
    this.#snapshot = snapshot;
    logger.notice(`Background saving started by pid ${Deno.pid}`);
    tasks.start("background save", () => this.#finishBackgroundSave(snapshot, dirtyAtStart));
    return null;
  }

  /** Gives up the background save, if there is one: its file will not take the place of the old one. */
  cancelBackgroundSave(): void {
    this.#isCancelled = true;
    this.#snapshot?.cancel();
  }

  /** Loads RDB files, and the data at the start of append-only files. */
  get loader(): RdbLoader {
    return this.#loader;
  }

  /** How a snapshot of the dataset is to be made now: also for full synchronisation, and for the base of an append-only file. */
  snapshotOptions(isAofBase = false): RdbSnapshotOptions {
    const { config, metrics: { traffic } } = this.#options;
    return {
      ...this.#writerOptions(),
      notes: this.#notes(isAofBase),
      libraries: this.libraries?.sources() ?? [],
      hasData: true,
      keyDelayUs: () => config.integer("rdb-key-save-delay").value,
      readCount: () => traffic.reads,
    };
  }

  /** Save points and scheduled saves: to be called about every 100 ms. */
  checkSavePoints(): void {
    const { config, store, clock, logger, loading } = this.#options;
    if (store.snapshot !== null || this.isSaving || loading.isActive) return;
    const nowSeconds = wholeSeconds(clock.now);
    const mayTry = this.isLastSaveOk || nowSeconds - wholeSeconds(this.lastAttemptAtMs) > RETRY_DELAY_SECONDS;
    if (!mayTry) return;
    if (this.isScheduled) {
      this.startBackgroundSave();
      return;
    }
    for (const { seconds, changes } of config.cell("save").value) {
      if (store.stats.dirty < changes || nowSeconds - wholeSeconds(this.lastSaveAtMs) <= seconds) continue;
      if (!this.#maySaveByItself()) return;
      logger.notice(`${changes} changes in ${seconds} seconds. Saving...`);
      this.startBackgroundSave();
      return;
    }
  }

  /**
   * The last save before the server stops. False when it should not stop, which the log explains. The caller sees to it that
   * nobody changes the data any more.
   */
  async saveBeforeStop({ save, isForced }: LastSaveOptions): Promise<boolean> {
    const { config, logger, loading } = this.#options;
    if (this.#snapshot !== null) {
      logger.warning("There is a child saving an .rdb. Killing it!");
      this.cancelBackgroundSave();
    }
    const isWanted = save ?? (config.cell("save").value.length > 0 && this.#maySaveByItself());
    if (!isWanted || loading.isActive) return true;
    logger.notice("Saving the final RDB snapshot before exiting.");
    if (await this.#saveInSlices()) return true;
    logger.warning(isForced ? "Error trying to save the DB. Exit anyway." : "Error trying to save the DB, can't exit.");
    return false;
  }

  /** Removes what an unfinished save has written: the process is about to end without waiting for it. */
  discardUnfinished(): void {
    if (this.#temporary !== null) removeTemporary(this.#temporary, this.location);
  }

  /** Loads the file at start, if there is one. False when the server must not go on; the log says why. */
  async loadAtStart(): Promise<boolean> {
    const { logger, clock } = this.#options;
    const { location } = this;
    if (!canRead(rdbPath(location))) {
      logger.notice(`No data are loaded: reading ${rdbPath(location)} is not permitted (start with --allow-read)`);
      return true;
    }
    const startMs = clock.stopwatchMs();
    try {
      if (!await this.#loader.loadStream(() => openRdbFile(location))) return true;
    } catch (error) {
      logLoadFailure(logger, error);
      return false;
    }
    logger.notice(`DB loaded from disk: ${((clock.stopwatchMs() - startMs) / 1000).toFixed(3)} seconds`);
    return true;
  }

  /**
   * DEBUG RELOAD: saves, empties and loads while nothing else runs. Null, or the error reply. Where files may not be used the
   * data go through memory.
   */
  reload({ save, flush, merge }: ReloadOptions): string | null {
    const { store, logger } = this.#options;
    const path = rdbPath(this.location);
    let chunks: Iterable<Uint8Array> = readRdbFileSync(this.location);
    if (save && canRead(path) && canWrite(path)) {
      const refusal = this.save();
      if (refusal !== null) return refusal;
    } else if (save) {
      chunks = [...wholeRdbFile(store, this.snapshotOptions())];
    }
    if (flush) {
      store.flush(-1);
      this.libraries?.clear();
      store.lazyFree.run(Infinity);
    }
    try {
      this.#loader.loadWhole(chunks, merge);
    } catch (error) {
      for (const line of error instanceof RdbFormatError ? error.logLines : [messageOf(error)]) logger.warning(line);
      return "ERR Error trying to load the RDB dump";
    }
    logger.warning("DB reloaded by DEBUG RELOAD");
    return null;
  }

  /** Refuses writes after a background save that failed. */
  readonly gate: Gate = {
    isRaised: ({ origin }) => !this.isLastSaveOk && origin === "client",
    concerns: (command) => command.isWrite || command.hasTraits || command.name === "ping",
    check: (context, command, args) => {
      if (!command.traitsOf(context, args).isWrite && command.name !== "ping") return null;
      return this.isWriteDenied ? MISCONF : null;
    },
  };

  /** Whether nothing may be written because the last save failed. */
  get isWriteDenied(): boolean {
    const { config } = this.#options;
    if (this.isLastSaveOk) return false;
    return config.boolean("stop-writes-on-bgsave-error").value && config.cell("save").value.length > 0;
  }

  async #finishBackgroundSave(snapshot: RdbSnapshot, dirtyAtStart: number): Promise<void> {
    const { store, logger, clock } = this.#options;
    let isOk = false;
    try {
      isOk = await this.#write(snapshot, backgroundPath(this.location));
    } catch (error) {
      if (!this.#isCancelled) logger.warning(logLineOf(error));
    }
    await snapshot.ended;
    const nowMs = clock.refresh();
    if (isOk) {
      logger.notice("DB saved on disk");
      logger.notice("Background saving terminated with success");
      store.stats.dirty -= dirtyAtStart;
      this.lastSaveAtMs = nowMs;
      this.isLastSaveOk = true;
    } else if (this.#isCancelled) {
      logger.warning("Background saving terminated by signal 10");
    } else {
      logger.warning("Background saving error");
      this.isLastSaveOk = false;
    }
    this.lastDurationSeconds = wholeSeconds(nowMs) - wholeSeconds(this.#startedAtMs);
    this.lastPreservedBytes = snapshot.preservedBytes;
    this.#snapshot = null;
    this.onBackgroundSaveEnded.emit({ isOk });
  }

  /** SAVE in slices, between which signals are heard. */
  async #saveInSlices(): Promise<boolean> {
    const { store, logger } = this.#options;
    // A walk that was cancelled takes a moment to clear its marks, and a replica that waits may have the next one begin.
    while (this.#snapshot !== null || store.snapshot !== null) {
      this.cancelBackgroundSave();
      this.cancelTransfers();
      await nextTurn();
    }
    this.#isCancelled = false;
    const snapshot = new RdbSnapshot(store, this.snapshotOptions());
    let isOk = false;
    try {
      isOk = await this.#write(snapshot, foregroundPath(this.location));
    } catch (error) {
      logger.warning(logLineOf(error));
    }
    await snapshot.ended;
    if (isOk) this.#noteSaved();
    return isOk;
  }

  async #write(snapshot: RdbSnapshot, temporary: string): Promise<boolean> {
    this.#temporary = temporary;
    try {
      return await writeRdbFile(this.location, snapshot.readable, { temporary, isWanted: () => !this.#isCancelled });
    } finally {
      this.#temporary = null;
    }
  }

  /** A save that nothing ran beside has worked. */
  #noteSaved(): void {
    const { store, logger, clock } = this.#options;
    logger.notice("DB saved on disk");
    store.stats.dirty = 0;
    this.lastSaveAtMs = clock.refresh();
    this.isLastSaveOk = true;
  }

  /** After FLUSHALL: the file must not bring the old data back. */
  #forgetData(): void {
    this.cancelBackgroundSave();
    if (this.#options.config.cell("save").value.length > 0 && this.#maySaveByItself()) this.save();
  }

  /** False where files may not be written, which the log then says once. */
  #maySaveByItself(): boolean {
    const path = rdbPath(this.location);
    if (canWrite(path)) return true;
    if (!this.#hasToldOfNoAccess) {
      this.#options.logger.warning(
        `Save points are off: writing ${path} is not permitted (start with --allow-write)`,
      );
    }
    this.#hasToldOfNoAccess = true;
    return false;
  }

  #notes(isAofBase: boolean) {
    const { store, clock } = this.#options;
    const replication = isAofBase ? null : this.replicationPoint();
    return rdbNotes({ nowMs: clock.now, usedMemoryBytes: store.dataBytes, replication, isAofBase });
  }

  #writerOptions() {
    const { config, store } = this.#options;
    const policy = config.enum("maxmemory-policy").value;
    const access: SavedAccess = store.access.policy.isLfu ? "frequency" : policy.endsWith("-lru") ? "idle" : "none";
    return {
      access,
      compression: config.boolean("rdbcompression").value,
      checksum: config.boolean("rdbchecksum").value,
    };
  }
}

/** Logs Redis's lines for a file that keeps the server from starting. */
function logLoadFailure(logger: Logger, error: unknown): void {
  if (error instanceof DatasetError) return logger.warning(error.message);
  if (!(error instanceof RdbFormatError)) {
    return logger.warning(`Fatal error loading the DB: ${systemReason(error)}. Exiting.`);
  }
  for (const line of error.logLines) logger.warning(line);
  if (error.fault === "signature" || error.fault === "version") {
    return logger.warning("Fatal error loading the DB: Invalid argument. Exiting.");
  }
  // Redis has redis-check-rdb look at the file here, which prints where it stopped.
  logger.raw(`--- RDB ERROR DETECTED ---\n[offset ${error.offset}] ${error.message}\n`);
  logger.warning("Terminating server after rdb file reading failure.");
}

function logLineOf(error: unknown): string {
  if (error instanceof RdbFileError || error instanceof FileAccessError) return error.message;
  return `Write error saving DB on disk(rdbSaveRio): ${systemReason(error)}`;
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
