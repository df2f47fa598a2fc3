/**
 * Builds the append-only file and ties it to the rest of the server.
 */

import type { Services } from "../commands/services.ts";
import { AppendOnlyFile } from "../persistence/append_only_file.ts";
import type { ServerLifecycle } from "./lifecycle.ts";

/** Builds it. */
export function createAppendOnlyFile(services: Services, lifecycle: ServerLifecycle): AppendOnlyFile {
  const { clock, logger, config, store, loading, tasks, propagation, persistence, outputBarrier, metrics, failpoints } =
    services;
  return new AppendOnlyFile({
    ...{ clock, logger, config, store, loading, propagation, persistence, failpoints },
    barrier: outputBarrier,
    latency: metrics.latency,
    executor: () => services.executor,
    inBackground: (name, work) => tasks.start(name, work),
    onFatal: () => void lifecycle.stop(1),
  });
}

/** Makes it follow the configuration, and known to whoever depends on it. */
export function wireAppendOnlyFile(services: Services, lifecycle: ServerLifecycle): void {
  const { aof, config, cron, metrics, persistence } = services;
  // Within EXEC the point in time of a rewrite would lie in the middle of a transaction.
  config.onChange("appendonly", (isWanted) => aof.apply(isWanted, services.executor.depth > 1));
  cron.every(0, "append only file", () => aof.tick());
  lifecycle.beforeStop.unshift(({ isForced }) => Promise.resolve(aof.prepareStop(isForced) ? "ready" : "refused"));
  persistence.isRewriting = () => aof.isRewriting;
  metrics.onReset.subscribe(() => {
    aof.rewriteCount = 0;
    aof.writer.delayedSyncs = 0;
    aof.limit.failures = 0;
  });
  metrics.memory.add("aof.buffer", {
    bytes: () => aof.writer.bufferBytes,
    isOverhead: true,
    uncountedBytes: () => aof.writer.bufferBytes,
  });
}
