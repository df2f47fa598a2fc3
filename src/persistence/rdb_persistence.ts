/**
 * When and how the dataset is saved to its RDB file and loaded from it: SAVE, BGSAVE, save points, the start and the end.
 *
 * - A background save is a time-sliced walk piped into a file; commands go on meanwhile, and nothing is forked.
 * - A save that fails leaves the old file, and with `stop-writes-on-bgsave-error` the server refuses writes until one works.
 */

import type { Clock } from "../base/clock.ts";
import type { BackgroundTasks } from "../base/background_tasks.ts";
import { canRead, workingDirectory } from "../base/file_access.ts";
import type { Logger } from "../base/logger.ts";
import type { Gate } from "../command/gate.ts";
import type { Config } from "../config/config.ts";
import { RdbDecoderStream } from "../rdb/rdb_decoder_stream.ts";
import { RdbFormatError } from "../rdb/rdb_format_error.ts";
import { RdbParser } from "../rdb/rdb_parser.ts";
import { MISCONF, SAVE_IN_PROGRESS } from "../resp/reply_errors.ts";
import type { Store } from "../store/store.ts";
import { DatasetLoader, type DatasetLoaderOptions, loadContext } from "./dataset_loader.ts";
import type { Loading } from "./loading.ts";
import { openRdbFile, type RdbLocation, rdbPath, readRdbFileSync, writeRdbFile, writeRdbFileSync } from "./rdb_file.ts";
import { rdbNotes, type ReplicationPoint } from "./rdb_notes.ts";
import { RdbSnapshot, type RdbSnapshotOptions } from "./rdb_snapshot.ts";
import { RdbSnapshotWriter, type SavedAccess } from "./rdb_snapshot_writer.ts";

/** Seconds before save points try again after a save that failed: Redis's `CONFIG_BGSAVE_RETRY_DELAY`. */
const RETRY_DELAY_SECONDS = 5;

/** What an `RdbPersistence` needs. */
export interface RdbPersistenceOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly store: Store;
  readonly tasks: BackgroundTasks;
  readonly loading: Loading;
}

/** The RDB file of one server. */
export class RdbPersistence {
  /** Unix time in milliseconds of the last save that worked, or of the start. */
  lastSaveAtMs: number;
  /** Unix time in milliseconds of the last background save that began. */
  lastAttemptAtMs = 0;
  isLastSaveOk = true;
  /** Seconds that the last background save took, -1 before the first. */
  lastDurationSeconds = -1;
  /** Bytes saved out of turn by the last one: what a fork would have copied. */
  lastPreservedBytes = 0;
  /** A BGSAVE SCHEDULE that waits for the walk in progress to end. */
  isScheduled = false;
  /** Saves completed: `rdb_saves`. */
  saveCount = 0;
  lastLoad = { keysLoaded: 0, keysExpired: 0 };
  /** Where the dataset stands in the replication stream, for the notes of a file; set by replication. */
  replicationPoint: () => ReplicationPoint | null = () => null;
  /** Takes the notes of a file that is loaded at start. */
  onNote: (key: string, value: string) => void = () => {};
  /** Whether this server is a replica: it keeps expired keys and does not save on its own account differently. */
  isReplica: () => boolean = () => false;

  readonly #options: RdbPersistenceOptions;
  #snapshot: RdbSnapshot | null = null;

  constructor(options: RdbPersistenceOptions) {
    this.#options = options;
    this.lastSaveAtMs = options.clock.now;
  }

  /** The background save in progress, if any. */
  get snapshot(): RdbSnapshot | null {
    return this.#snapshot;
  }

  /** Where the file is, as configured now. */
  get location(): RdbLocation {
    const { config } = this.#options;
    return {
      directory: config.cell("dir").value || workingDirectory(),
      fileName: config.string("dbfilename").value,
    };
  }

  /** Saves while nothing else runs. Null, or the reason why it failed, which is logged. */
  save(): string | null {
    const { store, logger, clock } = this.#options;
    try {
      writeRdbFileSync(this.location, this.#wholeFile());
    } catch (error) {
      logger.warning(`Failed saving the DB: ${reasonOf(error)}`);
      this.isLastSaveOk = false;
      return reasonOf(error);
    }
    logger.notice("DB saved on disk");
    store.stats.dirty = 0;
    this.lastSaveAtMs = clock.refresh();
    this.isLastSaveOk = true;
    this.saveCount++;
    return null;
  }

  /** Begins a background save. Null, or the text of the error. */
  startBackgroundSave(): string | null {
    const { store, logger, tasks, clock } = this.#options;
    if (this.#snapshot !== null) return SAVE_IN_PROGRESS;
    if (store.snapshot !== null) {
      return "ERR Another child process is active: can't BGSAVE right now. Use BGSAVE SCHEDULE.";
    }
    this.isScheduled = false;
    this.lastAttemptAtMs = clock.now;
    const dirtyAtStart = store.stats.dirty;
    const snapshot = new RdbSnapshot(store, this.snapshotOptions());
    this.#snapshot = snapshot;
    logger.notice(`Background saving started by pid ${Deno.pid}`);
    tasks.start("background save", () => this.#finishBackgroundSave(snapshot, dirtyAtStart));
    return null;
  }

  /** Gives up the background save, if there is one: FLUSHALL, SHUTDOWN. */
  cancelBackgroundSave(): void {
    this.#snapshot?.cancel();
  }

  /** How a snapshot of the dataset is to be made now: also for full synchronisation. */
  snapshotOptions(): RdbSnapshotOptions {
    const { config } = this.#options;
    return {
      ...this.#writerOptions(),
      notes: this.#notes(),
      libraries: [],
      hasData: true,
      keyDelayUs: () => config.integer("rdb-key-save-delay").value,
    };
  }

  /** Save points and scheduled saves: to be called about every 100 ms. */
  checkSavePoints(): void {
    const { config, store, clock, logger, loading } = this.#options;
    if (store.snapshot !== null || this.#snapshot !== null || loading.isActive) return;
    if (this.isScheduled) {
      this.startBackgroundSave();
      return;
    }
    const mayRetry = this.isLastSaveOk || clock.now - this.lastAttemptAtMs > RETRY_DELAY_SECONDS * 1000;
    if (!mayRetry) return;
    for (const { seconds, changes } of config.cell("save").value) {
      if (store.stats.dirty < changes || clock.now - this.lastSaveAtMs <= seconds * 1000) continue;
      logger.notice(`${changes} changes in ${seconds} seconds. Saving...`);
      this.startBackgroundSave();
      return;
    }
  }

  /** The last save before the server stops. Null, or the reason why it should not stop. */
  // deno-lint-ignore require-await
  async saveBeforeStop(save: boolean | null): Promise<string | null> {
    const { config, logger, loading } = this.#options;
    if (this.#snapshot !== null) {
      logger.warning("There is a child saving an .rdb. Killing it!");
      this.cancelBackgroundSave();
    }
    const isWanted = save ?? config.cell("save").value.length > 0;
    if (!isWanted || loading.isActive) return null;
    logger.notice("Saving the final RDB snapshot before exiting.");
    return this.save() === null ? null : "Error trying to save the DB, can't exit.";
  }

  /** Loads the file at start, if there is one. False when the server must not go on; the log says why. */
  async loadAtStart(): Promise<boolean> {
    const { logger, loading, clock } = this.#options;
    const { location } = this;
    if (!canRead(rdbPath(location))) return true;
    const startMs = clock.stopwatchMs();
    try {
      const file = await openRdbFile(location);
      if (file === null) return true;
      loading.begin({ nowMs: clock.refresh(), totalBytes: file.size });
      const loader = this.#loader({ onAux: (key, value) => this.#takeNote(key, value) });
      await file.stream.pipeThrough(this.#progress()).pipeTo(new RdbDecoderStream(this.#parser(loader)));
      this.lastLoad = loader;
      logger.notice(`DB loaded from disk: ${((clock.stopwatchMs() - startMs) / 1000).toFixed(3)} seconds`);
      return true;
    } catch (error) {
      if (error instanceof RdbFormatError) {
        for (const line of error.logLines) logger.warning(line);
        logger.warning("Terminating server after rdb file reading failure.");
      } else {
        logger.warning(`Fatal error loading the DB: ${reasonOf(error)}. Exiting.`);
      }
      return false;
    } finally {
      loading.end();
    }
  }

  /** DEBUG RELOAD: loads the file while nothing else runs. Throws what reading or the format throw. */
  reload(options: { mayReplace: boolean }): void {
    this.#feedWhole(readRdbFileSync(this.location), options.mayReplace);
  }

  /** DEBUG RELOAD without files: saves to memory, lets `flush` empty the databases, and loads again. */
  reloadThroughMemory(flush: () => void): void {
    const chunks = [...this.#wholeFile()];
    flush();
    this.#feedWhole(chunks, false);
  }

  /** Refuses writes after a save that failed. */
  readonly gate: Gate = (context, command) => {
    const { config } = this.#options;
    if (this.isLastSaveOk || context.origin !== "client") return null;
    if (!command.isWrite && command.name !== "ping") return null;
    if (!config.boolean("stop-writes-on-bgsave-error").value || config.cell("save").value.length === 0) return null;
    return this.isReplica() ? null : MISCONF;
  };

  async #finishBackgroundSave(snapshot: RdbSnapshot, dirtyAtStart: number): Promise<void> {
    const { store, logger, clock } = this.#options;
    const startMs = clock.stopwatchMs();
    try {
      await writeRdbFile(this.location, snapshot.readable);
      store.stats.dirty -= dirtyAtStart;
      this.lastSaveAtMs = clock.refresh();
      this.isLastSaveOk = true;
      this.saveCount++;
      logger.notice("DB saved on disk");
      logger.notice("Background saving terminated with success");
    } catch (error) {
      if (snapshot.isCancelled) {
        logger.warning("Background saving terminated by signal 10");
      } else {
        this.isLastSaveOk = false;
        logger.warning(`Write error saving DB on disk: ${reasonOf(error)}`);
        logger.warning("Background saving error");
      }
    }
    await snapshot.ended;
    this.lastDurationSeconds = Math.round((clock.stopwatchMs() - startMs) / 1000);
    this.lastPreservedBytes = snapshot.preservedBytes;
    this.#snapshot = null;
  }

  *#wholeFile(): Generator<Uint8Array> {
    const { store } = this.#options;
    const writer = new RdbSnapshotWriter(store, this.#writerOptions(), { notes: this.#notes(), libraries: [] });
    for (const { index, keyspace } of store.databases) {
      if (keyspace.size === 0) continue;
      writer.beginDatabase(index, keyspace.size, keyspace.expiry.size);
      keyspace.forEach((entry) => writer.saveEntry(index, keyspace, entry));
      yield writer.take();
    }
    yield writer.end();
  }

  #feedWhole(chunks: Iterable<Uint8Array>, mayReplace: boolean): void {
    const loader = this.#loader({ mayReplace });
    const parser = this.#parser(loader);
    for (const chunk of chunks) parser.feed(chunk);
    parser.finish();
    this.lastLoad = loader;
  }

  #loader(options: Partial<DatasetLoaderOptions>): DatasetLoader {
    const { store, logger } = this.#options;
    return new DatasetLoader(store, { logger, keepsExpired: this.isReplica(), ...options });
  }

  #parser(loader: DatasetLoader): RdbParser {
    const { store, config } = this.#options;
    return new RdbParser(loader, {
      ...loadContext(store, config),
      verifyChecksum: config.boolean("rdbchecksum").value,
    });
  }

  #progress(): TransformStream<Uint8Array, Uint8Array> {
    const { loading } = this.#options;
    return new TransformStream({
      transform(chunk, controller) {
        loading.loadedBytes += chunk.length;
        controller.enqueue(chunk);
      },
    });
  }

  #takeNote(key: string, value: string): void {
    const { logger } = this.#options;
    if (key === "redis-ver") logger.notice(`Loading RDB produced by version ${value}`);
    else if (key === "ctime") {
      const ageSeconds = Math.max(0, Math.floor(this.#options.clock.now / 1000) - Number(value));
      logger.notice(`RDB age ${ageSeconds} seconds`);
    } else if (key === "used-mem") {
      logger.notice(`RDB memory usage when created ${(Number(value) / (1024 * 1024)).toFixed(2)} Mb`);
    }
    this.onNote(key, value);
  }

  #notes() {
    const { store, clock } = this.#options;
    return rdbNotes({ nowMs: clock.now, usedMemoryBytes: store.dataBytes, replication: this.replicationPoint() });
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

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
