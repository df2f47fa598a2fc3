/**
 * Ties client-side caching to the rest of the server.
 */

import type { Services } from "../commands/services.ts";
import { Tracking } from "../tracking/tracking.ts";
import { describeTracking } from "../tracking/tracking_state.ts";
import { TRANSACTION } from "../transaction/transaction.ts";

/** Builds it. The executor of `services` is asked for when a command runs. */
export function createTracking(services: Services): Tracking {
  const { store, clients, random } = services;
  return new Tracking({
    store,
    clients,
    random,
    isInTransaction: (context) => TRANSACTION.peek(context)?.isOpen === true,
    isNested: () => services.executor.depth > 1,
    afterUnit: (work) => services.executor.afterUnit(work),
  });
}

/** Makes tracking end with its clients, known to INFO and CLIENT LIST, and bounded by the configuration. */
export function wireTracking({ tracking, clients, clientDescriptions, config, cron, info, metrics }: Services): void {
  clients.onGone.subscribe((client) => tracking.disable(client));
  clients.onReset.subscribe((client) => tracking.disable(client));
  clientDescriptions.describe(describeTracking);
  info.supply("clients", () => ({ tracking_clients: tracking.clientCount }));
  info.supply("stats", () => ({
    tracking_total_keys: tracking.table.keyCount,
    tracking_total_items: tracking.table.itemCount,
    tracking_total_prefixes: tracking.prefixes.size,
  }));
  metrics.memory.add("tracking", { bytes: () => tracking.memoryBytes, isOverhead: true });
  const maxKeys = config.integer("tracking-table-max-keys");
  const apply = () => {
    tracking.maxKeys = maxKeys.value;
  };
  apply();
  config.onAnyChange(["tracking-table-max-keys"], apply);
  // A limit that was lowered takes effect on an idle server, too.
  cron.every(0, "tracking table", () => {
    if (tracking.clientCount > 0) tracking.limit();
  });
}
