import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { LatencyMonitor } from "../../../src/metrics/latency_monitor.ts";
import { MemoryMeter } from "../../../src/metrics/memory.ts";
import { Eviction, type EvictionPolicy } from "../../../src/store/eviction.ts";
import { NO_ENTRY } from "../../../src/store/entry_layout.ts";
import { SnapshotWalk } from "../../../src/store/snapshot_walk.ts";
import type { Store } from "../../../src/store/store.ts";
import { makeList, makeStore, recordEffects, recordEvents, slice, START_MS } from "./test_store.ts";

interface Trial {
  readonly store: Store;
  readonly memory: MemoryMeter;
  readonly latency: LatencyMonitor;
  readonly eviction: Eviction;
}

function makeTrial(policy: EvictionPolicy, seed = 1): Trial {
  const store = makeStore(seed);
  const memory = new MemoryMeter();
  const latency = new LatencyMonitor();
  memory.add("data", { bytes: () => store.dataBytes, isOverhead: false });
  const eviction = new Eviction({ store, memory, latency });
  eviction.policy = policy;
  eviction.tenacity = 100;
  return { store, memory, latency, eviction };
}

function addKeys(store: Store, dbIndex: number, prefix: string, count: number, ttlMs = 0): void {
  const db = store.databases[dbIndex]!;
  for (let index = 0; index < count; index++) {
    const entry = db.setString(slice(`${prefix}${index}`), slice("v".repeat(100)));
    if (ttlMs > 0) db.setExpiry(entry, START_MS + ttlMs);
  }
}

function setBits(store: Store, key: string, bits: number): void {
  const { keyspace } = store.databases[0]!;
  keyspace.setLru(keyspace.find(slice(key)), bits);
}

const POLICIES = [
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
] as const;

for (const policy of POLICIES) {
  Deno.test(`${policy} frees what is over the limit, no more, and only keys it may take`, () => {
    const { store, memory, eviction } = makeTrial(policy);
    addKeys(store, 0, "stays", 500);
    addKeys(store, 0, "goes", 500, 1_000_000);
    addKeys(store, 2, "goes", 500, 2_000_000);
    const effects = recordEffects(store);
    assertEquals(eviction.run(), "ok");
    eviction.maxBytes = memory.usedBytes() - 20_000;
    assertEquals(eviction.run(), "ok");
    const freedBytes = eviction.maxBytes - memory.usedBytes();
    assert(freedBytes >= 0 && freedBytes < 1000, `${freedBytes}`);
    assertEquals(store.stats.evictedKeys, effects.length);
    assert(effects.length > 50 && effects.every((effect) => effect.startsWith("DEL ")));
    if (policy.startsWith("volatile-")) {
      assert(effects.every((effect) => effect.startsWith("DEL goes")));
      assertEquals(store.databases[0]!.size - store.databases[0]!.expiresCount, 500);
    }
    // By TTL the keys of database 0 all go first.
    const isSpread = new Set(effects.map((effect) => effect.split("@")[1])).size === 2;
    assertEquals(isSpread, policy !== "volatile-ttl");
  });
}

Deno.test("the best key goes first when the samples show all of them", () => {
  const orderOf = (policy: EvictionPolicy, prepare: (store: Store) => void) => {
    const { store, eviction } = makeTrial(policy);
    addKeys(store, 0, "k", 4);
    store.clock.advance(1_000_000);
    prepare(store);
    const effects = recordEffects(store);
    eviction.samples = 64;
    eviction.maxBytes = 1;
    assertEquals(eviction.run(), "failed");
    return effects.map((effect) => effect.slice("DEL ".length, -"@0".length)).join(" ");
  };
  const { access } = makeStore();
  const idle = [30, 10, 40, 20];
  assertEquals(
    orderOf("allkeys-lru", ({ access, clock, databases }) => {
      for (const [index, seconds] of idle.entries()) {
        setBits(databases[0]!.store, `k${index}`, access.fromIdleSeconds(seconds, clock.now));
      }
    }),
    "k2 k0 k3 k1",
  );
  assertEquals(
    orderOf("allkeys-lfu", (store) => {
      for (const [index, frequency] of idle.entries()) {
        setBits(store, `k${index}`, access.fromFrequency(frequency, store.clock.now));
      }
    }),
    "k1 k3 k0 k2",
  );
  assertEquals(
    orderOf("volatile-ttl", ({ databases: [db], clock }) => {
      for (const [index, ttl] of idle.entries()) {
        db!.setExpiry(db!.keyspace.find(slice(`k${index}`)), clock.now + ttl);
      }
    }),
    "k1 k3 k0 k2",
  );
});

Deno.test("LRU by samples of five takes old keys nearly always", () => {
  const { store, memory, eviction } = makeTrial("allkeys-lru", 5);
  addKeys(store, 0, "old", 1000);
  store.clock.advance(100_000);
  addKeys(store, 0, "new", 1000);
  const effects = recordEffects(store);
  eviction.maxBytes = memory.usedBytes() - 50_000;
  assertEquals(eviction.run(), "ok");
  const newCount = effects.filter((effect) => effect.startsWith("DEL new")).length;
  assert(effects.length > 300 && newCount <= 3, `${newCount} of ${effects.length}`);
});

Deno.test("without anything to evict the run fails, and with noeviction nothing goes", () => {
  const { store, eviction } = makeTrial("noeviction");
  addKeys(store, 0, "k", 10);
  eviction.maxBytes = 1;
  assertEquals([eviction.run(), eviction.isOutOfMemory, store.keyCount], ["failed", true, 10]);
  eviction.policy = "volatile-lru";
  assertEquals([eviction.run(), store.keyCount], ["failed", 10]);
  eviction.policy = "volatile-random";
  assertEquals([eviction.run(), store.keyCount], ["failed", 10]);
  eviction.isAllowed = () => false;
  assertEquals([eviction.run(), eviction.isOutOfMemory], ["ok", false]);
  eviction.isAllowed = () => true;
  eviction.policy = "allkeys-random";
  assertEquals([eviction.run(), store.keyCount], ["failed", 0]);
  eviction.maxBytes = 0;
  assertEquals([eviction.run(), eviction.isOutOfMemory], ["ok", false]);
});

Deno.test("a key that is evicted is counted, signalled and deleted by name, in this order", () => {
  const { store, eviction } = makeTrial("allkeys-lru");
  const log: string[] = recordEvents(store);
  const effects = recordEffects(store);
  store.databases[1]!.setString(slice("k"), slice("v"));
  store.onKeyChanged.subscribe(({ dbIndex }) => log.push(`changed@${dbIndex}`));
  log.length = 0;
  eviction.isLazy = true;
  eviction.maxBytes = 1;
  eviction.run();
  assertEquals(log, ["changed@1", "evicted k@1"]);
  assertEquals([effects, store.stats.evictedKeys, store.stats.dirty], [["UNLINK k@1"], 1, 0]);
});

Deno.test("bytes on their way to replicas are no reason to evict", () => {
  const { store, memory, eviction } = makeTrial("allkeys-lru");
  addKeys(store, 0, "k", 100);
  let replicaBytes = 0;
  memory.add("replicas", { bytes: () => replicaBytes, isOverhead: true, uncountedBytes: () => replicaBytes });
  eviction.maxBytes = memory.usedBytes();
  replicaBytes = 1_000_000;
  assertEquals([eviction.run(), store.keyCount], ["ok", 100]);
  assert(eviction.hasRoomFor(0) && !eviction.hasRoomFor(1));
});

Deno.test("values that wait to be freed are freed before another key goes", () => {
  const { store, memory, eviction } = makeTrial("allkeys-random");
  const elements = Array.from({ length: 20_000 }, (_, index) => `element ${index}`.padEnd(64));
  for (const key of ["a", "b", "c"]) store.databases[0]!.setValue(slice(key), makeList(store, elements));
  const before = memory.usedBytes();
  eviction.maxBytes = before - 100_000;
  assertEquals([eviction.run(), store.keyCount], ["ok", 2]);
  assert(store.lazyFree.pendingObjects <= 1);
});

Deno.test("a run ends when its time is up, and the next one goes on", () => {
  const { store, eviction, latency } = makeTrial("allkeys-random");
  addKeys(store, 0, "k", 2000);
  latency.thresholdMs = 1;
  let unfinished = 0;
  eviction.onUnfinished = () => unfinished++;
  eviction.tenacity = 0;
  eviction.maxBytes = 1;
  assertEquals([eviction.run(), store.keyCount], ["running", 1984]);
  assert(eviction.currentExceededMs > 0 && !eviction.isOutOfMemory);
  let runs = 1;
  while (eviction.run() === "running") runs++;
  assertEquals([runs, unfinished, store.keyCount], [125, 125, 0]);
  eviction.maxBytes = 0;
  assertEquals([eviction.run(), eviction.currentExceededMs], ["ok", 0]);
  assert(eviction.totalExceededMs > 0);
  eviction.resetStats();
  assertEquals(eviction.totalExceededMs, 0);
});

Deno.test("the time limit follows the tenacity as in Redis", () => {
  const { eviction } = makeTrial("noeviction");
  const limitOf = (tenacity: number) => {
    eviction.tenacity = tenacity;
    return eviction.timeLimitMs;
  };
  assertAlmostEquals(limitOf(0), 0);
  assertAlmostEquals(limitOf(10), 0.5);
  assertAlmostEquals(limitOf(11), 0.575);
  assert(limitOf(99) > 100_000 && limitOf(99) < 200_000);
  assertEquals(limitOf(100), Infinity);
});

Deno.test("what a snapshot holds stays until it is saved", () => {
  for (const policy of ["allkeys-lru", "allkeys-random"] as const) {
    const { store, eviction } = makeTrial(policy);
    const db = store.databases[0]!;
    db.setString(slice("large"), slice("v".repeat(1_000_000)));
    db.setString(slice("small"), slice("v"));
    const walk = new SnapshotWalk(store, {
      beginDatabase() {},
      saveEntry() {},
      *saveLargeEntry() {
        yield;
      },
    });
    eviction.maxBytes = 1;
    while (eviction.run() === "running" && db.peek(slice("small")) !== NO_ENTRY);
    assertEquals([eviction.run(), db.size], ["running", 1]);
    walk.cancel();
    assertEquals([eviction.run(), db.size], ["failed", 0]);
  }
});

Deno.test("two databases lose keys in turn by random eviction", () => {
  const { store, eviction } = makeTrial("allkeys-random");
  addKeys(store, 1, "k", 100);
  addKeys(store, 3, "k", 100);
  eviction.tenacity = 0;
  eviction.maxBytes = 1;
  eviction.run();
  assertEquals(store.databases.map((db) => db.size), [0, 92, 0, 92]);
});
