/**
 * XREAD and XREADGROUP: entries behind an id from several streams, now or as soon as there are any.
 *
 * - Neither propagates as it was sent: what a group remembers goes out as effects.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { Slice } from "../../bytes/slice.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import { readTimeoutMs } from "../../command/block_timeout.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { keyAfter } from "../../command/key_specs.ts";
import type { Outcome } from "../../command/outcome.ts";
import type { Propagation } from "../../command/propagation.ts";
import { cText, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { StreamGroup } from "../../values/stream_group.ts";
import { MAX_STREAM_ID, StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import type { Services } from "../services.ts";
import { replyEntries } from "./entry_replies.ts";
import { deliverEntries, type Delivery, replyHistory } from "./group_delivery.ts";
import { GroupEffects } from "./group_effects.ts";
import { waitForEntries } from "./read_wait.ts";
import { isCharacter, readStrictId } from "./stream_ids.ts";
import { readStream, seeConsumer, streamOf } from "./stream_keys.ts";

const BLOCK = ascii("block");
const COUNT = ascii("count");
const STREAMS = ascii("streams");
const GROUP = ascii("group");
const NOACK = ascii("noack");
const DOLLAR = 0x24;
const GREATER = 0x3e;

const UNBALANCED = "ERR Unbalanced XREAD list of streams: for each stream key an ID or '$' must be specified.";
const GROUP_IN_XREAD = "ERR The GROUP option is only supported by XREADGROUP. You called XREAD instead.";
const NOACK_IN_XREAD = "ERR The NOACK option is only supported by XREADGROUP. You called XREAD instead.";
const DOLLAR_IN_GROUP = "ERR The $ ID is meaningless in the context of XREADGROUP: you want to read the history of " +
  "this consumer by specifying a proper ID, or use the > ID to get new messages. The $ ID would just return an empty " +
  "result set.";
const GREATER_IN_XREAD =
  "ERR The > ID can be specified only when calling XREADGROUP using the GROUP <group> <consumer> option.";

/** What a request asks for. */
interface ReadRequest {
  /** How long to wait, 0 for ever; -1: not at all. */
  timeoutMs: number;
  /** At most so many entries of each stream; 0 for all. */
  count: number;
  /** Position of the group's name, which the consumer's follows; 0 without a group. */
  groupIndex: number;
  isAcknowledged: boolean;
  /** Position of the first key; 0 while STREAMS has not come. */
  firstKey: number;
  streamCount: number;
}

/** One of the streams of a request. */
interface ReadTarget {
  readonly keyIndex: number;
  /** Entries behind this one are wanted; the largest id stands for `>`. */
  readonly after: StreamId;
  readonly group: StreamGroup | null;
}

const start = new StreamId();
const topId = new StreamId();

/** Reads the options; null after an error. */
function readRequest(context: Context, args: Args, isGroupRead: boolean, reply: Reply): ReadRequest | null {
  const request = { timeoutMs: -1, count: 0, groupIndex: 0, isAcknowledged: false, firstKey: 0, streamCount: 0 };
  for (let index = 1; index < args.count && request.firstKey === 0; index++) {
    const option = args.at(index);
    const more = args.count - index - 1;
    if (more >= 1 && equalsIgnoreCase(option, BLOCK)) {
      if (isScript(context)) {
        reply.error(`ERR ${cText(args.at(0))} command is not allowed with BLOCK option from scripts`);
        return null;
      }
      const timeoutMs = readTimeoutMs(args, ++index, reply);
      if (timeoutMs === null) return null;
      request.timeoutMs = timeoutMs;
    } else if (more >= 1 && equalsIgnoreCase(option, COUNT)) {
      const count = readClampedInteger(args, ++index, reply);
      if (count === null) return null;
      request.count = Math.max(count, 0);
    } else if (more >= 1 && equalsIgnoreCase(option, STREAMS)) {
      if (more % 2 !== 0) return refuse(UNBALANCED, reply);
      request.firstKey = index + 1;
      request.streamCount = more / 2;
    } else if (more >= 2 && equalsIgnoreCase(option, GROUP)) {
      if (!isGroupRead) return refuse(GROUP_IN_XREAD, reply);
      request.groupIndex = index + 1;
      index += 2;
    } else if (equalsIgnoreCase(option, NOACK)) {
      if (!isGroupRead) return refuse(NOACK_IN_XREAD, reply);
      request.isAcknowledged = true;
    } else {
      return refuse(SYNTAX_ERROR, reply);
    }
  }
  if (request.firstKey === 0) return refuse(SYNTAX_ERROR, reply);
  if (isGroupRead && request.groupIndex === 0) return refuse("ERR Missing GROUP option for XREADGROUP", reply);
  return request;
}

/** Whether a script runs the command: it may not even ask to wait, while a transaction may and does not. */
function isScript(context: Context): boolean {
  return context.isWaitDenied && !context.isInExec;
}

function refuse(text: string, reply: Reply): null {
  reply.error(text);
  return null;
}

/** Finds out what is wanted of each stream; null after an error. */
function findTargets(context: Context, args: Args, request: ReadRequest, reply: Reply): ReadTarget[] | null {
  const { firstKey, streamCount, groupIndex } = request;
  const targets: ReadTarget[] = [];
  for (let keyIndex = firstKey; keyIndex < firstKey + streamCount; keyIndex++) {
    const stream = readStream(context.db, args.at(keyIndex), reply);
    if (stream === undefined) return null;
    let group: StreamGroup | null = null;
    if (groupIndex !== 0) {
      group = stream?.groups.get(args.at(groupIndex)) ?? null;
      if (group === null) return refuse(noGroupToRead(args.at(keyIndex), args.at(groupIndex)), reply);
    }
    const after = new StreamId();
    const wanted = args.at(keyIndex + streamCount);
    if (isCharacter(wanted, DOLLAR)) {
      if (group !== null) return refuse(DOLLAR_IN_GROUP, reply);
      if (stream !== null) after.assign(stream.lastId);
    } else if (isCharacter(wanted, GREATER)) {
      if (group === null) return refuse(GREATER_IN_XREAD, reply);
      after.assign(MAX_STREAM_ID);
    } else if (!readStrictId(args, keyIndex + streamCount, after, reply)) {
      return null;
    }
    targets.push({ keyIndex, after, group });
  }
  return targets;
}

function noGroupToRead(key: Slice, group: Slice): string {
  return `NOGROUP No such key '${cText(key)}' or consumer group '${cText(group)}' in XREADGROUP with GROUP option`;
}

/** Whether the stream has entries behind `id`. */
function hasEntriesAfter(stream: StreamValue, id: Readonly<StreamId>): boolean {
  if (stream.length === 0 || stream.lastId.compare(id) <= 0) return false;
  if (stream.firstId.compare(id) > 0) return true;
  // The last entries may be deleted.
  return stream.lastValidId(topId) && topId.compare(id) > 0;
}

class Reader {
  readonly #propagation: Propagation;

  constructor(propagation: Propagation) {
    this.#propagation = propagation;
  }

  read(context: Context, args: Args, reply: Reply, isGroupRead: boolean): Outcome | void {
    context.preventPropagation();
    const request = readRequest(context, args, isGroupRead, reply);
    if (request === null) return;
    const targets = findTargets(context, args, request, reply);
    if (targets === null || this.#replyNow(context, args, request, targets, reply)) return;
    if (request.timeoutMs < 0 || context.isWaitDenied) return reply.nilArray();
    const { groupIndex } = request;
    return waitForEntries({
      context,
      reply,
      propagation: this.#propagation,
      keys: targets.map(({ keyIndex }) => args.at(keyIndex).copy()),
      after: targets.map(({ after }) => after),
      timeoutMs: request.timeoutMs,
      count: request.count,
      member: groupIndex === 0 ? null : {
        groupName: args.at(groupIndex).copy(),
        consumerName: args.at(groupIndex + 1).copy(),
        isAcknowledged: request.isAcknowledged,
      },
    });
  }

  /** Replies with what there is; false, and nothing, where there is nothing. */
  #replyNow(context: Context, args: Args, request: ReadRequest, targets: ReadTarget[], reply: Reply): boolean {
    let header = 0;
    let count = 0;
    for (const target of targets) {
      const key = args.at(target.keyIndex);
      const entry = context.db.lookupRead(key);
      const stream = streamOf(context.db, entry, reply);
      if (!stream) continue;
      const isHistory = target.group !== null && !target.after.equals(MAX_STREAM_ID);
      const after = target.group === null || isHistory ? target.after : target.group.lastId;
      if (!isHistory && !hasEntriesAfter(stream, after)) continue;
      if (count++ === 0) header = reply.isResp3 ? reply.deferredMap() : reply.deferredArray();
      if (!reply.isResp3) reply.array(2);
      reply.bulkSlice(key);
      start.assign(after).increment();
      if (target.group === null) {
        replyEntries(stream, { from: start, to: MAX_STREAM_ID, count: request.count, isReverse: false }, reply);
      } else {
        // A running snapshot saves the group as it was.
        context.db.preserve(entry);
        const delivery = this.#delivery(context, args, request, target.keyIndex, target.group, stream);
        if (isHistory) replyHistory(delivery, reply);
        else deliverEntries(delivery, reply);
        context.store.stats.dirty++;
      }
    }
    if (count > 0) reply.endDeferred(header, count);
    return count > 0;
  }

  #delivery(
    context: Context,
    args: Args,
    request: ReadRequest,
    keyIndex: number,
    group: StreamGroup,
    stream: StreamValue,
  ): Delivery {
    const { db } = context;
    const { groupIndex, count, isAcknowledged } = request;
    const key = args.at(keyIndex);
    const effects = new GroupEffects(this.#propagation, db.index, key, args.at(groupIndex));
    const knownCount = group.consumers.size;
    const consumer = seeConsumer(db, key, group, args.at(groupIndex + 1));
    // Without pending entries nothing else tells the replicas of a new consumer.
    if (isAcknowledged && group.consumers.size > knownCount) effects.consumerAdded(consumer.name);
    return { stream, group, consumer, from: start, count, isAcknowledged, nowMs: context.now, effects };
  }
}

/** XREAD, XREADGROUP. */
export function readCommands({ propagation }: Services): CommandSpec[] {
  const reader = new Reader(propagation);
  return [
    {
      name: "xread",
      group: "stream",
      since: "5.0.0",
      summary:
        "Return never seen elements in multiple streams, with IDs greater than the ones reported by the caller for each stream. Can block.",
      complexity:
        "For each stream mentioned: O(N) with N being the number of elements being returned, it means that XREAD-ing with a fixed COUNT is O(1). Note that when the BLOCK option is used, XADD will pay O(M) time in order to serve the M clients blocked on the stream getting new data.",
      arity: -4,
      flags: "readonly blocking",
      acl: "stream",
      keys: [keyAfter("STREAMS", 1, "RO access", { last: -1, limit: 2 })],
      syntax: "[COUNT count:integer] [BLOCK milliseconds:integer] STREAMS streams(key... id...)",
      run: (context, args, reply) => reader.read(context, args, reply, false),
    },
    {
      name: "xreadgroup",
      group: "stream",
      since: "5.0.0",
      summary:
        "Return new entries from a stream using a consumer group, or access the history of the pending entries for a given consumer. Can block.",
      complexity:
        "For each stream mentioned: O(M) with M being the number of elements returned. If M is constant (e.g. always asking for the first 10 elements with COUNT), you can consider it O(1). On the other side when XREADGROUP blocks, XADD will pay the O(N) time in order to serve the N clients blocked on the stream getting new data.",
      arity: -7,
      flags: "write blocking",
      acl: "stream",
      keys: [keyAfter("STREAMS", 4, "RO access", { last: -1, limit: 2 })],
      syntax: `
        GROUP group_consumer(group consumer) [COUNT count:integer] [BLOCK milliseconds:integer] [NOACK] STREAMS
        streams(key... id...)
      `,
      run: (context, args, reply) => reader.read(context, args, reply, true),
    },
  ];
}
