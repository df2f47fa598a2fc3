/**
 * The keys of one keyspace that have an expiry, in no order: what active expiry and `volatile-*` eviction sample from.
 *
 * - The entry remembers its position, so adding, removing and moving are O(1).
 * - Segments of 64 Ki positions. Only the first one grows, by doubling, up to that: no growth copies more than 256 KiB.
 */

import type { Arena } from "../values/arena.ts";
import type { EntryRef } from "./entry_layout.ts";

const SEGMENT_BITS = 16;
const SEGMENT_SIZE = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_SIZE - 1;
const FIRST_SIZE = 64;

/** A dense, growing table of entries. */
export class ExpiryIndex {
  /** Where active expiry goes on: a position, perhaps beyond `size`. */
  cursor = 0;
  readonly #arena: Arena;
  readonly #segments: Int32Array[] = [];
  #size = 0;

  /** `arena` counts the table. */
  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** Number of entries. */
  get size(): number {
    return this.#size;
  }

  /** Bytes of the table itself. */
  get tableBytes(): number {
    const count = this.#segments.length;
    return count === 0 ? 0 : ((count - 1) * SEGMENT_SIZE + this.#segments[0]!.length) * 4;
  }

  /** Adds `entry` and returns its position. */
  add(entry: EntryRef): number {
    const position = this.#size++;
    if (position < SEGMENT_SIZE) this.#growFirst(position);
    else if (position >> SEGMENT_BITS === this.#segments.length) {
      this.#segments.push(new Int32Array(SEGMENT_SIZE));
      this.#arena.tableBytes += SEGMENT_SIZE * 4;
    }
    this.set(position, entry);
    return position;
  }

  /** The entry at a position below `size`. */
  at(position: number): EntryRef {
    return this.#segments[position >> SEGMENT_BITS]![position & SEGMENT_MASK]!;
  }

  /** Notes that the entry at `position` is now `entry`. */
  set(position: number, entry: EntryRef): void {
    this.#segments[position >> SEGMENT_BITS]![position & SEGMENT_MASK] = entry;
  }

  /** Removes `position`: the last entry takes its place and is returned, so that its owner learns where it is now. */
  removeAt(position: number): EntryRef {
    const last = this.at(--this.#size);
    this.set(position, last);
    if (this.#size === 0) {
      this.clear();
      return last;
    }
    // One empty segment stays as a reserve, so that a key set and deleted in turn does not allocate each time.
    const needed = (this.#size >> SEGMENT_BITS) + 2;
    if (this.#segments.length > needed) {
      this.#segments.pop();
      this.#arena.tableBytes -= SEGMENT_SIZE * 4;
    }
    return last;
  }

  /** Forgets all entries. */
  clear(): void {
    this.#arena.tableBytes -= this.tableBytes;
    this.#segments.length = 0;
    this.#size = 0;
    this.cursor = 0;
  }

  #growFirst(position: number): void {
    const first = this.#segments[0];
    if (first === undefined) {
      this.#segments.push(new Int32Array(FIRST_SIZE));
      this.#arena.tableBytes += FIRST_SIZE * 4;
    } else if (position === first.length) {
      const grown = new Int32Array(2 * first.length);
      grown.set(first);
      this.#arena.tableBytes += first.length * 4;
      this.#segments[0] = grown;
    }
  }
}
