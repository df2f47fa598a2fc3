import { assert, assertEquals } from "@std/assert";
import { ActiveExpiry } from "../../../src/store/active_expiry.ts";
import { SnapshotWalk } from "../../../src/store/snapshot_walk.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeList, makeStore, recordEffects, slice, START_MS } from "./test_store.ts";

function addKeys(store: Store, dbIndex: number, count: number, ttlMs: number): void {
  const db = store.databases[dbIndex]!;
  for (let index = 0; index < count; index++) {
    db.setExpiry(db.setString(slice(`${ttlMs}:${index}`), slice("v")), START_MS + ttlMs);
  }
}

Deno.test("slow cycles delete the expired keys of all databases and no others", () => {
  const store = makeStore();
  addKeys(store, 0, 500, 100);
  addKeys(store, 0, 500, 1_000_000);
  addKeys(store, 3, 2000, 100);
  store.databases[0]!.setString(slice("stays"), slice("v"));
  const effects = recordEffects(store);
  const expiry = new ActiveExpiry(store);
  store.clock.advance(101);
  for (let cycle = 0; cycle < 200; cycle++) expiry.run();
  assertEquals(store.databases.map((db) => db.size), [501, 0, 0, 0]);
  assertEquals([store.stats.expiredKeys, effects.length], [2500, 2500]);
  assert(expiry.timeUsedMs > 0);
  assertEquals(store.databases[3]!.averageTtlMs, 0);
  const averageTtlMs = store.databases[0]!.averageTtlMs;
  assert(averageTtlMs > 900_000 && averageTtlMs <= 1_000_000, `${averageTtlMs}`);
});

Deno.test("a cycle that runs out of time is to be followed by another", () => {
  const store = makeStore();
  addKeys(store, 0, 40_000, 100);
  const expiry = new ActiveExpiry(store);
  store.clock.advance(101);
  assert(!expiry.needsAnother);
  expiry.run();
  assertEquals(expiry.timeCapReachedCount, 1);
  assert(expiry.needsAnother && expiry.stalePercent > 4);
  const before = store.databases[0]!.size;
  expiry.run();
  assert(store.databases[0]!.size < before);
  store.expiryRule = "hide";
  assert(!expiry.needsAnother);
});

Deno.test("nothing expires while it is switched off, nor on a replica", () => {
  const store = makeStore();
  addKeys(store, 0, 10, -1);
  const expiry = new ActiveExpiry(store);
  expiry.isEnabled = false;
  expiry.run();
  expiry.isEnabled = true;
  store.expiryRule = "hide";
  expiry.run();
  assertEquals(store.databases[0]!.size, 10);
  store.expiryRule = "delete";
  expiry.effort = 10;
  expiry.run();
  assertEquals(store.databases[0]!.size, 0);
});

Deno.test("a large value that a snapshot has still to save is left until it is saved", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  const big = makeList(store, Array.from({ length: 30_000 }, (_, index) => `element ${index}`));
  db.setExpiry(db.setValue(slice("big"), big), START_MS - 1);
  addKeys(store, 0, 5, -1);
  const saved: string[] = [];
  const walk = new SnapshotWalk(store, {
    beginDatabase() {},
    saveEntry: () => void saved.push("small"),
    *saveLargeEntry() {
      yield;
      saved.push("big");
    },
  });
  const expiry = new ActiveExpiry(store);
  for (let cycle = 0; cycle < 10; cycle++) expiry.run();
  assertEquals(db.size, 1);
  assertEquals(db.lookupRead(slice("big")), 0);
  assertEquals(db.size, 1);
  while (!walk.isFinished) walk.step();
  expiry.run();
  assertEquals([db.size, saved.toSorted()], [0, ["big", "small", "small", "small", "small", "small"]]);
});
