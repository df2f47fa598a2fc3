/**
 * The persistence section of INFO.
 *
 * - Nothing is forked: what Redis tells of its child is told of the walk that makes the snapshot.
 */

import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/config.ts";
import type { InfoFields, InfoSections } from "../metrics/info_sections.ts";
import type { Store } from "../store/store.ts";
import type { AppendOnlyFile } from "./append_only_file.ts";
import type { Loading } from "./loading.ts";
import type { RdbPersistence } from "./rdb_persistence.ts";

/** What the section tells of. */
export interface PersistenceSectionOptions {
  readonly info: InfoSections;
  readonly clock: Clock;
  readonly store: Store;
  readonly loading: Loading;
  readonly persistence: RdbPersistence;
  readonly aof: AppendOnlyFile;
  readonly config: Config;
}

/** Adds the section. */
export function addPersistenceSection(options: PersistenceSectionOptions): void {
  const { info, loading } = options;
  info.add("persistence", () => ({
    loading: Number(loading.isActive && !loading.isAsync),
    async_loading: Number(loading.isActive && loading.isAsync),
    ...walkFields(options),
    ...rdbFields(options),
    ...aofFields(options),
    ...(loading.isActive ? loadingFields(options) : {}),
  }));
}

function walkFields({ store }: PersistenceSectionOptions): InfoFields {
  const walk = store.snapshot;
  const preservedBytes = walk?.preservedBytes ?? 0;
  const total = walk?.keyCount ?? 0;
  const processed = walk?.keysSaved ?? 0;
  return {
    current_cow_peak: preservedBytes,
    current_cow_size: preservedBytes,
    current_cow_size_age: 0,
    current_fork_perc: (total === 0 ? 0 : processed / total * 100).toFixed(2),
    current_save_keys_processed: processed,
    current_save_keys_total: total,
  };
}

function rdbFields({ store, persistence }: PersistenceSectionOptions): InfoFields {
  const { lastLoad } = persistence;
  return {
    rdb_changes_since_last_save: store.stats.dirty,
    rdb_bgsave_in_progress: Number(persistence.isSaving),
    rdb_last_save_time: Math.floor(persistence.lastSaveAtMs / 1000),
    rdb_last_bgsave_status: persistence.isLastSaveOk ? "ok" : "err",
    rdb_last_bgsave_time_sec: persistence.lastDurationSeconds,
    rdb_current_bgsave_time_sec: persistence.currentDurationSeconds,
    rdb_saves: persistence.saveCount,
    rdb_last_cow_size: persistence.lastPreservedBytes,
    rdb_last_load_keys_expired: lastLoad.keysExpired,
    rdb_last_load_keys_loaded: lastLoad.keysLoaded,
  };
}

function aofFields({ aof, config }: PersistenceSectionOptions): InfoFields {
  const { writer } = aof;
  return {
    aof_enabled: Number(aof.state !== "off"),
    aof_rewrite_in_progress: Number(aof.isRewriting),
    aof_rewrite_scheduled: Number(aof.isRewriteScheduled),
    aof_last_rewrite_time_sec: aof.lastRewriteSeconds,
    aof_current_rewrite_time_sec: aof.currentRewriteSeconds,
    aof_last_bgrewrite_status: aof.isLastRewriteOk ? "ok" : "err",
    aof_rewrites: aof.rewriteCount,
    aof_rewrites_consecutive_failures: aof.limit.failures,
    aof_last_write_status: writer.failure === null ? "ok" : "err",
    aof_last_cow_size: aof.lastPreservedBytes,
    module_fork_in_progress: 0,
    module_fork_last_cow_size: 0,
    ...(config.boolean("appendonly").value
      ? {
        aof_current_size: aof.currentBytes,
        aof_base_size: aof.baseBytes,
        aof_pending_rewrite: Number(aof.isRewriteScheduled),
        aof_buffer_length: writer.pendingBytes,
        aof_pending_bio_fsync: Number(writer.isSyncing),
        aof_delayed_fsync: writer.delayedSyncs,
      }
      : {}),
  };
}

function loadingFields({ loading, clock }: PersistenceSectionOptions): InfoFields {
  const { percent, remainingBytes } = loading.progress();
  const elapsedSeconds = Math.floor(clock.now / 1000) - Math.floor(loading.startedAtMs / 1000);
  return {
    loading_start_time: Math.floor(loading.startedAtMs / 1000),
    loading_total_bytes: loading.totalBytes,
    loading_rdb_used_mem: loading.usedMemoryBytes,
    loading_loaded_bytes: loading.loadedBytes,
    loading_loaded_perc: percent.toFixed(2),
    // Within the first second there is too little to judge by, and Redis says 1 too.
    loading_eta_seconds: elapsedSeconds === 0
      ? 1
      : Math.floor(elapsedSeconds * remainingBytes / (loading.loadedBytes + 1)),
  };
}
