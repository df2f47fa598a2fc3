import { assertEquals } from "@std/assert";
import { sortFirst } from "../../../src/values/partial_quicksort.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const ascending = (a: number, b: number) => a - b;

Deno.test("sortFirst() brings the first elements to the front, in order", () => {
  const random = new SeededRandom(61);
  for (let round = 0; round < 600; round++) {
    const count = random.integer(1, random.pick([6, 7, 8, 40, 41, 300]));
    const different = random.pick([1, 3, 20, 10_000]);
    const items = Int32Array.from({ length: count }, () => random.integer(1, different));
    const wanted = random.integer(1, count);
    const sorted = items.toSorted(ascending);
    sortFirst(items, wanted, ascending);
    assertEquals(items.slice(0, wanted), sorted.slice(0, wanted), `seed 61, round ${round}`);
    assertEquals(items.toSorted(ascending), sorted, `seed 61, round ${round}`);
  }
});

Deno.test("sortFirst() leaves equal elements in the order of Redis", () => {
  // Recorded from GEOSEARCH ... COUNT 5 of Redis 7.0.15, with so many members at one place.
  const cases: [number, number[]][] = [[7, [3, 1, 2, 0, 4]], [9, [8, 1, 2, 3, 4]], [45, [44, 1, 2, 3, 4]]];
  for (const [count, first] of cases) {
    const items = Int32Array.from({ length: count }, (_, index) => index);
    sortFirst(items, 5, () => 0);
    assertEquals([...items.slice(0, 5)], first);
  }
});

Deno.test("sortFirst() takes many elements that are in order, reversed or all the same", () => {
  const count = 20_000;
  for (const make of [(index: number) => index, (index: number) => count - index, () => 1]) {
    const items = Int32Array.from({ length: count }, (_, index) => make(index));
    const sorted = items.toSorted(ascending);
    sortFirst(items, 100, ascending);
    assertEquals(items.slice(0, 100), sorted.slice(0, 100));
  }
});
