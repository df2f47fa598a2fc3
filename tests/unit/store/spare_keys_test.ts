import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { SpareKeys } from "../../../src/store/spare_keys.ts";
import { slice, textOf } from "./test_store.ts";

Deno.test("a copy of a key is its own while it is taken, and its buffer is used again", () => {
  const spareKeys = new SpareKeys();
  const first = spareKeys.take(slice("first"));
  const second = spareKeys.take(slice("the second"));
  assertEquals([textOf(first), textOf(second)], ["first", "the second"]);
  assert(first.bytes !== second.bytes);
  spareKeys.giveBack(first);
  const third = spareKeys.take(slice(""));
  assertStrictEquals(third.bytes, first.bytes);
  assertEquals([textOf(third), textOf(second)], ["", "the second"]);
});

Deno.test("a copy of a long key keeps no memory", () => {
  const spareKeys = new SpareKeys();
  const long = spareKeys.take(slice("x".repeat(257)));
  assertEquals(textOf(long), "x".repeat(257));
  spareKeys.giveBack(long);
  assert(spareKeys.take(slice("y")).bytes !== long.bytes);
});
