import { assertEquals } from "@std/assert";
import { ActiveExpiry } from "../../../src/store/active_expiry.ts";
import { makeStore, read, recordEffects, slice, START_MS } from "./test_store.ts";

Deno.test("a writable replica deletes the expired keys of its own clients and leaves those of its master", () => {
  const store = makeStore();
  const db = store.databases[2]!;
  const effects = recordEffects(store);
  const set = (key: string, ttlMs: number) => db.setExpiry(db.setString(slice(key), slice("v")), START_MS + ttlMs);
  store.expiryRule = "ignore";
  set("of master", 10);
  store.expiryRule = "hide";
  for (let index = 0; index < 20; index++) set(`lasting ${index}`, 100_000);
  for (let index = 0; index < 20; index++) set(`own ${index}`, 10);
  set("persistent", 10);
  db.clearExpiry(db.lookupWrite(slice("persistent")));
  assertEquals(store.replicaExpiry.size, 41);
  store.clock.advance(11);
  const expiry = new ActiveExpiry(store);
  for (let round = 0; round < 50; round++) expiry.run();
  assertEquals([store.replicaExpiry.size, db.size, effects.length], [20, 22, 20]);
  assertEquals([read(db, "persistent"), db.stateOf(slice("of master"))], ["v", "expired"]);
  store.flush(-1);
  assertEquals(store.replicaExpiry.size, 0);
});
