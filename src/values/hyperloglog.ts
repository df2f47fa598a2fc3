/**
 * HyperLogLogs: the cardinality of a set within about 0.81 %, in at most 12 KB, as strings in the format of Redis.
 *
 * - Here is what does not depend on the representation; `hyperloglog_dense.ts` and `hyperloglog_sparse.ts` know theirs.
 * - Registers without a string are bytes of a `Uint8Array` of `REGISTER_COUNT`.
 */

import type { Slice } from "../bytes/slice.ts";
import { countDensePairs, mergeDense, packDense } from "./hyperloglog_dense.ts";
import { estimateCardinality } from "./hyperloglog_estimate.ts";
import { HEADER_BYTES, isDense, markDense, REGISTER_COUNT } from "./hyperloglog_header.ts";
import { countSparseValues, mergeSparse } from "./hyperloglog_sparse.ts";
import type { Int64 } from "./int64.ts";

/** Six bits have so many values. */
const VALUE_COUNT = 64;

const histogram = new Int32Array(VALUE_COUNT);
/** Counting registers by twos takes half of the additions, and neighbours of one value need not wait for each other. */
const pairs = new Uint16Array(VALUE_COUNT * VALUE_COUNT);
const expanded = new Uint8Array(REGISTER_COUNT);

/**
 * The cardinality of a HyperLogLog by its registers, or null when it is corrupted.
 *
 * @example
 * ```ts
 * import { Slice } from "../bytes/slice.ts";
 * import { countString } from "./hyperloglog.ts";
 * import { EMPTY_HYPERLOGLOG } from "./hyperloglog_header.ts";
 * console.log(countString(new Slice(EMPTY_HYPERLOGLOG))); // 0
 * ```
 */
export function countString({ bytes, start, end }: Slice): Int64 | null {
  if (isDense(bytes, start)) {
    pairs.fill(0);
    countDensePairs(bytes, start, pairs);
    return estimateFromPairs();
  }
  histogram.fill(0);
  return countSparseValues(bytes, start, end, histogram) ? estimateCardinality(histogram) : null;
}

/** The cardinality that registers, one a byte, stand for. */
export function countRegisters(registers: Uint8Array): Int64 {
  pairs.fill(0);
  for (let i = 0; i < REGISTER_COUNT; i += 2) pairs[registers[i]! | registers[i + 1]! << 6]!++;
  return estimateFromPairs();
}

/**
 * Raises each of `registers` to the value that a HyperLogLog has for it; false when that is corrupted, and then some may
 * have been raised.
 */
export function mergeString({ bytes, start, end }: Slice, registers: Uint8Array): boolean {
  if (!isDense(bytes, start)) return mergeSparse(bytes, start, end, registers);
  mergeDense(bytes, start, registers);
  return true;
}

/**
 * Writes a sparse HyperLogLog as a dense one, `DENSE_BYTES` long, to the beginning of `target`; false when it is corrupted.
 * The string itself may begin there.
 */
export function makeDense({ bytes, start, end }: Slice, target: Uint8Array): boolean {
  expanded.fill(0);
  if (!mergeSparse(bytes, start, end, expanded)) return false;
  for (let i = 0; i < HEADER_BYTES; i++) target[i] = bytes[start + i]!;
  markDense(target, 0);
  packDense(expanded, target, 0);
  return true;
}

function estimateFromPairs(): Int64 {
  histogram.fill(0);
  for (let second = 0; second < VALUE_COUNT; second++) {
    let count = 0;
    for (let first = 0; first < VALUE_COUNT; first++) {
      const pairCount = pairs[second << 6 | first]!;
      histogram[first]! += pairCount;
      count += pairCount;
    }
    histogram[second]! += count;
  }
  return estimateCardinality(histogram);
}
