/**
 * The checks before a command, in the order of Redis's `processCommand`.
 *
 * - Each gate lives in the folder that owns its rule; this file is only their order.
 */

import type { Gate } from "../command/gate.ts";
import { heldKeysGate } from "../command/held_keys.ts";
import { protectedGate } from "../commands/server/protected_gate.ts";
import type { Services } from "../commands/services.ts";
import { authGate } from "../acl/auth_gate.ts";
import { permissionGate } from "../acl/permission_gate.ts";
import { pauseGate } from "../clients/client_pause.ts";
import { subscriberGate } from "../pubsub/subscriber_gate.ts";
import { replicationGates } from "../replication/replication_gates.ts";
import { snapshotHolder } from "../persistence/snapshot_holder.ts";
import { busyGate } from "../scripting/busy_gate.ts";
import { queuedRequests } from "../transaction/transaction.ts";
import { noMultiGate, queueGate } from "../transaction/transaction_gates.ts";
import { outOfMemoryGate } from "./out_of_memory_gate.ts";

/** The gates of one server. */
export function allGates(services: Services): Gate[] {
  const { users, clients, clientEviction, clientPause, config, eviction, replication } = services;
  const { minReplicas, readOnly, staleData, replicaKeyspace } = replicationGates(config, replication);
  return [
    protectedGate(services),
    authGate(users),
    noMultiGate,
    permissionGate(services.permissions),
    clientEviction.gate,
    outOfMemoryGate(eviction),
    services.tracking.gate,
    services.persistence.gate,
    services.aof.gate,
    minReplicas,
    readOnly,
    subscriberGate,
    staleData,
    services.loading.gate,
    busyGate(services.scripting.runner),
    replicaKeyspace,
    pauseGate(clientPause, (context) => context.origin === "client" && clients.of(context)?.type === "replica"),
    queueGate,
    // What is about to run may have to wait for a save, which Redis's fork never asks of a command.
    heldKeysGate(snapshotHolder, () => services.registry, queuedRequests),
    // Redis stands still while it migrates keys; here only their writers do.
    heldKeysGate(services.migrations, () => services.registry, queuedRequests),
  ];
}
