import { assertEquals } from "@std/assert";
import { copyEntry, moveEntry } from "../../../src/store/key_moves.ts";
import { ENCODING_RAW } from "../../../src/store/entry_layout.ts";
import type { Store } from "../../../src/store/store.ts";
import { SetValue } from "../../../src/values/set_value.ts";
import { makeList, makeStore, read, slice, START_MS } from "./test_store.ts";

function fill(store: Store): void {
  const db = store.databases[0]!;
  db.setStringBytes(slice("raw"), slice("12"), ENCODING_RAW);
  db.setString(slice("int"), slice("-9223372036854775808"));
  db.setString(slice("long"), slice("x".repeat(100_000)));
  db.setValue(slice("list"), makeList(store, ["a", "b", "300"]));
  for (const key of ["int", "list"]) db.setExpiry(db.peek(slice(key)), START_MS + 1000);
}

const VALUES = [
  ["raw", "12"],
  ["int", "-9223372036854775808"],
  ["long", "x".repeat(100_000)],
  ["list", "[a,b,300]"],
] as const;

Deno.test("moveEntry() takes value, encoding, expiry and clock along, within a database and across", () => {
  for (const targetIndex of [0, 1]) {
    const store = makeStore();
    const source = store.databases[0]!;
    const target = store.databases[targetIndex]!;
    fill(store);
    store.clock.advance(500_000_000 - 1000);
    source.store.expiryRule = "ignore";
    for (const [key, value] of VALUES) {
      const entry = source.peek(slice(key));
      const before = [source.keyspace.lruOf(entry), source.expiryOf(entry), source.keyspace.stringEncodingOf(entry)];
      moveEntry(source, slice(key), entry, target, slice(`new ${key}`));
      assertEquals([read(source, key), read(target, `new ${key}`)], [null, value]);
      const moved = target.peek(slice(`new ${key}`));
      const after = [target.keyspace.lruOf(moved), target.expiryOf(moved), target.keyspace.stringEncodingOf(moved)];
      assertEquals(after, before);
    }
    assertEquals([store.keyCount, target.expiresCount], [4, 2]);
    store.flush(-1);
    store.lazyFree.run(Infinity);
    assertEquals(store.arena.usedBytes, 0);
  }
});

Deno.test("copyEntry() makes a value of its own that is new to the clock", () => {
  const store = makeStore();
  const [source, target] = [store.databases[0]!, store.databases[1]!];
  fill(store);
  const set = new SetValue(store.arena, store.hash);
  set.add(slice("1"), 512);
  source.setValue(slice("set"), set);
  store.clock.advance(500);
  for (const key of ["raw", "int", "long", "list", "set"]) {
    const entry = source.peek(slice(key));
    copyEntry(source, entry, target, slice(key));
    const copied = target.peek(slice(key));
    assertEquals(target.expiryOf(copied), source.expiryOf(entry));
    assertEquals(store.access.idleSeconds(target.keyspace.lruOf(copied), store.clock.now), 0);
  }
  for (const [key, value] of VALUES) assertEquals([read(source, key), read(target, key)], [value, value]);
  const copy = target.valueOf(target.peek(slice("set"))) as SetValue;
  copy.add(slice("2"), 512);
  assertEquals([set.size, copy.size], [1, 2]);
  source.delete(slice("list"));
  assertEquals(read(target, "list"), "[a,b,300]");
});
