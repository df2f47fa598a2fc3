/**
 * TTL, PTTL, EXPIRETIME and PEXPIRETIME: how long a key lives, and until when.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import type { Int64 } from "../../values/int64.ts";

function ttl(context: Context, args: Args, reply: Reply): void {
  replyTime(context, args, reply, context.now, true);
}

function pttl(context: Context, args: Args, reply: Reply): void {
  replyTime(context, args, reply, context.now, false);
}

function expiretime(context: Context, args: Args, reply: Reply): void {
  replyTime(context, args, reply, 0, true);
}

function pexpiretime(context: Context, args: Args, reply: Reply): void {
  replyTime(context, args, reply, 0, false);
}

function replyTime({ db }: Context, args: Args, reply: Reply, baseMs: number, isInSeconds: boolean): void {
  const entry = db.lookupReadNoTouch(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(-2);
  if (!db.keyspace.hasExpiry(entry)) return reply.integer(-1);
  const atMs = db.keyspace.exactExpiryOf(entry);
  const timeMs = typeof atMs === "number" ? Math.max(0, atMs - baseMs) : atMs - BigInt(baseMs);
  reply.integer(isInSeconds ? toSeconds(timeMs) : timeMs);
}

/** To the nearest second. */
function toSeconds(timeMs: Int64): Int64 {
  if (typeof timeMs === "number") return Math.floor((timeMs + 500) / 1000);
  return (timeMs + 500n) / 1000n;
}

/** TTL, PTTL, EXPIRETIME, PEXPIRETIME. */
export const ttlCommands: CommandSpec[] = [
  {
    name: "ttl",
    group: "generic",
    since: "1.0.0",
    summary: "Get the time to live for a key in seconds",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "keyspace",
    hints: "nondeterministic_output",
    history: [["2.8.0", "Added the -2 reply."]],
    keys: [key(1, "RO access")],
    syntax: "key",
    run: ttl,
  },
  {
    name: "pttl",
    group: "generic",
    since: "2.6.0",
    summary: "Get the time to live for a key in milliseconds",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "keyspace",
    hints: "nondeterministic_output",
    history: [["2.8.0", "Added the -2 reply."]],
    keys: [key(1, "RO access")],
    syntax: "key",
    run: pttl,
  },
  {
    name: "expiretime",
    group: "generic",
    since: "7.0.0",
    summary: "Get the expiration Unix timestamp for a key",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "keyspace",
    keys: [key(1, "RO access")],
    syntax: "key",
    run: expiretime,
  },
  {
    name: "pexpiretime",
    group: "generic",
    since: "7.0.0",
    summary: "Get the expiration Unix timestamp for a key in milliseconds",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "keyspace",
    keys: [key(1, "RO access")],
    syntax: "key",
    run: pexpiretime,
  },
];
