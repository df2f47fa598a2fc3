/**
 * What replication forbids: writes with too few replicas, writes on a replica, and old data from a replica without its master.
 *
 * - What the master itself sends is never refused.
 */

import type { Gate } from "../command/gate.ts";
import type { Config } from "../config/config.ts";
import { MASTERDOWN, NOREPLICAS, READONLY, REPLICA_KEYSPACE } from "../resp/reply_errors.ts";
import type { Replication } from "./replication.ts";

/** The gates of replication, each in its place among the others. */
export interface ReplicationGates {
  /** NOREPLICAS. */
  readonly minReplicas: Gate;
  /** READONLY. */
  readonly readOnly: Gate;
  /** MASTERDOWN. */
  readonly staleData: Gate;
  /** What a connected replica may not do: it is exempt from pauses. */
  readonly replicaKeyspace: Gate;
}

/** Makes the gates of one server. */
export function replicationGates(config: Config, replication: Replication): ReplicationGates {
  const minReplicas = config.integer("min-replicas-to-write");
  const maxLag = config.integer("min-replicas-max-lag");
  const isReadOnly = config.boolean("replica-read-only");
  const servesStaleData = config.boolean("replica-serve-stale-data");
  return {
    minReplicas: {
      isRaised: ({ origin }) =>
        minReplicas.value !== 0 && maxLag.value !== 0 && replication.isMaster && origin === "client",
      concerns: (command) => command.isWrite || command.hasTraits,
      check(context, command, args) {
        if (!command.traitsOf(context, args).isWrite) return null;
        return replication.replicas.countGood() < minReplicas.value ? NOREPLICAS : null;
      },
    },
    readOnly: {
      isRaised: ({ origin }) => !replication.isMaster && isReadOnly.value && origin === "client",
      concerns: (command) => command.isWrite || command.hasTraits,
      check: (context, command, args) => command.traitsOf(context, args).isWrite ? READONLY : null,
    },
    staleData: {
      isRaised: ({ origin }) =>
        !replication.isMaster && !servesStaleData.value && !replication.link.isUp && origin === "client",
      check: (context, command, args) => command.traitsOf(context, args).stale ? null : MASTERDOWN,
    },
    replicaKeyspace: {
      isRaised: (context) => replication.replicas.size > 0 && replication.isReplica(context),
      check(context, command, args) {
        const { mayReplicate, isWrite, isReadOnly } = command.traitsOf(context, args);
        return mayReplicate || isWrite || isReadOnly ? REPLICA_KEYSPACE : null;
      },
    },
  };
}
