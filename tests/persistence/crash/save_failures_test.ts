/**
 * A disk that refuses something in the middle of a save, of a rewrite of the append-only file, or of CONFIG REWRITE: what
 * was there stays, whole, and the next try works.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { Failpoint, FailpointAction } from "../../../src/base/failpoints.ts";
import { eventually } from "../../support/eventually.ts";
import type { RawClient } from "../../support/raw_client.ts";
import { FailingServer } from "./failing_server.ts";

const FULL: FailpointAction = { kind: "fail", reason: "ENOSPC" };
const TORN: FailpointAction = { kind: "fail", reason: "ENOSPC", isTorn: true };
const BROKEN: FailpointAction = { kind: "fail", reason: "EIO" };

const RDB_FAILURES: readonly [Failpoint, FailpointAction, string][] = [
  ["rdb-open", FULL, "for saving: No space left on device"],
  ["rdb-write", FULL, "Write error saving DB on disk(rdbSaveRio): No space left on device"],
  ["rdb-write", TORN, "Write error saving DB on disk(rdbSaveRio): No space left on device"],
  ["rdb-sync", BROKEN, "Write error saving DB on disk(fsync): Input/output error"],
  ["rdb-rename", BROKEN, "Error moving temp DB file temp-"],
  ["rdb-directory-sync", BROKEN, "Write error saving DB on disk(fsyncFileDir): Input/output error"],
];

const MISCONF = "-MISCONF Redis is configured to save RDB snapshots";

async function infoField(client: RawClient, name: string): Promise<string> {
  const text = String(await client.expect("INFO", "persistence"));
  return new RegExp(`${name}:(.*)\r`).exec(text)?.[1] ?? "";
}

async function saved(client: RawClient): Promise<string> {
  await client.expect("BGSAVE");
  await eventually(async () => await infoField(client, "rdb_bgsave_in_progress") === "0");
  return await infoField(client, "rdb_last_bgsave_status");
}

async function rewritten(client: RawClient): Promise<string> {
  const reply = await client.callRaw("BGREWRITEAOF");
  if (!reply.startsWith("-")) {
    await eventually(async () => await infoField(client, "aof_rewrite_in_progress") === "0");
  }
  return await infoField(client, "aof_last_bgrewrite_status");
}

Deno.test("a background save that fails at any point leaves the old file, refuses writes, and works again", async (t) => {
  for (const [point, action, line] of RDB_FAILURES) {
    await t.step(`${point}${action === TORN ? " torn" : ""}`, async () => {
      await using server = await FailingServer.start("save 3600 1000000");
      using client = await server.connect();
      await client.expect("SET", "key", "old");
      assertEquals(await saved(client), "ok");
      const old = server.contentOf("dump.rdb");
      await client.expect("SET", "key", "new");
      server.actions.set(point, action);
      assertEquals(await saved(client), "err");
      assertStringIncludes(server.log, line);
      // A rename that is not on the medium yet has happened all the same.
      if (point !== "rdb-directory-sync") assertEquals(server.contentOf("dump.rdb"), old);
      assertEquals(server.fileNames(), ["dump.rdb", "redis.conf"]);
      assertStringIncludes(await client.callRaw("SET", "key", "refused"), MISCONF);
      assertEquals(await client.callRaw("SAVE"), "-ERR\r\n");
      server.actions.clear();
      assertEquals(await saved(client), "ok");
      await client.expect("SET", "other", "1");
      await server.restart();
      using reader = await server.connect();
      assertEquals(await reader.expect("MGET", "key", "other"), ["new", null]);
    });
  }
});

const REWRITE_FAILURES: readonly [Failpoint, FailpointAction, string][] = [
  ["aof-open", FULL, "Can't open the append-only file appendonly.aof.2.incr.aof: No space left on device"],
  ["manifest-open", FULL, "Can't open the AOF manifest file temp-appendonly.aof.manifest: No space left"],
  [
    "manifest-write",
    TORN,
    "Error trying to write the temporary AOF manifest file temp-appendonly.aof.manifest: No space",
  ],
  ["manifest-sync", BROKEN, "Fail to fsync the temp AOF file temp-appendonly.aof.manifest: Input/output error."],
  [
    "manifest-rename",
    BROKEN,
    "Error trying to rename the temporary AOF manifest file temp-appendonly.aof.manifest into",
  ],
  ["manifest-directory-sync", BROKEN, "Fail to fsync AOF directory "],
  ["base-open", FULL, "Opening the temp file for AOF rewrite in rewriteAppendOnlyFile(): No space left"],
  ["base-write", FULL, "Write error writing append only file on disk: No space left on device"],
  ["base-write", TORN, "Write error writing append only file on disk: No space left on device"],
  ["base-sync", BROKEN, "Write error writing append only file on disk: Input/output error"],
  ["base-rename", BROKEN, "Error trying to rename the temporary AOF base file "],
];

async function testRewriteFailure(server: FailingServer, point: Failpoint, action: FailpointAction): Promise<void> {
  using client = await server.connect();
  await client.expect("RPUSH", "list", "a");
  server.actions.set(point, action);
  assertEquals(await rewritten(client), "err");
  await client.expect("RPUSH", "list", "b");
  server.actions.clear();
  await server.restart();
  {
    using reader = await server.connect();
    assertEquals(await reader.expect("LRANGE", "list", 0, -1), ["a", "b"]);
    await reader.expect("RPUSH", "list", "c");
    assertEquals(await rewritten(reader), "ok");
    await reader.expect("RPUSH", "list", "d");
  }
  await server.restart();
  using reader = await server.connect();
  assertEquals(await reader.expect("LRANGE", "list", 0, -1), ["a", "b", "c", "d"]);
  assertEquals(await rewritten(reader), "ok");
  const stray = server.fileNames().filter((name) => name.includes("temp-"));
  assertEquals(stray, []);
}

Deno.test("a rewrite that fails at any point loses nothing, and the next one works", async (t) => {
  for (const preamble of ["yes", "no"]) {
    for (const [point, action, line] of REWRITE_FAILURES) {
      await t.step(`${point}${action === TORN ? " torn" : ""} (aof-use-rdb-preamble ${preamble})`, async () => {
        await using server = await FailingServer.start("appendonly yes", `aof-use-rdb-preamble ${preamble}`);
        await testRewriteFailure(server, point, action);
        assertStringIncludes(server.log, line);
      });
    }
  }
});

Deno.test("the manifest of a rewrite that fails at its second writing is the old one, or the new one with all its files", async (t) => {
  const points = REWRITE_FAILURES.filter(([point]) => point.startsWith("manifest-"));
  for (const [point, action, line] of points) {
    await t.step(point, async () => {
      await using server = await FailingServer.start("appendonly yes");
      // From the moment on at which the new base has its name.
      server.onPass = (passed) => {
        if (passed === "base-rename" && !server.actions.has(point)) server.actions.set(point, action);
      };
      using client = await server.connect();
      await client.expect("RPUSH", "list", "a");
      assertEquals(await rewritten(client), "err");
      await client.expect("RPUSH", "list", "b");
      assertStringIncludes(server.log, line);
      server.onPass = () => {};
      await server.restart();
      using reader = await server.connect();
      assertEquals(await reader.expect("LRANGE", "list", 0, -1), ["a", "b"]);
    });
  }
});

Deno.test("appendonly that cannot be switched on leaves the server as it was", async (t) => {
  for (
    const point of ["aof-open", "base-rename", "aof-rename", "manifest-rename", "manifest-directory-sync"] as const
  ) {
    await t.step(point, async () => {
      await using server = await FailingServer.start("save ''");
      using client = await server.connect();
      await client.expect("SET", "key", "1");
      server.actions.set(point, BROKEN);
      const reply = await client.callRaw("CONFIG", "SET", "appendonly", "yes");
      await eventually(async () => await infoField(client, "aof_rewrite_in_progress") === "0");
      await client.expect("INCR", "key");
      server.actions.clear();
      if (reply.startsWith("-")) await client.expect("CONFIG", "SET", "appendonly", "yes");
      await client.expect("INCR", "key");
      // A rewrite that failed is tried again by itself.
      await eventually(async () => {
        const isIdle = await infoField(client, "aof_rewrite_scheduled") === "0" &&
          await infoField(client, "aof_rewrite_in_progress") === "0";
        return isIdle && server.contentOf("appendonlydir/appendonly.aof.manifest") !== null;
      });
      await client.expect("INCR", "key");
      await client.expect("CONFIG", "REWRITE");
      const digest = await client.expect("DEBUG", "DIGEST");
      await client.expect("DEBUG", "LOADAOF");
      assertEquals([await client.expect("GET", "key"), await client.expect("DEBUG", "DIGEST")], ["4", digest]);
    });
  }
});

Deno.test("CONFIG REWRITE that fails at any point leaves redis.conf whole", async (t) => {
  for (const point of ["open", "write", "sync", "rename", "directory-sync"] as const) {
    await t.step(point, async () => {
      await using server = await FailingServer.start("save 3600 1");
      using client = await server.connect();
      const old = server.contentOf("redis.conf");
      await client.expect("CONFIG", "SET", "maxmemory", "123mb");
      server.actions.set(`config-${point}`, point === "write" ? TORN : BROKEN);
      const reply = await client.callRaw("CONFIG", "REWRITE");
      assertStringIncludes(reply, "-ERR Rewriting config file: ");
      if (point !== "directory-sync") assertEquals(server.contentOf("redis.conf"), old);
      assertEquals(server.fileNames(), ["redis.conf"]);
      server.actions.clear();
      await client.expect("CONFIG", "REWRITE");
      assertStringIncludes(server.contentOf("redis.conf")!, "maxmemory 123mb");
    });
  }
});

Deno.test("FLUSHALL with save points is answered when the file holds no old data any more", async () => {
  await using server = await FailingServer.start("save 3600 1");
  using client = await server.connect();
  await client.expect("SET", "old", "1");
  assertEquals(await saved(client), "ok");
  await client.expect("BGSAVE");
  server.passed.length = 0;
  await client.expect("FLUSHALL");
  assert(server.passed.includes("rdb-directory-sync"));
  await client.expect("SET", "new", "1");
  await server.restart();
  using reader = await server.connect();
  assertEquals(await reader.expect("DBSIZE"), 0);
});
