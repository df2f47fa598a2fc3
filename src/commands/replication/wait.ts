/**
 * WAIT: until replicas have what this client wrote.
 */

import { parseInteger } from "../../bytes/integer.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import type { Outcome } from "../../command/outcome.ts";
import { NOT_AN_INTEGER, TIMEOUT_NEGATIVE, TIMEOUT_NOT_AN_INTEGER } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";

const NOT_ON_REPLICA = "ERR WAIT cannot be used with replica instances. Please also note that since Redis 4.0 if a " +
  "replica is configured to be writable (which is not the default) writes to replicas are just local and are not " +
  "propagated.";

function wait(services: Services, context: Context, args: Args, reply: Reply): Outcome | void {
  const { replication } = services;
  if (!replication.isMaster) return reply.error(NOT_ON_REPLICA);
  const replicaCount = integerAt(args, 1);
  if (replicaCount === null) return reply.error(NOT_AN_INTEGER);
  const timeoutMs = integerAt(args, 2);
  if (timeoutMs === null) return reply.error(TIMEOUT_NOT_AN_INTEGER);
  if (timeoutMs < 0) return reply.error(TIMEOUT_NEGATIVE);
  const offset = replication.lastOffsets.of(context);
  const acknowledged = replication.replicas.countAcknowledged(offset);
  if (acknowledged >= replicaCount || context.isWaitDenied) return reply.integer(acknowledged);
  const outcome = replication.waits.begin({ offset, replicaCount, timeoutMs }, reply);
  replication.requestAcks();
  return outcome;
}

function integerAt(args: Args, index: number): number | null {
  const { bytes, start, end } = args.at(index);
  const value = parseInteger(bytes, start, end);
  return value === null ? null : Number(value);
}

/** WAIT. */
export function waitCommands(services: Services): CommandSpec[] {
  return [{
    name: "wait",
    group: "generic",
    since: "3.0.0",
    summary:
      "Wait for the synchronous replication of all the write commands sent in the context of the current connection",
    complexity: "O(1)",
    arity: 3,
    flags: "noscript",
    acl: "connection",
    hints: "request_policy:all_shards response_policy:agg_min",
    syntax: "numreplicas:integer timeout:integer",
    run: (context, args, reply) => wait(services, context, args, reply),
  }];
}
