/**
 * PING and ECHO: the commands that only prove that somebody is there.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { SUBSCRIPTIONS } from "../../pubsub/subscriptions.ts";
import { wrongArity } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";

/** PING, ECHO. */
export const pingCommands: CommandSpec[] = [
  {
    name: "ping",
    group: "connection",
    since: "1.0.0",
    summary: "Ping the server",
    complexity: "O(1)",
    arity: -1,
    flags: "fast",
    acl: "connection",
    hints: "request_policy:all_shards response_policy:all_succeeded",
    syntax: "[message]",
    run: ping,
  },
  {
    name: "echo",
    group: "connection",
    since: "1.0.0",
    summary: "Echo the given string",
    complexity: "O(1)",
    arity: 2,
    flags: "loading stale fast",
    acl: "connection",
    syntax: "message",
    run: echo,
  },
];

function ping(context: Context, args: Args, reply: Reply): void {
  if (args.count > 2) return reply.error(wrongArity("ping"));
  // A subscriber reads nothing but messages in RESP2, so its PONG looks like one.
  if (!reply.isResp3 && SUBSCRIPTIONS.peek(context) !== undefined) {
    reply.array(2);
    reply.bulkText("pong");
    if (args.count === 2) reply.bulkSlice(args.at(1));
    else reply.bulkText("");
    return;
  }
  if (args.count === 2) return reply.bulkSlice(args.at(1));
  reply.simple("PONG");
}

function echo(_context: Context, args: Args, reply: Reply): void {
  reply.bulkSlice(args.at(1));
}
