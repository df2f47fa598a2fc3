/**
 * Consumer groups of a stream: who has been given which entries and has not acknowledged them.
 *
 * - A pending entry is in two indexes, its group's and its consumer's, and is one object in both.
 * - Groups and consumers are kept sorted by the bytes of their names, the order in which Redis reports and saves them.
 */

import { compareBytes } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Int64 } from "./int64.ts";
import { addUint64, StreamId, type Uint64 } from "./stream_id.ts";
import { StreamIndex } from "./stream_index.ts";

/** The `entriesRead` of a group of which it is not known how many entries it has read. */
export const ENTRIES_READ_UNKNOWN = -1;

// What `sizeBytes` counts, as Redis's structs and the tree nodes beside them.
const GROUP_BYTES = 96;
const CONSUMER_BYTES = 72;
const PENDING_BYTES = 80;

/** An entry that was delivered and not acknowledged. */
export class PendingEntry {
  readonly id: StreamId;
  /** Unix time of the last delivery. */
  deliveryTimeMs: number;
  deliveryCount: Uint64;
  /** To whom it was delivered last. */
  consumer: StreamConsumer;

  constructor(id: StreamId, consumer: StreamConsumer, deliveryTimeMs: number, deliveryCount: Uint64) {
    this.id = id;
    this.consumer = consumer;
    this.deliveryTimeMs = deliveryTimeMs;
    this.deliveryCount = deliveryCount;
  }

  /** Counts one more delivery. */
  countDelivery(): void {
    this.deliveryCount = addUint64(this.deliveryCount, 1);
  }
}

/** A member of a group. */
export class StreamConsumer {
  readonly name: Uint8Array;
  /** Unix time of its last command. */
  seenTimeMs: number;
  readonly pending: StreamIndex<PendingEntry> = new StreamIndex();

  constructor(name: Uint8Array, seenTimeMs: number) {
    this.name = name;
    this.seenTimeMs = seenTimeMs;
  }
}

/** A group. */
export class StreamGroup {
  readonly name: Uint8Array;
  /** The last entry that was delivered to anyone. */
  readonly lastId: StreamId;
  /** How many entries the group has read in all, or `ENTRIES_READ_UNKNOWN`. */
  entriesRead: Int64;
  readonly pending: StreamIndex<PendingEntry> = new StreamIndex();
  readonly consumers: SortedByName<StreamConsumer> = new SortedByName();

  constructor(name: Uint8Array, lastId: Readonly<StreamId>, entriesRead: Int64) {
    this.name = name;
    this.lastId = new StreamId(lastId.ms, lastId.seq);
    this.entriesRead = entriesRead;
  }

  /** Memory of the group in bytes, estimated. */
  get sizeBytes(): number {
    return GROUP_BYTES + this.name.length + this.consumers.size * CONSUMER_BYTES + this.pending.size * PENDING_BYTES;
  }

  /** Adds a consumer; null if there is one of that name. */
  createConsumer(name: Slice, seenTimeMs: number): StreamConsumer | null {
    const consumer = new StreamConsumer(name.copy(), seenTimeMs);
    return this.consumers.insert(consumer) ? consumer : null;
  }

  /** Removes a consumer with all that it has pending. Returns how much that was. */
  deleteConsumer(consumer: StreamConsumer): number {
    for (const entry of consumer.pending) this.pending.delete(entry.id);
    this.consumers.delete(consumer);
    return consumer.pending.size;
  }

  /** Notes that an entry was delivered; null if it is pending already. The id is copied. */
  addPending(
    id: Readonly<StreamId>,
    consumer: StreamConsumer,
    deliveryTimeMs: number,
    deliveryCount: Uint64,
  ): PendingEntry | null {
    const entry = new PendingEntry(new StreamId(id.ms, id.seq), consumer, deliveryTimeMs, deliveryCount);
    if (!this.pending.insert(entry)) return null;
    consumer.pending.insert(entry);
    return entry;
  }

  /** Gives a pending entry to another consumer. */
  assign(entry: PendingEntry, consumer: StreamConsumer): void {
    if (entry.consumer === consumer) return;
    entry.consumer.pending.delete(entry.id);
    entry.consumer = consumer;
    consumer.pending.insert(entry);
  }

  /** Forgets a pending entry; false if there is none with this id. */
  acknowledge(id: Readonly<StreamId>): boolean {
    const entry = this.pending.delete(id);
    if (entry === null) return false;
    entry.consumer.pending.delete(id);
    return true;
  }

  /** A group with copies of everything. */
  duplicate(): StreamGroup {
    const copy = new StreamGroup(this.name, this.lastId, this.entriesRead);
    for (const consumer of this.consumers) {
      copy.consumers.insert(new StreamConsumer(consumer.name, consumer.seenTimeMs));
    }
    for (const entry of this.pending) {
      const consumer = copy.consumers.find(entry.consumer.name)!;
      copy.addPending(entry.id, consumer, entry.deliveryTimeMs, entry.deliveryCount);
    }
    return copy;
  }
}

/** Things that have names, in the order of the names' bytes, one of each. */
export class SortedByName<T extends { readonly name: Uint8Array }> {
  readonly #items: T[] = [];

  /** Number of items. */
  get size(): number {
    return this.#items.length;
  }

  /** The item named by the slice. */
  get(name: Slice): T | null {
    const index = this.#search(name.bytes, name.start, name.end);
    return index < 0 ? null : this.#items[index]!;
  }

  /** The item with this name. */
  find(name: Uint8Array): T | null {
    const index = this.#search(name, 0, name.length);
    return index < 0 ? null : this.#items[index]!;
  }

  /** Adds `item`; false if there is one of that name. */
  insert(item: T): boolean {
    const index = this.#search(item.name, 0, item.name.length);
    if (index >= 0) return false;
    this.#items.splice(~index, 0, item);
    return true;
  }

  /** Removes `item`; false if it is not there. */
  delete(item: T): boolean {
    const index = this.#search(item.name, 0, item.name.length);
    if (index < 0) return false;
    this.#items.splice(index, 1);
    return true;
  }

  /** Removes all items. */
  clear(): void {
    this.#items.length = 0;
  }

  /** All items in order. They must not change meanwhile. */
  [Symbol.iterator](): IterableIterator<T> {
    return this.#items.values();
  }

  #search(bytes: Uint8Array, start: number, end: number): number {
    let low = 0;
    let high = this.#items.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const { name } = this.#items[middle]!;
      const order = compareBytes(name, 0, name.length, bytes, start, end);
      if (order === 0) return middle;
      if (order < 0) low = middle + 1;
      else high = middle - 1;
    }
    return ~low;
  }
}
