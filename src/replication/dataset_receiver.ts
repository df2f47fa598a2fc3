/**
 * A master's whole dataset on its way into our databases.
 *
 * - To a file first where files may be written (as `repl-diskless-load disabled` asks for): the old data serve until the file
 *   is complete. Otherwise from the connection straight into the databases, which are emptied first, or (`swapdb`) into new
 *   ones that take the place of the old when everything has arrived.
 * - The file is never in memory as a whole.
 */

import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/error_text.ts";
import { canRead, canWrite } from "../base/file_access.ts";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/config.ts";
import { DatasetLoader, loadContext } from "../persistence/dataset_loader.ts";
import type { Loading } from "../persistence/loading.ts";
import { openRdbFile, rdbFileSink, rdbPath } from "../persistence/rdb_file.ts";
import { pacedDecoder } from "../persistence/paced_decoder.ts";
import { takeRdbNote } from "../persistence/rdb_notes.ts";
import type { RdbPersistence } from "../persistence/rdb_persistence.ts";
import { systemReason } from "../base/system_reason.ts";
import { RdbFormatError } from "../rdb/rdb_format_error.ts";
import { RdbParser } from "../rdb/rdb_parser.ts";
import { Database } from "../store/database.ts";
import type { Store } from "../store/store.ts";
import type { LinkConnection } from "./link_connection.ts";
import { RdbFrameError, RdbFraming } from "./rdb_framing.ts";

/** What a `DatasetReceiver` needs. */
export interface DatasetReceiverOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly store: Store;
  readonly loading: Loading;
  readonly persistence: RdbPersistence;
  /** Our own history ends: whoever followed us must start over. */
  readonly onHistoryLost: () => void;
  /** Stops what reads the databases that are about to go. */
  readonly cancelSnapshots: () => void;
}

/** How far a transfer is, for INFO. */
export interface TransferProgress {
  /** 0 while or where the size is not known. */
  totalBytes: number;
  readBytes: number;
}

/** What the file told about the stream that follows it. */
export interface ReceivedDataset {
  /** The database that the stream has selected. */
  readonly dbIndex: number;
  /** True when the file's end was marked: the master waits for our acknowledgement before it sends the stream. */
  readonly isMarked: boolean;
}

/** The transfer failed, and the log has been told why. */
export class TransferError extends Error {
  override readonly name = "TransferError";
}

/** Where the data go. */
type LoadMode = "disk" | "parser" | "swap";

/** Receives one dataset. */
export class DatasetReceiver {
  readonly progress: TransferProgress = { totalBytes: 0, readBytes: 0 };

  readonly #options: DatasetReceiverOptions;
  readonly #link: LinkConnection;
  /** True when the master's history is the one our old data belong to. */
  readonly #isSameHistory: boolean;
  readonly #mode: LoadMode;
  readonly #framing: RdbFraming;
  #dbIndex = 0;
  #isMarked = false;
  /** Function libraries that wait for the swap of the databases. */
  readonly #sources: Uint8Array[] = [];

  constructor(link: LinkConnection, isSameHistory: boolean, options: DatasetReceiverOptions) {
    this.#link = link;
    this.#isSameHistory = isSameHistory;
    this.#options = options;
    this.#mode = this.#chooseMode();
    this.#framing = new RdbFraming(({ sizeBytes }) => this.#noteHeader(sizeBytes));
  }

  /** Receives the dataset; afterwards the stream follows on the link. Throws `TransferError`. */
  async receive(): Promise<ReceivedDataset> {
    const framing = this.#framing;
    const file = this.#link.stream(() => framing.isComplete).pipeThrough(framing.stream).pipeThrough(this.#meter());
    try {
      if (this.#mode === "disk") await this.#throughDisk(file);
      else await this.#load(file);
    } catch (error) {
      if (error instanceof TransferError) throw error;
      this.#fail(
        error instanceof RdbFrameError ? error.message : `I/O error trying to sync with MASTER: ${messageOf(error)}`,
      );
    }
    this.#link.unread(framing.rest);
    return { dbIndex: this.#dbIndex, isMarked: this.#isMarked };
  }

  #chooseMode(): LoadMode {
    const { config, store, persistence } = this.#options;
    const wanted = config.enum("repl-diskless-load").value;
    if (wanted === "swapdb") return "swap";
    if (wanted === "on-empty-db" && store.keyCount === 0) return "parser";
    const path = rdbPath(persistence.location);
    return canWrite(path) && canRead(path) ? "disk" : "parser";
  }

  #noteHeader(sizeBytes: number): void {
    const destination = this.#mode === "disk" ? "to disk" : "to parser";
    this.#isMarked = sizeBytes < 0;
    this.progress.totalBytes = Math.max(0, sizeBytes);
    this.#options.logger.notice(
      this.#isMarked
        ? `MASTER <-> REPLICA sync: receiving streamed RDB from master with EOF ${destination}`
        : `MASTER <-> REPLICA sync: receiving ${sizeBytes} bytes from master ${destination}`,
    );
  }

  #meter(): TransformStream<Uint8Array, Uint8Array> {
    const { progress } = this;
    return new TransformStream(
      {
        transform: (chunk, controller) => {
          progress.readBytes += chunk.length;
          controller.enqueue(chunk);
        },
      },
      undefined,
      new CountQueuingStrategy({ highWaterMark: 0 }),
    );
  }

  async #throughDisk(file: ReadableStream<Uint8Array>): Promise<void> {
    const { persistence, logger, clock, config } = this.#options;
    const { location } = persistence;
    const directory = location.directory === "" ? "." : location.directory;
    const temporary = `${directory}/temp-${Math.floor(clock.now / 1000)}.${Deno.pid}.rdb`;
    try {
      const open = () => location.files.open(temporary, "truncate");
      await file.pipeTo(rdbFileSink(await this.#attempt("Opening the temp file needed for", open)));
      if (!this.#framing.isComplete) this.#fail("I/O error trying to sync with MASTER: connection lost");
      const rename = () => location.files.renameSync(temporary, rdbPath(location));
      await this.#attempt(`Failed trying to rename the temp DB into ${location.fileName} in`, rename);
      const sync = () => location.files.syncDirectory(directory);
      await this.#attempt(`Failed trying to sync DB directory ${location.fileName} in`, sync);
    } catch (error) {
      await location.files.remove(temporary).catch(() => {});
      throw error;
    }
    const source = await openRdbFile(location);
    if (source === null) this.#fail("I/O error trying to sync with MASTER: the file that was received is gone");
    try {
      await this.#load(source.stream);
    } finally {
      const isPersistent = config.cell("save").value.length > 0 || config.boolean("appendonly").value;
      if (config.boolean("rdb-del-sync-files").value && !isPersistent) {
        logger.notice(
          "Removing the RDB file obtained from the master. This replica has persistence disabled",
        );
        await location.files.remove(rdbPath(location)).catch(() => {});
      }
    }
  }

  async #load(source: ReadableStream<Uint8Array>): Promise<void> {
    const { store, logger, loading, clock, cancelSnapshots, onHistoryLost } = this.#options;
    const isSwap = this.#mode === "swap";
    const databases = isSwap ? store.databases.map((_, index) => new Database(store, index)) : store.databases;
    cancelSnapshots();
    if (!isSwap) {
      onHistoryLost();
      logger.notice("MASTER <-> REPLICA sync: Flushing old data");
      store.flush(-1);
      this.#options.persistence.libraries?.clear();
    }
    logger.notice("MASTER <-> REPLICA sync: Loading DB in memory");
    loading.begin({
      nowMs: clock.refresh(),
      // A file on disk is complete, also where its end was marked.
      totalBytes: this.#mode === "disk" ? this.progress.readBytes : this.progress.totalBytes,
      isAsync: isSwap && this.#isSameHistory,
    });
    try {
      await source.pipeTo(this.#decoder(databases));
      if (!this.#framing.isComplete) throw new TransferError("Replication stream EOF marker is broken");
    } catch (error) {
      this.#discard(databases, error);
    } finally {
      loading.end();
    }
    if (isSwap) {
      onHistoryLost();
      logger.notice("MASTER <-> REPLICA sync: Swapping active DB with loaded DB");
      swapDatabases(store, databases);
      this.#swapLibraries();
      logger.notice("MASTER <-> REPLICA sync: Discarding old DB in background");
    }
    // The data differ from those of the last save, unless the file that was received is that save.
    if (this.#mode !== "disk") store.stats.dirty++;
  }

  /** The end of the pipe: a parser that puts what it reads into `databases`. */
  #decoder(databases: readonly Database[]): WritableStream<Uint8Array> {
    const { store, config, logger, clock, loading, persistence } = this.#options;
    const { libraries } = persistence;
    const loader = new DatasetLoader(store, {
      logger,
      databases,
      keepsExpired: true,
      onLibrary: libraries === null ? undefined : (source) => {
        if (this.#mode === "swap") this.#sources.push(source);
        else libraries.load(source, true);
      },
      onAux: (key, value) => {
        takeRdbNote([key, value], this.#options);
        if (key === "repl-stream-db") this.#dbIndex = Number(value);
      },
    });
    const parser = new RdbParser(loader, {
      ...loadContext(store, config),
      verifyChecksum: config.boolean("rdbchecksum").value,
    });
    const onTaken = (count: number) => {
      loading.loadedBytes += count;
      clock.refresh();
    };
    return pacedDecoder(parser, { clock, config, loader, onTaken });
  }

  #swapLibraries(): void {
    const { libraries } = this.#options.persistence;
    libraries?.clear();
    for (const source of this.#sources) libraries?.load(source, true);
  }

  #discard(databases: readonly Database[], error: unknown): never {
    const { store, logger } = this.#options;
    if (error instanceof RdbFormatError) { for (const line of error.logLines) logger.warning(line); }
    const origin = this.#mode === "disk" ? "disk" : "socket";
    logger.warning(`Failed trying to load the MASTER synchronization DB from ${origin}: ${messageOf(error)}`);
    if (this.#mode === "swap") {
      for (const db of databases) db.flush();
      logger.notice("MASTER <-> REPLICA sync: Discarding temporary DB in background");
    } else {
      store.flush(-1);
      this.#options.persistence.libraries?.clear();
    }
    throw new TransferError(messageOf(error));
  }

  /** Does something that files are needed for; `what` begins the log line of a failure. */
  async #attempt<T>(what: string, act: () => T | Promise<T>): Promise<T> {
    try {
      return await act();
    } catch (error) {
      this.#fail(`${what} MASTER <-> REPLICA synchronization: ${systemReason(error)}`);
    }
  }

  #fail(line: string): never {
    this.#options.logger.warning(line);
    throw new TransferError(line);
  }
}

function swapDatabases(store: Store, loaded: readonly Database[]): void {
  for (const db of store.databases) {
    const other = loaded[db.index]!;
    store.swap(db, other);
    other.flush();
  }
  store.onFlushed.emit(-1);
}
