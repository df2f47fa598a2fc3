/**
 * `maxmemory` and `maxmemory-clients` as clients see them: compared with the reference where it decides the same way.
 */

import { assert, assertEquals, assertMatch } from "@std/assert";
import { bufferBytes } from "../../src/clients/client_description.ts";
import { Config } from "../../src/config/config.ts";
import { startServer } from "../../src/mod.ts";
import { Server } from "../../src/server/server.ts";
import { assertSameTranscript } from "../commands/connection/same_transcript.ts";
import { assertSameEffects, type Script } from "../support/effects.ts";
import { eventually } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";
import { referenceTest } from "../support/reference.ts";

/** DUMP of the string "v". */
const DUMPED = Uint8Array.of(0, 1, 0x76, 10, 0, 0x91, 8, 0xce, 0xb2, 0x19, 0x38, 0x8a, 0xce);
/** When keys expire that must not expire during a test. */
const FUTURE_MS = 4_102_444_800_000;

interface Running extends AsyncDisposable {
  readonly server: Server;
  readonly client: RawClient;
  readonly log: readonly string[];
  set(...parameters: string[]): Promise<void>;
  info(field: string): Promise<number>;
}

async function start(): Promise<Running> {
  const log: string[] = [];
  const server = new Server({ config: new Config(), writeLog: (line) => log.push(line) });
  await server.start(0);
  const client = await RawClient.connect({ port: server.port });
  return {
    server,
    client,
    log,
    async set(...parameters) {
      await client.expect("CONFIG", "SET", ...parameters);
    },
    async info(field) {
      return Number(new RegExp(`^${field}:(.*)$`, "m").exec(String(await client.call("INFO", "everything")))![1]);
    },
    async [Symbol.asyncDispose]() {
      client.close();
      await server.lifecycle.stop();
    },
  };
}

referenceTest("commands that need memory are refused over maxmemory, and a queue is memory", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "set k 1", "rpush list a", "config set maxmemory 1");
    await players.call(
      "a",
      "set k 2",
      "get k",
      "incr k",
      "append k x",
      "lpush list b",
      "lpop list",
      "sadd s a",
      "hset h f v",
    );
    await players.call(
      "a",
      "zadd z 1 a",
      "xadd x * f v",
      "expire k 100",
      "persist k",
      "setrange k 1 x",
      "getset k v",
      "sort list",
    );
    await players.call(
      "a",
      "copy k k2",
      "rename k k3",
      "set k",
      "nothing",
      "setex k 10",
      "object freq",
      "ping",
      "select 0",
    );
    await players.call(
      "a",
      "multi",
      "set k 1",
      "exec",
      "multi",
      "get k3",
      "exec",
      "multi",
      "discard",
      "multi",
      "watch k",
    );
    await players.call(
      "a",
      "exec",
      "watch k",
      "multi",
      "multi",
      "exec",
      "exec",
      "multi",
      "unwatch",
      "discard",
      "multi",
      "exec",
    );
    await players.call("a", "del k3", "flushall", "config set maxmemory 0", "set k 1");
  });
});

referenceTest("EXEC is refused when the queue needs memory that is gone by then", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "set k 1", "multi", "get k", "set k 2");
    await players.call("b", "multi", "get k");
    await players.call("c", "multi", "set k 3");
    await players.call("d", "config set maxmemory 1");
    await players.call("a", "exec", "get k");
    await players.call("b", "exec");
    await players.call("c", "discard", "multi", "reset", "ping", "multi", "ping", "quit");
    await players.call("d", "config set maxmemory 0", "get k");
  });
});

const evictAll: Script = async (players) => {
  await players.call("a", "config set maxmemory 1", "dbsize", "set k v", "config set maxmemory 0", "set k v");
};

referenceTest("evicted keys are told to listeners and replicas as the reference does, each by itself", async () => {
  const orders = [
    ["allkeys-lru", "idletime"],
    ["volatile-lru", "idletime"],
    ["allkeys-lfu", "freq"],
    ["volatile-lfu", "freq"],
  ] as const;
  for (const [policy, unit] of orders) {
    await assertSameEffects(
      async (players) => {
        for (const [index, value] of [50, 20, 90, 10, 70].entries()) {
          const at = policy.startsWith("volatile") ? FUTURE_MS : 0;
          await players.call("a", ["restore", `k${index}`, at, DUMPED, "absttl", unit, value]);
        }
        await evictAll(players);
      },
      `maxmemory-policy ${policy}`,
      "maxmemory-samples 64",
    );
  }
});

referenceTest(
  "volatile-ttl takes the keys that expire first, with UNLINK if that is wanted, and no others",
  async () => {
    await assertSameEffects(
      async (players) => {
        await players.call("a", "set stays v", "lpush list x");
        for (const [index, key] of ["c", "a", "d", "b"].entries()) {
          await players.call("a", `set ${key} v pxat ${FUTURE_MS + [3, 1, 4, 2][index]! * 1000}`);
        }
        await evictAll(players);
        await players.call("a", "exists stays", "exists list");
      },
      "maxmemory-policy volatile-ttl",
      "maxmemory-samples 64",
      "lazyfree-lazy-eviction yes",
    );
  },
);

referenceTest("what CONFIG SET in a transaction makes necessary comes after the transaction", async () => {
  await assertSameEffects(async (players) => {
    await players.call(
      "a",
      "multi",
      "incr x",
      "config set maxmemory 1",
      "incr x",
      "exec",
      "dbsize",
      "config set maxmemory 0",
    );
  }, "maxmemory-policy allkeys-random");
});

Deno.test("CONFIG SET maxmemory warns, evicts in the background slice by slice, and INFO tells", async () => {
  await using running = await start();
  const { client, server, log } = running;
  await client.pipeline(Array.from({ length: 3000 }, (_, index) => ["SET", `key:${index}`, "v".repeat(100)]));
  await running.set("maxmemory-policy", "allkeys-lru", "maxmemory-eviction-tenacity", "0");
  const usedBefore = await running.info("used_memory");
  const limit = usedBefore - 200_000;
  await running.set("maxmemory", String(limit));
  const { store } = server.services;
  assert(store.keyCount > 2900, `${store.keyCount}`);
  // Nobody sends a command meanwhile.
  await eventually(() => server.services.eviction.excessBytes === 0);
  assert(store.keyCount > 0 && store.keyCount < 2900, `${store.keyCount}`);
  assert(await running.info("used_memory") <= limit + 32 * 1024);
  assertEquals(await running.info("maxmemory"), limit);
  // The replies to INFO are memory too: for a moment they may exceed the limit again.
  await eventually(async () => await running.info("current_eviction_exceeded_time") === 0);
  assertMatch(
    log.find((line) => line.includes("maxmemory"))!,
    /# WARNING: the new maxmemory value set via CONFIG SET \(\d+\) is smaller than the current memory usage \(\d+\)\. This will/,
  );
  await running.set("maxmemory", "0");
  assertEquals(await running.info("evicted_keys"), 3000 - store.keyCount);
  assert(await running.info("total_eviction_exceeded_time") > 0);
  await client.expect("CONFIG", "RESETSTAT");
  assertEquals([await running.info("evicted_keys"), await running.info("total_eviction_exceeded_time")], [0, 0]);
});

Deno.test("a maxmemory that hardly anything fits in is doubted at the start", async () => {
  const log: string[] = [];
  await using _server = await startServer({ log: (line) => log.push(line), config: { maxmemory: "1000" } });
  assertMatch(
    log.at(-1)!,
    /# WARNING: You specified a maxmemory value that is less than 1MB \(current value is 1000 bytes\)\. Are you sure this is what you really want\?/,
  );
});

Deno.test("a write load stays within maxmemory", async () => {
  await using running = await start();
  const { client } = running;
  const limit = await running.info("used_memory") + 300_000;
  await running.set("maxmemory", String(limit), "maxmemory-policy", "allkeys-lfu");
  for (let round = 0; round < 20; round++) {
    const writes = Array.from({ length: 200 }, (_, index) => ["SET", `key:${round}:${index}`, "v".repeat(200)]);
    assert((await client.pipeline(writes)).every((reply) => reply === "OK"));
    assert(await running.info("used_memory") <= limit + 64 * 1024);
  }
  assert(await running.info("evicted_keys") > 2000);
});

Deno.test("slow deletions and cycles are samples of the latency monitor", async () => {
  await using running = await start();
  const { client } = running;
  await client.pipeline(Array.from({ length: 3000 }, (_, index) => ["SET", `key:${index}`, "v".repeat(100)]));
  await running.set(
    "latency-monitor-threshold",
    "1",
    "maxmemory-eviction-tenacity",
    "100",
    "maxmemory-policy",
    "allkeys-lru",
  );
  await running.set("maxmemory", "1");
  assertEquals(await client.call("DBSIZE"), 0);
  const events = (await client.call("LATENCY", "LATEST") as unknown[][]).map(([event]) => event);
  assert(events.includes("eviction-cycle"), String(events));
});

Deno.test("nothing is evicted while the dataset must stand still", async () => {
  await using running = await start();
  const { server, client } = running;
  const { eviction, replication } = server.services;
  await client.expect("SET", "k", "v");
  await running.set("maxmemory-policy", "allkeys-lru");
  await client.expect("CLIENT", "PAUSE", "100000", "WRITE");
  await running.set("maxmemory", "1");
  assertEquals([await client.call("DBSIZE"), eviction.isAllowed()], [1, false]);
  await running.set("maxmemory", "0");
  await client.expect("CLIENT", "UNPAUSE");
  assertEquals(eviction.isAllowed(), true);
  replication.follow({ host: "127.0.0.1", port: 1 });
  assertEquals(eviction.isAllowed(), false);
  await running.set("replica-ignore-maxmemory", "no");
  assertEquals(eviction.isAllowed(), true);
  replication.promote();
});

Deno.test("the table of keys does not grow over maxmemory", async () => {
  await using running = await start();
  const { client, server } = running;
  await client.pipeline(Array.from({ length: 4096 }, (_, index) => ["SET", `key:${index}`, "v"]));
  const { dict } = server.services.store.databases[0]!.keyspace;
  assertEquals(dict.bucketCount(0), 4096);
  await running.set("maxmemory-policy", "allkeys-random");
  await running.set("maxmemory", String(await running.info("used_memory") + 10 * 1024));
  await client.expect("SET", "k1", "v");
  await client.expect("SET", "k2", "v");
  assertEquals([await client.call("DBSIZE"), dict.bucketCount(1)], [4098, 0]);
  await running.set("maxmemory", "0");
  await client.expect("SET", "k3", "v");
  assertEquals(dict.bucketCount(1), 8192);
});

Deno.test("a client that uses too much is closed, before its own next command too", async () => {
  await using running = await start();
  const { server, client, log } = running;
  await running.set("maxmemory-clients", "500000");
  using large = await RawClient.connect({ port: server.port });
  await large.call("CLIENT", "SETNAME", "large");
  await large.sendRaw(`*1\r\n$1000000\r\n${"x".repeat(900_000)}`);
  assertEquals(await large.readToEnd(), "");
  using queuing = await RawClient.connect({ port: server.port });
  await queuing.call("MULTI");
  for (let count = 0; count < 2; count++) assertEquals(await queuing.call("SET", "k", "v".repeat(180_000)), "QUEUED");
  await queuing.send("SET", "k", "v".repeat(180_000));
  assertEquals(await queuing.readToEnd(), "");
  assertEquals([await running.info("evicted_clients"), await running.info("connected_clients")], [2, 1]);
  assertMatch(
    log.find((line) => line.includes("Evicting"))!,
    /\* Evicting client: id=\d+ .* name=large .* tot-mem=\d+ /,
  );
  assertEquals(await client.call("EXISTS", "k"), 0);
});

Deno.test("what clients count for is what they hold, whatever they do", async () => {
  await using running = await start();
  const { server, client } = running;
  const { clients, clientMemory, clientDescriptions } = server.services;
  await client.expect("SET", "big", "v".repeat(100_000));
  const others = await Promise.all(Array.from({ length: 12 }, () => RawClient.connect({ port: server.port })));
  try {
    for (const [index, other] of others.entries()) {
      if (index % 6 === 0) await other.sendRaw(`*1\r\n$50000\r\n${"x".repeat(1000 * index)}`);
      else if (index % 6 === 1) await other.send("BLPOP", `list${"x".repeat(500)}`, "0");
      else if (index % 6 === 2) await other.sendRaw("GET big\r\n".repeat(200));
      else if (index % 6 === 3) await other.pipeline([["MULTI"], ["SET", "k", "v".repeat(3000)]]);
      else if (index % 6 === 4) await other.pipeline([["WATCH", "a", "b", "c"], ["GET", "big"]]);
      else await other.send("MONITOR");
    }
    await client.pipeline(Array.from({ length: 500 }, (_, index) => ["INCR", `key${index}`]));
    const drift = () => {
      clientMemory.settle();
      let total = 0;
      for (const one of clients) {
        if (one.batchBytes > 0) continue;
        const bytes = bufferBytes(one) + one.waitingArgumentBytes + clientDescriptions.featureBytesOf(one);
        assertEquals(one.share.bytes, bytes, `client ${one.id}`);
        total += bytes;
      }
      return total;
    };
    for (let round = 0; round < 5; round++) {
      assert(drift() > 0);
      await client.expect("PING");
    }
  } finally {
    for (const other of others) other.close();
  }
  await eventually(() => clients.size === 1);
  assertEquals(clientMemory.ordinaryBytes, [...clients][0]!.share.bytes);
});

Deno.test("CLIENT NO-EVICT protects a client, and its end does not", async () => {
  await using running = await start();
  const { server } = running;
  using large = await RawClient.connect({ port: server.port });
  await large.call("CLIENT", "NO-EVICT", "ON");
  await large.call("MULTI");
  await large.call("SET", "k", "v".repeat(600_000));
  await running.set("maxmemory-clients", "500000");
  assertEquals(await large.call("DISCARD"), "OK");
  await large.call("MULTI");
  await large.call("SET", "k", "v".repeat(600_000));
  await large.call("CLIENT", "NO-EVICT", "OFF");
  await large.send("EXEC");
  assertEquals(await large.call("PING").catch(() => "gone"), "gone");
});
