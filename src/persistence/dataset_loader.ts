/**
 * Puts what an RDB file holds into the databases: at start, on DEBUG RELOAD, and when a replica receives its master's data.
 *
 * - A master drops keys whose time has passed; a replica keeps them until its master says DEL.
 * - Empty aggregates and notes that nobody knows are skipped, as in Redis.
 */

import { quoteArgument } from "../bytes/quote.ts";
import { latin1 } from "../bytes/ascii.ts";
import type { Logger } from "../base/logger.ts";
import type { Slice } from "../bytes/slice.ts";
import type { LoadContext } from "../rdb/load_context.ts";
import type { RdbEntry, RdbVisitor } from "../rdb/rdb_visitor.ts";
import type { Database } from "../store/database.ts";
import { NO_ENTRY } from "../store/entry_layout.ts";
import type { Store } from "../store/store.ts";
import { writeString } from "../store/string_entries.ts";
import { KIND_STRING } from "../values/kind.ts";
import type { Config } from "../config/config.ts";
import { DEFAULT_LIST_LIMITS } from "../values/quicklist.ts";

/** A hint of more keys than this is not believed until they come. */
const MAX_RESERVED_KEYS = 1 << 24;

/** A dataset that cannot be loaded though its bytes are well formed. */
export class DatasetError extends Error {
  override readonly name = "DatasetError";
}

/** How to load. */
export interface DatasetLoaderOptions {
  readonly logger: Logger;
  /** Keep keys whose time has passed: a replica. */
  readonly keepsExpired: boolean;
  /** Replace keys that are there already instead of failing: DEBUG RELOAD MERGE. */
  readonly mayReplace?: boolean;
  /** Receives the notes of the file. */
  readonly onAux?: (key: string, value: string) => void;
}

/** Loads into the databases of one store. */
export class DatasetLoader implements RdbVisitor {
  /** Keys loaded. */
  keysLoaded = 0;
  /** Keys dropped because their time had passed. */
  keysExpired = 0;
  /** Keys skipped because they held nothing. */
  emptyKeysSkipped = 0;

  readonly #store: Store;
  readonly #options: DatasetLoaderOptions;
  #db: Database;

  constructor(store: Store, options: DatasetLoaderOptions) {
    this.#store = store;
    this.#options = options;
    this.#db = store.databases[0]!;
  }

  onAux(key: Slice, value: Slice): void {
    this.#options.onAux?.(textOf(key), textOf(value));
  }

  onSelectDb(index: number): void {
    const db = this.#store.databases[index];
    if (db === undefined) {
      throw new DatasetError(
        "FATAL: Data file was created with a Redis server configured to handle more than " +
          `${this.#store.databases.length} databases. Exiting`,
      );
    }
    this.#db = db;
  }

  onResizeDb(keyCount: number): void {
    this.#db.keyspace.dict.reserve(Math.min(keyCount, MAX_RESERVED_KEYS));
  }

  onFunction(): void {
    this.#options.logger.warning("Skipping a function library: this server does not run functions yet");
  }

  onKey(entry: RdbEntry): void {
    const { clock, access, lazyFree } = this.#store;
    const { keyspace } = this.#db;
    if (!this.#options.keepsExpired && entry.expireAtMs !== -1 && entry.expireAtMs < clock.now) {
      if (entry.kind !== KIND_STRING) lazyFree.release(entry.value);
      this.keysExpired++;
      return;
    }
    if (keyspace.find(entry.key) !== NO_ENTRY) this.#replace(entry.key);
    let lru = access.initial(clock.now);
    if (access.policy.isLfu && entry.lfuFrequency >= 0) lru = access.fromFrequency(entry.lfuFrequency, clock.now);
    if (!access.policy.isLfu && entry.lruIdleSeconds >= 0) {
      lru = access.fromIdleSeconds(entry.lruIdleSeconds, clock.now);
    }
    let ref = entry.kind === KIND_STRING
      ? writeString(keyspace, NO_ENTRY, entry.key, entry.value, lru)
      : keyspace.insertValue(entry.key, entry.value, lru);
    if (entry.expireAtMs !== -1) ref = keyspace.setExpiry(ref, entry.expireAtMs);
    this.#db.noteAdded(entry.key, ref);
    this.keysLoaded++;
  }

  onEmptyKey(key: Slice): void {
    this.emptyKeysSkipped++;
    if (this.emptyKeysSkipped < 10) this.#options.logger.notice(`rdbLoadObject: skipping empty key: ${textOf(key)}`);
  }

  onEnd(): void {
    const { logger } = this.#options;
    if (this.emptyKeysSkipped > 0) {
      logger.warning(
        `Done loading RDB, keys loaded: ${this.keysLoaded}, keys expired: ${this.keysExpired}, ` +
          `empty keys skipped: ${this.emptyKeysSkipped}.`,
      );
    } else {
      logger.notice(`Done loading RDB, keys loaded: ${this.keysLoaded}, keys expired: ${this.keysExpired}.`);
    }
  }

  #replace(key: Slice): void {
    if (this.#options.mayReplace === true) {
      this.#db.delete(key);
      return;
    }
    throw new DatasetError(`RDB has duplicated key '${quoteArgument(key.copy())}' in DB ${this.#db.index}`);
  }
}

/** Where and within which limits loaded values are built. */
export function loadContext(store: Store, config: Config): LoadContext {
  return {
    arena: store.arena,
    hash: store.hash,
    listLimits: {
      ...DEFAULT_LIST_LIMITS,
      maxListpackSize: config.integer("list-max-listpack-size").value,
      compressDepth: config.integer("list-compress-depth").value,
    },
    maxIntsetEntries: config.integer("set-max-intset-entries").value,
  };
}

function textOf(slice: Slice): string {
  return latin1(slice.bytes, slice.start, slice.end);
}
