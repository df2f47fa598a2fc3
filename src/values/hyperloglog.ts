/**
 * HyperLogLogs: the cardinality of a set within about 0.81 %, in at most 12 KB, as strings in the format of Redis.
 *
 * - Here is what does not depend on the representation; `hyperloglog_dense.ts` and `hyperloglog_sparse.ts` know theirs.
 * - Registers without a string are bytes of a `Uint8Array` of `REGISTER_COUNT`.
 */

import type { Slice } from "../bytes/slice.ts";
import { countDenseValues, mergeDense, packDense } from "./hyperloglog_dense.ts";
import { estimateCardinality } from "./hyperloglog_estimate.ts";
import { HEADER_BYTES, isDense, markDense, REGISTER_COUNT } from "./hyperloglog_header.ts";
import { countSparseValues, mergeSparse } from "./hyperloglog_sparse.ts";
import type { Int64 } from "./int64.ts";

/** Six bits have so many values. */
const ROW = 64;

/** Four rows, of which the first is the sum in the end. */
const histogram = new Int32Array(4 * ROW);
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
  histogram.fill(0);
  if (isDense(bytes, start)) countDenseValues(bytes, start, histogram);
  else if (!countSparseValues(bytes, start, end, histogram)) return null;
  return estimateFromRows();
}

/** The cardinality that registers, one a byte, stand for. */
export function countRegisters(registers: Uint8Array): Int64 {
  histogram.fill(0);
  for (let i = 0; i < REGISTER_COUNT; i += 4) {
    histogram[registers[i]!]!++;
    histogram[ROW + registers[i + 1]!]!++;
    histogram[2 * ROW + registers[i + 2]!]!++;
    histogram[3 * ROW + registers[i + 3]!]!++;
  }
  return estimateFromRows();
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

/** Writes a sparse HyperLogLog as a dense one, `DENSE_BYTES` long, to `target`; false when it is corrupted. */
export function makeDense({ bytes, start, end }: Slice, target: Uint8Array): boolean {
  expanded.fill(0);
  if (!mergeSparse(bytes, start, end, expanded)) return false;
  for (let i = 0; i < HEADER_BYTES; i++) target[i] = bytes[start + i]!;
  markDense(target, 0);
  packDense(expanded, target, 0);
  return true;
}

function estimateFromRows(): Int64 {
  for (let value = 0; value < ROW; value++) {
    histogram[value]! += histogram[ROW + value]! + histogram[2 * ROW + value]! + histogram[3 * ROW + value]!;
  }
  return estimateCardinality(histogram);
}
