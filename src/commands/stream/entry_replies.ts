/**
 * Entries of streams as replies: an id and its fields and values.
 */

import type { Reply } from "../../resp/reply.ts";
import { StreamCursor } from "../../values/stream_cursor.ts";
import type { StreamId } from "../../values/stream_id.ts";
import type { StreamValue } from "../../values/stream_value.ts";
import { replyStreamId } from "./stream_ids.ts";

// For the functions below, which never nest.
const cursor = new StreamCursor();

/** Which entries to reply with. */
export interface EntryRange {
  readonly from: Readonly<StreamId>;
  readonly to: Readonly<StreamId>;
  /** At most so many; 0 for all. */
  readonly count: number;
  readonly isReverse: boolean;
}

/** Writes the entry that `cursor` stands on, which reads all its fields. */
export function replyEntry(cursor: StreamCursor, reply: Reply): void {
  reply.array(2);
  replyStreamId(cursor.id, reply);
  reply.array(2 * cursor.fieldCount);
  while (cursor.nextField()) {
    reply.bulkSlice(cursor.field);
    reply.bulkSlice(cursor.value);
  }
}

/** Writes an array of the entries of a range. */
export function replyEntries(stream: StreamValue, range: EntryRange, reply: Reply): void {
  const header = reply.deferredArray();
  let count = 0;
  cursor.seek(stream, range.from, range.to, range.isReverse);
  while (cursor.next()) {
    replyEntry(cursor, reply);
    if (++count === range.count) break;
  }
  reply.endDeferred(header, count);
}

/** Writes the first entry from `from` to `to` (in reverse: the last); false, and nothing, where there is none. */
export function replyOneEntry(
  stream: StreamValue,
  from: Readonly<StreamId>,
  to: Readonly<StreamId>,
  reply: Reply,
  isReverse = false,
): boolean {
  cursor.seek(stream, from, to, isReverse);
  if (!cursor.next()) return false;
  replyEntry(cursor, reply);
  return true;
}
