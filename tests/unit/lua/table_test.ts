/** Tables: fields, borders, traversal, and a naive model. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { LuaError } from "../../../src/lua/lua_error.ts";
import { LuaTable } from "../../../src/lua/table.ts";
import type { LuaValue } from "../../../src/lua/value.ts";

function entries(table: LuaTable): [LuaValue, LuaValue][] {
  const found: [LuaValue, LuaValue][] = [];
  for (let pair = table.next(undefined); pair !== undefined; pair = table.next(pair[0])) found.push(pair);
  return found;
}

Deno.test("set() keeps values by keys of all kinds", () => {
  const table = new LuaTable();
  const object = new LuaTable();
  const keys: LuaValue[] = ["a", "", 1, 2, -1, 0, 1.5, 2 ** 53, Infinity, true, false, object];
  for (const [index, key] of keys.entries()) table.set(key, index);
  for (const [index, key] of keys.entries()) assertEquals(table.get(key), index);
  assertEquals(table.get(new LuaTable()), undefined);
  assertEquals(table.get(undefined), undefined);
  assertEquals(table.get(NaN), undefined);
  assertEquals(table.get("1"), undefined);
});

Deno.test("0 and -0 are one key", () => {
  const table = new LuaTable();
  table.set(0, "zero");
  table.set(-0, "minus");
  assertEquals([table.get(0), table.get(-0), entries(table).length], ["minus", "minus", 1]);
});

Deno.test("set() refuses nil and NaN as keys", () => {
  const table = new LuaTable();
  assertThrows(() => table.set(undefined, 1), LuaError, "table index is nil");
  assertThrows(() => table.set(NaN, 1), LuaError, "table index is NaN");
});

Deno.test("length() is a border, also of an array filled backwards", () => {
  const table = new LuaTable();
  assertEquals(table.length(), 0);
  for (let i = 100; i >= 1; i--) table.set(i, i);
  assertEquals(table.length(), 100);
  table.set(100, undefined);
  assertEquals(table.length(), 99);
});

Deno.test("next() goes on while the fields it visits become nil", () => {
  const table = new LuaTable();
  for (let i = 1; i <= 50; i++) {
    table.set(i, i);
    table.set(`k${i}`, i);
  }
  let count = 0;
  for (let pair = table.next(undefined); pair !== undefined; pair = table.next(pair[0])) {
    table.set(pair[0], undefined);
    count++;
  }
  assertEquals([count, entries(table).length], [100, 0]);
  assertThrows(() => table.next("never there"), LuaError, "invalid key to 'next'");
});

Deno.test("a table does what a Map does", () => {
  for (let seed = 1; seed <= 20; seed++) {
    const random = new Random(seed);
    const table = new LuaTable(random.below(8), random.below(8));
    const model = new Map<LuaValue, LuaValue>();
    for (let step = 0; step < 2000; step++) {
      const number = random.below(60);
      const key = random.below(2) === 0 ? number - 5 : `key ${number}`;
      const value = random.below(3) === 0 ? undefined : step;
      table.set(key, value);
      if (value === undefined) model.delete(key);
      else model.set(key, value);
    }
    const found = entries(table);
    assertEquals(found.length, model.size, `seed ${seed}`);
    for (const [key, value] of found) assertEquals(model.get(key), value, `seed ${seed}`);
    const border = table.length();
    assert(border === 0 || table.get(border) !== undefined, `seed ${seed}`);
    assertEquals(table.get(border + 1), undefined, `seed ${seed}`);
  }
});

Deno.test("forList() has the parts that a list has which grew", () => {
  for (let count = 0; count <= 70; count++) {
    const grown = new LuaTable();
    for (let key = 1; key <= count; key++) grown.set(key, key);
    const made = LuaTable.forList(count);
    for (let key = 1; key <= count; key++) made.set(key, key);
    assertEquals([made.array, made.ownBytes, made.length()], [grown.array, grown.ownBytes, count]);
  }
});
