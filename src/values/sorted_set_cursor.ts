/**
 * Walks over sorted sets, up and down.
 */

import { ListpackEntry } from "./listpack.ts";
import { type ScoreTree, TreePlace } from "./score_tree.ts";
import { nextPair, previousPair } from "./sorted_set_listpack.ts";
import type { SortedSetRange } from "./sorted_set_range.ts";
import type { SortedSetValue } from "./sorted_set_value.ts";

/**
 * A walk over members and scores, from a rank or a handle on, up or down. The sorted set must not change meanwhile;
 * lookups in it are harmless.
 */
export class SortedSetCursor {
  readonly #member = new ListpackEntry();
  #set: SortedSetValue | null = null;
  #order: ScoreTree | null = null;
  #isReverse = false;
  /** The current place; before the first `next` the one beside it. */
  readonly #place = new TreePlace();
  /** While there is no tree: the current position and the one that `next` goes to, 0 at the end. */
  #position = 0;
  #coming = 0;

  /** Stands before the member at `rank`, counted from the end in reverse; beyond the size the walk is over at once. */
  seek(set: SortedSetValue, rank = 0, isReverse = false): void {
    const size = set.size;
    const order = this.#begin(set, isReverse);
    if (rank >= size) return;
    const fromStart = isReverse ? size - 1 - rank : rank;
    if (order === null) this.#coming = set.handleAt(fromStart);
    else order.seekRank(this.#place, fromStart);
    this.#stepBack();
  }

  /** Stands before the first member in a range, in reverse the last one. `next` goes on beyond the range. */
  seekRange(set: SortedSetValue, range: SortedSetRange, isReverse = false): void {
    const order = this.#begin(set, isReverse);
    if (order === null) this.#coming = set.findIn(range, isReverse);
    else if (isReverse) order.seekLastIn(this.#place, range);
    else order.seekFirstIn(this.#place, range);
    this.#stepBack();
  }

  /** Goes to the next member; false when there is none. */
  next(): boolean {
    const order = this.#order;
    if (order === null) return this.#nextInListpack();
    const place = this.#place;
    if (place.leaf === 0) return false;
    if (this.#isReverse) order.previous(place);
    else order.next(place);
    return place.leaf !== 0;
  }

  /** The member that `next` went to, read anew. A walk that looks at scores alone leaves the members where they are. */
  get member(): ListpackEntry {
    this.#set!.readHandle(this.handle, this.#member);
    return this.#member;
  }

  /** The score of the current member. */
  get score(): number {
    return this.#order !== null ? this.#order.scoreAt(this.#place) : this.#set!.scoreOf(this.#position);
  }

  /** The handle of the current member, as `SortedSetValue` has them. */
  get handle(): number {
    return this.#order !== null ? this.#order.entryAt(this.#place) : this.#position;
  }

  /** Whether the current member has not left the range at its far end: the upper one, in reverse the lower one. */
  isWithin(range: SortedSetRange): boolean {
    if (range.kind === "score") return this.#isReverse ? range.startsBefore(this.score) : range.endsAfter(this.score);
    const { bytes, start, end } = this.member;
    return this.#isReverse ? range.startsBefore(bytes, start, end) : range.endsAfter(bytes, start, end);
  }

  #begin(set: SortedSetValue, isReverse: boolean): ScoreTree | null {
    this.#set = set;
    this.#order = set.order;
    this.#isReverse = isReverse;
    this.#coming = 0;
    this.#place.leaf = 0;
    return set.order;
  }

  /** Leaves the first place of a tree to the first `next`. */
  #stepBack(): void {
    this.#place.index += this.#isReverse ? 1 : -1;
  }

  #nextInListpack(): boolean {
    const at = this.#coming;
    if (at === 0) return false;
    this.#position = at;
    const set = this.#set!;
    const bytes = set.arena.bytesOf(set.listpack);
    const base = set.arena.offsetOf(set.listpack);
    this.#coming = this.#isReverse ? previousPair(bytes, base, at) : nextPair(bytes, base, at);
    return true;
  }
}
