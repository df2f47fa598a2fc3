/**
 * Who is told of every command: statistics, slow log, latency, MONITOR.
 */

import type { ExecutorObserver } from "../command/executor.ts";
import type { Services } from "../commands/services.ts";
import { abortOnRefusal } from "../transaction/transaction_gates.ts";
import type { CommandMeter } from "./command_meter.ts";

/** The observers of one server. */
export function allObservers(services: Services, meter: CommandMeter): ExecutorObserver[] {
  return [services.replication, abortOnRefusal, services.tracking, meter];
}
