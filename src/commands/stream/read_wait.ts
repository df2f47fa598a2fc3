/**
 * The wait of XREAD BLOCK and XREADGROUP BLOCK for entries that are added.
 *
 * - Whoever waits without a group gets every entry that is added; the members of a group share them, first come, first
 *   served.
 * - A member whose stream or group goes away is told so; without a group one waits on.
 */

import { latin1 } from "../../bytes/ascii.ts";
import { Slice } from "../../bytes/slice.ts";
import type { Context } from "../../command/context.ts";
import { waitForKeys } from "../../command/key_wait.ts";
import type { Wait } from "../../command/outcome.ts";
import type { Propagation } from "../../command/propagation.ts";
import { STREAM_KEY_GONE } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { KIND_STREAM } from "../../values/kind.ts";
import { MAX_STREAM_ID, StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { replyEntries } from "./entry_replies.ts";
import { deliverEntries } from "./group_delivery.ts";
import { GroupEffects } from "./group_effects.ts";
import { seeConsumer } from "./stream_keys.ts";

const GROUP_GONE = "NOGROUP the consumer group this client was blocked on no longer exists";

/** Entries that one reader gets at the end of a wait, where it did not say how many it wants. */
const DEFAULT_COUNT = 1000;

/** What to wait for. */
export interface EntryWaitOptions {
  readonly context: Context;
  readonly reply: Reply;
  readonly propagation: Propagation;
  /** The streams. Of a repeated one the first counts. */
  readonly keys: readonly Uint8Array[];
  /** Entries behind these are wanted, one id for each key; of no use for a member of a group. */
  readonly after: readonly StreamId[];
  /** 0: without limit. */
  readonly timeoutMs: number;
  /** At most so many entries; 0 where the client did not say. */
  readonly count: number;
  /** As whose member the client waits; null without a group. */
  readonly member: GroupMember | null;
}

/** A consumer of a group, and whether what it gets counts as acknowledged. */
export interface GroupMember {
  readonly groupName: Uint8Array;
  readonly consumerName: Uint8Array;
  readonly isAcknowledged: boolean;
}

/** Makes the client wait for entries of its streams. */
export function waitForEntries(options: EntryWaitOptions): Wait {
  const { context, reply, keys, timeoutMs } = options;
  const wait = new EntryWait(options);
  return waitForKeys({ context, reply, keys, timeoutMs, serve: (key) => wait.serve(key) });
}

const start = new StreamId();

class EntryWait {
  readonly #options: EntryWaitOptions;
  readonly #after = new Map<string, StreamId>();

  constructor(options: EntryWaitOptions) {
    this.#options = options;
    for (const [index, key] of options.keys.entries()) {
      const name = latin1(key);
      if (!this.#after.has(name)) this.#after.set(name, options.after[index]!);
    }
  }

  serve(key: Slice): boolean {
    const { context, reply, member } = this.#options;
    const { db } = context;
    const entry = db.peek(key);
    if (entry === NO_ENTRY || db.kindOf(entry) !== KIND_STREAM) {
      if (member !== null) reply.error(STREAM_KEY_GONE);
      return member !== null;
    }
    const stream = db.valueOf(entry) as StreamValue;
    if (member !== null) return this.#deliver(stream, key, member);
    const after = this.#after.get(latin1(key.bytes, key.start, key.end))!;
    if (stream.lastId.compare(after) <= 0) return false;
    start.assign(after).increment();
    this.#begin(key);
    replyEntries(stream, { from: start, to: MAX_STREAM_ID, count: this.#count, isReverse: false }, reply);
    return true;
  }

  #deliver(stream: StreamValue, key: Slice, member: GroupMember): boolean {
    const { context, reply, propagation } = this.#options;
    const { db } = context;
    const { isAcknowledged } = member;
    const groupName = new Slice(member.groupName);
    const group = stream.groups.get(groupName);
    if (group === null) {
      reply.error(GROUP_GONE);
      return true;
    }
    if (stream.lastId.compare(group.lastId) <= 0) return false;
    start.assign(group.lastId).increment();
    // A running snapshot saves the group as it was.
    db.lookupWrite(key);
    const effects = new GroupEffects(propagation, db.index, key, groupName);
    const knownCount = group.consumers.size;
    const consumer = seeConsumer(db, key, group, new Slice(member.consumerName));
    if (isAcknowledged && group.consumers.size > knownCount) effects.consumerAdded(consumer.name);
    this.#begin(key);
    const delivery = { from: start, count: this.#count, isAcknowledged, nowMs: context.now, effects };
    deliverEntries({ stream, group, consumer, ...delivery }, reply);
    return true;
  }

  get #count(): number {
    return this.#options.count === 0 ? DEFAULT_COUNT : this.#options.count;
  }

  /** Begins the reply, which has this one stream alone. */
  #begin(key: Slice): void {
    const { reply } = this.#options;
    if (reply.isResp3) {
      reply.map(1);
    } else {
      reply.array(1);
      reply.array(2);
    }
    reply.bulkSlice(key);
  }
}
