/**
 * The sharding of the README: nutcracker spreads keys over three masters.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import type { Argument, RawClient } from "../support/raw_client.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import { Nutcracker, nutcrackerTest } from "./nutcracker.ts";

const SHARD_COUNT = 3;
const KEY_COUNT = 600;

/** Three servers with append-only files and a proxy before them. */
async function withShards(
  test: (proxy: Nutcracker, shards: readonly ServerProcess[]) => Promise<void>,
): Promise<void> {
  await using stack = new AsyncDisposableStack();
  const shards: ServerProcess[] = [];
  for (let index = 0; index < SHARD_COUNT; index++) {
    shards.push(stack.use(await startRedeno({ configLines: ["appendonly yes", "appendfsync always"] })));
  }
  await test(stack.use(await Nutcracker.start(shards)), shards);
}

async function keyCounts(shards: readonly ServerProcess[]): Promise<number[]> {
  return await Promise.all(shards.map(async (shard) => {
    using client = await shard.connect();
    return Number(await client.expect("DBSIZE"));
  }));
}

/** Which of the servers has the key. */
async function ownerOf(key: string, shards: readonly ServerProcess[]): Promise<ServerProcess> {
  for (const shard of shards) {
    using client = await shard.connect();
    if (await client.expect("EXISTS", key) === 1) return shard;
  }
  throw new Error(`Cannot find ${key}: no server has it`);
}

function keys(): string[] {
  return Array.from({ length: KEY_COUNT }, (_, index) => `key:${index}`);
}

async function writeKeys(client: RawClient): Promise<void> {
  const replies = await client.pipeline(keys().map((key) => ["SET", key, `value of ${key}`]));
  assertEquals(new Set(replies), new Set(["OK"]));
}

nutcrackerTest("keys written through nutcracker are spread over all servers, and read back", async () => {
  await withShards(async (proxy, shards) => {
    using client = await proxy.connect();
    await writeKeys(client);
    const counts = await keyCounts(shards);
    assertEquals(counts.reduce((sum, count) => sum + count, 0), KEY_COUNT);
    for (const count of counts) assert(count > KEY_COUNT / SHARD_COUNT / 3, `The keys are spread as ${counts}`);
    // One MGET is split by key, sent to all servers, and put together again.
    assertEquals(await client.expect("MGET", ...keys()), keys().map((key) => `value of ${key}`));
    assertEquals(await client.expect("DEL", ...keys().slice(0, 100)), 100);
    const left = await keyCounts(shards);
    assertEquals(left.reduce((sum, count) => sum + count, 0), KEY_COUNT - 100);
  });
});

nutcrackerTest("values of every type and keys with a common tag work through nutcracker", async () => {
  await withShards(async (proxy, shards) => {
    using client = await proxy.connect();
    const requests: [Argument[], unknown][] = [
      [["RPUSH", "{user:1}:list", "a", "b"], 2],
      [["SADD", "{user:1}:set", "x"], 1],
      [["SADD", "{user:1}:other", "x", "y"], 2],
      [["SINTER", "{user:1}:set", "{user:1}:other"], ["x"]],
      [["SUNIONSTORE", "{user:1}:union", "{user:1}:set", "{user:1}:other"], 2],
      [["ZADD", "{user:1}:zset", "1.5", "m"], 1],
      [["ZRANGE", "{user:1}:zset", 0, -1, "WITHSCORES"], ["m", "1.5"]],
      [["HSET", "{user:1}:hash", "f", "v"], 1],
      [["PFADD", "{user:1}:hll", "v"], 1],
      [["INCRBYFLOAT", "{user:1}:float", "0.5"], "0.5"],
      [["EXPIRE", "{user:1}:list", 100], 1],
      [["TTL", "{user:1}:list"], 100],
      [["TYPE", "{user:1}:hash"], "hash"],
    ];
    assertEquals(await client.pipeline(requests.map(([request]) => request)), requests.map(([, reply]) => reply));
    assertEquals((await keyCounts(shards)).toSorted(), [0, 0, 8]);
    const error = await client.callRaw("LPUSH", "{user:1}:hash", "v");
    assertStringIncludes(error, "-WRONGTYPE Operation against a key holding the wrong kind of value\r\n");
  });
});

nutcrackerTest("a command that nutcracker does not spread closes the connection, and others go on", async () => {
  await withShards(async (proxy) => {
    using client = await proxy.connect();
    await client.send("KEYS", "*");
    assertEquals(await client.readToEnd(), "");
    using other = await proxy.connect();
    assertEquals(await other.expect("SET", "key", "1"), "OK");
  });
});

nutcrackerTest(
  "while one server is away its keys are errors, the others' are served, and all are there after it",
  async () => {
    await withShards(async (proxy, shards) => {
      using client = await proxy.connect();
      await writeKeys(client);
      const lost = await ownerOf("key:0", shards);
      lost.signal("SIGKILL");
      await lost.exited();
      assertStringIncludes(await client.callRaw("GET", "key:0"), "-ERR ");
      let served = 0;
      for (const key of keys()) if (!(await client.callRaw("GET", key)).startsWith("-")) served++;
      const counts = await keyCounts(shards.filter((shard) => shard !== lost));
      assertEquals(served, counts.reduce((sum, count) => sum + count, 0));
      await lost.startAgain();
      await eventually(async () => await client.call("GET", "key:0") === "value of key:0");
      assertEquals(await client.expect("MGET", ...keys()), keys().map((key) => `value of ${key}`));
    });
  },
);
