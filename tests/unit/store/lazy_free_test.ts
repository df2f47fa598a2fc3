import { assert, assertEquals } from "@std/assert";
import { SetValue } from "../../../src/values/set_value.ts";
import { makeList, makeStore, slice } from "./test_store.ts";

Deno.test("small values are freed at once, large ones in slices", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  let pendingCalls = 0;
  store.lazyFree.onPending = () => pendingCalls++;
  db.setValue(slice("small"), makeList(store, ["a", "b"]));
  db.delete(slice("small"));
  assertEquals([store.arena.usedBytes, store.lazyFree.pendingObjects, store.lazyFree.freedObjects], [0, 0, 0]);
  const set = new SetValue(store.arena, store.hash);
  for (let member = 0; member < 20_000; member++) set.add(slice(`m${member}`), 512);
  const list = makeList(store, Array.from({ length: 200_000 }, (_, index) => `element ${index}`));
  assert(list.freeEffort > 64);
  db.setValue(slice("set"), set);
  db.setValue(slice("list"), list);
  db.delete(slice("set"));
  db.delete(slice("list"));
  assertEquals([db.size, store.lazyFree.pendingObjects, pendingCalls], [0, 2, 1]);
  let rounds = 0;
  while (!store.lazyFree.run(0)) rounds++;
  assert(rounds > 10);
  assertEquals([store.arena.usedBytes, store.lazyFree.pendingObjects, store.lazyFree.freedObjects], [0, 0, 2]);
});

Deno.test("a replaced keyspace is freed with its values, and its keys are counted", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  for (let index = 0; index < 5000; index++) db.setString(slice(`key${index}`), slice(`value ${index}`));
  const set = new SetValue(store.arena, store.hash);
  for (let member = 0; member < 5000; member++) set.add(slice(`m${member}`), 512);
  db.setValue(slice("set"), set);
  db.setValue(slice("list"), makeList(store, ["a"]));
  assertEquals(store.flush(0), 5002);
  assertEquals([db.size, store.lazyFree.pendingObjects], [0, 5002]);
  while (!store.lazyFree.run(0));
  assertEquals([store.arena.usedBytes, store.values.awakeCount, store.lazyFree.freedObjects], [0, 0, 5002]);
  assertEquals(store.dataBytes, 0);
});
