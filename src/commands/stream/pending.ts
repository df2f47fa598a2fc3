/**
 * XACK and XPENDING: what was delivered and not acknowledged.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import { noGroup, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { StreamGroup } from "../../values/stream_group.ts";
import { StreamId, subtractUint64 } from "../../values/stream_id.ts";
import { readIntervalEnd, readIntervalStart, readStrictId, replyStreamId } from "./stream_ids.ts";
import { readGroupedStream, readStream } from "./stream_keys.ts";

const IDLE = ascii("idle");

/** Ids kept for the next request; more than this many are let go. */
const KEPT_IDS = 256;

const ids: StreamId[] = [];
const filter = { from: new StreamId(), to: new StreamId(), count: 0, minIdleMs: 0, consumerIndex: 0 };

function xack(context: Context, args: Args, reply: Reply): void {
  const stream = readGroupedStream(context.db, args.at(1), reply);
  if (stream === undefined) return;
  const group = stream?.groups.get(args.at(2)) ?? null;
  if (group === null) return reply.integer(0);
  // All ids are read before the first is acknowledged: the command does all or nothing.
  for (let index = 3; index < args.count; index++) {
    if (!readStrictId(args, index, ids[index] ??= new StreamId(), reply)) return;
  }
  let acknowledged = 0;
  for (let index = 3; index < args.count; index++) {
    if (group.acknowledge(ids[index]!)) acknowledged++;
  }
  if (ids.length > KEPT_IDS) ids.length = 0;
  context.store.stats.dirty += acknowledged;
  reply.integer(acknowledged);
}

function xpending(context: Context, args: Args, reply: Reply): void {
  const isSummary = args.count === 3;
  if (!isSummary && (args.count < 6 || args.count > 9)) return reply.error(SYNTAX_ERROR);
  if (!isSummary && !readFilter(args, reply)) return;
  const stream = readStream(context.db, args.at(1), reply);
  if (stream === undefined) return;
  const group = stream?.groups.get(args.at(2)) ?? null;
  if (group === null) return reply.error(noGroup(args.at(1), args.at(2)));
  if (isSummary) return replySummary(group, reply);
  let { pending } = group;
  if (filter.consumerIndex !== 0) {
    const consumer = group.consumers.get(args.at(filter.consumerIndex));
    if (consumer === null) return reply.emptyArray();
    pending = consumer.pending;
  }
  replyPending(pending, context.now, reply);
}

/** Reads `[IDLE ms] start end count [consumer]` into `filter`; false after an error. */
function readFilter(args: Args, reply: Reply): boolean {
  let start = 3;
  filter.minIdleMs = 0;
  if (equalsIgnoreCase(args.at(3), IDLE)) {
    const minIdleMs = readClampedInteger(args, 4, reply);
    if (minIdleMs === null) return false;
    if (args.count < 8) {
      reply.error(SYNTAX_ERROR);
      return false;
    }
    filter.minIdleMs = minIdleMs;
    start = 5;
  }
  const count = readClampedInteger(args, start + 2, reply);
  if (count === null) return false;
  filter.count = count;
  if (!readIntervalStart(args, start, filter.from, reply)) return false;
  if (!readIntervalEnd(args, start + 1, filter.to, reply)) return false;
  filter.consumerIndex = start + 3 < args.count ? start + 3 : 0;
  return true;
}

function replySummary(group: StreamGroup, reply: Reply): void {
  const { first, last, size } = group.pending;
  reply.array(4);
  reply.integer(size);
  if (first === null || last === null) {
    reply.nil();
    reply.nil();
    return reply.nilArray();
  }
  replyStreamId(first.id, reply);
  replyStreamId(last.id, reply);
  const header = reply.deferredArray();
  let count = 0;
  for (const consumer of group.consumers) {
    if (consumer.pending.size === 0) continue;
    reply.array(2);
    reply.bulk(consumer.name);
    reply.bulkInteger(consumer.pending.size);
    count++;
  }
  reply.endDeferred(header, count);
}

function replyPending(pending: StreamGroup["pending"], nowMs: number, reply: Reply): void {
  const { from, to, minIdleMs } = filter;
  const header = reply.deferredArray();
  let count = 0;
  for (
    let entry = pending.atOrAfter(from);
    entry !== null && count < filter.count && entry.id.compare(to) <= 0;
    entry = pending.after(entry.id)
  ) {
    const idleMs = nowMs - entry.deliveryTimeMs;
    if (minIdleMs !== 0 && idleMs < minIdleMs) continue;
    reply.array(4);
    replyStreamId(entry.id, reply);
    reply.bulk(entry.consumer.name);
    reply.integer(Math.max(0, idleMs));
    reply.integer(subtractUint64(entry.deliveryCount, 0));
    count++;
  }
  reply.endDeferred(header, count);
}

/** XACK, XPENDING. */
export const pendingCommands: CommandSpec[] = [
  {
    name: "xack",
    group: "stream",
    since: "5.0.0",
    summary:
      "Marks a pending message as correctly processed, effectively removing it from the pending entries list of the consumer group. Return value of the command is the number of messages successfully acknowledged, that is, the IDs we were actually able to resolve in the PEL.",
    complexity: "O(1) for each message ID processed.",
    arity: -4,
    flags: "write fast",
    acl: "stream",
    keys: [key(1, "RW update")],
    syntax: "key group id...",
    run: xack,
  },
  {
    name: "xpending",
    group: "stream",
    since: "5.0.0",
    summary:
      "Return information and entries from a stream consumer group pending entries list, that are messages fetched but never acknowledged.",
    complexity:
      "O(N) with N being the number of elements returned, so asking for a small fixed number of entries per call is O(1). O(M), where M is the total number of entries scanned when used with the IDLE filter. When the command returns just the summary and the list of consumers is small, it runs in O(1) time; otherwise, an additional O(N) time for iterating every consumer.",
    arity: -3,
    flags: "readonly",
    acl: "stream",
    hints: "nondeterministic_output",
    history: [["6.2.0", "Added the `IDLE` option and exclusive range intervals."]],
    keys: [key(1, "RO access")],
    syntax: "key group [filters([IDLE min-idle-time:integer@6.2.0] start end count:integer [consumer])]",
    run: xpending,
  },
];
