/**
 * The members that a search has found, in columns: a search may find very many.
 */

import { sortFirst } from "../../values/partial_quicksort.ts";
import { sortedIndexes } from "../generic/sort_order.ts";

const INITIAL_CAPACITY = 16;

/** The results of one search, numbered in the order in which they were found. */
export class GeoMatches {
  /** How many there are. */
  count = 0;
  #handles = new Int32Array(INITIAL_CAPACITY);
  #scores = new Float64Array(INITIAL_CAPACITY);
  #distances = new Float64Array(INITIAL_CAPACITY);

  /** Adds a member by its handle, which is valid until its sorted set changes. */
  add(handle: number, score: number, distanceMeters: number): void {
    const index = this.count++;
    if (index === this.#handles.length) this.#grow();
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

  /** The numbers of the first `wanted` results in an order: as they were found, the nearest or the farthest first. */
  inOrder(order: "none" | "ascending" | "descending", wanted: number): Int32Array {
    const { count } = this;
    const kept = Math.min(wanted, count);
    const distances = this.#distances;
    const compare = order === "descending"
      ? (a: number, b: number) => distances[b]! - distances[a]!
      : (a: number, b: number) => distances[a]! - distances[b]!;
    // As in Redis, whose full sort is stable and whose partial one is not.
    if (order !== "none" && kept === count) return sortedIndexes(count, count, compare);
    const indexes = Int32Array.from({ length: count }, (_, index) => index);
    if (order !== "none") sortFirst(indexes, kept, compare);
    return indexes.subarray(0, kept);
  }

  #grow(): void {
    const capacity = 2 * this.#handles.length;
    const handles = new Int32Array(capacity);
    const scores = new Float64Array(capacity);
    const distances = new Float64Array(capacity);
    handles.set(this.#handles);
    scores.set(this.#scores);
    distances.set(this.#distances);
    this.#handles = handles;
    this.#scores = scores;
    this.#distances = distances;
  }
}
