/**
 * The sections of INFO that count: stats, commandstats, errorstats, latencystats.
 *
 * - `stats` lays out all of Redis's fields; what belongs to other subsystems stands at 0 until they supply it.
 */

import { formatPercentile } from "../../config/latency_percentiles.ts";
import { LatencyHistogram } from "../../metrics/latency_histogram.ts";
import { type InfoFields, type InfoValue, safeInfoText } from "../../metrics/info_sections.ts";
import type { Services } from "../services.ts";

/** Adds the sections of this file to INFO. */
export function addStatsSections(services: Services): void {
  const { info } = services;
  info.add("stats", () => statsFields(services));
  info.add("commandstats", () => commandFields(services));
  info.add("errorstats", () => errorFields(services));
  info.add("latencystats", () => latencyFields(services));
}

function statsFields(services: Services): InfoFields {
  const { metrics: { errors, traffic } } = services;
  return {
    ...trafficFields(services),
    ...keyFields(services),
    pubsub_channels: 0,
    pubsub_patterns: 0,
    pubsubshard_channels: 0,
    latest_fork_usec: 0,
    total_forks: services.store.stats.snapshots,
    migrate_cached_sockets: 0,
    slave_expires_tracked_keys: services.store.replicaExpiry.size,
    active_defrag_hits: 0,
    active_defrag_misses: 0,
    active_defrag_key_hits: 0,
    active_defrag_key_misses: 0,
    total_active_defrag_time: 0,
    current_active_defrag_time: 0,
    tracking_total_keys: 0,
    tracking_total_items: 0,
    tracking_total_prefixes: 0,
    unexpected_error_replies: 0,
    total_error_replies: errors.total,
    dump_payload_sanitizations: 0,
    total_reads_processed: traffic.reads,
    total_writes_processed: traffic.writes,
    io_threaded_reads_processed: 0,
    io_threaded_writes_processed: 0,
    reply_buffer_shrinks: 0,
    reply_buffer_expands: 0,
  };
}

function trafficFields({ clients, executor, metrics }: Services): InfoFields {
  const { traffic } = metrics;
  const kilobytes = (bytes: number) => (bytes / 1024).toFixed(2);
  return {
    total_connections_received: clients.acceptedCount,
    total_commands_processed: executor.callCount,
    instantaneous_ops_per_sec: Math.floor(metrics.commandRate.perSecond),
    total_net_input_bytes: traffic.inputBytes,
    total_net_output_bytes: traffic.outputBytes,
    total_net_repl_input_bytes: traffic.replicationInputBytes,
    total_net_repl_output_bytes: traffic.replicationOutputBytes,
    instantaneous_input_kbps: kilobytes(metrics.inputRate.perSecond),
    instantaneous_output_kbps: kilobytes(metrics.outputRate.perSecond),
    instantaneous_input_repl_kbps: kilobytes(metrics.replicationInputRate.perSecond),
    instantaneous_output_repl_kbps: kilobytes(metrics.replicationOutputRate.perSecond),
    rejected_connections: clients.rejectedCount,
    sync_full: 0,
    sync_partial_ok: 0,
    sync_partial_err: 0,
  };
}

function keyFields({ store: { stats }, activeExpiry, eviction, clientEviction }: Services): InfoFields {
  return {
    expired_keys: stats.expiredKeys,
    expired_stale_perc: activeExpiry.stalePercent.toFixed(2),
    expired_time_cap_reached_count: activeExpiry.timeCapReachedCount,
    expire_cycle_cpu_milliseconds: Math.floor(activeExpiry.timeUsedMs),
    evicted_keys: stats.evictedKeys,
    evicted_clients: clientEviction.evictedCount,
    total_eviction_exceeded_time: Math.floor(eviction.totalExceededMs),
    current_eviction_exceeded_time: Math.floor(eviction.currentExceededMs),
    keyspace_hits: stats.keyspaceHits,
    keyspace_misses: stats.keyspaceMisses,
  };
}

function commandFields({ registry }: Services): InfoFields {
  const fields: Record<string, InfoValue> = {};
  for (const command of registry.listed()) {
    command.settleTimes();
    const { fullName, stats } = command;
    const { calls, rejected, failed } = stats;
    if (calls === 0 && rejected === 0 && failed === 0) continue;
    const usec = Math.floor(stats.microseconds);
    const usecPerCall = (calls === 0 ? 0 : usec / calls).toFixed(2);
    fields[`cmdstat_${safeInfoText(fullName)}`] =
      `calls=${calls},usec=${usec},usec_per_call=${usecPerCall},rejected_calls=${rejected},failed_calls=${failed}`;
  }
  return fields;
}

function errorFields({ metrics }: Services): InfoFields {
  const fields: Record<string, InfoValue> = {};
  for (const [code, count] of metrics.errors.entries()) fields[`errorstat_${safeInfoText(code)}`] = `count=${count}`;
  return fields;
}

function latencyFields({ registry, config }: Services): InfoFields {
  const fields: Record<string, InfoValue> = {};
  if (!config.boolean("latency-tracking").value) return fields;
  const percentiles = config.cell("latency-tracking-info-percentiles").value;
  for (const command of registry.listed()) {
    command.settleTimes();
    const { fullName, histogram } = command;
    if (!(histogram instanceof LatencyHistogram)) continue;
    const texts = percentiles.map((percentile) => {
      const us = (histogram.percentileNs(percentile) / 1000).toFixed(3);
      return `p${formatPercentile(percentile)}=${us}`;
    });
    fields[`latency_percentiles_usec_${safeInfoText(fullName)}`] = texts.join(",");
  }
  return fields;
}
