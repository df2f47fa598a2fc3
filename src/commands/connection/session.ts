/**
 * QUIT, SELECT and RESET: the end of a connection, its database, and its way back to the beginning.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { readRangedInteger } from "../../command/arguments.ts";
import { DB_INDEX_OUT_OF_RANGE } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { discardTransaction } from "../../transaction/transaction.ts";
import type { Services } from "../services.ts";

const INT_RANGE = { min: -0x80000000, max: 0x7fffffff };
const SELECT_IN_CLUSTER = "ERR SELECT is not allowed in cluster mode";
const NOT_A_NORMAL_CLIENT = "ERR can only reset normal client connections";

/** QUIT, SELECT, RESET. */
export function sessionCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "quit",
      group: "connection",
      since: "1.0.0",
      summary: "Close the connection",
      complexity: "O(1)",
      arity: -1,
      flags: "noscript loading stale fast no_auth allow_busy",
      acl: "connection",
      isNeverQueued: true,
      run: quit,
    },
    {
      name: "select",
      group: "connection",
      since: "1.0.0",
      summary: "Change the selected database for the current connection",
      complexity: "O(1)",
      arity: 2,
      flags: "loading stale fast",
      acl: "connection",
      syntax: "index:integer",
      run: (context, args, reply) => select(services, context, args, reply),
    },
    {
      name: "reset",
      group: "connection",
      since: "6.2.0",
      summary: "Reset the connection",
      complexity: "O(1)",
      arity: 1,
      flags: "noscript loading stale fast no_auth allow_busy",
      acl: "connection",
      isNeverQueued: true,
      run: (context, _args, reply) => reset(services, context, reply),
    },
  ];
}

function quit(context: Context, _args: Args, reply: Reply): void {
  reply.ok();
  context.closeAfterReply = true;
}

function select({ config }: Services, context: Context, args: Args, reply: Reply): void {
  const index = readRangedInteger(args, 1, reply, INT_RANGE);
  if (index === null) return;
  if (index !== 0 && config.boolean("cluster-enabled").value) return reply.error(SELECT_IN_CLUSTER);
  const db = context.store.databases[index];
  if (db === undefined) return reply.error(DB_INDEX_OUT_OF_RANGE);
  context.db = db;
  reply.ok();
}

function reset({ clients, users }: Services, context: Context, reply: Reply): void {
  const client = clients.of(context);
  if (client === undefined || ((client.type === "replica" || client.type === "master") && !client.isMonitor)) {
    return reply.error(NOT_A_NORMAL_CLIENT);
  }
  clients.onReset.emit(client);
  discardTransaction(context);
  users.admit(context);
  context.db = context.store.databases[0]!;
  client.name = "";
  client.isMonitor = false;
  if (client.replyMode === "off" || client.replyMode === "skip-next") client.replyMode = "on";
  client.setProtocol(2);
  reply.simple("RESET");
}
