/**
 * XLEN, XRANGE, XREVRANGE: the commands that read a stream by id.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import { SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { StreamId } from "../../values/stream_id.ts";
import { replyEntries } from "./entry_replies.ts";
import { readIntervalEnd, readIntervalStart } from "./stream_ids.ts";
import { readStream } from "./stream_keys.ts";

const COUNT = ascii("count");

const range = { from: new StreamId(), to: new StreamId(), count: 0, isReverse: false };

function xlen(context: Context, args: Args, reply: Reply): void {
  const stream = readStream(context.db, args.at(1), reply);
  if (stream !== undefined) reply.integer(stream === null ? 0 : stream.length);
}

function replyRange(context: Context, args: Args, reply: Reply, isReverse: boolean): void {
  const [fromIndex, toIndex] = isReverse ? [3, 2] : [2, 3];
  if (!readIntervalStart(args, fromIndex, range.from, reply)) return;
  if (!readIntervalEnd(args, toIndex, range.to, reply)) return;
  let count = -1;
  for (let index = 4; index < args.count; index += 2) {
    if (index + 1 === args.count || !equalsIgnoreCase(args.at(index), COUNT)) return reply.error(SYNTAX_ERROR);
    const given = readClampedInteger(args, index + 1, reply);
    if (given === null) return;
    count = Math.max(given, 0);
  }
  const stream = readStream(context.db, args.at(1), reply);
  if (stream === undefined) return;
  if (stream === null) return reply.emptyArray();
  if (count === 0) return reply.nilArray();
  range.count = count < 0 ? 0 : count;
  range.isReverse = isReverse;
  replyEntries(stream, range, reply);
}

/** XLEN, XRANGE, XREVRANGE. */
export const rangeCommands: CommandSpec[] = [
  {
    name: "xlen",
    group: "stream",
    since: "5.0.0",
    summary: "Return the number of entries in a stream",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "stream",
    keys: [key(1, "RO")],
    syntax: "key",
    run: xlen,
  },
  {
    name: "xrange",
    group: "stream",
    since: "5.0.0",
    summary: "Return a range of elements in a stream, with IDs matching the specified IDs interval",
    complexity:
      "O(N) with N being the number of elements being returned. If N is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1).",
    arity: -4,
    flags: "readonly",
    acl: "stream",
    history: [["6.2.0", "Added exclusive ranges."]],
    keys: [key(1, "RO access")],
    syntax: "key start end [COUNT count:integer]",
    run: (context, args, reply) => replyRange(context, args, reply, false),
  },
  {
    name: "xrevrange",
    group: "stream",
    since: "5.0.0",
    summary:
      "Return a range of elements in a stream, with IDs matching the specified IDs interval, in reverse order (from greater to smaller IDs) compared to XRANGE",
    complexity:
      "O(N) with N being the number of elements returned. If N is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1).",
    arity: -4,
    flags: "readonly",
    acl: "stream",
    history: [["6.2.0", "Added exclusive ranges."]],
    keys: [key(1, "RO access")],
    syntax: "key end start [COUNT count:integer]",
    run: (context, args, reply) => replyRange(context, args, reply, true),
  },
];
