/**
 * How even the random choices of elements are: of all encodings, and of a dict in every state.
 *
 * - What is measured is chi-square over its expectation for equal chances, per draw: the variance of the elements' chances
 *   in units of the mean, without what the draws' own randomness adds. 0 is perfectly fair.
 */

import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Arena } from "../../../src/values/arena.ts";
import { Dict } from "../../../src/values/dict.ts";
import { HashValue } from "../../../src/values/hash_value.ts";
import { SetValue } from "../../../src/values/set_value.ts";
import { SortedSetValue } from "../../../src/values/sorted_set_value.ts";
import { bytesOfText } from "../../support/byte_text.ts";
import { sliceOf } from "./elements.ts";

const DRAWS_PER_ELEMENT = 300;
/**
 * Chance leaves some 0.0003 with so many draws, and more where the elements are few. Two entries that share a place of a long
 * chain add 0.001 where there are 500.
 */
const UNIFORM_MAX = 0.003;

/** Draws again and again; every element must come. */
function unevenness(count: number, draw: () => number): number {
  const hits = new Map<number, number>();
  for (let left = count * DRAWS_PER_ELEMENT; left > 0; left--) {
    const drawn = draw();
    hits.set(drawn, (hits.get(drawn) ?? 0) + 1);
  }
  assertEquals(hits.size, count);
  let chiSquare = 0;
  for (const hit of hits.values()) chiSquare += (hit - DRAWS_PER_ELEMENT) ** 2 / DRAWS_PER_ELEMENT;
  return (chiSquare - (count - 1)) / (count * DRAWS_PER_ELEMENT);
}

Deno.test("elements of the compact forms are drawn uniformly", () => {
  const arena = new Arena();
  const hashing = new SeededHash(3, 4);
  const hash = new HashValue(arena, hashing);
  const set = new SetValue(arena, hashing);
  const sorted = new SortedSetValue(arena, hashing);
  for (let index = 0; index < 120; index++) {
    hash.set(sliceOf(`field${index}`), sliceOf("v"), { maxListpackEntries: 128, maxListpackValue: 64 });
    set.add(sliceOf(String(index * 7)), 512);
    sorted.put(sliceOf(`m${index}`), index % 9, 0, { maxListpackEntries: 128, maxListpackValue: 64 });
  }
  const random = new Random(11);
  for (const value of [hash, set, sorted]) {
    assertEquals(value.table, null);
    const found = unevenness(120, () => value.randomHandle(random));
    assert(Math.abs(found) < UNIFORM_MAX, `${value.kind}: ${found}`);
  }
});

Deno.test("elements of hash tables are drawn uniformly, whatever the size of the table", () => {
  const arena = new Arena();
  const hashing = new SeededHash(5, 6);
  const random = new Random(12);
  for (const count of [3, 60, 500, 1000, 1500]) {
    const hash = new HashValue(arena, hashing);
    const set = new SetValue(arena, hashing);
    const sorted = new SortedSetValue(arena, hashing);
    for (let index = 0; index < count; index++) {
      hash.set(sliceOf(`field${index}`), sliceOf("v"), { maxListpackEntries: 0, maxListpackValue: 64 });
      set.add(sliceOf(`m${index}`), 0);
      sorted.put(sliceOf(`m${index}`), index % 9, 0, { maxListpackEntries: 0, maxListpackValue: 64 });
    }
    for (const value of [hash, set, sorted]) {
      const found = unevenness(count, () => value.randomHandle(random));
      assert(found < UNIFORM_MAX, `${value.kind} of ${count}: ${found}`);
    }
  }
});

Deno.test("fairRandomEntry() favours none in the middle of a rehash and in a sparse table", () => {
  const random = new Random(13);
  const fill = (dict: Dict, from: number, to: number) => {
    for (let index = from; index < to; index++) {
      const bytes = bytesOfText(`key:${index}`);
      dict.insert(bytes, 0, bytes.length, 0);
    }
  };
  // Moved by a quarter, by a half and by three quarters.
  for (const quarter of [1, 2, 3]) {
    const dict = new Dict(new Arena(), new SeededHash(quarter, 8));
    fill(dict, 0, 1024);
    while (dict.rehashFor(1, () => 0));
    for (let index = 1024; dict.rehashIndex < quarter * 256; index++) fill(dict, index, index + 1);
    dict.pauseResize();
    const found = unevenness(dict.size, () => dict.fairRandomEntry(random));
    assert(found < UNIFORM_MAX, `${quarter} quarters: ${found}`);
  }
  const sparse = new Dict(new Arena(), new SeededHash(9, 9));
  sparse.reserve(4096);
  fill(sparse, 0, 420);
  const found = unevenness(420, () => sparse.fairRandomEntry(random));
  assert(found < UNIFORM_MAX, `sparse: ${found}`);
});
