/**
 * The checks before a command, in the order of Redis's `processCommand`.
 *
 * - Each gate lives in the folder that owns its rule; this file is only their order.
 */

import type { Gate } from "../command/gate.ts";
import type { Services } from "../commands/services.ts";
import { snapshotGate } from "../persistence/snapshot_gate.ts";

/** The gates of one server. */
export function allGates(services: Services): Gate[] {
  return [
    services.persistence.gate,
    services.loading.gate,
    snapshotGate(() => services.registry, () => []),
  ];
}
