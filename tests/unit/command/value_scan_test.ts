import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { collectHandles, type Scannable, type ScanStep } from "../../../src/command/value_scan.ts";
import { Arena } from "../../../src/values/arena.ts";
import { Dict } from "../../../src/values/dict.ts";
import { SetValue } from "../../../src/values/set_value.ts";
import { sliceOf } from "../values/elements.ts";

const HASH = new SeededHash(1, 2);
const MEMBERS = 500;
const BUCKETS = 4096;

function setOf(arena: Arena, texts: Iterable<string>): SetValue {
  const set = new SetValue(arena, HASH);
  for (const text of texts) set.add(sliceOf(text), 512);
  return set;
}

/** The handles of one whole scan, call by call. */
function* calls(value: Scannable, options: Omit<ScanStep, "cursor">): Generator<number[]> {
  let cursor = 0;
  do {
    const { handles, next } = collectHandles(value, { cursor, ...options });
    yield [...handles];
    cursor = next;
  } while (cursor !== 0);
}

Deno.test("collectHandles() gives as many elements as were wanted, with values or without", () => {
  const set = setOf(new Arena(), Array.from({ length: MEMBERS }, (_, index) => `m${index}`));
  for (const hasValues of [true, false]) {
    const found = [...calls(set, { count: 10, hasValues })];
    for (const handles of found.slice(0, -1)) assert(handles.length >= 10 && handles.length < 30);
    assertEquals(new Set(found.flat()).size, MEMBERS);
  }
});

Deno.test("collectHandles() passes over empty buckets, twice as many where elements have values", () => {
  const table = new Dict(new Arena(), HASH);
  table.reserve(BUCKETS);
  const { bytes, start, end } = sliceOf("m");
  table.insert(bytes, start, end, 0);
  const sparse: Scannable = { table, handles: () => new Int32Array() };
  const withoutValues = [...calls(sparse, { count: 1, hasValues: false })].length;
  const withValues = [...calls(sparse, { count: 1, hasValues: true })].length;
  // Where the one element is ends a call early: at most one call more.
  assertAlmostEquals(withoutValues, BUCKETS / 11, 2);
  assertAlmostEquals(withValues, BUCKETS / 21, 2);
});

Deno.test("collectHandles() goes through a value without a table whole", () => {
  const set = setOf(new Arena(), Array.from({ length: 100 }, (_, index) => String(index)));
  assertEquals([...calls(set, { count: 1, hasValues: false })].map((handles) => handles.length), [100]);
});
