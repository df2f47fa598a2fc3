/**
 * XCLAIM: gives pending entries to another consumer.
 *
 * - It propagates as effects: one XCLAIM for each entry that changed.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger, readInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Propagation } from "../../command/propagation.ts";
import { cText, noGroup } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Int64 } from "../../values/int64.ts";
import type { PendingEntry, StreamConsumer, StreamGroup } from "../../values/stream_group.ts";
import { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import type { Services } from "../services.ts";
import { replyOneEntry } from "./entry_replies.ts";
import { GroupEffects } from "./group_effects.ts";
import { isStrictId, readStrictId, replyStreamId } from "./stream_ids.ts";
import { readGroupedStream, seeConsumer } from "./stream_keys.ts";

const FORCE = ascii("force");
const JUSTID = ascii("justid");
const IDLE = ascii("idle");
const TIME = ascii("time");
const RETRYCOUNT = ascii("retrycount");
const LASTID = ascii("lastid");

const FIRST_ID = 5;

const id = new StreamId();

/** The options of XCLAIM, which follow the ids. */
interface ClaimOptions {
  minIdleMs: number;
  /** Position after the last id. */
  idsEnd: number;
  /** Unix time of the delivery; what makes no sense is as of now. */
  deliveryTimeMs: number;
  /** -1: one more than before. */
  retryCount: Int64;
  isForced: boolean;
  isIdOnly: boolean;
  readonly lastId: StreamId;
}

/** Reads what follows the consumer; null after an error. */
function readOptions(args: Args, nowMs: number, reply: Reply): ClaimOptions | null {
  const minIdleMs = readClampedInteger(args, 4, reply, "ERR Invalid min-idle-time argument for XCLAIM");
  if (minIdleMs === null) return null;
  let index = FIRST_ID;
  while (index < args.count && isStrictId(args.at(index), id)) index++;
  const options: ClaimOptions = {
    minIdleMs: Math.max(minIdleMs, 0),
    idsEnd: index,
    deliveryTimeMs: nowMs,
    retryCount: -1,
    isForced: false,
    isIdOnly: false,
    lastId: new StreamId(),
  };
  for (; index < args.count; index++) {
    const option = args.at(index);
    const hasMore = index + 1 < args.count;
    if (equalsIgnoreCase(option, FORCE)) options.isForced = true;
    else if (equalsIgnoreCase(option, JUSTID)) options.isIdOnly = true;
    else if (!hasMore || !isValued(args, index)) {
      reply.error(`ERR Unrecognized XCLAIM option '${cText(option)}'`);
      return null;
    } else if (!readValue(args, index++, nowMs, options, reply)) return null;
  }
  const { deliveryTimeMs } = options;
  // Clients compute these times by their own clocks: a bogus one is no reason to fail.
  if (deliveryTimeMs < 0 || deliveryTimeMs > nowMs) options.deliveryTimeMs = nowMs;
  return options;
}

function isValued(args: Args, index: number): boolean {
  const option = args.at(index);
  return equalsIgnoreCase(option, IDLE) || equalsIgnoreCase(option, TIME) || equalsIgnoreCase(option, RETRYCOUNT) ||
    equalsIgnoreCase(option, LASTID);
}

/** Reads the value of the option at `index`; false after an error. */
function readValue(args: Args, index: number, nowMs: number, options: ClaimOptions, reply: Reply): boolean {
  const option = args.at(index);
  if (equalsIgnoreCase(option, LASTID)) return readStrictId(args, index + 1, options.lastId, reply);
  if (equalsIgnoreCase(option, RETRYCOUNT)) {
    const count = readInteger(args, index + 1, reply, "ERR Invalid RETRYCOUNT option argument for XCLAIM");
    if (count !== null) options.retryCount = count;
    return count !== null;
  }
  const name = equalsIgnoreCase(option, IDLE) ? "IDLE" : "TIME";
  const value = readClampedInteger(args, index + 1, reply, `ERR Invalid ${name} option argument for XCLAIM`);
  if (value === null) return false;
  options.deliveryTimeMs = name === "IDLE" ? nowMs - value : value;
  return true;
}

/** One XCLAIM on its way through the ids. */
class Claim {
  readonly #context: Context;
  readonly #args: Args;
  readonly #reply: Reply;
  readonly #stream: StreamValue;
  readonly #group: StreamGroup;
  readonly #options: ClaimOptions;
  readonly #effects: GroupEffects;
  #consumer: StreamConsumer | null = null;
  /** Whether an effect has told how far the group has read. */
  isLastIdTold = false;

  constructor(
    call: { context: Context; args: Args; reply: Reply },
    target: { stream: StreamValue; group: StreamGroup; options: ClaimOptions; effects: GroupEffects },
  ) {
    this.#context = call.context;
    this.#args = call.args;
    this.#reply = call.reply;
    this.#stream = target.stream;
    this.#group = target.group;
    this.#options = target.options;
    this.#effects = target.effects;
  }

  /** Claims the entry whose id is at `index`; true if that was possible, and replied. */
  claim(index: number): boolean {
    isStrictId(this.#args.at(index), id);
    const pending = this.#group.pending.get(id);
    if (!this.#stream.has(id)) {
      if (pending !== null) {
        this.#tell(pending, index);
        this.#group.acknowledge(id);
      }
      return false;
    }
    const options = this.#options;
    if (pending === null && !options.isForced) return false;
    if (pending !== null && options.minIdleMs > 0) {
      if (this.#context.now - pending.deliveryTimeMs < options.minIdleMs) return false;
    }
    const entry = this.#take(pending);
    entry.deliveryTimeMs = options.deliveryTimeMs;
    if (options.retryCount >= 0) entry.deliveryCount = options.retryCount;
    else if (!options.isIdOnly) entry.countDelivery();
    if (options.isIdOnly) replyStreamId(id, this.#reply);
    else replyOneEntry(this.#stream, id, id, this.#reply);
    this.#tell(entry, index);
    return true;
  }

  /** Makes the entry, pending or not, one of the claiming consumer. */
  #take(pending: PendingEntry | null): PendingEntry {
    const { db } = this.#context;
    this.#consumer ??= seeConsumer(db, this.#args.at(1), this.#group, this.#args.at(3));
    if (pending === null) return this.#group.addPending(id, this.#consumer, this.#options.deliveryTimeMs, 1)!;
    this.#group.assign(pending, this.#consumer);
    return pending;
  }

  #tell(entry: PendingEntry, index: number): void {
    this.#effects.claimed(this.#group, entry, this.#args.at(index));
    this.#context.store.stats.dirty++;
    this.isLastIdTold = true;
  }
}

function xclaim(context: Context, args: Args, reply: Reply, propagation: Propagation): void {
  const { db } = context;
  const stream = readGroupedStream(db, args.at(1), reply);
  if (stream === undefined) return;
  const group = stream?.groups.get(args.at(2)) ?? null;
  if (stream === null || group === null) return reply.error(noGroup(args.at(1), args.at(2)));
  const options = readOptions(args, context.now, reply);
  if (options === null) return;
  const isAhead = options.lastId.compare(group.lastId) > 0;
  if (isAhead) group.lastId.assign(options.lastId);
  const effects = new GroupEffects(propagation, db.index, args.at(1), args.at(2));
  const claim = new Claim({ context, args, reply }, { stream, group, options, effects });
  const header = reply.deferredArray();
  let claimed = 0;
  for (let index = FIRST_ID; index < options.idsEnd; index++) {
    if (claim.claim(index)) claimed++;
  }
  if (isAhead && !claim.isLastIdTold) {
    effects.advanced(group);
    context.store.stats.dirty++;
  }
  reply.endDeferred(header, claimed);
  context.preventPropagation();
}

/** XCLAIM. */
export function claimCommands({ propagation }: Services): CommandSpec[] {
  return [
    {
      name: "xclaim",
      group: "stream",
      since: "5.0.0",
      summary:
        "Changes (or acquires) ownership of a message in a consumer group, as if the message was delivered to the specified consumer.",
      complexity: "O(log N) with N being the number of messages in the PEL of the consumer group.",
      arity: -6,
      flags: "write fast",
      acl: "stream",
      hints: "nondeterministic_output",
      keys: [key(1, "RW update")],
      syntax: `
        key group consumer min-idle-time id... [IDLE ms:integer] [TIME unix-time-milliseconds:unix-time]
        [RETRYCOUNT count:integer] [FORCE] [JUSTID] [LASTID id]
      `,
      run: (context, args, reply) => xclaim(context, args, reply, propagation),
    },
  ];
}
