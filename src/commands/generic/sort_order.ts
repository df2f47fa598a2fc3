/**
 * Sorting the elements of SORT: a stable merge sort over their indexes, with the comparison inlined by the engine.
 *
 * - `Int32Array.sort` with a comparator goes through native code for each of its calls and takes three times as long.
 */

/** Negative, zero or positive as the element `a` comes before, with or after the element `b`. */
export type ElementOrder = (a: number, b: number) => number;

/** Runs of this many elements are sorted by insertion before they are merged. */
const RUN_LENGTH = 8;

/**
 * The indexes from 0 up to `count` in the order of `compare`; what is equal keeps its order. Only the first `wanted` of
 * the result have a meaning: merging goes no further than that.
 */
export function sortedIndexes(count: number, wanted: number, compare: ElementOrder): Int32Array {
  let from = new Int32Array(count);
  for (let index = 0; index < count; index++) from[index] = index;
  for (let start = 0; start < count; start += RUN_LENGTH) {
    sortRun(from, start, Math.min(start + RUN_LENGTH, count), compare);
  }
  if (count <= RUN_LENGTH) return from;
  let to = new Int32Array(count);
  for (let width = RUN_LENGTH; width < count; width *= 2) {
    for (let start = 0; start < count; start += 2 * width) {
      const middle = Math.min(start + width, count);
      mergeRuns(from, to, { start, middle, end: Math.min(middle + width, count), wanted }, compare);
    }
    [from, to] = [to, from];
  }
  return from;
}

function sortRun(indexes: Int32Array, start: number, end: number, compare: ElementOrder): void {
  for (let next = start + 1; next < end; next++) {
    const index = indexes[next]!;
    let at = next;
    for (; at > start && compare(indexes[at - 1]!, index) > 0; at--) indexes[at] = indexes[at - 1]!;
    indexes[at] = index;
  }
}

/** Two neighbouring runs: `[start, middle)` and `[middle, end)`, of which `wanted` elements together matter. */
interface Runs {
  readonly start: number;
  readonly middle: number;
  readonly end: number;
  readonly wanted: number;
}

/** Merges two sorted runs of `from` into one of `to`. */
function mergeRuns(
  from: Int32Array,
  to: Int32Array,
  { start, middle, end, wanted }: Runs,
  compare: ElementOrder,
): void {
  const leftEnd = Math.min(middle, start + wanted);
  const rightEnd = Math.min(end, middle + wanted);
  const stop = Math.min(end, start + wanted);
  let left = start;
  let right = middle;
  for (let at = start; at < stop; at++) {
    const takesLeft = left < leftEnd && (right >= rightEnd || compare(from[left]!, from[right]!) <= 0);
    to[at] = takesLeft ? from[left++]! : from[right++]!;
  }
}
