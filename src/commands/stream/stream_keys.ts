/**
 * Streams and consumer groups by key and name, with the errors for what is not there.
 */

import type { Slice } from "../../bytes/slice.ts";
import { cText, WRONG_TYPE } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Database } from "../../store/database.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_STREAM } from "../../store/keyspace_events.ts";
import { KIND_STREAM } from "../../values/kind.ts";
import type { StreamConsumer, StreamGroup } from "../../values/stream_group.ts";
import type { StreamValue } from "../../values/stream_value.ts";

/** The stream of an entry; null where there is no entry, undefined after the error reply for another kind of value. */
export function streamOf(db: Database, entry: EntryRef, reply: Reply): StreamValue | null | undefined {
  if (entry === NO_ENTRY) return null;
  if (db.kindOf(entry) === KIND_STREAM) return db.valueOf(entry) as StreamValue;
  reply.error(WRONG_TYPE);
  return undefined;
}

/** Finds a stream for reading: null where there is no key, undefined after the error reply for another kind of value. */
export function readStream(db: Database, key: Slice, reply: Reply): StreamValue | null | undefined {
  return streamOf(db, db.lookupRead(key), reply);
}

/** As `readStream`, for a command that may change the stream. */
export function writeStream(db: Database, key: Slice, reply: Reply): StreamValue | null | undefined {
  return streamOf(db, db.lookupWrite(key), reply);
}

/** As `readStream`, where the command counts as a reader of the key and yet may change what groups remember. */
export function readGroupedStream(db: Database, key: Slice, reply: Reply): StreamValue | null | undefined {
  const entry = db.lookupRead(key);
  const stream = streamOf(db, entry, reply);
  // A running snapshot saves the groups as they were.
  if (stream) db.preserve(entry);
  return stream;
}

/** The consumer of that name, which has been seen now and is added where it is missing. */
export function seeConsumer(db: Database, key: Slice, group: StreamGroup, name: Slice): StreamConsumer {
  const known = group.consumers.get(name);
  if (known === null) return addConsumer(db, key, group, name)!;
  known.seenTimeMs = db.store.clock.now;
  return known;
}

/** Adds a consumer; null if there is one of that name. */
export function addConsumer(db: Database, key: Slice, group: StreamGroup, name: Slice): StreamConsumer | null {
  const consumer = group.createConsumer(name, db.store.clock.now);
  if (consumer === null) return null;
  db.store.stats.dirty++;
  db.notify(NOTIFY_STREAM, "xgroup-createconsumer", key);
  return consumer;
}

/** A group that does not exist in a stream that does. */
export function noSuchGroup(key: Slice, group: Slice): string {
  return `NOGROUP No such consumer group '${cText(group)}' for key name '${cText(key)}'`;
}
