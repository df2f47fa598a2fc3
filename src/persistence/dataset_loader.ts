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
import { ConfiguredHashLimits } from "../store/configured_hash_limits.ts";
import type { Database } from "../store/database.ts";
import { NO_ENTRY } from "../store/entry_layout.ts";
import { ConfiguredSortedSetLimits } from "../store/configured_sorted_set_limits.ts";
import type { Store } from "../store/store.ts";
import { writeString } from "../store/string_entries.ts";
import { KIND_STRING } from "../values/kind.ts";
import type { Config } from "../config/config.ts";

/** A hint of more keys than this is not believed until they come. */
const MAX_RESERVED_KEYS = 1 << 24;
/** The log names no more skipped keys than this. */
const MAX_LOGGED_EMPTY_KEYS = 10;

/** A dataset that cannot be loaded though its bytes are well formed. */
export class DatasetError extends Error {
  override readonly name = "DatasetError";
}

/** How to load. */
export interface DatasetLoaderOptions {
  readonly logger: Logger;
  /** Keep keys whose time has passed: a replica. */
  readonly keepsExpired: boolean;
  /** Whether a file that ends without a checksum is worth a line of the log; never if absent. */
  readonly expectsChecksum?: () => boolean;
  /** Replace keys that are there already instead of failing: DEBUG RELOAD MERGE. */
  readonly mayReplace?: boolean;
  /** Where keys go instead of the store's own databases: a replica loads beside the data that it still shows. */
  readonly databases?: readonly Database[];
  /** Receives the notes of the file. */
  readonly onAux?: (key: string, value: string) => void;
  /** Receives the source of each function library; without it libraries are skipped, and the log says so. */
  readonly onLibrary?: ((source: Uint8Array) => void) | undefined;
  /** Told of each key that was dropped because its time had passed. The key is valid during the call. */
  readonly onExpired?: (dbIndex: number, key: Slice) => void;
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
  readonly #databases: readonly Database[];
  #db: Database;

  constructor(store: Store, options: DatasetLoaderOptions) {
    this.#store = store;
    this.#options = options;
    this.#databases = options.databases ?? store.databases;
    this.#db = this.#databases[0]!;
  }

  onAux(key: Slice, value: Slice): void {
    this.#options.onAux?.(textOf(key), textOf(value));
  }

  onSelectDb(index: number): void {
    const db = this.#databases[index];
    if (db === undefined) {
      throw new DatasetError(
        "FATAL: Data file was created with a Redis server configured to handle more than " +
          `${this.#databases.length} databases. Exiting`,
      );
    }
    this.#db = db;
  }

  onResizeDb(keyCount: number): void {
    this.#db.keyspace.dict.reserve(Math.min(keyCount, MAX_RESERVED_KEYS));
  }

  onFunction(source: Slice): void {
    const { onLibrary, logger } = this.#options;
    if (onLibrary === undefined) logger.warning("Skipping a function library: this server runs no functions");
    else onLibrary(source.copy());
  }

  onKey(entry: RdbEntry): void {
    const { clock, access, lazyFree } = this.#store;
    const { keyspace } = this.#db;
    if (!this.#options.keepsExpired && entry.expireAtMs !== -1 && entry.expireAtMs < clock.now) {
      if (entry.kind !== KIND_STRING) lazyFree.release(entry.value);
      this.keysExpired++;
      this.#options.onExpired?.(this.#db.index, entry.key);
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
      : keyspace.insertRestingValue(entry.key, entry.value, lru);
    if (entry.expireAtMs !== -1) ref = keyspace.setExpiry(ref, entry.expireAtMs);
    // No event tells of it, but a save that runs beside DEBUG RELOAD must leave the key out.
    this.#store.snapshot?.noteAdded(keyspace, ref);
    this.#store.values.rest();
    this.keysLoaded++;
  }

  onEmptyKey(key: Slice): void {
    this.emptyKeysSkipped++;
    if (this.emptyKeysSkipped > MAX_LOGGED_EMPTY_KEYS) return;
    this.#options.logger.warning(`rdbLoadObject skipping empty key: ${textOf(key)}`);
  }

  onEnd(hasChecksum: boolean): void {
    const { logger } = this.#options;
    if (!hasChecksum && this.#options.expectsChecksum?.() === true) {
      logger.warning("RDB file was saved with checksum disabled: no check performed.");
    }
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
    listLimits: store.listLimits,
    maxIntsetEntries: config.integer("set-max-intset-entries").value,
    sortedSetLimits: new ConfiguredSortedSetLimits(config),
    hashLimits: new ConfiguredHashLimits(config),
    checksDuplicates: config.enum("sanitize-dump-payload").value === "yes",
  };
}

function textOf(slice: Slice): string {
  return latin1(slice.bytes, slice.start, slice.end);
}
