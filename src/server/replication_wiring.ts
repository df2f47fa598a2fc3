/**
 * Builds replication and ties it to the rest of the server.
 */

import type { Services } from "../commands/services.ts";
import { Replication } from "../replication/replication.ts";
import { replicationSection, syncStatsFields } from "../replication/replication_section.ts";

const PERIOD_MS = 1000;

/** Builds it. */
export function createReplication(services: Services): Replication {
  return new Replication({
    ...services,
    executor: () => services.executor,
    port: () => services.lifecycle.port,
  });
}

/** Makes it run, and known to INFO and CLIENT LIST. */
export function wireReplication(services: Services): void {
  const { replication, cron, clientPause, clientDescriptions, info, clock, config, metrics } = services;
  cron.every(PERIOD_MS, "replication", () => replication.tick());
  replication.isFeedPaused = () => clientPause.mode !== "off";
  replication.describeClient = (client) => clientDescriptions.lineOf(client);
  clientPause.onChange.subscribe((mode) => {
    if (mode === "off") replication.resumeFeed();
  });
  clientDescriptions.describe((client, facts) => {
    const link = replication.replicas.of(client);
    if (link !== undefined) facts.extraBytes += link.pendingBytes;
  });
  info.add("replication", () => replicationSection({ replication, clock, config, failoverState: () => "no-failover" }));
  info.supply("stats", () => syncStatsFields(replication));
  metrics.memory.add("replication.backlog", { bytes: () => replication.backlog.memoryBytes, isOverhead: true });
}

/** Follows the master that the configuration names, if any: after the data are loaded. */
export function followConfiguredMaster({ config, replication }: Services): void {
  const { value } = config.cell("replicaof");
  if (value !== null) replication.followAtStart(value);
}
