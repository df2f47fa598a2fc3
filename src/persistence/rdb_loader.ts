/**
 * Loads RDB files into the store: from a stream while clients are told to wait, or whole while nothing else runs.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Config } from "../config/config.ts";
import { CHECKSUM_SINCE_VERSION } from "../rdb/rdb_format.ts";
import { RdbParser } from "../rdb/rdb_parser.ts";
import type { Store } from "../store/store.ts";
import { DatasetLoader, type DatasetLoaderOptions, loadContext } from "./dataset_loader.ts";
import type { Loading } from "./loading.ts";
import { pacedDecoder } from "./paced_decoder.ts";
import type { OpenedFile } from "./rdb_file.ts";
import { takeRdbNote } from "./rdb_notes.ts";

/** The function libraries of a server, which travel with its data. */
export interface FunctionLibraries {
  /** The source of every library. */
  readonly sources: () => readonly Uint8Array[];
  /** Takes a library from a file; throws when it cannot be. With `mayReplace` it takes the place of one with its name. */
  readonly load: (source: Uint8Array, mayReplace: boolean) => void;
  /** Drops all of them, as new data are about to take the place of the old. */
  readonly clear: () => void;
}

/** What other parts of the server have to do with a load. */
export interface LoadListeners {
  /** A replica keeps keys whose time has passed. */
  readonly isReplica: () => boolean;
  /** Takes the notes of the file. */
  readonly onNote: (key: string, value: string) => void;
  /** Told of each key that was dropped because its time had passed. */
  readonly onExpired: (dbIndex: number, key: Slice) => void;
  readonly libraries: FunctionLibraries | null;
}

/** What an `RdbLoader` needs. */
export interface RdbLoaderOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly store: Store;
  readonly loading: Loading;
  readonly listeners: LoadListeners;
}

/** Loads files, and remembers how many keys the last one had. */
export class RdbLoader {
  /** `rdb_last_load_keys_loaded` and `rdb_last_load_keys_expired`. */
  last = { keysLoaded: 0, keysExpired: 0 };
  readonly #options: RdbLoaderOptions;

  constructor(options: RdbLoaderOptions) {
    this.#options = options;
  }

  /**
   * Loads a file as it arrives while clients are told to wait; false where there is none. Throws what opening and reading it,
   * its format or its data throw.
   */
  async loadStream(open: () => Promise<OpenedFile | null>): Promise<boolean> {
    const { clock, config, loading, listeners } = this.#options;
    // Before anything is awaited: no client may see the empty databases.
    loading.begin({ nowMs: clock.refresh(), totalBytes: 0 });
    try {
      const file = await open();
      if (file === null) return false;
      loading.totalBytes = file.size;
      const { parser, loader } = this.#prepare({
        onAux: (key, value) => this.#takeNote(key, value),
        onExpired: (dbIndex, key) => listeners.onExpired(dbIndex, key),
      });
      const onTaken = (count: number) => {
        loading.loadedBytes += count;
        clock.refresh();
      };
      await file.stream.pipeTo(pacedDecoder(parser, { clock, config, loader, onTaken }));
      return true;
    } finally {
      loading.end();
    }
  }

  /** Loads a file while nothing else runs. Throws what reading it, its format or its data throw. */
  loadWhole(chunks: Iterable<Uint8Array>, mayReplace: boolean): void {
    const { store } = this.#options;
    const { parser } = this.#prepare({ mayReplace });
    const rule = store.expiryRule;
    // A key of the file may replace one whose time has passed, whatever this server does with those.
    store.expiryRule = "ignore";
    try {
      for (const chunk of chunks) parser.feed(chunk);
      parser.finish();
    } catch (error) {
      parser.abort();
      throw error;
    } finally {
      store.expiryRule = rule;
    }
  }

  /**
   * A parser for the data at the start of an append-only file. Keys whose time has passed are kept, as the commands that
   * follow may still change them; function libraries take the place of those that DEBUG LOADAOF finds there.
   */
  preamble(): RdbParser {
    const { libraries } = this.#options.listeners;
    const { parser } = this.#prepare({
      keepsExpired: true,
      onLibrary: libraries === null ? undefined : (source) => libraries.load(source, true),
      onAux: (key, value) => {
        this.#takeNote(key, value);
        if (key === "aof-base" && value === "1") this.#options.logger.notice("RDB is base AOF");
      },
    });
    return parser;
  }

  #prepare(options: Partial<DatasetLoaderOptions>): { parser: RdbParser; loader: DatasetLoader } {
    const { store, logger, config, listeners } = this.#options;
    const verifyChecksum = config.boolean("rdbchecksum").value;
    const { libraries } = listeners;
    const loader: DatasetLoader = new DatasetLoader(store, {
      logger,
      keepsExpired: listeners.isReplica(),
      expectsChecksum: () => verifyChecksum && parser.version >= CHECKSUM_SINCE_VERSION,
      onLibrary: libraries === null ? undefined : (source) => libraries.load(source, options.mayReplace === true),
      ...options,
    });
    const parser: RdbParser = new RdbParser(loader, { ...loadContext(store, config), verifyChecksum });
    this.last = loader;
    return { parser, loader };
  }

  #takeNote(key: string, value: string): void {
    takeRdbNote([key, value], this.#options);
    this.#options.listeners.onNote(key, value);
  }
}
