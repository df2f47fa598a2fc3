/**
 * Ties the limits of memory, `maxmemory` and `maxmemory-clients`, to the configuration and to the rest of the server.
 */

import { afterRest } from "../base/next_turn.ts";
import type { Services } from "../commands/services.ts";

/** Less than the server itself counts for. */
const SUSPICIOUS_BYTES = 1024 * 1024;

/** Makes both limits work. */
export function wireMemoryLimits(services: Services): void {
  limitKeys(services);
  limitClients(services);
  const { config, store, eviction } = services;
  const { policy } = store.access;
  const apply = () => {
    eviction.policy = config.enum("maxmemory-policy").value;
    eviction.samples = config.integer("maxmemory-samples").value;
    eviction.tenacity = config.integer("maxmemory-eviction-tenacity").value;
    eviction.isLazy = config.boolean("lazyfree-lazy-eviction").value;
    policy.lfuLogFactor = config.integer("lfu-log-factor").value;
    policy.lfuDecayMinutes = config.integer("lfu-decay-time").value;
  };
  apply();
  config.onAnyChange([
    "maxmemory-policy",
    "maxmemory-samples",
    "maxmemory-eviction-tenacity",
    "lazyfree-lazy-eviction",
    "lfu-log-factor",
    "lfu-decay-time",
  ], apply);
}

/** Doubts a `maxmemory` that hardly anything fits in: for the log at the start. */
export function warnOfSmallMemory({ eviction: { maxBytes }, logger }: Services): void {
  if (maxBytes === 0 || maxBytes >= SUSPICIOUS_BYTES) return;
  logger.warning(
    `WARNING: You specified a maxmemory value that is less than 1MB (current value is ${maxBytes} bytes). ` +
      "Are you sure this is what you really want?",
  );
}

function limitKeys(services: Services): void {
  const { config, store, eviction, loading, clientPause, propagation, metrics, clock, logger } = services;
  const isIgnoredByReplica = config.boolean("replica-ignore-maxmemory");
  eviction.isAllowed = () => {
    if (loading.isActive || clientPause.mode !== "off" || services.scripting.runner.isBusy) return false;
    return !isIgnoredByReplica.value || services.replication.isMaster;
  };
  // Deletions of different keys do not belong together: they are propagated without MULTI.
  eviction.inUnit = (work) => propagation.withoutMulti(() => services.executor.runUnit(work));
  store.mayGrowTable = (tableBytes) => eviction.hasRoomFor(tableBytes);
  metrics.onReset.subscribe(() => eviction.resetStats());
  let isRunPlanned = false;
  const run = () => {
    isRunPlanned = false;
    clock.refresh();
    eviction.run();
  };
  const planRun = () => {
    if (isRunPlanned) return;
    isRunPlanned = true;
    afterRest(clock, 0, run);
  };
  eviction.onUnfinished = planRun;
  eviction.maxBytes = config.integer("maxmemory").value;
  config.onChange("maxmemory", (maxBytes) => {
    eviction.maxBytes = maxBytes;
    const { excessBytes } = eviction;
    if (excessBytes > 0) {
      logger.warning(
        `WARNING: the new maxmemory value set via CONFIG SET (${maxBytes}) is smaller than the current memory usage ` +
          `(${maxBytes + excessBytes}). This will result in key eviction and/or the inability to accept new write ` +
          "commands depending on the maxmemory-policy.",
      );
    }
    if (maxBytes > 0) planRun();
  });
}

function limitClients({ config, clientEviction, metrics }: Services): void {
  const apply = () => {
    clientEviction.setLimit(config.integer("maxmemory-clients").value, config.integer("maxmemory").value);
  };
  apply();
  config.onAnyChange(["maxmemory-clients", "maxmemory"], apply);
  metrics.onReset.subscribe(() => {
    clientEviction.evictedCount = 0;
  });
}
