import { assert, assertEquals } from "@std/assert";
import { NO_ENTRY } from "../../../src/store/entry_layout.ts";
import { LFU_INIT_VAL } from "../../../src/store/access_clock.ts";
import { KIND_LIST, KIND_STRING } from "../../../src/values/kind.ts";
import { StreamValue } from "../../../src/values/stream_value.ts";
import type { KeyWaiter } from "../../../src/store/waiting_keys.ts";
import { makeList, makeStore, read, recordEffects, recordEvents, rethrow, slice, START_MS } from "./test_store.ts";

Deno.test("lookupRead() counts hits and misses, tells of misses and marks the key as used", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  const entry = db.setString(slice("k"), slice("v"));
  const events = recordEvents(store);
  store.clock.advance(5000);
  assertEquals(store.access.idleSeconds(db.keyspace.lruOf(entry), store.clock.now), 5);
  assertEquals(db.lookupReadNoTouch(slice("k")), entry);
  assertEquals(store.access.idleSeconds(db.keyspace.lruOf(entry), store.clock.now), 5);
  assertEquals(db.lookupRead(slice("k")), entry);
  assertEquals(store.access.idleSeconds(db.keyspace.lruOf(entry), store.clock.now), 0);
  assertEquals(db.lookupReadNoNotify(slice("none")), NO_ENTRY);
  assertEquals(db.lookupReadNoTouch(slice("gone")), NO_ENTRY);
  assertEquals(db.peek(slice("none")), NO_ENTRY);
  assertEquals([store.stats.keyspaceHits, store.stats.keyspaceMisses], [2, 2]);
  assertEquals(events, ["keymiss gone@0"]);
});

Deno.test("an expired key is deleted by whoever meets it, with event, count and propagation", () => {
  const store = makeStore();
  const db = store.databases[1]!;
  db.setExpiry(db.setString(slice("k"), slice("v")), START_MS + 100);
  const events = recordEvents(store);
  const effects = recordEffects(store);
  store.clock.advance(100);
  assertEquals(read(db, "k"), "v");
  store.clock.advance(1);
  assertEquals(db.stateOf(slice("k")), "expired");
  assertEquals(db.size, 1);
  assertEquals(db.lookupRead(slice("k")), NO_ENTRY);
  assertEquals([db.size, db.expiresCount, store.stats.expiredKeys], [0, 0, 1]);
  assertEquals(events, ["expired k@1", "keymiss k@1"]);
  assertEquals(effects, ["DEL k@1"]);
});

Deno.test("an expired key is hidden from reads of a replica, and its master's commands see it", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  db.setExpiry(db.setString(slice("k"), slice("v")), START_MS - 1);
  store.expiryRule = "hide";
  assertEquals(db.lookupRead(slice("k")), NO_ENTRY);
  assertEquals(db.size, 1);
  store.expiryRule = "ignore";
  assertEquals(read(db, "k"), "v");
  store.expiryRule = "hide";
  assertEquals(db.lookupWrite(slice("k")), NO_ENTRY);
  assertEquals(db.size, 0);
});

Deno.test("delete() removes what is hidden but not what has expired on a master", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  const effects = recordEffects(store);
  db.setExpiry(db.setString(slice("k"), slice("v")), START_MS - 1);
  store.expiryRule = "hide";
  assert(db.delete(slice("k")));
  store.expiryRule = "delete";
  db.setExpiry(db.setString(slice("k"), slice("v")), START_MS - 1);
  assert(!db.delete(slice("k")));
  assert(!db.delete(slice("k")));
  store.expiryCommand = "UNLINK";
  db.setExpiry(db.setString(slice("u"), slice("v")), START_MS - 1);
  db.peek(slice("u"));
  assertEquals(effects, ["DEL k@0", "UNLINK u@0"]);
});

Deno.test("setString() on an expired key deletes it first, even when it keeps the time to live", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  db.setExpiry(db.setString(slice("k"), slice("old")), START_MS - 1);
  const events = recordEvents(store);
  const entry = db.setString(slice("k"), slice("new"), { keepTtl: true });
  assertEquals([db.expiryOf(entry), db.expiresCount], [-1, 0]);
  assertEquals(events, ["expired k@0", "new k@0"]);
});

Deno.test("values of every kind overwrite each other in place, keeping the time to live on request", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  const events = recordEvents(store);
  db.setExpiry(db.setString(slice("k"), slice("text")), START_MS + 1000);
  let entry = db.setValue(slice("k"), makeList(store, ["a", "b"]), { keepTtl: true });
  assertEquals([db.kindOf(entry), db.expiryOf(entry), read(db, "k")], [KIND_LIST, START_MS + 1000, "[a,b]"]);
  entry = db.setString(slice("k"), slice("-12"), { keepTtl: true });
  assertEquals([db.kindOf(entry), db.expiryOf(entry), read(db, "k")], [KIND_STRING, START_MS + 1000, "-12"]);
  db.setValue(slice("k"), makeList(store, ["c"]), { keepTtl: true });
  entry = db.setString(slice("k"), slice("x".repeat(500)));
  assertEquals([db.expiryOf(entry), read(db, "k"), db.expiresCount], [-1, "x".repeat(500), 0]);
  entry = db.setValue(slice("k"), makeList(store, ["d"]));
  assertEquals([db.expiryOf(entry), read(db, "k"), db.size], [-1, "[d]", 1]);
  assertEquals(events, ["new k@0"]);
  assert(db.delete(slice("k")));
  assertEquals([store.arena.usedBytes, store.values.awakeCount], [0, 0]);
});

Deno.test("an expiry of 64 bits is kept exactly", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  const entry = db.setExpiry(db.setString(slice("k"), slice("v")), 9223372036854775807n);
  assertEquals(db.keyspace.exactExpiryOf(entry), 9223372036854775807n);
  assertEquals(db.stateOf(slice("k")), "alive");
  db.setExpiry(entry, -5);
  assertEquals([db.keyspace.exactExpiryOf(entry), db.keyspace.hasExpiry(entry)], [-5, true]);
  // As in Redis, a moment before 1970 never comes.
  assertEquals(db.stateOf(slice("k")), "alive");
  assert(db.clearExpiry(entry));
  assert(!db.clearExpiry(entry));
  assertEquals([db.expiryOf(entry), read(db, "k")], [-1, "v"]);
});

Deno.test("overwriting keeps the LFU counter", () => {
  const store = makeStore();
  store.access.policy.isLfu = true;
  store.access.policy.lfuLogFactor = 0;
  const db = store.databases[0]!;
  const entry = db.setString(slice("k"), slice("v"));
  for (let count = 0; count < 10; count++) db.lookupRead(slice("k"));
  assertEquals(db.keyspace.lruOf(entry) & 255, LFU_INIT_VAL + 10);
  const again = db.setString(slice("k"), slice("longer than before by far, to move the entry"));
  assertEquals(db.keyspace.lruOf(again) & 255, LFU_INIT_VAL + 11);
});

Deno.test("waiting clients hear of new values and of streams that go, not of strings", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  const served: string[] = [];
  const waiter: KeyWaiter = { serve: (key) => served.push(String.fromCharCode(...key)) < 0 };
  store.waiting.add(0, [..."abc"].map((key) => slice(key).copy()), waiter);
  const serve = () => store.waiting.serveReady(() => {}, rethrow);
  db.setString(slice("a"), slice("v"));
  serve();
  assertEquals(served, []);
  db.setValue(slice("b"), makeList(store, ["x"]));
  serve();
  assertEquals(served, ["b"]);
  db.delete(slice("b"));
  serve();
  assertEquals(served, ["b"]);
  db.setValue(slice("c"), new StreamValue(store.arena));
  serve();
  db.setString(slice("c"), slice("v"));
  serve();
  assertEquals(served, ["b", "c", "c"]);
});

Deno.test("randomEntry() deletes expired keys on its way and gives up on those that must stay", () => {
  const store = makeStore();
  const db = store.databases[0]!;
  assertEquals(db.randomEntry(), NO_ENTRY);
  for (let index = 0; index < 50; index++) db.setExpiry(db.setString(slice(`k${index}`), slice("v")), START_MS - 1);
  store.expiryRule = "hide";
  assert(db.randomEntry() !== NO_ENTRY);
  assertEquals(db.size, 50);
  store.expiryRule = "delete";
  const alive = db.setString(slice("alive"), slice("v"));
  assertEquals(db.randomEntry(), alive);
  db.delete(slice("alive"));
  assertEquals(db.randomEntry(), NO_ENTRY);
  assertEquals(db.size, 0);
});
