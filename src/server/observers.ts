/**
 * Who is told of every command: statistics, slow log, latency, MONITOR.
 */

import type { ExecutorObserver } from "../command/executor.ts";
import type { Services } from "../commands/services.ts";

/** The observers of one server. */
export function allObservers(_services: Services): ExecutorObserver[] {
  return [];
}
