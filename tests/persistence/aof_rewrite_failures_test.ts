/**
 * Rewrites that fail, are given up, or leave their history: the manifest names a whole set of files at every moment.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import type { RawClient } from "../support/raw_client.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";

const AOF = ["appendonly yes"];

function manifestOf(server: ServerProcess): Promise<string[]> {
  const path = `${server.directory}/appendonlydir/appendonly.aof.manifest`;
  return Deno.readTextFile(path).then((text) => text.trimEnd().split("\n").map((line) => line.split(" ")[1]!));
}

async function partsOf(server: ServerProcess): Promise<string[]> {
  const names: string[] = [];
  for await (const { name } of Deno.readDir(`${server.directory}/appendonlydir`)) names.push(name);
  return names.filter((name) => !name.endsWith(".manifest")).sort();
}

async function infoOf(client: RawClient): Promise<string> {
  return String(await client.expect("INFO", "persistence"));
}

async function rewrite(client: RawClient): Promise<void> {
  await client.expect("BGREWRITEAOF");
  await eventually(async () => (await infoOf(client)).includes("aof_rewrite_in_progress:0"));
}

/** A directory in the place of the file that a rewrite makes: none can work while it is there. */
function blockade(server: ServerProcess): string {
  return `${server.directory}/temp-rewriteaof-bg-${server.pid}.aof`;
}

Deno.test("each rewrite that fails leaves one more increment, and the next that works replaces them all", async () => {
  await using server = await startRedeno({ configLines: AOF });
  using client = await server.connect();
  await Deno.mkdir(`${blockade(server)}/x`, { recursive: true });
  for (let attempt = 1; attempt <= 3; attempt++) {
    await client.expect("SET", `key:${attempt}`, "value");
    await rewrite(client);
    assertStringIncludes(await infoOf(client), `aof_rewrites_consecutive_failures:${attempt}`);
  }
  assertStringIncludes(await infoOf(client), "aof_last_bgrewrite_status:err");
  const increments = [1, 2, 3, 4].map((sequence) => `appendonly.aof.${sequence}.incr.aof`);
  assertEquals(await manifestOf(server), ["appendonly.aof.1.base.rdb", ...increments]);
  const digest = await client.expect("DEBUG", "DIGEST");
  assertEquals(await client.expect("DEBUG", "LOADAOF"), "OK");
  assertEquals(await client.expect("DEBUG", "DIGEST"), digest);
  // By itself the server waits now.
  await client.expect("CONFIG", "SET", "auto-aof-rewrite-min-size", "0");
  await client.expect("CONFIG", "SET", "auto-aof-rewrite-percentage", "1");
  await eventually(() => server.log.includes("triggered the limit, will retry in 1 minutes"));
  await Deno.remove(blockade(server), { recursive: true });
  await client.expect("CONFIG", "SET", "auto-aof-rewrite-percentage", "0");
  await rewrite(client);
  assertEquals(await manifestOf(server), ["appendonly.aof.2.base.rdb", "appendonly.aof.5.incr.aof"]);
  await eventually(async () => (await partsOf(server)).length === 2);
  await server.restart("SIGKILL");
  using reader = await server.connect();
  assertEquals(await reader.expect("DEBUG", "DIGEST"), digest);
});

Deno.test("a file that is switched on gets its name only with the first base that works", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await Deno.mkdir(`${blockade(server)}/x`, { recursive: true });
  await client.expect("SET", "before", "1");
  await client.expect("CONFIG", "SET", "appendonly", "yes");
  await eventually(() =>
    server.log.includes("Removing the temp incr aof file temp-appendonly.aof.incr in the background")
  );
  assertStringIncludes(await infoOf(client), "aof_enabled:1");
  await client.expect("SET", "between", "1");
  await Deno.remove(blockade(server), { recursive: true });
  await eventually(async () => (await infoOf(client)).includes("aof_last_bgrewrite_status:ok"));
  await client.expect("SET", "after", "1");
  assertEquals(await manifestOf(server), ["appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof"]);
  await client.expect("CONFIG", "REWRITE");
  await server.restart("SIGKILL");
  using reader = await server.connect();
  assertEquals((await reader.expect("KEYS", "*") as string[]).sort(), ["after", "before", "between"]);
});

Deno.test("CONFIG SET appendonly no gives a rewrite up, and the files stay a whole set", async () => {
  await using server = await startRedeno({ configLines: [...AOF, "rdb-key-save-delay 100000"] });
  using client = await server.connect();
  await client.expect("SET", "a", "1");
  await client.expect("DEBUG", "POPULATE", 100);
  await client.expect("BGREWRITEAOF");
  await client.expect("SET", "b", "2");
  await client.expect("CONFIG", "SET", "appendonly", "no");
  await client.expect("SET", "c", "3");
  assertEquals(await manifestOf(server), [
    "appendonly.aof.1.base.rdb",
    "appendonly.aof.1.incr.aof",
    "appendonly.aof.2.incr.aof",
  ]);
  await server.restart("SIGKILL");
  using reader = await server.connect();
  assertEquals((await reader.expect("KEYS", "*") as string[]).sort(), ["a", "b"]);
});

Deno.test("a file that is switched on beside a save stays as it was until the rewrite after that, and counts on", async () => {
  await using server = await startRedeno({ configLines: [...AOF, "rdb-key-save-delay 50000"] });
  using client = await server.connect();
  await client.expect("SET", "kept", "1");
  await client.expect("CONFIG", "SET", "appendonly", "no");
  await client.expect("DEBUG", "POPULATE", 100);
  await client.expect("BGSAVE");
  await client.expect("CONFIG", "SET", "appendonly", "yes");
  assertStringIncludes(await infoOf(client), "aof_rewrite_scheduled:1");
  await client.expect("SET", "lost", "1");
  await client.expect("DEBUG", "LOADAOF");
  assertEquals(await client.expect("KEYS", "*"), ["kept"]);
  assertEquals(await manifestOf(server), ["appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof"]);
  assertStringIncludes(await infoOf(client), "rdb_bgsave_in_progress:1");
  await client.expect("CONFIG", "SET", "rdb-key-save-delay", "0");
  await eventually(() => server.log.includes("Background AOF rewrite finished successfully"));
  assertEquals(await manifestOf(server), ["appendonly.aof.2.base.rdb", "appendonly.aof.2.incr.aof"]);
  await client.expect("SET", "late", "1");
  await client.expect("DEBUG", "LOADAOF");
  assertEquals((await client.expect("KEYS", "*") as string[]).sort(), ["kept", "late"]);
});

Deno.test("aof-disable-auto-gc keeps history until a start without it", async () => {
  await using server = await startRedeno({ configLines: [...AOF, "aof-disable-auto-gc yes"] });
  using client = await server.connect();
  await rewrite(client);
  const all = ["appendonly.aof.1.base.rdb", "appendonly.aof.1.incr.aof"];
  const live = ["appendonly.aof.2.base.rdb", "appendonly.aof.2.incr.aof"];
  assertEquals(await manifestOf(server), [live[0]!, ...all.toReversed(), live[1]!]);
  assertEquals(await partsOf(server), [...all, ...live]);
  await client.expect("CONFIG", "SET", "aof-disable-auto-gc", "no");
  await client.expect("CONFIG", "REWRITE");
  await server.restart();
  await eventually(async () => (await partsOf(server)).length === 2);
  assertEquals(await manifestOf(server), live);
});

Deno.test("SHUTDOWN is refused while the first base is being made, unless it is forced", async () => {
  await using server = await startRedeno({ configLines: ["rdb-key-save-delay 100000"] });
  using client = await server.connect();
  await client.expect("DEBUG", "POPULATE", 100);
  await client.expect("CONFIG", "SET", "appendonly", "yes");
  const refusal = await client.callRaw("SHUTDOWN");
  assert(refusal.startsWith("-ERR Errors trying to SHUTDOWN"), refusal);
  assertStringIncludes(server.log, "Writing initial AOF, can't exit.");
  assertStringIncludes(server.log, "Errors trying to shut down the server.");
  await client.send("SHUTDOWN", "FORCE");
  assertEquals((await server.exited()).code, 0);
});
