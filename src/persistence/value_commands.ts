/**
 * Values as the commands that make them anew: the base of an append-only file without an RDB preamble.
 *
 * - As Redis writes them: at most 64 elements in a command, XADD and XSETID for streams, XCLAIM for what is pending.
 * - Each generator pauses between two commands, so that others may be written in between; the value must not change before
 *   it is done.
 */

import { Slice } from "../bytes/slice.ts";
import { formatDouble } from "../bytes/double.ts";
import { ascii } from "../bytes/ascii.ts";
import type { OutputBuffer } from "../resp/output_buffer.ts";
import { appendRequestOf } from "../resp/request_encoder.ts";
import type { ArgumentSource } from "../resp/request_batch.ts";
import type { Value } from "../store/value.ts";
import { HashCursor, type HashValue } from "../values/hash_value.ts";
import { ListCursor, type ListValue } from "../values/list_value.ts";
import { SetCursor, type SetValue } from "../values/set_value.ts";
import { SortedSetCursor } from "../values/sorted_set_cursor.ts";
import type { SortedSetValue } from "../values/sorted_set_value.ts";
import { StreamCursor } from "../values/stream_cursor.ts";
import type { StreamGroup } from "../values/stream_group.ts";
import { MAX_STREAM_ID, MIN_STREAM_ID, STREAM_ID_TEXT_MAX, type StreamId } from "../values/stream_id.ts";
import type { StreamValue } from "../values/stream_value.ts";

/** Elements in one command: Redis's `AOF_REWRITE_ITEMS_PER_CMD`. */
const AOF_REWRITE_ITEMS_PER_CMD = 64;
const STAR = 0x2a;

/** Where commands go. */
export interface CommandTarget {
  /** The buffer for the next command, which is to be written whole before the generator pauses. */
  begin(): OutputBuffer;
}

/** The commands that make `value` under `key`. */
export function valueCommands(target: CommandTarget, key: Slice, value: Value): Generator<void> {
  switch (value.kind) {
    case "list":
      return listCommands(target, key, value);
    case "set":
      return setCommands(target, key, value);
    case "zset":
      return sortedSetCommands(target, key, value);
    case "hash":
      return hashCommands(target, key, value);
    case "stream":
      return streamCommands(target, key, value);
  }
}

/** Begins commands of at most 64 elements each. */
class Batches {
  readonly #target: CommandTarget;
  readonly #name: Uint8Array;
  readonly #key: Slice;
  readonly #partsPerElement: number;
  #left: number;
  #inCommand = 0;

  constructor(target: CommandTarget, name: string, key: Slice, elements: { count: number; partsPerElement: number }) {
    this.#target = target;
    this.#name = ascii(name);
    this.#key = key;
    this.#left = elements.count;
    this.#partsPerElement = elements.partsPerElement;
  }

  /** True when the next element begins a command. */
  get isBetween(): boolean {
    return this.#inCommand === 0;
  }

  /** The buffer for the parts of the next element. */
  element(): OutputBuffer {
    const buffer = this.#target.begin();
    if (this.#inCommand === 0) {
      this.#inCommand = Math.min(this.#left, AOF_REWRITE_ITEMS_PER_CMD);
      buffer.header(STAR, 2 + this.#inCommand * this.#partsPerElement);
      buffer.bulk(this.#name, 0, this.#name.length);
      bulk(buffer, this.#key);
    }
    this.#inCommand--;
    this.#left--;
    return buffer;
  }
}

function* listCommands(target: CommandTarget, key: Slice, list: ListValue): Generator<void> {
  const batches = new Batches(target, "RPUSH", key, { count: list.length, partsPerElement: 1 });
  const cursor = new ListCursor();
  cursor.seek(list, 0);
  while (cursor.next()) {
    bulk(batches.element(), cursor.entry);
    if (batches.isBetween) yield;
  }
}

function* setCommands(target: CommandTarget, key: Slice, set: SetValue): Generator<void> {
  const batches = new Batches(target, "SADD", key, { count: set.size, partsPerElement: 1 });
  const cursor = new SetCursor();
  cursor.open(set);
  try {
    while (cursor.next()) {
      bulk(batches.element(), cursor.member);
      if (batches.isBetween) yield;
    }
  } finally {
    cursor.close();
  }
}

function* sortedSetCommands(target: CommandTarget, key: Slice, set: SortedSetValue): Generator<void> {
  const batches = new Batches(target, "ZADD", key, { count: set.size, partsPerElement: 2 });
  const cursor = new SortedSetCursor();
  cursor.seek(set);
  while (cursor.next()) {
    const buffer = batches.element();
    const score = ascii(formatDouble(cursor.score));
    buffer.bulk(score, 0, score.length);
    bulk(buffer, cursor.member);
    if (batches.isBetween) yield;
  }
}

function* hashCommands(target: CommandTarget, key: Slice, hash: HashValue): Generator<void> {
  const batches = new Batches(target, "HMSET", key, { count: hash.size, partsPerElement: 2 });
  const cursor = new HashCursor();
  cursor.open(hash);
  try {
    while (cursor.next()) {
      const buffer = batches.element();
      bulk(buffer, cursor.field);
      bulk(buffer, cursor.value);
      if (batches.isBetween) yield;
    }
  } finally {
    cursor.close();
  }
}

function* streamCommands(target: CommandTarget, key: Slice, stream: StreamValue): Generator<void> {
  const keyBytes = key.copy();
  const write = (...argv: ArgumentSource[]) => appendRequestOf(target.begin(), argv);
  const cursor = new StreamCursor();
  cursor.seek(stream, MIN_STREAM_ID, MAX_STREAM_ID);
  while (cursor.next()) {
    const buffer = target.begin();
    buffer.header(STAR, 3 + 2 * cursor.fieldCount);
    for (const part of [ascii("XADD"), keyBytes, idText(cursor.id)]) buffer.bulk(part, 0, part.length);
    while (cursor.nextField()) {
      bulk(buffer, cursor.field);
      bulk(buffer, cursor.value);
    }
    yield;
  }
  // An entry that is trimmed at once leaves an empty stream.
  if (stream.length === 0) write("XADD", keyBytes, "MAXLEN", 0, "0-1", "x", "y");
  write(
    ...["XSETID", keyBytes, idText(stream.lastId), "ENTRIESADDED", stream.entriesAdded],
    ...["MAXDELETEDID", idText(stream.maxDeletedId)],
  );
  yield;
  for (const group of stream.groups) yield* groupCommands(write, keyBytes, group);
}

function* groupCommands(
  write: (...argv: ArgumentSource[]) => void,
  key: Uint8Array,
  group: StreamGroup,
): Generator<void> {
  write("XGROUP", "CREATE", key, group.name, idText(group.lastId), "ENTRIESREAD", group.entriesRead);
  for (const { name, pending } of group.consumers) {
    if (pending.size === 0) write("XGROUP", "CREATECONSUMER", key, group.name, name);
    for (const { id, deliveryTimeMs, deliveryCount } of pending) {
      const delivery = ["TIME", deliveryTimeMs, "RETRYCOUNT", deliveryCount, "JUSTID", "FORCE"];
      write("XCLAIM", key, group.name, name, 0, idText(id), ...delivery);
      yield;
    }
  }
  yield;
}

function bulk(buffer: OutputBuffer, { bytes, start, end }: Slice): void {
  buffer.bulk(bytes, start, end);
}

function idText(id: Readonly<StreamId>): Uint8Array {
  const text = new Uint8Array(STREAM_ID_TEXT_MAX);
  return text.subarray(0, id.writeText(text, 0));
}
