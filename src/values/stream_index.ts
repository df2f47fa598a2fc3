/**
 * Things ordered by stream id: the nodes of a stream, the pending entries of a group or a consumer.
 *
 * - Two levels of arrays: chunks of at most `CHUNK_MAX` items. Finding is two binary searches, changing moves at most
 *   a chunk; additions at the end leave full chunks behind.
 * - A walk goes from an item to `after(item.id)`: it may be left and taken up again, whatever happened to the items
 *   meanwhile.
 */

import type { StreamId } from "./stream_id.ts";

/** What an index holds: an id that does not change while the item is in the index. */
export interface Identified {
  readonly id: StreamId;
}

const CHUNK_MAX = 256;

/** An ordered set of items, one per id. */
export class StreamIndex<T extends Identified> {
  readonly #chunks: T[][] = [];
  #size = 0;
  // Where `atOrBefore` found its last item.
  #nearChunk = 0;
  #nearPlace = 0;

  /** Number of items. */
  get size(): number {
    return this.#size;
  }

  /** The item with the smallest id. */
  get first(): T | null {
    return this.#chunks[0]?.[0] ?? null;
  }

  /** The item with the largest id. */
  get last(): T | null {
    const chunk = this.#chunks[this.#chunks.length - 1];
    return chunk === undefined ? null : chunk[chunk.length - 1]!;
  }

  /** The item with this id. */
  get(id: Readonly<StreamId>): T | null {
    const item = this.atOrBefore(id);
    return item !== null && item.id.equals(id) ? item : null;
  }

  /** The item with the largest id that is not larger than `id`. */
  atOrBefore(id: Readonly<StreamId>): T | null {
    // Readers go from id to id: the answer is mostly the last one again.
    const near = this.#chunks[this.#nearChunk];
    const found = near?.[this.#nearPlace];
    if (found !== undefined && found.id.compare(id) <= 0) {
      const next = near![this.#nearPlace + 1] ?? this.#chunks[this.#nearChunk + 1]?.[0];
      if (next === undefined || next.id.compare(id) > 0) return found;
    }
    this.#nearChunk = this.#findChunk(id);
    const chunk = this.#chunks[this.#nearChunk];
    if (chunk === undefined) return null;
    this.#nearPlace = upperBound(chunk, id) - 1;
    return chunk[this.#nearPlace] ?? null;
  }

  /** The item with the smallest id that is larger than `id`. */
  after(id: Readonly<StreamId>): T | null {
    const index = this.#findChunk(id);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return null;
    return chunk[upperBound(chunk, id)] ?? this.#chunks[index + 1]?.[0] ?? null;
  }

  /** The item with the smallest id that is not smaller than `id`. */
  atOrAfter(id: Readonly<StreamId>): T | null {
    return this.get(id) ?? this.after(id);
  }

  /** The item with the largest id that is smaller than `id`. */
  before(id: Readonly<StreamId>): T | null {
    const index = this.#findChunk(id);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return null;
    let place = upperBound(chunk, id) - 1;
    if (place >= 0 && chunk[place]!.id.equals(id)) place--;
    return chunk[place] ?? this.#chunks[index - 1]?.at(-1) ?? null;
  }

  /** Adds `item`; false if its id is there already. */
  insert(item: T): boolean {
    const tail = this.#chunks[this.#chunks.length - 1];
    // Most items come in order.
    if (tail !== undefined && tail.length < CHUNK_MAX && tail[tail.length - 1]!.id.compare(item.id) < 0) {
      tail.push(item);
      this.#size++;
      return true;
    }
    const index = this.#findChunk(item.id);
    const chunk = this.#chunks[index];
    if (chunk === undefined) {
      this.#chunks.push([item]);
      this.#size = 1;
      return true;
    }
    const place = upperBound(chunk, item.id);
    if (place > 0 && chunk[place - 1]!.id.equals(item.id)) return false;
    this.#size++;
    if (chunk.length < CHUNK_MAX) {
      chunk.splice(place, 0, item);
    } else if (place === CHUNK_MAX && index === this.#chunks.length - 1) {
      this.#chunks.push([item]);
    } else {
      const upper = chunk.splice(CHUNK_MAX / 2);
      this.#chunks.splice(index + 1, 0, upper);
      if (place <= CHUNK_MAX / 2) chunk.splice(place, 0, item);
      else upper.splice(place - CHUNK_MAX / 2, 0, item);
    }
    return true;
  }

  /** Removes the item with this id and returns it. */
  delete(id: Readonly<StreamId>): T | null {
    const index = this.#findChunk(id);
    const chunk = this.#chunks[index];
    if (chunk === undefined) return null;
    const place = upperBound(chunk, id) - 1;
    const item = chunk[place];
    if (item === undefined || !item.id.equals(id)) return null;
    chunk.splice(place, 1);
    if (chunk.length === 0) this.#chunks.splice(index, 1);
    this.#size--;
    return item;
  }

  /** Removes all items. */
  clear(): void {
    this.#chunks.length = 0;
    this.#size = 0;
  }

  /** All items in order. They must not change meanwhile. */
  *[Symbol.iterator](): IterableIterator<T> {
    for (const chunk of this.#chunks) yield* chunk;
  }

  /** The chunk that holds `id` if any does: the last one that begins at or before it, or the first one. */
  #findChunk(id: Readonly<StreamId>): number {
    const chunks = this.#chunks;
    let low = 0;
    let high = chunks.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (chunks[middle]![0]!.id.compare(id) <= 0) low = middle;
      else high = middle - 1;
    }
    return low;
  }
}

/** How many items of the chunk have an id up to and including `id`. */
function upperBound(chunk: readonly Identified[], id: Readonly<StreamId>): number {
  let low = 0;
  let high = chunk.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (chunk[middle]!.id.compare(id) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
