/**
 * Builds replication and ties it to the rest of the server.
 */

import type { Services, StopAnswer } from "../commands/services.ts";
import type { ReplicationPoint } from "../persistence/rdb_notes.ts";
import { Replication } from "../replication/replication.ts";
import { replicationSection, syncStatsFields } from "../replication/replication_section.ts";
import type { ServerLifecycle } from "./lifecycle.ts";

const PERIOD_MS = 1000;
const FAILOVER_PERIOD_MS = 100;

/** Builds it. */
export function createReplication(services: Services): Replication {
  return new Replication({
    ...services,
    executor: () => services.executor,
    port: () => services.lifecycle.port,
  });
}

/** Makes it run, and known to INFO and CLIENT LIST. */
export function wireReplication(services: Services, lifecycle: ServerLifecycle): void {
  const { replication, cron, clientDescriptions, info, clock, config, metrics } = services;
  lifecycle.beforeStop.unshift(({ isNow }) => waitForReplicas(services, lifecycle, isNow));
  cron.every(PERIOD_MS, "replication", () => replication.tick());
  cron.every(FAILOVER_PERIOD_MS, "failover", () => replication.tickFailover());
  replication.describeClient = (client) => clientDescriptions.lineOf(client);
  clientDescriptions.describe((client, facts) => {
    const link = replication.replicas.of(client);
    if (link !== undefined) facts.extraBytes += link.pendingBytes;
  });
  info.add("replication", () => replicationSection({ replication, clock, config }));
  info.supply("stats", () => syncStatsFields(replication));
  metrics.onReset.subscribe(() => replication.admission.resetStats());
  countMemory(services);
}

/** What the backlog holds beyond its size is there for replicas that lag behind: a reason to close them, not to evict keys. */
function countMemory({ replication, clientMemory, metrics: { memory } }: Services): void {
  const { backlog, replicas } = replication;
  const laggingBytes = () => replicas.size === 0 ? 0 : Math.max(0, backlog.memoryBytes - backlog.sizeBytes);
  memory.add("replication.backlog", { bytes: () => backlog.memoryBytes - laggingBytes(), isOverhead: true });
  memory.add("clients.slaves", {
    bytes: () => clientMemory.replicaBytes + laggingBytes(),
    isOverhead: true,
    uncountedBytes: () => {
      let outputBytes = 0;
      for (const { client } of replicas) outputBytes += client.output.pendingBytes;
      return outputBytes + backlog.excessBytes;
    },
  });
}

/** Takes the configured role before the data are loaded; the result is to be called afterwards. */
export function prepareReplication({ persistence, replication }: Services): () => void {
  const notes = new Map<string, string>();
  persistence.onNote = (key, value) => notes.set(key, value);
  persistence.onExpired = (dbIndex, key) => replication.feedExpired(dbIndex, key);
  replication.prepare();
  return () => {
    persistence.onNote = () => {};
    replication.start(pointOf(notes));
  };
}

/** Where the loaded file belongs in a stream; null when it does not say. */
function pointOf(notes: ReadonlyMap<string, string>): ReplicationPoint | null {
  const replicationId = notes.get("repl-id");
  const offset = Number(notes.get("repl-offset") ?? -1);
  const dbIndex = Number(notes.get("repl-stream-db") ?? -1);
  return replicationId === undefined || offset < 0 || dbIndex < 0 ? null : { dbIndex, replicationId, offset };
}

/** Gives replicas time to catch up before the server stops. */
async function waitForReplicas(services: Services, lifecycle: ServerLifecycle, isNow: boolean): Promise<StopAnswer> {
  const { replication, config, clientPause, clock, logger } = services;
  const { catchUp } = replication;
  const timeoutSeconds = config.integer("shutdown-timeout").value;
  if (!isNow && timeoutSeconds > 0 && replication.isMaster && !catchUp.isComplete) {
    logger.notice("Waiting for replicas before shutting down.");
    clientPause.pause("shutdown", Number.MAX_SAFE_INTEGER, "write");
    const deadlineMs = clock.now + timeoutSeconds * 1000;
    const timeout = clock.sleep(timeoutSeconds * 1000);
    if (!await lifecycle.abortable(Promise.race([catchUp.wait(), timeout]), deadlineMs)) return "aborted";
  }
  catchUp.report();
  return "ready";
}
