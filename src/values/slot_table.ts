/**
 * A table of JavaScript objects under small whole numbers: what lets 4 bytes in an arena stand for an object.
 *
 * - A slot number is stable until it is removed, never 0 (so that 0 can mean none) and reused afterwards.
 * - Segments of 4,096 slots: growing never copies what is there, and an emptied segment gives its memory back.
 */

import { invariant } from "../base/invariant.ts";

const SEGMENT_BITS = 12;
const SEGMENT_SLOTS = 1 << SEGMENT_BITS;
const SEGMENT_MASK = SEGMENT_SLOTS - 1;
const NONE = -1;

class Segment<T> {
  values: (T | undefined)[] = [];
  /** The free slot after this free one, or NONE. */
  nextFree = new Int16Array(0);
  firstFree = NONE;
  /** Slots at and above this one have never been used since the segment was empty. */
  untouched = 0;
  used = 0;
  /** The segment after this one among those with room, or NONE. */
  nextWithRoom = NONE;
}

/**
 * Objects (never `undefined`) by slot number; all operations take constant time.
 *
 * @example
 * ```ts
 * import { SlotTable } from "./slot_table.ts";
 * const table = new SlotTable<string[]>();
 * const slot = table.add(["a"]);
 * console.log(table.get(slot), table.size); // ["a"] 1
 * ```
 */
export class SlotTable<T> {
  readonly #segments: Segment<T>[] = [];
  #firstWithRoom = NONE;
  // One emptied segment keeps its memory, lest adding and removing one object over and over allocates every time.
  #spare = NONE;
  #size = 0;

  /** How many slots are taken. */
  get size(): number {
    return this.#size;
  }

  /** Stores `value` and returns its slot. */
  add(value: T): number {
    let index = this.#firstWithRoom;
    if (index === NONE) index = this.#addSegment();
    const segment = this.#segments[index]!;
    if (segment.used === 0) {
      if (index === this.#spare) this.#spare = NONE;
      else open(segment);
    }
    let offset = segment.firstFree;
    if (offset !== NONE) {
      segment.firstFree = segment.nextFree[offset]!;
    } else {
      offset = segment.untouched++;
    }
    segment.values[offset] = value;
    if (++segment.used === SEGMENT_SLOTS) this.#firstWithRoom = segment.nextWithRoom;
    this.#size++;
    return ((index << SEGMENT_BITS) | offset) + 1;
  }

  /** The object at a slot that `add` returned and `remove` has not taken yet. */
  get(slot: number): T {
    return this.#segments[(slot - 1) >>> SEGMENT_BITS]!.values[(slot - 1) & SEGMENT_MASK] as T;
  }

  /** Puts another object into a taken slot. */
  replace(slot: number, value: T): void {
    this.#segments[(slot - 1) >>> SEGMENT_BITS]!.values[(slot - 1) & SEGMENT_MASK] = value;
  }

  /** Takes the object out, returns it, and frees its slot. */
  remove(slot: number): T {
    const index = (slot - 1) >>> SEGMENT_BITS;
    const offset = (slot - 1) & SEGMENT_MASK;
    const segment = this.#segments[index]!;
    const value = segment.values[offset];
    invariant(value !== undefined, "A slot is removed that holds nothing");
    segment.values[offset] = undefined;
    segment.nextFree[offset] = segment.firstFree;
    segment.firstFree = offset;
    if (segment.used-- === SEGMENT_SLOTS) {
      segment.nextWithRoom = this.#firstWithRoom;
      this.#firstWithRoom = index;
    }
    if (segment.used === 0) {
      if (this.#spare === NONE) this.#spare = index;
      else close(segment);
    }
    this.#size--;
    return value;
  }

  #addSegment(): number {
    const segment = new Segment<T>();
    this.#segments.push(segment);
    this.#firstWithRoom = this.#segments.length - 1;
    return this.#firstWithRoom;
  }
}

function open<T>(segment: Segment<T>): void {
  segment.values = new Array<T | undefined>(SEGMENT_SLOTS).fill(undefined);
  segment.nextFree = new Int16Array(SEGMENT_SLOTS);
}

function close<T>(segment: Segment<T>): void {
  segment.values = [];
  segment.nextFree = new Int16Array(0);
  segment.firstFree = NONE;
  segment.untouched = 0;
}
