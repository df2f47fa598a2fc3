/**
 * A quicksort of indexes that goes no further than to the elements that are wanted.
 *
 * - It is not stable. The order in which it leaves equal elements, and which of them it counts as the first ones, is
 *   seen by clients (GEOSEARCH ... COUNT with members at the same distance), so it follows Redis's choice of pivots and
 *   of exchanges step by step: the quicksort of Bentley and McIlroy ("Engineering a Sort Function"), which gathers what
 *   equals the pivot at both ends and moves it to the middle afterwards.
 */

/** Negative, zero or positive as `a` comes before, with or after `b`. */
export type Comparison = (a: number, b: number) => number;

/** Fewer elements than this are sorted by insertion. */
const QUICKSORT_MIN = 7;
/** With more elements than this the pivot is the median of three medians. */
const SINGLE_MEDIAN_MAX = 40;

/** Brings the first `wanted` elements, at least 1, to the front and in order; the others follow in any order. */
export function sortFirst(items: Int32Array, wanted: number, compare: Comparison): void {
  // The ranges to sort, each as its start and its end. No call for each: unlucky divisions would go too deep.
  const ranges = [0, items.length];
  while (ranges.length > 0) {
    const end = ranges.pop()!;
    const start = ranges.pop()!;
    if (end - start < QUICKSORT_MIN) {
      insertionSort(items, start, end, compare);
      continue;
    }
    const { lower, upper } = partition(items, start, end, compare);
    if (lower > 1 && start < wanted) ranges.push(start, start + lower);
    if (upper > 1 && end - upper < wanted) ranges.push(end - upper, end);
  }
}

function insertionSort(items: Int32Array, start: number, end: number, compare: Comparison): void {
  for (let next = start + 1; next < end; next++) {
    for (let at = next; at > start && compare(items[at - 1]!, items[at]!) > 0; at--) exchange(items, at, at - 1);
  }
}

/** Divides a range: the elements before the pivot at its start, those after it at its end. Returns how many they are. */
function partition(
  items: Int32Array,
  start: number,
  end: number,
  compare: Comparison,
): { lower: number; upper: number } {
  exchange(items, start, pivotIndex(items, start, end, compare));
  const pivot = items[start]!;
  /** What equals the pivot lies before `equalLeft` and after `equalRight`; what is unknown, from `left` to `right`. */
  let equalLeft = start + 1;
  let left = equalLeft;
  let equalRight = end - 1;
  let right = equalRight;
  for (;;) {
    for (let order; left <= right && (order = compare(items[left]!, pivot)) <= 0; left++) {
      if (order === 0) exchange(items, equalLeft++, left);
    }
    for (let order; left <= right && (order = compare(items[right]!, pivot)) >= 0; right--) {
      if (order === 0) exchange(items, right, equalRight--);
    }
    if (left > right) break;
    exchange(items, left++, right--);
  }
  const lower = left - equalLeft;
  const upper = equalRight - right;
  exchangeRuns(items, start, left, Math.min(equalLeft - start, lower));
  exchangeRuns(items, left, end, Math.min(upper, end - equalRight - 1));
  return { lower, upper };
}

/** Exchanges the `count` elements from `start` on with those that end at `end`. */
function exchangeRuns(items: Int32Array, start: number, end: number, count: number): void {
  for (let index = 0; index < count; index++) exchange(items, start + index, end - count + index);
}

function pivotIndex(items: Int32Array, start: number, end: number, compare: Comparison): number {
  const count = end - start;
  let first = start;
  let middle = start + Math.floor(count / 2);
  let last = end - 1;
  if (count === QUICKSORT_MIN) return middle;
  if (count > SINGLE_MEDIAN_MAX) {
    const step = Math.floor(count / 8);
    first = median(items, first, first + step, first + 2 * step, compare);
    middle = median(items, middle - step, middle, middle + step, compare);
    last = median(items, last - 2 * step, last - step, last, compare);
  }
  return median(items, first, middle, last, compare);
}

/** The one of three indexes whose element is in the middle; of equal ones, the one that Redis takes. */
function median(items: Int32Array, a: number, b: number, c: number, compare: Comparison): number {
  const itemA = items[a]!;
  const itemB = items[b]!;
  const itemC = items[c]!;
  if (compare(itemA, itemB) < 0) {
    if (compare(itemB, itemC) < 0) return b;
    return compare(itemA, itemC) < 0 ? c : a;
  }
  if (compare(itemB, itemC) > 0) return b;
  return compare(itemA, itemC) < 0 ? a : c;
}

function exchange(items: Int32Array, a: number, b: number): void {
  const item = items[a]!;
  items[a] = items[b]!;
  items[b] = item;
}
