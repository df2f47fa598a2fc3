import { assertEquals } from "@std/assert";
import type { KeyWatcher } from "../../../src/store/watched_keys.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeList, makeStore, read, rethrow, slice, START_MS } from "./test_store.ts";

function watch(store: Store, dbIndex: number, key: string): KeyWatcher {
  const watcher = { isDirty: false };
  const isExpired = store.databases[dbIndex]!.stateOf(slice(key)) === "expired";
  store.watched.watch(dbIndex, slice(key), watcher, isExpired);
  return watcher;
}

Deno.test("commit() makes watchers dirty, but not when the remains of an expired key go", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  db.setExpiry(db.setString(slice("old"), slice("v")), START_MS - 1);
  db.setString(slice("k"), slice("v"));
  const ofOld = watch(store, 0, "old");
  const ofKey = watch(store, 0, "k");
  const ofOther = watch(store, 1, "k");
  db.lookupRead(slice("old"));
  assertEquals(ofOld.isDirty, false);
  db.setString(slice("old"), slice("new"));
  db.commit(slice("old"), 4, "set");
  db.commit(slice("k"), 4, "set");
  assertEquals([ofOld.isDirty, ofKey.isDirty, ofOther.isDirty], [true, true, false]);
  assertEquals(store.stats.dirty, 2);
});

Deno.test("flush() empties one database or all, tells listeners, watchers and waiters", () => {
  const store = makeStore();
  const flushed: number[] = [];
  store.onFlushed.subscribe((dbIndex) => flushed.push(dbIndex));
  for (const db of store.databases) db.setString(slice("k"), slice(`in ${db.index}`));
  const there = watch(store, 1, "k");
  const missing = watch(store, 1, "none");
  let asked = 0;
  store.waiting.add(1, [slice("none").copy()], { serve: () => ++asked < 0 });
  assertEquals(store.flush(1), 1);
  assertEquals([there.isDirty, missing.isDirty, store.keyCount], [true, false, 3]);
  store.waiting.serveReady(() => {}, rethrow);
  assertEquals(asked, 1);
  assertEquals(store.flush(-1), 3);
  assertEquals([store.keyCount, ...flushed], [0, 1, -1]);
});

Deno.test("swap() exchanges the keys under the clients of both databases", () => {
  const store = makeStore();
  const [first, second] = [store.databases[0]!, store.databases[1]!];
  first.setString(slice("only first"), slice("1"));
  second.setValue(slice("list"), makeList(store, ["a"]));
  second.setExpiry(second.setString(slice("both"), slice("2")), START_MS + 50);
  first.setString(slice("both"), slice("1"));
  first.averageTtlMs = 7;
  const watchers = [watch(store, 0, "only first"), watch(store, 1, "only first"), watch(store, 2, "only first")];
  const ofNothing = watch(store, 0, "none");
  let asked = 0;
  store.waiting.add(0, [slice("list").copy()], { serve: () => ++asked > 0 });
  store.swap(first, second);
  store.waiting.serveReady(() => {}, rethrow);
  assertEquals([read(first, "list"), read(first, "both"), read(second, "both")], ["[a]", "2", "1"]);
  assertEquals([first.expiresCount, second.expiresCount, second.averageTtlMs], [1, 0, 7]);
  assertEquals(watchers.map(({ isDirty }) => isDirty), [true, true, false]);
  assertEquals([ofNothing.isDirty, asked], [false, 1]);
  store.swap(first, first);
  assertEquals(read(first, "list"), "[a]");
});
