/**
 * FAILOVER: hands the master's role over to a replica.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { CommandSpec, Handler } from "../../command/command_spec.ts";
import type { MasterAddress } from "../../config/replica_of.ts";
import type { FailoverRequest } from "../../replication/failover.ts";
import type { Replication } from "../../replication/replication.ts";
import type { Reply } from "../../resp/reply.ts";
import { cText, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";

const ABORT = ascii("abort");
const TIMEOUT = ascii("timeout");
const TO = ascii("to");
const FORCE = ascii("force");
const NOT_IN_CLUSTER = "ERR FAILOVER not allowed in cluster mode. Use CLUSTER FAILOVER command instead.";
const NONE_IN_PROGRESS = "ERR No failover in progress.";
const TIMEOUT_NOT_POSITIVE = "ERR FAILOVER timeout must be greater than 0";
const IN_PROGRESS = "ERR FAILOVER already in progress.";
const ON_REPLICA = "ERR FAILOVER is not valid when server is a replica.";
const WITHOUT_REPLICAS = "ERR FAILOVER requires connected replicas.";
const FORCE_ALONE = "ERR FAILOVER with force option requires both a timeout and target HOST and IP.";
const TARGET_UNKNOWN = "ERR FAILOVER target HOST and PORT is not a replica.";
const TARGET_NOT_ONLINE = "ERR FAILOVER target replica is not online.";

function failover(services: Services): Handler {
  return (_context, args, reply) => {
    const { config, replication } = services;
    if (config.boolean("cluster-enabled").value) return reply.error(NOT_IN_CLUSTER);
    if (args.count === 2 && equalsIgnoreCase(args.at(1), ABORT)) {
      if (!replication.failover.isActive) return reply.error(NONE_IN_PROGRESS);
      replication.failover.abort("Failover manually aborted");
      return reply.ok();
    }
    const request = readRequest(args, reply);
    if (request === null) return;
    const refusal = refusalOf(replication, request);
    if (refusal !== null) return reply.error(refusal);
    replication.failover.begin(request);
    reply.ok();
  };
}

/** Reads the options, in any order, each of them once; an error is replied, then the result is null. */
function readRequest(args: Args, reply: Reply): FailoverRequest | null {
  let target: MasterAddress | null = null;
  let timeoutMs = 0;
  let isForced = false;
  for (let index = 1; index < args.count; index++) {
    const option = args.at(index);
    const following = args.count - index - 1;
    if (timeoutMs === 0 && following >= 1 && equalsIgnoreCase(option, TIMEOUT)) {
      const timeout = readClampedInteger(args, ++index, reply);
      if (timeout === null) return null;
      if (timeout <= 0) return refuse(reply, TIMEOUT_NOT_POSITIVE);
      timeoutMs = timeout;
    } else if (target === null && following >= 2 && equalsIgnoreCase(option, TO)) {
      const port = readClampedInteger(args, index + 2, reply);
      if (port === null) return null;
      target = { host: cText(args.at(index + 1)), port };
      index += 2;
    } else if (!isForced && equalsIgnoreCase(option, FORCE)) {
      isForced = true;
    } else {
      return refuse(reply, SYNTAX_ERROR);
    }
  }
  return { target, timeoutMs, isForced };
}

function refuse(reply: Reply, error: string): null {
  reply.error(error);
  return null;
}

/** The error that the request gets as things stand, or null. */
function refusalOf(replication: Replication, { target, timeoutMs, isForced }: FailoverRequest): string | null {
  if (replication.failover.isActive) return IN_PROGRESS;
  if (!replication.isMaster) return ON_REPLICA;
  if (replication.replicas.size === 0) return WITHOUT_REPLICAS;
  if (isForced && (timeoutMs === 0 || target === null)) return FORCE_ALONE;
  if (target === null) return null;
  const replica = replication.replicas.find(target);
  if (replica === undefined) return TARGET_UNKNOWN;
  return replica.state === "online" ? null : TARGET_NOT_ONLINE;
}

/** FAILOVER. */
export function failoverCommands(services: Services): CommandSpec[] {
  return [{
    name: "failover",
    group: "server",
    since: "6.2.0",
    summary: "Start a coordinated failover between this server and one of its replicas.",
    complexity: "O(1)",
    arity: -1,
    flags: "admin noscript stale",
    syntax: "[TO target(host port:integer [FORCE])] [ABORT] [TIMEOUT milliseconds:integer]",
    run: failover(services),
  }];
}
