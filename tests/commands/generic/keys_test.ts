import { assert, assertEquals } from "@std/assert";
import { eventually } from "../../support/eventually.ts";
import { referenceTest } from "../../support/reference.ts";
import { startRedeno } from "../../support/test_server.ts";
import { BothServers } from "../../support/both_servers.ts";

/** Far in the future, in seconds. */
const LATER = 9_000_000_000;

/** One key of each kind. */
const ONE_OF_EACH = [
  "FLUSHALL",
  "SET string v",
  "SET int 12345",
  `SET long ${"x".repeat(100)}`,
  "RPUSH list a b c",
  "SADD intset 1 2 3",
  "SADD set a",
  "XADD stream 1-1 f v",
];
const KEYS = ["string", "int", "long", "list", "intset", "set", "stream"];

referenceTest("DEL, UNLINK, EXISTS, TYPE and TOUCH answer as Redis", async (t) => {
  await using both = await BothServers.start();
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}`, async () => {
      await both.same(...ONE_OF_EACH);
      for (const key of [...KEYS, "absent"]) await both.same(`TYPE ${key}`, `EXISTS ${key}`, `OBJECT ENCODING ${key}`);
      await both.same("EXISTS string string absent list", "TOUCH string string absent list", "DBSIZE");
      await both.same("DEL string absent list list", "UNLINK set absent stream stream", "DBSIZE", "TYPE list");
      await both.same("DEL", "UNLINK", "EXISTS", "TYPE", "TYPE a b", "TOUCH");
      await both.same("SET gone v PXAT 1", "SET here v", "DEL gone here", "SET gone v PXAT 1", "UNLINK gone");
      await both.same("SET gone v PXAT 1", "EXISTS gone", "SET gone v PXAT 1", "TYPE gone", "TOUCH gone", "DBSIZE");
    });
  }
});

referenceTest("KEYS and RANDOMKEY answer as Redis", async (t) => {
  await using both = await BothServers.start();
  await both.same("RANDOMKEY", "KEYS *", "KEYS", "KEYS a b", "RANDOMKEY x");
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}`, async () => {
      await both.same("FLUSHALL", "RANDOMKEY", "SET foo_a 1", "KEYS *", "RANDOMKEY", "KEYS foo*", "KEYS f?o_[a-c]");
      await both.same("KEYS foo", "KEYS foo_a", "KEYS \\*", ["KEYS", ""], "SET gone v PXAT 1", "KEYS gone", "KEYS *");
    });
  }
});

referenceTest("OBJECT answers as Redis", async (t) => {
  await using both = await BothServers.start();
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}`, async () => {
      await both.same("CONFIG SET maxmemory-policy noeviction", ...ONE_OF_EACH);
      for (const key of [...KEYS, "absent"]) {
        for (const word of ["ENCODING", "FREQ", "REFCOUNT", "refcount"]) await both.same(`OBJECT ${word} ${key}`);
        await both.sameIdleTime(key);
      }
      await both.same("SET a 0", "SET b 9999", "SET c 10000", "SET d -1", "SET e abc");
      for (const key of ["a", "b", "c", "d", "e"]) await both.same(`OBJECT REFCOUNT ${key}`);
      await both.same("CONFIG SET maxmemory 1gb maxmemory-policy allkeys-lru", "SET a 1", "OBJECT REFCOUNT a");
      await both.same("CONFIG SET maxmemory-policy allkeys-lfu", "SET a 1", "OBJECT REFCOUNT a", "OBJECT FREQ a");
      await both.same("OBJECT IDLETIME a", "OBJECT IDLETIME absent", "OBJECT FREQ absent");
      await both.same("CONFIG SET maxmemory 0 maxmemory-policy noeviction");
      await both.same("OBJECT HELP", "OBJECT", "OBJECT NOPE", "OBJECT NOPE k", "OBJECT ENCODING", "OBJECT FREQ a b");
      await both.same("OBJECT HELP x", "object help");
    });
  }
});

referenceTest("RENAME, RENAMENX, MOVE and COPY answer as Redis", async (t) => {
  await using both = await BothServers.start();
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}`, async () => {
      for (const key of KEYS) {
        await both.same(...ONE_OF_EACH, `EXPIREAT ${key} ${LATER}`);
        const state = (
          name: string,
        ) => [
          `GET ${name}`,
          `LRANGE ${name} 0 -1`,
          `SMEMBERS ${name}`,
          `XRANGE ${name} - +`,
          `TYPE ${name}`,
          `OBJECT ENCODING ${name}`,
          `PEXPIRETIME ${name}`,
        ];
        await both.same(`RENAME ${key} new`, ...state(key), ...state("new"), `RENAMENX new ${key}`, ...state(key));
        await both.same(
          `COPY ${key} copy`,
          ...state("copy"),
          ...state(key),
          `COPY ${key} copy`,
          `COPY ${key} copy REPLACE`,
        );
        await both.same(`COPY ${key} ${key} DB 3`, `COPY ${key} ${key} DB 3`, `COPY ${key} ${key} DB 3 replace`);
        await both.same("SELECT 3", ...state(key), "SELECT 0", `MOVE ${key} 3`, `MOVE ${key} 4`, `EXISTS ${key}`);
        await both.same("SELECT 4", ...state(key), "SELECT 0", `RENAME copy ${key}`, ...state(key), "DBSIZE");
      }
      await both.same(...ONE_OF_EACH, "RENAME string list", "TYPE list", "RENAMENX list int", "RENAMENX list list");
      await both.same("RENAME list list", "RENAME absent absent", "RENAMENX absent absent", "RENAME absent int");
      await both.same(
        "COPY int list REPLACE",
        "GET list",
        "TTL list",
        "COPY absent list",
        "COPY int int",
        "COPY int int DB 0",
      );
      await both.same("SET gone v PXAT 1", "RENAME gone x", "SET gone v PXAT 1", "RENAMENX int gone", "GET gone");
      await both.same("SET gone v PXAT 1", "COPY gone x", "SET gone2 v PXAT 1", "COPY list gone2", "GET gone2");
      await both.same("MOVE int 0", "MOVE int 16", "MOVE int -1", "MOVE int x", "MOVE int 2147483648", "MOVE absent 1");
      await both.same("COPY a b DB", "COPY a b DB 16", "COPY a b DB x", "COPY a b DB 4294967296", "COPY a b FOO");
      await both.same(
        "COPY a b REPLACE REPLACE",
        "COPY a b DB 1 DB 2",
        "COPY a",
        "COPY",
        "MOVE a",
        "RENAME a",
        "RENAMENX a",
      );
    });
  }
});

referenceTest("DBSIZE, SWAPDB, FLUSHDB and FLUSHALL answer as Redis", async (t) => {
  await using both = await BothServers.start();
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}`, async () => {
      await both.same(
        "FLUSHALL",
        "DBSIZE",
        "SET a 0",
        "SET b 0",
        "SELECT 1",
        "SET a 1",
        "DBSIZE",
        "SWAPDB 0 1",
        "GET a",
      );
      await both.same(
        "DBSIZE",
        "SELECT 0",
        "GET a",
        "SWAPDB 1 1",
        "SWAPDB 0 16",
        "SWAPDB -1 0",
        "SWAPDB x 0",
        "SWAPDB 0 x",
      );
      await both.same("SWAPDB 2147483648 0", "SWAPDB 0 2147483648", "SWAPDB 0", "SWAPDB", "SWAPDB 0 1 2");
      await both.same(
        "FLUSHDB",
        "DBSIZE",
        "SELECT 1",
        "DBSIZE",
        "FLUSHDB SYNC",
        "DBSIZE",
        "FLUSHDB ASYNC",
        "FLUSHDB x",
      );
      await both.same("SET a 1", "FLUSHALL async", "DBSIZE", "SET a 1", "FLUSHALL sync", "DBSIZE", "FLUSHALL x");
      await both.same("FLUSHALL SYNC ASYNC", "FLUSHDB SYNC x", "DBSIZE x", "SELECT 0");
    });
  }
});

Deno.test("scan() visits every key once or more and leaves out what was not asked for", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  const requests = Array.from({ length: 3000 }, (_, index) => ["SET", `key:${index}`, index]);
  await client.pipeline(requests);
  await client.pipeline(Array.from({ length: 50 }, (_, index) => ["RPUSH", `list:${index}`, 1]));
  await client.expect("SET", "gone", "v", "PXAT", 1);
  const scan = async (...options: (string | number)[]) => {
    const seen: string[] = [];
    let cursor = "0";
    do {
      const [next, keys] = await client.expect("SCAN", cursor, ...options) as [string, string[]];
      seen.push(...keys);
      cursor = next;
    } while (cursor !== "0");
    return new Set(seen).size;
  };
  assertEquals(await scan(), 3050);
  assertEquals(await scan("COUNT", 1), 3050);
  assertEquals(await scan("COUNT", 100_000), 3050);
  assertEquals(await scan("TYPE", "list"), 50);
  assertEquals(await scan("TYPE", "LIST", "COUNT", 1000), 50);
  assertEquals(await scan("TYPE", "nothing"), 0);
  assertEquals(await scan("MATCH", "key:1?", "COUNT", 500), 10);
  assertEquals(await scan("MATCH", "key:*", "TYPE", "list"), 0);
  assertEquals(await client.expect("DBSIZE"), 3050);
});

referenceTest("SCAN gives Redis's errors and reads cursors as Redis", async () => {
  await using both = await BothServers.start();
  const cursors = ["", "x", "+0", "-0", " 0", "0 ", "0x1", "-", "+", "-7", "5", "18446744073709551616"];
  for (const cursor of [...cursors, "18446744073709551615"]) await both.same(["SCAN", cursor]);
  await both.same("SCAN 0", "SET k v", "SCAN 0", "SCAN 0 COUNT 5 MATCH * TYPE string", "SCAN 0 match nope type list");
  await both.same(["SCAN", "0", "TYPE", "string\0x"], ["SCAN", "0", "TYPE", "\0string"], "SCAN 0 TYPE STRING");
  await both.same(
    "SCAN",
    "SCAN 0 COUNT",
    "SCAN 0 COUNT 0",
    "SCAN 0 COUNT -1",
    "SCAN 0 COUNT x",
    "SCAN 0 MATCH",
    "SCAN 0 FOO",
  );
  await both.same(
    "SCAN 0 COUNT 9223372036854775807",
    "SCAN 0 COUNT 9223372036854775808",
    "SCAN 0 TYPE",
    "SCAN 0 TYPE x y",
  );
  await both.same("SET gone v PXAT 1", "SCAN 0", "DBSIZE");
});

Deno.test("the memory of a flushed database comes back", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  const usedMemory = async () => Number(/used_memory:(\d+)/.exec(String(await client.expect("INFO", "memory")))![1]);
  const before = await usedMemory();
  const additions = Array.from({ length: 50_000 }, (_, index) => ["SADD", "set", `member ${index}`]);
  for (const flush of [["FLUSHALL"], ["FLUSHALL", "ASYNC"], ["FLUSHDB", "SYNC"], ["UNLINK", "set"], ["DEL", "set"]]) {
    await client.pipeline(additions);
    assert(await usedMemory() > before + 1_000_000);
    await client.expect(...flush);
    await eventually(async () => await usedMemory() < before + 500_000, { what: `${flush.join(" ")} to free` });
  }
});
