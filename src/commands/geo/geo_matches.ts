/**
 * The members that a search has found, in columns: a search may find very many.
 *
 * - One object serves all searches, each of which leaves it empty: new typed arrays cost more than to find a few members.
 */

import { sortFirst } from "../../values/partial_quicksort.ts";
import { sortedIndexes } from "../generic/sort_order.ts";

const INITIAL_CAPACITY = 64;
/** Larger memory is given up by `reset`. */
const KEPT_CAPACITY = 4096;

/** The results of one search, numbered in the order in which they were found. */
export class GeoMatches {
  /** How many there are. */
  count = 0;
  #handles = new Int32Array(INITIAL_CAPACITY);
  #scores = new Float64Array(INITIAL_CAPACITY);
  #distances = new Float64Array(INITIAL_CAPACITY);
  /** The first so many are chosen; null: all, as they were found. */
  #order: Int32Array | null = null;

  /** How many `choose` has chosen. */
  chosenCount = 0;

  /** Forgets everything. */
  reset(): void {
    this.count = 0;
    this.chosenCount = 0;
    this.#order = null;
    if (this.#handles.length > KEPT_CAPACITY) this.#resize(INITIAL_CAPACITY);
  }

  /** Adds a member by its handle, which is valid until its sorted set changes. */
  add(handle: number, score: number, distanceMeters: number): void {
    const index = this.count++;
    if (index === this.#handles.length) this.#resize(2 * index);
    this.#handles[index] = handle;
    this.#scores[index] = score;
    this.#distances[index] = distanceMeters;
  }

  /** The handle of a member. */
  handle(index: number): number {
    return this.#handles[index]!;
  }

  /** The score of a member. */
  score(index: number): number {
    return this.#scores[index]!;
  }

  /** The distance of a member from the middle. */
  distanceMeters(index: number): number {
    return this.#distances[index]!;
  }

  /** Chooses the first `wanted` results in an order: as they were found, the nearest or the farthest first. */
  choose(order: "none" | "ascending" | "descending", wanted: number): void {
    const { count } = this;
    const kept = Math.min(wanted, count);
    this.chosenCount = kept;
    if (order === "none") return;
    const distances = this.#distances;
    const compare = order === "descending"
      ? (a: number, b: number) => distances[b]! - distances[a]!
      : (a: number, b: number) => distances[a]! - distances[b]!;
    // As in Redis, whose full sort is stable and whose partial one is not.
    if (kept === count) {
      this.#order = sortedIndexes(count, count, compare);
      return;
    }
    this.#order = Int32Array.from({ length: count }, (_, index) => index);
    sortFirst(this.#order, kept, compare);
  }

  /** The number of the result chosen at `place`. */
  chosen(place: number): number {
    return this.#order === null ? place : this.#order[place]!;
  }

  /** Makes the columns longer, or shorter when nothing is in them. */
  #resize(capacity: number): void {
    const handles = new Int32Array(capacity);
    const scores = new Float64Array(capacity);
    const distances = new Float64Array(capacity);
    if (this.count > 0) {
      handles.set(this.#handles);
      scores.set(this.#scores);
      distances.set(this.#distances);
    }
    this.#handles = handles;
    this.#scores = scores;
    this.#distances = distances;
  }
}
