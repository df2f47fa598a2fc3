/**
 * The background work on the store: expired keys, memory to be given back, hash tables to be moved.
 *
 * - Each piece of work is short, and the rest of it waits for the next round or for a timer.
 */

import { TIME_SLICE_MS } from "../base/limits.ts";
import { afterRest } from "../base/next_turn.ts";
import type { Services } from "../commands/services.ts";
import { REHEARSAL_KEYS, rehearseSave } from "../persistence/save_rehearsal.ts";
import { addMemoryReturn } from "./memory_return.ts";

/** Starts the work with the server's cron, and binds it to its parameters. */
export function addStoreUpkeep(services: Services): void {
  bindParameters(services);
  freeLazily(services);
  expireActively(services);
  rehearseSaves(services);
  addMemoryReturn(services);
  const { cron, config, store, clock, metrics, activeExpiry, loading } = services;
  metrics.onReset.subscribe(() => {
    store.lazyFree.freedObjects = 0;
    activeExpiry.resetStats();
  });
  const isRehashing = config.boolean("activerehashing");
  cron.every(0, "rehash", () => {
    for (const { keyspace } of store.databases) {
      // A table that is being loaded was made for all the keys to come.
      if (keyspace.size > 0 && !loading.isActive) keyspace.dict.shrinkIfSparse();
      if (isRehashing.value && keyspace.dict.rehashFor(TIME_SLICE_MS, () => clock.stopwatchMs())) break;
    }
  });
}

function bindParameters({ config, store, activeExpiry }: Services): void {
  const apply = () => {
    store.expiryCommand = config.boolean("lazyfree-lazy-expire").value ? "UNLINK" : "DEL";
    activeExpiry.effort = config.integer("active-expire-effort").value;
  };
  apply();
  config.onAnyChange(["lazyfree-lazy-expire", "active-expire-effort"], apply);
}

/** A slice of freeing after the other, with commands in between. */
function freeLazily({ store: { lazyFree }, clock }: Services): void {
  const step = () => {
    if (!lazyFree.run(TIME_SLICE_MS)) afterRest(clock, 0, step);
  };
  lazyFree.onPending = () => afterRest(clock, 0, step);
}

function expireActively({ activeExpiry, clock, cron, executor, metrics, propagation }: Services): void {
  let isPlanned = false;
  const run = () => {
    const startMs = clock.stopwatchMs();
    // Deletions of different keys do not belong together: they are propagated without MULTI.
    propagation.withoutMulti(() => executor.runUnit(() => activeExpiry.run()));
    metrics.latency.add("expire-cycle", clock.stopwatchMs() - startMs, clock.now);
    if (isPlanned || !activeExpiry.needsAnother) return;
    isPlanned = true;
    afterRest(clock, activeExpiry.cycleMs, () => {
      isPlanned = false;
      clock.refresh();
      run();
    });
  };
  cron.every(0, "active expiry", run);
}

function rehearseSaves({ store, clock, cron, tasks, persistence, loading }: Services): void {
  let isRehearsed = false;
  cron.every(0, "rehearsal of a save", () => {
    if (isRehearsed || store.keyCount < REHEARSAL_KEYS || loading.isActive) return;
    isRehearsed = true;
    tasks.start("rehearsal of a save", () => rehearseSave(clock, persistence.snapshotOptions()));
  });
}
