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
  #isMemberRead = false;
  #set: SortedSetValue | null = null;
  #order: ScoreTree | null = null;
  #isReverse = false;
  /** The place that `next` goes to. */
  readonly #comingPlace = new TreePlace();
  /** While there is no tree, the same: a position, 0 at the end. */
  #coming = 0;
  /** The current member, as `SortedSetValue` names it, and the score if there is a tree. */
  #handle = 0;
  #score = 0;

  /** Stands before the member at `rank`, counted from the end in reverse; beyond the size the walk is over at once. */
  seek(set: SortedSetValue, rank = 0, isReverse = false): void {
    const size = set.size;
    this.#begin(set, isReverse);
    if (rank >= size) return;
    const fromStart = isReverse ? size - 1 - rank : rank;
    const order = set.order;
    if (order === null) this.#coming = set.handleAt(fromStart);
    else order.seekRank(this.#comingPlace, fromStart);
  }

  /** Stands before the first member in a range, in reverse the last one. `next` goes on beyond the range. */
  seekRange(set: SortedSetValue, range: SortedSetRange, isReverse = false): void {
    this.#begin(set, isReverse);
    const order = set.order;
    if (order === null) this.#coming = set.findIn(range, isReverse);
    else if (isReverse) order.seekLastIn(this.#comingPlace, range);
    else order.seekFirstIn(this.#comingPlace, range);
  }

  /** Goes to the next member; false when there is none. */
  next(): boolean {
    const order = this.#order;
    if (order !== null) return this.#nextInTree(order);
    const at = this.#coming;
    if (at === 0) return false;
    this.#handle = at;
    this.#isMemberRead = false;
    const set = this.#set!;
    const bytes = set.arena.bytesOf(set.listpack);
    const base = set.arena.offsetOf(set.listpack);
    if (!this.#isReverse) this.#coming = nextPair(bytes, base, at);
    else this.#coming = previousPair(bytes, base, at);
    return true;
  }

  /** The member that `next` went to. A walk that looks at scores alone leaves the members where they are. */
  get member(): ListpackEntry {
    if (!this.#isMemberRead) this.#set!.readHandle(this.#handle, this.#member);
    this.#isMemberRead = true;
    return this.#member;
  }

  /** The score of the current member. */
  get score(): number {
    return this.#order !== null ? this.#score : this.#set!.scoreOf(this.#handle);
  }

  /** The handle of the current member, as `SortedSetValue` has them. */
  get handle(): number {
    return this.#handle;
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
    this.#comingPlace.leaf = 0;
  }

  #nextInTree(order: ScoreTree): boolean {
    const place = this.#comingPlace;
    if (place.leaf === 0) return false;
    this.#handle = order.entryAt(place);
    this.#score = order.scoreAt(place);
    this.#isMemberRead = false;
    if (this.#isReverse) order.previous(place);
    else order.next(place);
    return true;
  }
}
