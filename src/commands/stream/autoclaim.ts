/**
 * XAUTOCLAIM: gives pending entries that have been idle for long to another consumer, part by part.
 *
 * - It propagates as effects: one XCLAIM for each entry that changed.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger, readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Propagation } from "../../command/propagation.ts";
import { noGroup, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { PendingEntry, StreamConsumer, StreamGroup } from "../../values/stream_group.ts";
import { MIN_STREAM_ID, StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import type { Services } from "../services.ts";
import { replyOneEntry } from "./entry_replies.ts";
import { GroupEffects } from "./group_effects.ts";
import { readIntervalStart, replyStreamId } from "./stream_ids.ts";
import { readGroupedStream, seeConsumer } from "./stream_keys.ts";

const COUNT = ascii("count");
const JUSTID = ascii("justid");

const COUNT_OUT_OF_RANGE = "ERR COUNT must be > 0";
const OUT_OF_MEMORY = "ERR Insufficient memory, failed allocating transient memory, COUNT too high.";

const DEFAULT_COUNT = 100;
/** Pending entries looked at for each that the client wants. */
const ATTEMPTS_FACTOR = 10;
/** Redis's bound: ids of 16 bytes must fit in 2^63 of them. */
const MAX_COUNT = 2n ** 59n - 1n;
/** From so many on Redis finds no memory for the ids: they would take all addresses that a process has. */
const TOO_MANY = 2 ** 43;

/** The options of XAUTOCLAIM. */
interface AutoclaimOptions {
  readonly minIdleMs: number;
  readonly from: StreamId;
  count: number;
  isIdOnly: boolean;
}

/** Reads what follows the consumer; null after an error. */
function readOptions(args: Args, reply: Reply): AutoclaimOptions | null {
  const minIdleMs = readClampedInteger(args, 4, reply, "ERR Invalid min-idle-time argument for XAUTOCLAIM");
  if (minIdleMs === null) return null;
  const from = new StreamId();
  if (!readIntervalStart(args, 5, from, reply)) return null;
  const options = { minIdleMs: Math.max(minIdleMs, 0), from, count: DEFAULT_COUNT, isIdOnly: false };
  for (let index = 6; index < args.count; index++) {
    if (index + 1 < args.count && equalsIgnoreCase(args.at(index), COUNT)) {
      const count = readInteger(args, ++index, reply, COUNT_OUT_OF_RANGE);
      if (count === null) return null;
      if (count < 1 || count > MAX_COUNT) return refuse(COUNT_OUT_OF_RANGE, reply);
      options.count = Number(count);
    } else if (equalsIgnoreCase(args.at(index), JUSTID)) {
      options.isIdOnly = true;
    } else {
      return refuse(SYNTAX_ERROR, reply);
    }
  }
  return options;
}

function refuse(text: string, reply: Reply): null {
  reply.error(text);
  return null;
}

/** What one XAUTOCLAIM came upon. */
interface Found {
  readonly claimed: PendingEntry[];
  /** Ids of pending entries that are no longer in the stream. */
  readonly deleted: StreamId[];
  /** Where the next call goes on. */
  readonly next: Readonly<StreamId>;
}

function claimIdle(
  context: Context,
  args: Args,
  target: { stream: StreamValue; group: StreamGroup; options: AutoclaimOptions; effects: GroupEffects },
): Found {
  const { stream, group, options, effects } = target;
  const { db, now } = context;
  const claimed: PendingEntry[] = [];
  const deleted: StreamId[] = [];
  let consumer: StreamConsumer | null = null;
  let entry = group.pending.atOrAfter(options.from);
  let attempts = options.count * ATTEMPTS_FACTOR;
  for (; entry !== null && attempts > 0; attempts--, entry = group.pending.after(entry.id)) {
    if (claimed.length + deleted.length === options.count) break;
    if (!stream.has(entry.id)) {
      effects.claimed(group, entry);
      db.store.stats.dirty++;
      group.acknowledge(entry.id);
      deleted.push(entry.id);
      continue;
    }
    if (options.minIdleMs > 0 && now - entry.deliveryTimeMs < options.minIdleMs) continue;
    consumer ??= seeConsumer(db, args.at(1), group, args.at(3));
    group.assign(entry, consumer);
    entry.deliveryTimeMs = now;
    if (!options.isIdOnly) entry.countDelivery();
    claimed.push(entry);
    effects.claimed(group, entry);
    db.store.stats.dirty++;
  }
  return { claimed, deleted, next: entry?.id ?? MIN_STREAM_ID };
}

function xautoclaim(context: Context, args: Args, reply: Reply, propagation: Propagation): void {
  const { db } = context;
  const options = readOptions(args, reply);
  if (options === null) return;
  const stream = readGroupedStream(db, args.at(1), reply);
  if (stream === undefined) return;
  const group = stream?.groups.get(args.at(2)) ?? null;
  if (stream === null || group === null) return reply.error(noGroup(args.at(1), args.at(2)));
  if (options.count >= TOO_MANY) return reply.error(OUT_OF_MEMORY);
  const effects = new GroupEffects(propagation, db.index, args.at(1), args.at(2));
  const { claimed, deleted, next } = claimIdle(context, args, { stream, group, options, effects });
  reply.array(3);
  replyStreamId(next, reply);
  reply.array(claimed.length);
  for (const { id } of claimed) {
    if (options.isIdOnly) replyStreamId(id, reply);
    else replyOneEntry(stream, id, id, reply);
  }
  reply.array(deleted.length);
  for (const id of deleted) replyStreamId(id, reply);
  context.preventPropagation();
}

/** XAUTOCLAIM. */
export function autoclaimCommands({ propagation }: Services): CommandSpec[] {
  return [
    {
      name: "xautoclaim",
      group: "stream",
      since: "6.2.0",
      summary:
        "Changes (or acquires) ownership of messages in a consumer group, as if the messages were delivered to the specified consumer.",
      complexity: "O(1) if COUNT is small.",
      arity: -6,
      flags: "write fast",
      acl: "stream",
      hints: "nondeterministic_output",
      history: [[
        "7.0.0",
        "Added an element to the reply array, containing deleted entries the command cleared from the PEL",
      ]],
      keys: [key(1, "RW delete")],
      syntax: "key group consumer min-idle-time start [COUNT count:integer] [JUSTID]",
      run: (context, args, reply) => xautoclaim(context, args, reply, propagation),
    },
  ];
}
