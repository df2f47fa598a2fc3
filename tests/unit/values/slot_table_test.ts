import { assert, assertEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../../src/base/invariant.ts";
import { Random } from "../../../src/base/random.ts";
import { SlotTable } from "../../../src/values/slot_table.ts";

Deno.test("SlotTable keeps objects under numbers that are never 0", () => {
  const table = new SlotTable<{ name: string }>();
  const first = { name: "first" };
  const second = { name: "second" };
  const slot = table.add(first);
  const other = table.add(second);
  assert(slot > 0 && other > 0 && slot !== other);
  assert(table.get(slot) === first && table.get(other) === second);
  table.replace(slot, second);
  assert(table.get(slot) === second);
  assert(table.remove(other) === second);
  assertEquals(table.size, 1);
  assertThrows(() => table.remove(other), InvariantError);
});

Deno.test("SlotTable reuses slots instead of growing", () => {
  const table = new SlotTable<object>();
  let highest = 0;
  for (let round = 0; round < 5; round++) {
    const slots = Array.from({ length: 10_000 }, () => table.add({}));
    highest = Math.max(highest, ...slots);
    for (const slot of slots) table.remove(slot);
    assertEquals(table.size, 0);
  }
  assert(highest <= 3 * 4096, `Slot ${highest} for 10,000 objects`);
});

Deno.test("SlotTable agrees with a Map under random operations", () => {
  const seed = 20_261;
  const random = new Random(seed);
  const table = new SlotTable<{ id: number }>();
  const model = new Map<number, { id: number }>();
  for (let step = 0; step < 60_000; step++) {
    // Grows to some thousands, shrinks to nothing, grows again.
    const isGrowing = Math.floor(step / 15_000) % 2 === 0;
    if (random.below(10) < (isGrowing ? 8 : 2)) {
      const value = { id: step };
      const slot = table.add(value);
      assert(!model.has(slot), `seed ${seed}: slot ${slot} is given out twice`);
      model.set(slot, value);
    } else if (model.size > 0) {
      // Mostly the oldest, now and then any: the free slots of several segments get mixed.
      const slots = step % 50 === 0 ? [...model.keys()] : [model.keys().next().value!];
      const slot = slots[random.below(slots.length)]!;
      assert(table.remove(slot) === model.get(slot), `seed ${seed}`);
      model.delete(slot);
    }
    assertEquals(table.size, model.size);
  }
  for (const [slot, value] of model) assert(table.get(slot) === value, `seed ${seed}`);
});
