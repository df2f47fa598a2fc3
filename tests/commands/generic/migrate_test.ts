import { assert, assertEquals, assertLess, assertMatch } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { type DatasetEntry, dumpDataset } from "../../support/dataset_dump.ts";
import { writeDataset } from "../../support/datasets.ts";
import { assertSameEffects } from "../../support/effects.ts";
import { eventually } from "../../support/eventually.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import { ErrorReply } from "../../support/reply_reader.ts";
import { makeTempDir } from "../../support/temp_dir.ts";
import { startRedeno } from "../../support/test_server.ts";
import { type Answer, HANG_UP, ScriptedTarget } from "./scripted_target.ts";

const HOST = "127.0.0.1";
const MAX_EXPIRY_DIFFERENCE_MS = 5_000;
const READ_FAILED = "IOERR error or timeout reading to target instance";

/** A target of `assertSameEffects`: the real server, with some keys in the way. */
async function startTarget() {
  const server = await startReference();
  using client = await server.connect();
  await client.expect("SELECT", 9);
  await client.expect("MSET", "busy", "there", "busy2", "there");
  return server;
}

referenceTest("MIGRATE answers, notifies and propagates as Redis does", async () => {
  const lateAtMs = Date.now() + 100_000;
  await assertSameEffects(async (players) => {
    await using target = await startTarget();
    using there = await target.connect();
    await there.expect("SELECT", 9);
    const migrate = (rest: string) => players.call("a", `MIGRATE ${HOST} ${target.port} ${rest}`);
    const keys = (options: string) =>
      players.call("a", ["MIGRATE", HOST, target.port, "", 9, 5000, ...options.split(" ")]);
    await players.call("a", "MSET one 1 two 2 three 3 four 4 busy 5 busy2 6 free 7", "RPUSH list a b c");
    await migrate("missing 9 1000");
    await migrate("one 9 1000");
    await migrate("two 9 0 COPY");
    await migrate("two 9 -5 replace");
    await migrate("busy 9 1000");
    await keys("KEYS three none busy four busy2 free");
    await keys("COPY REPLACE KEYS busy busy2");
    await keys("REPLACE KEYS busy list busy2");
    await keys("KEYS none other");
    await keys("KEYS");
    await players.call("a", "SET late 1", `PEXPIREAT late ${lateAtMs}`, "MIGRATE localhost 0 late 9 100");
    await migrate("late 9 1000");
    const values = await there.expect("MGET", "one", "two", "three", "four", "busy", "busy2", "free");
    assertEquals(values, ["1", "2", "3", "4", "5", "6", "7"]);
    assertEquals(await there.call("LRANGE", "list", 0, -1), ["a", "b", "c"]);
    const ttl = Number(await there.call("PTTL", "late"));
    assert(ttl > 60_000 && ttl <= 100_000, `${ttl}`);
  });
});

referenceTest("MIGRATE refuses what Redis refuses, with its errors", async () => {
  await assertSameEffects(async (players) => {
    await using target = await startTarget();
    using there = await target.connect();
    await there.expect("CONFIG", "SET", "requirepass", "secret");
    await there.expect("AUTH", "secret");
    await there.expect("ACL", "SETUSER", "mover", "on", ">pass", "~*", "+@all");
    await players.call("a", "SET key value", "SET busy value");
    const migrate = (rest: string) => players.call("a", `MIGRATE ${HOST} ${target.port} ${rest}`);
    await players.call("a", "MIGRATE", "MIGRATE a b c d", "MIGRATE a b c d e");
    await migrate("key nine 1000");
    await migrate("key nine often");
    await migrate("key 9 often");
    await migrate("key 9 99999999999999999999");
    await migrate("key 9 1000 QUICKLY");
    await migrate("key 9 1000 AUTH");
    await migrate("key 9 1000 AUTH2 mover");
    await migrate("key 9 1000 KEYS a b");
    await migrate("key 9 1000 COPY REPLACE COPY AUTH2 mover pass NOW");
    await migrate("key 9 1000");
    await migrate("key 9 1000 AUTH wrong");
    await migrate("key 9 1000 AUTH2 nobody pass");
    await migrate("key 99999 1000 AUTH secret");
    await migrate("busy 9 1000 AUTH secret");
    await migrate("key 9 1000 AUTH2 mover pass COPY");
    await migrate("key -1 1000 AUTH2 mover wrong AUTH pass COPY REPLACE");
    await migrate("key 9 1000 AUTH secret REPLACE");
    await players.call(
      "a",
      "SET key value",
      "MIGRATE 127.0.0.1 none key 0 100",
      "MIGRATE 127.0.0.1 1 key 0 100",
    );
    await players.call("a", "GET key", "MULTI", "MIGRATE 127.0.0.1 1 missing 0 100", "EXEC");
  });
});

/** Everything in database 0, without the expiries, which are returned apart. */
async function contents(client: RawClient): Promise<{ entries: DatasetEntry[]; expiries: number[] }> {
  const entries = await dumpDataset(client, { databaseCount: 1, hasTimes: false, hasEncodings: false });
  return { entries: entries.map((entry) => ({ ...entry, expireAtMs: 0 })), expiries: entries.map((e) => e.expireAtMs) };
}

referenceTest("MIGRATE moves keys of every type to Redis and back", async () => {
  await using ours = await startRedeno();
  await using reference = await startReference();
  using here = await ours.connect({ timeoutMs: 60_000 });
  using there = await reference.connect({ timeoutMs: 60_000 });
  await writeDataset(here);
  const before = await contents(here);
  const keys = before.entries.map(({ key }) => key);
  for (const [from, to, server] of [[here, there, reference], [there, here, ours]] as const) {
    assertEquals(await from.call("MIGRATE", HOST, server.port, "", 0, 20_000, "KEYS", ...keys), "OK");
    assertEquals(await to.call("DBSIZE"), keys.length);
    assertEquals(await from.call("DBSIZE"), 0);
    const after = await contents(to);
    after.entries.forEach((entry, index) => assertEquals(entry, before.entries[index], entry.key));
    after.expiries.forEach((atMs, index) => {
      assertLess(Math.abs(atMs - before.expiries[index]!), MAX_EXPIRY_DIFFERENCE_MS);
    });
  }
});

/** Plays with a server and a scripted target; what the target was asked, and the replies. */
async function playWithTarget(
  port: number,
  script: (client: RawClient, target: ScriptedTarget) => Promise<void>,
): Promise<string[]> {
  using client = await RawClient.connect({ port });
  using target = new ScriptedTarget();
  await script(client, target);
  return target.requests;
}

referenceTest("MIGRATE asks its target for what Redis asks", async () => {
  const script = async (client: RawClient, target: ScriptedTarget) => {
    const replies: unknown[] = [];
    const call = async (...argv: string[]) => replies.push(await client.call(...argv));
    const migrate = (...rest: string[]) => call("MIGRATE", HOST, `${target.port}`, ...rest);
    const fill = () => call("MSET", "a", "1", "b", "2", "c", "text");
    await fill();
    await migrate("a", "9", "500");
    await migrate("b", "9", "500", "AUTH", "secret");
    await migrate("c", "3", "500", "REPLACE", "AUTH2", "user", "secret");
    await fill();
    // An error makes it select again.
    target.answer = (argv) => argv[1] === "a" ? "-OOPS not today\r\n" : "+OK\r\n";
    await migrate("", "3", "500", "KEYS", "a", "b", "c");
    target.answer = (argv) => argv[0] === "AUTH" ? "-WRONG\r\n" : "+OK\r\n";
    await migrate("a", "3", "500", "AUTH", "bad");
    target.answer = (argv) => argv[0] === "SELECT" ? "-NOSUCHDB\r\n" : "+OK\r\n";
    await migrate("a", "4", "500");
    target.answer = () => "+OK\r\n";
    // A connection that has died is replaced once.
    target.hangUp();
    await migrate("a", "4", "500");
    await fill();
    // What was acknowledged before the connection broke has moved.
    let restores = 0;
    target.answer = (argv) => argv[0] !== "RESTORE" || ++restores < 3 ? "+OK\r\n" : HANG_UP;
    await migrate("", "4", "500", "KEYS", "a", "b", "c");
    await call("MGET", "a", "b", "c");
    await fill();
    // Nothing was acknowledged: it is tried twice.
    target.answer = (): Answer => HANG_UP;
    await migrate("", "4", "500", "KEYS", "a", "b", "c");
    // Time ran out: it is not.
    target.answer = () => "";
    await migrate("a", "4", "50");
    await call("MGET", "a", "b", "c");
    target.requests.push(JSON.stringify(replies));
  };
  await using ours = await startRedeno();
  await using reference = await startReference();
  assertEquals(await playWithTarget(ours.port, script), await playWithTarget(reference.port, script));
});

/** A server of ours with a client, and a target that answers RESTORE only when told. */
async function withSlowTarget(
  test: (parts: { port: number; client: RawClient; target: ScriptedTarget; answer: () => void }) => Promise<void>,
): Promise<void> {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  using target = new ScriptedTarget();
  target.answer = (argv) => argv[0] === "RESTORE" ? "" : "+OK\r\n";
  await client.expect("MSET", "key", "old", "other", "x");
  await test({ port: server.port, client, target, answer: () => target.sendAll("+OK\r\n") });
}

/** Begins to move "key" and waits until the target has it. */
async function beginMigration(client: RawClient, target: ScriptedTarget, ...options: string[]): Promise<void> {
  await client.send("MIGRATE", HOST, target.port, "key", 9, 5000, ...options);
  await eventually(() => target.requests.some((line) => line.includes("RESTORE key")), { what: "the request" });
}

Deno.test("MIGRATE keeps nobody waiting but those who write its keys", async () => {
  await withSlowTarget(async ({ port, client, target, answer }) => {
    using reader = await RawClient.connect({ port });
    using writer = await RawClient.connect({ port });
    using queuer = await RawClient.connect({ port });
    await beginMigration(client, target);
    assertEquals(await reader.call("GET", "key"), "old");
    assertEquals(await reader.call("SET", "other", "y"), "OK");
    await writer.send("APPEND", "key", "new");
    assertEquals(await queuer.pipeline([["MULTI"], ["INCR", "n"], ["DEL", "key"]]), ["OK", "QUEUED", "QUEUED"]);
    await queuer.send("EXEC");
    await writer.expectSilence(50);
    await queuer.expectSilence(50);
    // Another database is another key, and those who wait are not blocked in the sense of Redis.
    assertEquals(await reader.pipeline([["SELECT", 1], ["SET", "key", "1"], ["SELECT", 0]]), ["OK", "OK", "OK"]);
    assertMatch(String(await reader.call("INFO", "clients")), /blocked_clients:0/);
    answer();
    assertEquals(await client.read(), "OK");
    assertEquals(await writer.read(), 3);
    assertEquals(await queuer.read(), [1, 1]);
  });
});

Deno.test("MIGRATE leaves a key that was changed behind its back where it is", async () => {
  await withSlowTarget(async ({ port, client, target, answer }) => {
    using other = await RawClient.connect({ port });
    await beginMigration(client, target);
    // COPY writes a database that its client has not selected.
    await other.pipeline([["SELECT", 1], ["SET", "source", "new"], ["COPY", "source", "key", "DB", 0, "REPLACE"]]);
    assertEquals(await other.pipeline([["SELECT", 0], ["GET", "key"]]), ["OK", "new"]);
    answer();
    const reply = await client.read();
    assert(reply instanceof ErrorReply);
    assertMatch(reply.text, /^IOERR .*changed/);
    assertEquals(await client.call("GET", "key"), "new");
  });
});

Deno.test("MIGRATE has moved a key that was flushed meanwhile", async () => {
  await withSlowTarget(async ({ port, client, target, answer }) => {
    using other = await RawClient.connect({ port });
    await beginMigration(client, target);
    assertEquals(await other.call("FLUSHALL"), "OK");
    answer();
    assertEquals(await client.read(), "OK");
    assertEquals(await client.call("EXISTS", "key"), 0);
  });
});

Deno.test("MIGRATE waits for the end of a pause before it deletes", async () => {
  await withSlowTarget(async ({ port, client, target, answer }) => {
    using other = await RawClient.connect({ port });
    await beginMigration(client, target);
    assertEquals(await other.call("CLIENT", "PAUSE", 60_000, "WRITE"), "OK");
    answer();
    await client.expectSilence(100);
    assertEquals(await other.call("GET", "key"), "old");
    assertEquals(await other.call("CLIENT", "UNPAUSE"), "OK");
    assertEquals(await client.read(), "OK");
    assertEquals(await other.call("EXISTS", "key"), 0);
  });
});

Deno.test("MIGRATE lets a save have a large key before it deletes it", async () => {
  await using directory = await makeTempDir();
  const config = { dir: directory.path };
  await using server = await startServer({ config });
  using client = await RawClient.connect({ port: server.port });
  using other = await RawClient.connect({ port: server.port });
  using target = new ScriptedTarget();
  target.answer = (argv) => argv[0] === "RESTORE" ? "" : "+OK\r\n";
  const elements = Array.from({ length: 2_000 }, (_, index) => `element:${index}:${"x".repeat(100)}`);
  await client.expect("RPUSH", "key", ...elements);
  await client.expect("MSET", ...Array.from({ length: 200 }, (_, index) => `${index}`));
  // The save takes a while with everything before the key.
  await client.expect("CONFIG", "SET", "rdb-key-save-delay", 2000);
  await beginMigration(client, target);
  assertMatch(String(await other.call("BGSAVE")), /^Background saving/);
  target.sendAll("+OK\r\n");
  assertEquals(await client.read(), "OK");
  assertEquals(await other.call("EXISTS", "key"), 0);
  await eventually(async () => String(await other.call("INFO", "persistence")).includes("rdb_bgsave_in_progress:0"), {
    what: "the end of the save",
  });
  await using again = await startServer({ config });
  using reader = await RawClient.connect({ port: again.port });
  assertEquals(await reader.call("LLEN", "key"), elements.length);
});

Deno.test("MIGRATE goes on when its client has gone", async () => {
  await withSlowTarget(async ({ port, client, target, answer }) => {
    using other = await RawClient.connect({ port });
    await beginMigration(client, target);
    assertEquals(await other.call("CLIENT", "KILL", "TYPE", "normal"), 1);
    assertEquals(await client.readToEnd(), "");
    assertEquals(await other.call("GET", "key"), "old");
    answer();
    await eventually(async () => await other.call("EXISTS", "key") === 0, { what: "the deletion" });
  });
});

Deno.test("MIGRATE answers a client that has shut down its sending side", async () => {
  await withSlowTarget(async ({ client, target, answer }) => {
    await beginMigration(client, target);
    await client.closeWrite();
    await client.expectSilence(50).catch(() => {});
    answer();
    assertEquals(await client.readToEnd(), "+OK\r\n");
  });
});

Deno.test("MIGRATE does not hold up a server that stops", async () => {
  const server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  using target = new ScriptedTarget();
  target.answer = (argv) => argv[0] === "RESTORE" ? "" : "+OK\r\n";
  await client.expect("SET", "key", "old");
  await client.send("MIGRATE", HOST, target.port, "key", 9, 600_000);
  await eventually(() => target.requests.length === 2, { what: "the request" });
  const startMs = performance.now();
  await server.stop();
  assertLess(performance.now() - startMs, 2000);
});

Deno.test("MIGRATE in a transaction is refused before anything is sent", async () => {
  await withSlowTarget(async ({ client, target }) => {
    await client.pipeline([["MULTI"], ["SET", "n", 1], ["MIGRATE", HOST, target.port, "key", 9, 5000]]);
    const [first, second] = await client.call("EXEC") as [string, ErrorReply];
    assertEquals(first, "OK");
    assertMatch(second.text, /^ERR MIGRATE has to wait/);
    assertEquals(await client.call("GET", "key"), "old");
    assertEquals(target.requests, []);
  });
});

Deno.test("MIGRATE to the server itself moves between databases and times out within one", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  await client.expect("SET", "key", "value");
  assertEquals(await client.call("MIGRATE", HOST, server.port, "key", 0, 100), new ErrorReply(READ_FAILED));
  assertEquals(await client.call("GET", "key"), "value");
  assertEquals(await client.call("MIGRATE", HOST, server.port, "key", 1, 5000), "OK");
  assertEquals(await client.call("EXISTS", "key"), 0);
  assertEquals(await client.pipeline([["SELECT", 1], ["GET", "key"]]), ["OK", "value"]);
});

/** How many connections to targets are kept. */
async function cachedCount(client: RawClient): Promise<number> {
  return Number(/migrate_cached_sockets:(\d+)/.exec(String(await client.call("INFO", "stats")))![1]);
}

Deno.test("MIGRATE keeps a connection for ten seconds", async () => {
  await using server = await startServer({ frozenAtMs: 1_700_000_000_000 });
  using client = await RawClient.connect({ port: server.port });
  using target = new ScriptedTarget();
  assertEquals(await cachedCount(client), 0);
  await client.expect("MSET", "key", "value", "key2", "value");
  assertEquals(await client.call("MIGRATE", HOST, target.port, "key", 9, 5000), "OK");
  assertEquals(await cachedCount(client), 1);
  server.clock.advance(9_000);
  assertEquals(await client.call("MIGRATE", HOST, target.port, "key2", 9, 5000), "OK");
  assertEquals(target.requests.map((line) => line.slice(0, 12)), ["0: SELECT 9", "0: RESTORE k", "0: RESTORE k"]);
  server.clock.advance(10_000);
  assertEquals(await cachedCount(client), 1);
  server.clock.advance(1_001);
  assertEquals(await cachedCount(client), 0);
});

Deno.test("MIGRATE keeps 64 connections at most, and one to each target", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  using target = new ScriptedTarget();
  await client.expect("SET", "key", "value");
  for (let zeros = 0; zeros < 70; zeros++) {
    // Targets are told apart by how they are written.
    const port = "0".repeat(zeros) + target.port;
    assertEquals(await client.call("MIGRATE", HOST, port, "key", 9, 5000, "COPY"), "OK");
    assertEquals(await cachedCount(client), Math.min(zeros + 1, 64));
  }
});

Deno.test("MIGRATE of two clients to one target goes on side by side", async () => {
  await withSlowTarget(async ({ port, client, target, answer }) => {
    using other = await RawClient.connect({ port });
    await beginMigration(client, target);
    await other.send("MIGRATE", HOST, target.port, "other", 9, 5000);
    await eventually(() => target.requests.some((line) => line.startsWith("1: RESTORE other")), { what: "the second" });
    answer();
    assertEquals([await client.read(), await other.read()], ["OK", "OK"]);
    assertEquals(await client.call("DBSIZE"), 0);
    assertEquals(await cachedCount(client), 1);
  });
});
