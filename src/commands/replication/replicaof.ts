/**
 * REPLICAOF, SLAVEOF and ROLE: whom this server follows, and who follows it.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { parseInteger } from "../../bytes/integer.ts";
import type { CommandSpec, Handler } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { cText } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { replicaHost, replicaTraits } from "../../replication/replica_traits.ts";
import type { Replication } from "../../replication/replication.ts";
import type { Services } from "../services.ts";

const NO = ascii("no");
const ONE = ascii("one");
const INVALID_PORT = "ERR Invalid master port";
const NOT_FOR_REPLICA = "ERR Command is not valid when client is a replica.";
const NOT_IN_CLUSTER = "ERR REPLICAOF not allowed in cluster mode.";
const FAILING_OVER = "ERR REPLICAOF not allowed while failing over.";
const ALREADY_CONNECTED = "OK Already connected to specified master";

function replicaof(services: Services): Handler {
  return (context, args, reply) => {
    const { config, logger, replication } = services;
    if (config.boolean("cluster-enabled").value) return reply.error(NOT_IN_CLUSTER);
    if (replication.failover.isActive) return reply.error(FAILING_OVER);
    if (equalsIgnoreCase(args.at(1), NO) && equalsIgnoreCase(args.at(2), ONE)) {
      if (!replication.isMaster) {
        replication.promote();
        logger.notice(`MASTER MODE enabled (user request from '${describe(services, context)}')`);
      }
      return reply.ok();
    }
    const client = services.clients.of(context);
    if (client !== undefined && replication.replicas.of(client) !== undefined) return reply.error(NOT_FOR_REPLICA);
    const port = readPort(args);
    if (port === null) return reply.error(INVALID_PORT);
    const host = cText(args.at(1));
    const { master } = replication.link;
    if (master !== null && master.host.toLowerCase() === host.toLowerCase() && master.port === port) {
      logger.notice(
        "REPLICAOF would result into synchronization with the master we are already connected with. " +
          "No operation performed.",
      );
      return reply.simple(ALREADY_CONNECTED);
    }
    replication.follow({ host, port });
    logger.notice(`REPLICAOF ${host}:${port} enabled (user request from '${describe(services, context)}')`);
    reply.ok();
  };
}

function readPort(args: Args): number | null {
  const { bytes, start, end } = args.at(2);
  const port = parseInteger(bytes, start, end);
  return port === null || port < 0n || port > 65535n ? null : Number(port);
}

function describe(services: Services, context: Context): string {
  const client = services.clients.of(context);
  return client === undefined ? "" : services.clientDescriptions.lineOf(client);
}

function role(replication: () => Replication): Handler {
  return (_context: Context, _args: Args, reply: Reply) => {
    const { isMaster, link, replicas, backlog } = replication();
    if (!isMaster) {
      reply.array(5);
      reply.bulkText("slave");
      reply.bulkText(link.master!.host);
      reply.integer(link.master!.port);
      reply.bulkText(link.state);
      reply.integer(link.stream?.offset ?? -1);
      return;
    }
    const online = [...replicas].filter((replica) => replica.state === "online");
    reply.array(3);
    reply.bulkText("master");
    reply.integer(backlog.endOffset);
    reply.array(online.length);
    for (const { client, ackOffset } of online) {
      reply.array(3);
      reply.bulkText(replicaHost(client));
      reply.bulkInteger(replicaTraits(client.context).port);
      reply.bulkInteger(ackOffset);
    }
  };
}

/** REPLICAOF, SLAVEOF, ROLE. */
export function replicaofCommands(services: Services): CommandSpec[] {
  const follow = {
    group: "server",
    summary: "Make the server a replica of another instance, or promote it as master.",
    complexity: "O(1)",
    arity: 3,
    flags: "admin noscript stale no_async_loading",
    syntax: "args<host-port(host port:integer) | no-one(NO ONE)>",
    run: replicaof(services),
  } as const;
  return [
    { ...follow, name: "replicaof", since: "5.0.0" },
    {
      ...follow,
      name: "slaveof",
      since: "1.0.0",
      docFlags: "deprecated",
      deprecatedSince: "5.0.0",
      replacedBy: "`REPLICAOF`",
    },
    {
      name: "role",
      group: "server",
      since: "2.8.12",
      summary: "Return the role of the instance in the context of replication",
      complexity: "O(1)",
      arity: 1,
      flags: "noscript loading stale fast",
      acl: "admin dangerous",
      run: role(() => services.replication),
    },
  ];
}
