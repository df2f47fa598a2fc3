import { assert, assertEquals } from "@std/assert";
import { Slice } from "../../../src/bytes/slice.ts";
import { countRegisters, countString, makeDense, mergeString } from "../../../src/values/hyperloglog.ts";
import { packDense } from "../../../src/values/hyperloglog_dense.ts";
import { estimateCardinality } from "../../../src/values/hyperloglog_estimate.ts";
import {
  DENSE_BYTES,
  dropCachedCount,
  EMPTY_HYPERLOGLOG,
  isDense,
  isHyperLogLog,
  readCachedCount,
  REGISTER_COUNT,
  writeCachedCount,
} from "../../../src/values/hyperloglog_header.ts";
import { raiseSparse, SparseCursor } from "../../../src/values/hyperloglog_sparse.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

/** Both representations of a set of `size` random elements, the dense one made by itself, and their registers. */
function makeBoth(random: SeededRandom, size: number) {
  const registers = new Uint8Array(REGISTER_COUNT);
  const sparse = new Slice(new Uint8Array(40_000), 0, EMPTY_HYPERLOGLOG.length);
  sparse.bytes.set(EMPTY_HYPERLOGLOG);
  const cursor = new SparseCursor();
  for (let i = 0; i < size; i++) {
    const index = random.integer(0, REGISTER_COUNT - 1);
    const value = 1 + Math.clz32(random.word() | 1);
    registers[index] = Math.max(registers[index]!, value);
    const length = raiseSparse(sparse.bytes, 0, sparse.end, index, value, 30_000, cursor);
    if (length > 0) sparse.end = length;
  }
  const dense = new Slice(new Uint8Array(DENSE_BYTES));
  dense.bytes.set(EMPTY_HYPERLOGLOG.subarray(0, 4));
  packDense(registers, dense.bytes, 0);
  return { registers, sparse, dense };
}

function histogramOf(counts: Record<number, number>): Int32Array {
  const histogram = new Int32Array(256);
  for (const [value, count] of Object.entries(counts)) histogram[Number(value)] = count;
  return histogram;
}

Deno.test("both representations and bare registers give the same count, near the truth", () => {
  const random = new SeededRandom(2014);
  for (const size of [0, 1, 2, 10, 100, 1000, 3000, 10_000]) {
    const { registers, sparse, dense } = makeBoth(random, size);
    const count = countString(dense);
    assertEquals(countString(sparse), count);
    assertEquals(countRegisters(registers), count);
    assert(Math.abs(Number(count) - size) <= 1 + size * 0.05, `${size} counted as ${count}`);
  }
});

Deno.test("mergeString() gives the higher of both registers, whatever the representation", () => {
  const random = new SeededRandom(2015);
  const first = makeBoth(random, 500);
  const second = makeBoth(random, 2000);
  const expected = first.registers.map((value, index) => Math.max(value, second.registers[index]!));
  for (const [a, b] of [[first.sparse, second.dense], [first.dense, second.sparse], [first.sparse, second.sparse]]) {
    const union = new Uint8Array(REGISTER_COUNT);
    assert(mergeString(a!, union) && mergeString(b!, union));
    assertEquals(union, expected);
  }
});

Deno.test("makeDense() keeps registers and header, also in place", () => {
  const { sparse, dense } = makeBoth(new SeededRandom(2016), 1500);
  writeCachedCount(sparse.bytes, 0, 1234);
  const target = new Uint8Array(DENSE_BYTES);
  assert(makeDense(sparse, target));
  assertEquals(target.subarray(16), dense.bytes.subarray(16));
  assert(isDense(target, 0) && isHyperLogLog(new Slice(target)));
  assertEquals(readCachedCount(target, 0), 1234);
  assert(makeDense(sparse, sparse.bytes));
  assertEquals(sparse.bytes.subarray(0, DENSE_BYTES), target);
  assertEquals(makeDense(new Slice(EMPTY_HYPERLOGLOG, 0, 17), target), false);
});

Deno.test("isHyperLogLog() looks at magic, encoding and length", () => {
  const dense = new Uint8Array(DENSE_BYTES + 1);
  dense.set(EMPTY_HYPERLOGLOG.subarray(0, 4));
  assert(isHyperLogLog(new Slice(dense, 0, DENSE_BYTES)));
  assert(!isHyperLogLog(new Slice(dense)) && !isHyperLogLog(new Slice(dense, 0, DENSE_BYTES - 1)));
  assert(isHyperLogLog(new Slice(EMPTY_HYPERLOGLOG)) && isHyperLogLog(new Slice(EMPTY_HYPERLOGLOG, 0, 16)));
  assert(!isHyperLogLog(new Slice(EMPTY_HYPERLOGLOG, 0, 15)) && !isHyperLogLog(new Slice()));
  for (let at = 0; at < 5; at++) {
    const bytes = EMPTY_HYPERLOGLOG.slice();
    bytes[at]! ^= 0x22;
    assert(!isHyperLogLog(new Slice(bytes)), `byte ${at}`);
  }
});

Deno.test("the cached count is read until it is dropped, at 64 bits", () => {
  const bytes = EMPTY_HYPERLOGLOG.slice();
  assertEquals(readCachedCount(bytes, 0), 0);
  for (const count of [1, 2 ** 40 + 5, 2n ** 62n + 3n]) {
    writeCachedCount(bytes, 0, count);
    assertEquals(readCachedCount(bytes, 0), count);
    dropCachedCount(bytes, 0);
    assertEquals(readCachedCount(bytes, 0), null);
  }
  writeCachedCount(bytes, 0, -(2n ** 63n));
  assertEquals(readCachedCount(bytes, 0), null);
});

Deno.test("estimateCardinality() is exact where that is known, up to what no 64 bits hold", () => {
  assertEquals(estimateCardinality(histogramOf({ 0: REGISTER_COUNT })), 0);
  assertEquals(estimateCardinality(histogramOf({ 0: REGISTER_COUNT - 1, 1: 1 })), 1);
  assertEquals(estimateCardinality(histogramOf({ 0: REGISTER_COUNT - 10, 2: 9, 7: 1 })), 10);
  assertEquals(estimateCardinality(histogramOf({ 51: REGISTER_COUNT })), -(2n ** 63n));
  assertEquals(estimateCardinality(histogramOf({ 63: REGISTER_COUNT })), -(2n ** 63n));
  assertEquals(estimateCardinality(histogramOf({ 50: REGISTER_COUNT })), -(2n ** 63n));
  assertEquals(estimateCardinality(histogramOf({ 49: REGISTER_COUNT })), 6653256548922161152n);
  assertEquals(estimateCardinality(histogramOf({ 40: REGISTER_COUNT })), 12994641697113596n);
});
