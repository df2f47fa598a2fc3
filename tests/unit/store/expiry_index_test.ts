import { assert, assertEquals } from "@std/assert";
import { ExpiryIndex } from "../../../src/store/expiry_index.ts";
import { Arena } from "../../../src/values/arena.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

Deno.test("the index holds what was added and not removed, in any order", () => {
  const random = new SeededRandom(7);
  const index = new ExpiryIndex(new Arena());
  const positions = new Map<number, number>();
  let next = 1;
  for (let step = 0; step < 300_000; step++) {
    if (positions.size === 0 || random.chance(step < 200_000 ? 0.8 : 0.1)) {
      positions.set(next, index.add(next));
      next++;
    } else {
      const position = random.integer(0, index.size - 1);
      const removed = index.at(position);
      const moved = index.removeAt(position);
      positions.delete(removed);
      if (moved !== removed) positions.set(moved, position);
    }
  }
  assertEquals(index.size, positions.size);
  for (const [entry, position] of positions) assertEquals(index.at(position), entry);
});

Deno.test("the index takes little memory for few keys and none for none", () => {
  const arena = new Arena();
  const index = new ExpiryIndex(arena);
  assertEquals(index.tableBytes, 0);
  index.add(1);
  assert(index.tableBytes <= 1024);
  for (let entry = 2; entry <= 200_000; entry++) index.add(entry);
  assert(index.tableBytes < 2 * 200_000 * 4);
  assertEquals(arena.tableBytes, index.tableBytes);
  while (index.size > 0) index.removeAt(0);
  assertEquals([index.tableBytes, arena.tableBytes], [0, 0]);
});
