/**
 * Walks over sorted sets, up and down.
 */

import { ListpackEntry } from "./listpack.ts";
import type { SkipList } from "./skip_list.ts";
import { nextPair, previousPair } from "./sorted_set_listpack.ts";
import type { SortedSetRange } from "./sorted_set_range.ts";
import type { SortedSetValue } from "./sorted_set_value.ts";

/**
 * A walk over members and scores, from a rank or a handle on, up or down. The sorted set must not change meanwhile;
 * lookups in it are harmless.
 */
export class SortedSetCursor {
  readonly #member = new ListpackEntry();
  #isMemberRead = false;
  #set: SortedSetValue | null = null;
  #order: SkipList | null = null;
  #isReverse = false;
  /** The place that `next` goes to: a node or a position; 0 at the end. */
  #coming = 0;
  #place = 0;

  /** Stands before the member at `rank`, counted from the end in reverse; beyond the size the walk is over at once. */
  seek(set: SortedSetValue, rank = 0, isReverse = false): void {
    const size = set.size;
    this.#begin(set, isReverse);
    if (rank >= size) return;
    const fromStart = isReverse ? size - 1 - rank : rank;
    const order = set.order;
    if (order === null) this.#coming = set.handleAt(fromStart);
    else if (rank === 0) this.#coming = isReverse ? order.last : order.first;
    else this.#coming = order.nodeAt(fromStart);
  }

  /** Stands before the first member in a range, in reverse the last one. `next` goes on beyond the range. */
  seekRange(set: SortedSetValue, range: SortedSetRange, isReverse = false): void {
    this.#begin(set, isReverse);
    const order = set.order;
    if (order === null) this.#coming = set.findIn(range, isReverse);
    else this.#coming = isReverse ? order.lastIn(range) : order.firstIn(range);
  }

  /** Goes to the next member; false when there is none. */
  next(): boolean {
    const place = this.#coming;
    if (place === 0) return false;
    this.#place = place;
    this.#isMemberRead = false;
    const order = this.#order;
    if (order !== null) {
      this.#coming = this.#isReverse ? order.previous(place) : order.next(place);
      return true;
    }
    const set = this.#set!;
    const bytes = set.arena.bytesOf(set.listpack);
    const base = set.arena.offsetOf(set.listpack);
    if (!this.#isReverse) this.#coming = nextPair(bytes, base, place);
    else this.#coming = previousPair(bytes, base, place);
    return true;
  }

  /** The member that `next` went to. A walk that looks at scores alone leaves the members where they are. */
  get member(): ListpackEntry {
    if (!this.#isMemberRead) this.#set!.readHandle(this.handle, this.#member);
    this.#isMemberRead = true;
    return this.#member;
  }

  /** The score of the current member. */
  get score(): number {
    return this.#order !== null ? this.#order.score(this.#place) : this.#set!.scoreOf(this.#place);
  }

  /** The handle of the current member, as `SortedSetValue` has them. */
  get handle(): number {
    return this.#order !== null ? this.#order.entry(this.#place) : this.#place;
  }

  /** Whether the current member has not left the range at its far end: the upper one, in reverse the lower one. */
  isWithin(range: SortedSetRange): boolean {
    if (range.kind === "score") return this.#isReverse ? range.startsBefore(this.score) : range.endsAfter(this.score);
    const { bytes, start, end } = this.member;
    return this.#isReverse ? range.startsBefore(bytes, start, end) : range.endsAfter(bytes, start, end);
  }

  #begin(set: SortedSetValue, isReverse: boolean): void {
    this.#set = set;
    this.#order = set.order;
    this.#isReverse = isReverse;
    this.#coming = 0;
  }
}
