/**
 * Delivery of entries to the consumers of a group: what XREADGROUP does, at once or when its wait ends.
 */

import type { Reply } from "../../resp/reply.ts";
import { addInt64 } from "../../values/int64.ts";
import { StreamCursor } from "../../values/stream_cursor.ts";
import { ENTRIES_READ_UNKNOWN, type StreamConsumer, type StreamGroup } from "../../values/stream_group.ts";
import { MAX_STREAM_ID, type StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { replyEntry, replyOneEntry } from "./entry_replies.ts";
import type { GroupEffects } from "./group_effects.ts";
import { replyStreamId } from "./stream_ids.ts";

/** What follows the greatest count of entries read, which ENTRIESREAD may set: as in C, the least 64-bit integer. */
const AFTER_ALL_COUNTS = -(2n ** 63n);

/** A delivery to one consumer. */
export interface Delivery {
  readonly stream: StreamValue;
  readonly group: StreamGroup;
  readonly consumer: StreamConsumer;
  /** Not before this entry. */
  readonly from: Readonly<StreamId>;
  /** At most so many; 0 for all. */
  readonly count: number;
  /** Whether the entries count as acknowledged at once. */
  readonly isAcknowledged: boolean;
  readonly nowMs: number;
  readonly effects: GroupEffects;
}

const cursor = new StreamCursor();

/** Writes an array of entries from `from` on and makes them pending. */
export function deliverEntries(delivery: Delivery, reply: Reply): void {
  const { stream, group, count, isAcknowledged, effects } = delivery;
  const header = reply.deferredArray();
  let delivered = 0;
  let hasAdvanced = false;
  cursor.seek(stream, delivery.from, MAX_STREAM_ID);
  while (cursor.next()) {
    if (cursor.id.compare(group.lastId) > 0) {
      advance(stream, group, cursor.id);
      hasAdvanced = true;
    }
    replyEntry(cursor, reply);
    if (!isAcknowledged) makePending(delivery, cursor.id);
    if (++delivered === count) break;
  }
  // Where entries are pending, the effect of each of them says how far the group has read.
  if (hasAdvanced && isAcknowledged) effects.advanced(group);
  reply.endDeferred(header, delivered);
}

function advance(stream: StreamValue, group: StreamGroup, id: Readonly<StreamId>): void {
  if (group.entriesRead !== ENTRIES_READ_UNKNOWN && !stream.hasTombstonesFrom(id)) {
    group.entriesRead = addInt64(group.entriesRead, 1) ?? AFTER_ALL_COUNTS;
  } else if (stream.entriesAdded !== 0) {
    group.entriesRead = stream.estimateEntriesRead(id);
  }
  group.lastId.set(id.ms, id.seq);
}

function makePending(delivery: Delivery, id: Readonly<StreamId>): void {
  const { group, consumer, nowMs, effects } = delivery;
  let entry = group.addPending(id, consumer, nowMs, 1);
  if (entry === null) {
    // XGROUP SETID has moved the group back: the entry changes hands.
    entry = group.pending.get(id)!;
    group.assign(entry, consumer);
    entry.deliveryTimeMs = nowMs;
    entry.deliveryCount = 1;
  }
  effects.claimed(group, entry);
}

/** Writes an array of what the consumer has pending from `from` on. An entry that is deleted has no fields. */
export function replyHistory(delivery: Delivery, reply: Reply): void {
  const { stream, consumer, count, nowMs } = delivery;
  const header = reply.deferredArray();
  let shown = 0;
  for (
    let entry = consumer.pending.atOrAfter(delivery.from);
    entry !== null && (count === 0 || shown < count);
    entry = consumer.pending.after(entry.id)
  ) {
    if (replyOneEntry(stream, entry.id, entry.id, reply)) {
      entry.deliveryTimeMs = nowMs;
      entry.countDelivery();
    } else {
      reply.array(2);
      replyStreamId(entry.id, reply);
      reply.nilArray();
    }
    shown++;
  }
  reply.endDeferred(header, shown);
}
