/**
 * From the values of the registers to the cardinality: the estimator of Otmar Ertl, "New cardinality estimation algorithms
 * for HyperLogLog sketches" (arXiv:1702.01284), in the order of operations that gives Redis's result to the last bit.
 */

import { canonicalInt64, type Int64 } from "./int64.ts";
import { REGISTER_COUNT } from "./hyperloglog_header.ts";

/** The values that a hash can give, 1 to 51, end here. */
const VALUE_MAX = 51;
/** 1 / (2 ln 2). */
const ALPHA_INFINITE = 0.7213475204444817;
const INT64_LIMIT = 2 ** 63;
const INT64_MIN = -(2n ** 63n);

/**
 * The cardinality of which `histogram` gives how many registers have each value. What needs more than 63 bits, which only
 * corrupted registers do, is the smallest 64-bit integer, as the conversion gives it in Redis on x86.
 */
export function estimateCardinality(histogram: Int32Array): Int64 {
  const m = REGISTER_COUNT;
  let z = m * tau((m - histogram[VALUE_MAX]!) / m);
  for (let value = VALUE_MAX - 1; value >= 1; value--) z = (z + histogram[value]!) * 0.5;
  z += m * sigma(histogram[0]! / m);
  const estimate = Math.round(ALPHA_INFINITE * m * m / z);
  if (Number.isSafeInteger(estimate)) return estimate;
  return estimate < INT64_LIMIT ? canonicalInt64(BigInt(estimate)) : INT64_MIN;
}

function sigma(x: number): number {
  if (x === 1) return Infinity;
  let power = x;
  let weight = 1;
  let sum = x;
  for (let before = -1; before !== sum; weight += weight) {
    power *= power;
    before = sum;
    sum += power * weight;
  }
  return sum;
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0;
  let root = x;
  let weight = 1;
  let rest = 1 - x;
  for (let before = -1; before !== rest;) {
    root = Math.sqrt(root);
    before = rest;
    weight *= 0.5;
    rest -= (1 - root) * (1 - root) * weight;
  }
  return rest / 3;
}
