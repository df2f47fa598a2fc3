/**
 * What an append-only file keeps when the server is killed, and what a client is told before and after that.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { EVERYSEC_LOSS_MS } from "./crash/journal.ts";
import { eventually } from "../support/eventually.ts";
import type { RawClient } from "../support/raw_client.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";

const CLIENTS = 8;
const LOAD_MS = 300;

/** Counts on a key of its own until the connection breaks; when each count was acknowledged. */
async function count(server: ServerProcess, index: number): Promise<number[]> {
  using client = await server.connect();
  const timesMs: number[] = [];
  for (;;) {
    const counted = await client.call("INCR", `counter:${index}`).catch(() => null);
    if (counted === null) return timesMs;
    assertEquals(counted, timesMs.push(performance.now()));
  }
}

/** Changes a large hash, whose writers wait while a rewrite takes it, until the connection breaks. */
async function changeFields(server: ServerProcess): Promise<void> {
  using client = await server.connect();
  try {
    for (let index = 0;; index = (index + 7919) % 20_000) {
      await client.pipeline([["HSET", "hash", `f${index}`, index], ["HDEL", "hash", `f${index + 1}`]]);
    }
  } catch {
    // The connection was closed: that is enough.
  }
}

/** Of each counter what was acknowledged and what was kept; of `due` nothing may be lost even with `everysec`. */
async function countsAfterKill(
  server: ServerProcess,
  loadMs = LOAD_MS,
): Promise<{ acknowledged: number[]; due: number[]; kept: number[] }> {
  const counting = Array.from({ length: CLIENTS }, (_, index) => count(server, index));
  await new Promise((resolve) => setTimeout(resolve, loadMs));
  const dueUntilMs = performance.now() - EVERYSEC_LOSS_MS;
  server.signal("SIGKILL");
  const timesMs = await Promise.all(counting);
  await server.startAgain();
  using client = await server.connect();
  const kept: number[] = [];
  for (let index = 0; index < CLIENTS; index++) kept.push(Number(await client.expect("GET", `counter:${index}`)));
  return {
    acknowledged: timesMs.map((times) => times.length),
    due: timesMs.map((times) => times.filter((timeMs) => timeMs <= dueUntilMs).length),
    kept,
  };
}

async function info(client: RawClient): Promise<string> {
  return String(await client.expect("INFO", "persistence"));
}

async function rewritten(client: RawClient): Promise<void> {
  await eventually(async () => {
    const text = await info(client);
    return text.includes("aof_rewrite_in_progress:0") && text.includes("aof_rewrite_scheduled:0");
  });
}

for (const policy of ["always", "no"]) {
  Deno.test(`with appendfsync ${policy} nothing that was acknowledged is lost when the process is killed`, async () => {
    await using server = await startRedeno({ configLines: ["appendonly yes", `appendfsync ${policy}`] });
    const { acknowledged, kept } = await countsAfterKill(server);
    for (let index = 0; index < CLIENTS; index++) {
      assert(acknowledged[index]! > 0);
      // One more may have been written than was acknowledged.
      const extra = kept[index]! - acknowledged[index]!;
      assert(extra === 0 || extra === 1, `${acknowledged[index]} were acknowledged and ${kept[index]} kept`);
    }
  });
}

for (const policy of ["everysec", "no"]) {
  Deno.test(`with appendfsync ${policy} a write is in the file when its reply comes`, async () => {
    await using server = await startRedeno({ configLines: ["appendonly yes", `appendfsync ${policy}`] });
    using client = await server.connect();
    // The first write: before it there was nothing to be synced, so it waits for no sync.
    await client.expect("SET", "key", "value");
    const written = await Deno.readTextFile(`${server.directory}/appendonlydir/appendonly.aof.1.incr.aof`);
    assertStringIncludes(written, "$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n");
  });
}

Deno.test("with appendfsync everysec no more than the last second is lost when the process is killed", async () => {
  await using server = await startRedeno({ configLines: ["appendonly yes", "appendfsync everysec"] });
  const { acknowledged, due, kept } = await countsAfterKill(server, 2 * EVERYSEC_LOSS_MS);
  for (let index = 0; index < CLIENTS; index++) {
    assert(due[index]! > 0);
    const counts = `${acknowledged[index]} were acknowledged, ${due[index]} a second ago, and ${kept[index]} kept`;
    assert(kept[index]! >= due[index]! && kept[index]! <= acknowledged[index]! + 1, counts);
  }
});

Deno.test("with appendfsync always nothing is lost either when a rewrite is under way", async () => {
  await using server = await startRedeno({
    configLines: ["appendonly yes", "appendfsync always", "rdb-key-save-delay 200"],
  });
  using client = await server.connect();
  await client.expect("DEBUG", "POPULATE", 1_000);
  await client.expect("BGREWRITEAOF");
  const { acknowledged, kept } = await countsAfterKill(server);
  for (const [index, least] of acknowledged.entries()) assert(kept[index]! >= least);
});

Deno.test("with appendfsync always a reply waits for its write, and readers see nothing sooner", async () => {
  await using server = await startRedeno({ configLines: ["appendonly yes", "appendfsync always"] });
  using writer = await server.connect();
  using reader = await server.connect();
  await writer.expect("SET", "key", "old");
  await writer.expect("DEBUG", "AOF-FLUSH-SLEEP", 500_000);
  const path = `${server.directory}/appendonlydir/appendonly.aof.1.incr.aof`;
  const { size } = await Deno.stat(path);
  const startMs = performance.now();
  await writer.send("SET", "key", "new");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assertEquals([(await Deno.stat(path)).size, await reader.expect("GET", "key")], [size, "new"]);
  assert(performance.now() - startMs >= 490);
  assert((await Deno.stat(path)).size > size);
  assertEquals(await writer.read(), "OK");
});

Deno.test("pipelines, blocked clients and transactions get their replies in order behind the barrier", async () => {
  await using server = await startRedeno({ configLines: ["appendonly yes", "appendfsync always"] });
  using client = await server.connect();
  using blocked = await server.connect();
  await blocked.send("BLPOP", "list", 0);
  const commands = Array.from({ length: 500 }, (_, index) => ["INCR", `n${index % 3}`]);
  const replies = await client.pipeline([...commands, ["MULTI"], ["RPUSH", "list", "a"], ["SET", "x", "y"], ["EXEC"]]);
  assertEquals(replies.slice(0, 500), commands.map((_, index) => Math.floor(index / 3) + 1));
  assertEquals(replies.at(-1), [1, "OK"]);
  assertEquals(await blocked.read(), ["list", "a"]);
  await client.sendRaw("SET last one\r\nQUIT\r\n");
  assertEquals([await client.read(), await client.read()], ["OK", "OK"]);
});

for (const preamble of ["yes", "no"]) {
  Deno.test(`rewrites under write load keep every write (aof-use-rdb-preamble ${preamble})`, async () => {
    await using server = await startRedeno({
      configLines: [
        "appendonly yes",
        `aof-use-rdb-preamble ${preamble}`,
        "auto-aof-rewrite-percentage 10",
        "auto-aof-rewrite-min-size 1kb",
      ],
    });
    using client = await server.connect();
    await client.expect("DEBUG", "POPULATE", 20_000);
    await client.pipeline(Array.from({ length: 20_000 }, (_, index) => ["HSET", "hash", `f${index}`, "v".repeat(40)]));
    const counting = Array.from({ length: CLIENTS }, (_, index) => count(server, index));
    const changing = changeFields(server);
    await eventually(async () => /aof_rewrites:[3-9]/.test(await info(client)));
    await client.pipeline([["CONFIG", "SET", "auto-aof-rewrite-percentage", "0"], [
      "CLIENT",
      "KILL",
      "TYPE",
      "normal",
    ]]);
    await Promise.all([...counting, changing]);
    await rewritten(client);
    const digest = await client.expect("DEBUG", "DIGEST");
    await server.restart("SIGKILL");
    using reader = await server.connect();
    assertEquals(await reader.expect("DEBUG", "DIGEST"), digest);
    assertStringIncludes(server.log, "Starting automatic rewriting of AOF on ");
  });
}

Deno.test("CONFIG SET appendonly switches the file on with the data there are, and off", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await client.expect("SET", "before", "1");
  assertEquals(await client.expect("CONFIG", "SET", "appendonly", "yes"), "OK");
  await client.expect("SET", "during", "1");
  await rewritten(client);
  await client.expect("SET", "after", "1");
  assertStringIncludes(await info(client), "aof_enabled:1");
  assertEquals(await client.expect("CONFIG", "SET", "appendonly", "no"), "OK");
  await client.expect("SET", "lost", "1");
  assertStringIncludes(await info(client), "aof_enabled:0");
  const manifest = await Deno.readTextFile(`${server.directory}/appendonlydir/appendonly.aof.manifest`);
  assertEquals(manifest, "file appendonly.aof.1.base.rdb seq 1 type b\nfile appendonly.aof.1.incr.aof seq 1 type i\n");
  assertEquals(await client.expect("CONFIG", "SET", "appendonly", "yes"), "OK");
  await client.expect("DEL", "lost");
  await client.expect("CONFIG", "REWRITE");
  await rewritten(client);
  await server.restart("SIGKILL");
  using reader = await server.connect();
  assertEquals((await reader.expect("KEYS", "*") as string[]).sort(), ["after", "before", "during"]);
  assertStringIncludes(server.log, "DB loaded from base file appendonly.aof.2.base.rdb");
});

Deno.test("BGREWRITEAOF waits for a BGSAVE, and within EXEC for its end", async () => {
  await using server = await startRedeno({ configLines: ["appendonly yes", "rdb-key-save-delay 3000"] });
  using client = await server.connect();
  await client.expect("DEBUG", "POPULATE", 100);
  await client.expect("BGSAVE");
  assertEquals(await client.expect("BGREWRITEAOF"), "Background append only file rewriting scheduled");
  await rewritten(client);
  await client.expect("MULTI");
  await client.expect("BGREWRITEAOF");
  assertEquals(await client.expect("EXEC"), ["Background append only file rewriting scheduled"]);
  await eventually(async () => (await info(client)).includes("aof_rewrite_in_progress:1"));
  assertEquals(
    String(await client.callRaw("BGREWRITEAOF")),
    "-ERR Background append only file rewriting already in progress\r\n",
  );
  await client.expect("CONFIG", "SET", "rdb-key-save-delay", "0");
  await rewritten(client);
});

Deno.test("no-appendfsync-on-rewrite and a change of appendfsync leave nothing unwritten", async () => {
  await using server = await startRedeno({
    configLines: ["appendonly yes", "appendfsync always", "no-appendfsync-on-rewrite yes", "rdb-key-save-delay 100000"],
  });
  using client = await server.connect();
  await client.expect("DEBUG", "POPULATE", 20);
  await client.expect("BGREWRITEAOF");
  for (let index = 0; index < 50; index++) await client.expect("INCR", "counter");
  for (const policy of ["everysec", "always", "no", "always"]) {
    await client.expect("CONFIG", "SET", "appendfsync", policy);
    await client.expect("INCR", "changes");
  }
  await client.expect("CONFIG", "SET", "rdb-key-save-delay", "0");
  await rewritten(client);
  await server.restart("SIGKILL");
  using reader = await server.connect();
  assertEquals(await reader.expect("MGET", "counter", "changes"), ["50", "4"]);
});
