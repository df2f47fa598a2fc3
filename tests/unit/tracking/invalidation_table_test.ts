import { assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { InvalidationTable } from "../../../src/tracking/invalidation_table.ts";
import { textOfBytes } from "../../support/byte_text.ts";
import { slice } from "../store/test_store.ts";

function makeTable(): InvalidationTable {
  return new InvalidationTable(new SeededHash(1, 2));
}

Deno.test("add() keeps each client once for a key, ascending", () => {
  const table = makeTable();
  for (const id of [7, 3, 7, 2 ** 40 + 5, 300, 3, 2 ** 32]) table.add(slice("a"), id);
  table.add(slice(""), 1);
  assertEquals([table.keyCount, table.itemCount], [2, 6]);
  assertEquals(table.take(slice("a")), [3, 7, 300, 2 ** 32, 2 ** 40 + 5]);
  assertEquals(table.take(slice("a")), null);
  assertEquals(table.take(slice("")), [1]);
  assertEquals([table.keyCount, table.itemCount], [0, 0]);
});

Deno.test("the table agrees with a map of sets", () => {
  const table = makeTable();
  const random = new Random(4);
  const model = new Map<string, Set<number>>();
  for (let step = 0; step < 20_000; step++) {
    const key = `key:${random.below(50)}`.repeat(1 + random.below(3));
    if (random.below(20) === 0) {
      const expected = model.get(key);
      assertEquals(table.take(slice(key)), expected === undefined ? null : [...expected].sort((a, b) => a - b));
      model.delete(key);
    } else {
      const id = 1 + random.below(400) * 0x1234567;
      table.add(slice(key), id);
      if (model.has(key)) model.get(key)!.add(id);
      else model.set(key, new Set([id]));
    }
  }
  assertEquals(table.keyCount, model.size);
  assertEquals(table.itemCount, [...model.values()].reduce((sum, ids) => sum + ids.size, 0));
});

Deno.test("clear() gives all memory back", () => {
  const table = makeTable();
  for (let i = 0; i < 1000; i++) table.add(slice(`key:${i}`), i);
  assertEquals(table.memoryBytes > 1000 * 30, true);
  table.clear();
  assertEquals([table.keyCount, table.itemCount, table.memoryBytes], [0, 0, 0]);
});

Deno.test("randomKey() gives a key of the table, in the long run any", () => {
  const table = makeTable();
  const random = new Random(5);
  assertEquals(table.randomKey(random), null);
  for (const key of ["a", "bb", ""]) table.add(slice(key), 1);
  const drawn = new Set(Array.from({ length: 100 }, () => textOfBytes(table.randomKey(random)!)));
  assertEquals([...drawn].sort(), ["", "a", "bb"]);
});
