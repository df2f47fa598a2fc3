/**
 * INFO replication: the role, the master or the replicas, and the ids and offsets of the stream.
 */

import type { Clock } from "../base/clock.ts";
import type { Config } from "../config/config.ts";
import type { InfoFields, InfoValue } from "../metrics/info_sections.ts";
import { REPLICA_STATE_NAMES } from "./replica_link.ts";
import { replicaHost, replicaTraits } from "./replica_traits.ts";
import type { Replication } from "./replication.ts";

/** What the section is made of. */
export interface ReplicationSectionOptions {
  readonly clock: Clock;
  readonly config: Config;
  readonly replication: Replication;
}

/** The fields of the section, in Redis's order. */
export function replicationSection(options: ReplicationSectionOptions): InfoFields {
  const { replication } = options;
  const { history, backlog } = replication;
  return {
    role: replication.isMaster ? "master" : "slave",
    ...(replication.isMaster ? {} : masterFields(options)),
    ...replicaFields(options),
    master_failover_state: replication.failover.state,
    master_replid: history.id,
    master_replid2: history.secondId,
    master_repl_offset: backlog.endOffset,
    second_repl_offset: history.secondOffset,
    repl_backlog_active: backlog.isActive ? 1 : 0,
    repl_backlog_size: backlog.sizeBytes,
    repl_backlog_first_byte_offset: backlog.firstOffset,
    repl_backlog_histlen: backlog.historyBytes,
  };
}

/** The fields of INFO stats that count synchronisations. */
export function syncStatsFields(replication: Replication): InfoFields {
  const { syncFull, syncPartialOk, syncPartialError } = replication.admission.stats;
  return { sync_full: syncFull, sync_partial_ok: syncPartialOk, sync_partial_err: syncPartialError };
}

function masterFields({ replication, clock, config }: ReplicationSectionOptions): InfoFields {
  const { link } = replication;
  const { stream, cached, transfer } = link;
  const isSynchronising = link.state === "sync";
  const fields: Record<string, InfoValue> = {
    master_host: link.master!.host,
    master_port: link.master!.port,
    master_link_status: link.isUp ? "up" : "down",
    master_last_io_seconds_ago: stream === null ? -1 : secondsSince(clock, link.lastIoMs),
    master_sync_in_progress: isSynchronising ? 1 : 0,
    slave_read_repl_offset: stream?.readOffset ?? cached?.offset ?? 1,
    slave_repl_offset: stream?.offset ?? cached?.offset ?? 1,
  };
  if (isSynchronising) {
    const total = transfer?.totalBytes ?? 0;
    const read = transfer?.readBytes ?? 0;
    fields["master_sync_total_bytes"] = total;
    fields["master_sync_read_bytes"] = read;
    fields["master_sync_left_bytes"] = total - read;
    fields["master_sync_perc"] = (total === 0 ? 0 : read / total * 100).toFixed(2);
    fields["master_sync_last_io_seconds_ago"] = secondsSince(clock, link.lastIoMs);
  }
  if (!link.isUp) {
    fields["master_link_down_since_seconds"] = link.downSinceMs === 0 ? -1 : secondsSince(clock, link.downSinceMs);
  }
  fields["slave_priority"] = config.integer("replica-priority").value;
  fields["slave_read_only"] = config.boolean("replica-read-only").value ? 1 : 0;
  fields["replica_announced"] = config.boolean("replica-announced").value ? 1 : 0;
  return fields;
}

function replicaFields({ replication, config }: ReplicationSectionOptions): InfoFields {
  const { replicas } = replication;
  const fields: Record<string, InfoValue> = { connected_slaves: replicas.size };
  const isMinimumSet = config.integer("min-replicas-to-write").value > 0 &&
    config.integer("min-replicas-max-lag").value > 0;
  if (isMinimumSet) fields["min_slaves_good_slaves"] = replicas.countGood();
  let number = 0;
  for (const link of replicas) {
    const { port } = replicaTraits(link.client.context);
    const lag = link.state === "online" ? replicas.lagSeconds(link) : 0;
    fields[`slave${number++}`] = `ip=${replicaHost(link.client)},port=${port},` +
      `state=${REPLICA_STATE_NAMES[link.state]},offset=${link.ackOffset},lag=${lag}`;
  }
  return fields;
}

function secondsSince(clock: Clock, momentMs: number): number {
  return Math.floor(clock.now / 1000) - Math.floor(momentMs / 1000);
}
