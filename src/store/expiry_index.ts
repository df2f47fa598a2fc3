/**
 * The keys of one keyspace that have an expiry, in no order: what active expiry and `volatile-*` eviction sample from.
 *
 * - The entry remembers its position, so adding, removing and moving are O(1).
 * - Segments of 64 Ki positions: growing never copies.
 */

import type { EntryRef } from "./entry_layout.ts";

const SEGMENT_BITS = 16;
const SEGMENT_SIZE = 1 << SEGMENT_BITS;

/** A dense, growing table of entries. */
export class ExpiryIndex {
  readonly #segments: Int32Array[] = [];
  #size = 0;

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  /** Bytes of the table itself. */
  get tableBytes(): number {
    return this.#segments.length * SEGMENT_SIZE * 4;
  }

  /** Adds `entry` and returns its position. */
  add(entry: EntryRef): number {
    const position = this.#size++;
    if (position >> SEGMENT_BITS === this.#segments.length) this.#segments.push(new Int32Array(SEGMENT_SIZE));
    this.set(position, entry);
    return position;
  }

  /** The entry at a position below `size`. */
  at(position: number): EntryRef {
    return this.#segments[position >> SEGMENT_BITS]![position & (SEGMENT_SIZE - 1)]!;
  }

  /** Notes that the entry at `position` is now `entry`. */
  set(position: number, entry: EntryRef): void {
    this.#segments[position >> SEGMENT_BITS]![position & (SEGMENT_SIZE - 1)] = entry;
  }

  /** Removes `position`: the last entry takes its place and is returned, so that its owner learns where it is now. */
  removeAt(position: number): EntryRef {
    const last = this.at(--this.#size);
    this.set(position, last);
    // One empty segment stays as a reserve, so that a key set and deleted in turn does not allocate each time.
    const needed = (this.#size >> SEGMENT_BITS) + 2;
    if (this.#segments.length > needed) this.#segments.pop();
    return last;
  }
}
