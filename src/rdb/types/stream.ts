/**
 * Stream values: nodes as they are, the counters, and the consumer groups with what they have pending.
 *
 * ```
 * STREAM_LISTPACKS (15, 19, 21) := length node*                    node := string(16 bytes master id) string(listpack)
 *                                  length(entries) id(last)
 *               from 19 on:        id(first) id(largest deleted) length(entries ever added)
 *                                  length group*
 * group    := string(name) id(last delivered)
 *             from 19 on: length(entries read, 2^64 - 1 for unknown)
 *             length pending* length consumer*
 * pending  := 16 bytes id, int64 delivery time in ms, length(delivery count)
 * consumer := string(name) int64(seen, ms)  from 21 on: int64(active, ms)   length (16 bytes id)*
 * id       := length(ms) length(seq)
 * ```
 *
 * - An id of a consumer names one of its group's pending entries; in the end each of those must have exactly one consumer.
 * - What the older form lacks is worked out from the entries, as Redis 7.0 does.
 * - The active time of 7.2 is not kept.
 * - A length or last id that contradicts the entries is put right.
 */

import { canonicalInt64, readInt64 } from "../../values/int64.ts";
import { PendingEntry, StreamConsumer, StreamGroup } from "../../values/stream_group.ts";
import { STREAM_ID_BYTES, StreamId } from "../../values/stream_id.ts";
import type { StreamIndex } from "../../values/stream_index.ts";
import { validateStreamListpack } from "../../values/stream_node.ts";
import { StreamValue } from "../../values/stream_value.ts";
import type { LoadContext } from "../load_context.ts";
import { TYPE_STREAM_LISTPACKS, TYPE_STREAM_LISTPACKS_2, TYPE_STREAM_LISTPACKS_3 } from "../rdb_format.ts";
import type { RdbReader } from "../rdb_reader.ts";
import type { RdbWriter } from "../rdb_writer.ts";

const TIME_BYTES = 8;
const MAX_TIME_MS = 2 ** 51;

/** The types a stream is read from. */
export const STREAM_TYPES: readonly number[] = [
  TYPE_STREAM_LISTPACKS,
  TYPE_STREAM_LISTPACKS_2,
  TYPE_STREAM_LISTPACKS_3,
];

/** The type a stream is written as. */
export function streamType(): number {
  return TYPE_STREAM_LISTPACKS_2;
}

/** Writes a stream, which must not change before the generator is done. */
export function* saveStream(writer: RdbWriter, stream: StreamValue): Generator<void> {
  const { arena } = stream;
  const key = new Uint8Array(STREAM_ID_BYTES);
  writer.length(stream.nodes.size);
  for (const node of stream.nodes) {
    node.id.writeKey(key, 0);
    writer.string(key, 0, STREAM_ID_BYTES);
    const start = arena.offsetOf(node.handle);
    writer.string(arena.bytesOf(node.handle), start, start + node.sizeBytes);
    if (writer.endSlice()) yield;
  }
  writer.length(stream.length);
  saveId(writer, stream.lastId);
  saveId(writer, stream.firstId);
  saveId(writer, stream.maxDeletedId);
  writer.length64(stream.entriesAdded);
  writer.length(stream.groups.size);
  for (const group of stream.groups) yield* saveGroup(writer, group);
}

function* saveGroup(writer: RdbWriter, group: StreamGroup): Generator<void> {
  writer.string(group.name, 0, group.name.length);
  saveId(writer, group.lastId);
  const { entriesRead } = group;
  writer.length64(entriesRead < 0 ? BigInt.asUintN(64, BigInt(entriesRead)) : entriesRead);
  yield* savePending(writer, group.pending, true);
  writer.length(group.consumers.size);
  for (const consumer of group.consumers) {
    writer.string(consumer.name, 0, consumer.name.length);
    writer.int64(consumer.seenTimeMs);
    yield* savePending(writer, consumer.pending, false);
  }
}

function* savePending(writer: RdbWriter, pending: StreamIndex<PendingEntry>, hasDelivery: boolean): Generator<void> {
  const key = new Uint8Array(STREAM_ID_BYTES);
  writer.length(pending.size);
  for (const entry of pending) {
    entry.id.writeKey(key, 0);
    writer.raw(key, 0, STREAM_ID_BYTES);
    if (hasDelivery) {
      writer.int64(entry.deliveryTimeMs);
      writer.length64(entry.deliveryCount);
    }
    if (writer.endSlice()) yield;
  }
}

function saveId(writer: RdbWriter, id: StreamId): void {
  writer.length64(id.ms);
  writer.length64(id.seq);
}

/** Reads a stream of the given type. A stream may be empty. */
export function* loadStream(reader: RdbReader, type: number, context: LoadContext): Generator<void, StreamValue> {
  const stream = new StreamValue(context.arena);
  let isComplete = false;
  try {
    yield* readNodes(reader, stream);
    yield* readCounters(reader, stream, type);
    while (!reader.tryLength()) yield;
    for (let rest = reader.length; rest > 0; rest--) yield* readGroup(reader, stream, type);
    isComplete = true;
  } finally {
    if (!isComplete) stream.free();
  }
  return stream;
}

function* readNodes(reader: RdbReader, stream: StreamValue): Generator<void, void> {
  const blob = reader.text;
  const id = new StreamId();
  while (!reader.tryLength()) yield;
  for (let rest = reader.length; rest > 0; rest--) {
    while (!reader.tryString(blob)) yield;
    if (blob.length !== STREAM_ID_BYTES) throw reader.corrupt("Stream node key entry is not the size of a stream ID");
    id.readKey(blob.bytes, blob.start);
    while (!reader.tryString(blob)) yield;
    const { bytes, start, end } = blob;
    if (!validateStreamListpack(bytes, start, end, true)) {
      throw reader.corrupt("Stream listpack integrity check failed.");
    }
    if (!stream.insertNode(id, bytes, start, end)) throw reader.corrupt("Listpack re-added with existing key");
  }
}

function* readCounters(reader: RdbReader, stream: StreamValue, type: number): Generator<void, void> {
  while (!reader.tryLength()) yield;
  if (reader.length > 0 && stream.nodes.size === 0) throw reader.corrupt("Stream length inconsistent with rax entries");
  yield* readId(reader, stream.lastId);
  stream.refreshCounters();
  if (type === TYPE_STREAM_LISTPACKS) {
    stream.entriesAdded = stream.length;
    stream.refreshFirstId();
    return;
  }
  yield* readId(reader, stream.firstId);
  yield* readId(reader, stream.maxDeletedId);
  while (!reader.tryLength()) yield;
  stream.entriesAdded = reader.length64;
}

function* readGroup(reader: RdbReader, stream: StreamValue, type: number): Generator<void, void> {
  const lastId = new StreamId();
  while (!reader.tryString(reader.text)) yield;
  const name = reader.text.copy();
  yield* readId(reader, lastId);
  let entriesRead = stream.estimateEntriesRead(lastId);
  if (type !== TYPE_STREAM_LISTPACKS) {
    while (!reader.tryLength()) yield;
    entriesRead = canonicalInt64(BigInt.asIntN(64, BigInt(reader.length64)));
  }
  const group = new StreamGroup(name, lastId, entriesRead);
  if (!stream.groups.insert(group)) throw reader.corrupt("Duplicated consumer group name");
  yield* readGroupPending(reader, group);
  while (!reader.tryLength()) yield;
  for (let rest = reader.length; rest > 0; rest--) yield* readConsumer(reader, group, type);
  for (const entry of group.pending) {
    if (entry.consumer === NO_CONSUMER) throw reader.corrupt("Stream CG PEL entry without consumer");
  }
}

/** The owner of a pending entry until its consumer has been read. */
const NO_CONSUMER = new StreamConsumer(new Uint8Array(0), 0);

function* readGroupPending(reader: RdbReader, group: StreamGroup): Generator<void, void> {
  while (!reader.tryLength()) yield;
  for (let rest = reader.length; rest > 0; rest--) {
    while (!reader.has(STREAM_ID_BYTES + TIME_BYTES)) yield;
    const id = new StreamId().readKey(reader.bytes, reader.position);
    const deliveryTimeMs = readTime(reader.bytes, reader.position + STREAM_ID_BYTES);
    reader.position += STREAM_ID_BYTES + TIME_BYTES;
    while (!reader.tryLength()) yield;
    if (!group.pending.insert(new PendingEntry(id, NO_CONSUMER, deliveryTimeMs, reader.length64))) {
      throw reader.corrupt("Duplicated global PEL entry loading stream consumer group");
    }
  }
}

function* readConsumer(reader: RdbReader, group: StreamGroup, type: number): Generator<void, void> {
  const timesBytes = type === TYPE_STREAM_LISTPACKS_3 ? 2 * TIME_BYTES : TIME_BYTES;
  while (!reader.tryString(reader.text)) yield;
  const consumer = group.createConsumer(reader.text, 0);
  if (consumer === null) throw reader.corrupt("Duplicate stream consumer detected.");
  while (!reader.has(timesBytes)) yield;
  consumer.seenTimeMs = readTime(reader.bytes, reader.position);
  reader.position += timesBytes;
  yield* readConsumerPending(reader, group, consumer);
}

function* readConsumerPending(
  reader: RdbReader,
  group: StreamGroup,
  consumer: StreamConsumer,
): Generator<void, void> {
  const id = new StreamId();
  while (!reader.tryLength()) yield;
  for (let rest = reader.length; rest > 0; rest--) {
    while (!reader.has(STREAM_ID_BYTES)) yield;
    id.readKey(reader.bytes, reader.position);
    reader.position += STREAM_ID_BYTES;
    const entry = group.pending.get(id);
    if (entry === null) throw reader.corrupt("Consumer entry not found in group global PEL");
    if (entry.consumer !== NO_CONSUMER) {
      throw reader.corrupt("Duplicated consumer PEL entry  loading a stream consumer group");
    }
    entry.consumer = consumer;
    consumer.pending.insert(entry);
  }
}

/** A time in ms, moved to where differences of times are safe integers; no clock ever shows another. */
function readTime(bytes: Uint8Array, at: number): number {
  return Math.max(-MAX_TIME_MS, Math.min(MAX_TIME_MS, Number(readInt64(bytes, at))));
}

function* readId(reader: RdbReader, id: StreamId): Generator<void, void> {
  while (!reader.tryLength()) yield;
  const ms = reader.length64;
  while (!reader.tryLength()) yield;
  id.set(ms, reader.length64);
}
