/**
 * A disk that refuses or delays what is appended: who is told what, and what the file holds afterwards.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import type { FailpointAction } from "../../../src/base/failpoints.ts";
import { eventually, pause } from "../../support/eventually.ts";
import type { RawClient } from "../../support/raw_client.ts";
import { FailingServer } from "./failing_server.ts";

const FULL: FailpointAction = { kind: "fail", reason: "ENOSPC" };
const TORN: FailpointAction = { kind: "fail", reason: "ENOSPC", isTorn: true };
const BROKEN: FailpointAction = { kind: "fail", reason: "EIO" };
const FIRST_INCREMENT = "appendonlydir/appendonly.aof.1.incr.aof";

async function rewrite(client: RawClient): Promise<void> {
  await client.expect("BGREWRITEAOF");
  await eventually(async () => {
    return String(await client.expect("INFO", "persistence")).includes("aof_rewrite_in_progress:0");
  });
}

/** The reply, or "closed". */
function replyOrEnd(client: RawClient): Promise<string> {
  return client.readRaw().then((text) => text, () => "closed");
}

async function testRecovery(server: FailingServer, client: RawClient, reason: string): Promise<void> {
  await client.expect("RPUSH", "list", "b");
  await eventually(async () => (await client.callRaw("RPUSH", "list", "refused")).startsWith("-MISCONF"), {
    intervalMs: 200,
  });
  const misconf = `-MISCONF Errors writing to the AOF file: ${reason}\r\n`;
  assertEquals(await client.callRaw("RPUSH", "list", "refused"), misconf);
  server.actions.clear();
  await eventually(async () => !(await client.callRaw("PING")).startsWith("-"));
  await client.expect("RPUSH", "list", "c");
  const list = await client.expect("LRANGE", "list", 0, -1);
  await server.restart();
  using reader = await server.connect();
  assertEquals(await reader.expect("LRANGE", "list", 0, -1), list);
}

for (const [what, action] of [["refused", FULL], ["torn", TORN]] as const) {
  for (const isRewritten of [false, true]) {
    const where = isRewritten ? "a file of this run" : "a file from before";
    Deno.test(`a write to ${where} that is ${what} is made later, and leaves no hole`, async () => {
      await using server = await FailingServer.start("appendonly yes");
      using client = await server.connect();
      await client.expect("RPUSH", "list", "a");
      if (isRewritten) await rewrite(client);
      server.actions.set("aof-write", action);
      await testRecovery(server, client, "No space left on device");
      assertStringIncludes(server.log, "AOF write error looks solved, Redis can write again.");
    });
  }
}

Deno.test("a torn write that cannot be cut away again is completed later", async () => {
  await using server = await FailingServer.start("appendonly yes");
  using client = await server.connect();
  await client.expect("RPUSH", "list", "a");
  server.actions.set("aof-write", TORN);
  server.actions.set("aof-truncate", BROKEN);
  await testRecovery(server, client, "No space left on device");
  assertStringIncludes(server.log, "ftruncate: Input/output error");
});

Deno.test("a sync of everysec that fails refuses writes until one works", async () => {
  await using server = await FailingServer.start("appendonly yes");
  using client = await server.connect();
  await client.expect("RPUSH", "list", "a");
  server.actions.set("aof-sync", BROKEN);
  await testRecovery(server, client, "Input/output error");
  assertStringIncludes(server.log, "Fail to fsync the AOF file: Input/output error");
});

Deno.test("with appendfsync always a reply is sent after its sync, and who reads the new value waits as well", async () => {
  await using server = await FailingServer.start("appendonly yes", "appendfsync always");
  using writer = await server.connect();
  using reader = await server.connect();
  await writer.expect("SET", "key", "old");
  server.actions.set("aof-sync", { kind: "wait", ms: 150 });
  const startMs = performance.now();
  const answered = async (client: RawClient, ...argv: string[]) => {
    await client.send(...argv);
    return { value: await client.read(), tookMs: performance.now() - startMs };
  };
  const replies = await Promise.all([answered(writer, "SET", "key", "new"), answered(reader, "GET", "key")]);
  assertEquals(replies.map(({ value }) => value), ["OK", "new"]);
  for (const { tookMs } of replies) assert(tookMs >= 149, `a reply came after ${tookMs} ms`);
});

Deno.test("with appendfsync always all that is acknowledged was in the file at a sync that has ended", async () => {
  await using server = await FailingServer.start("appendonly yes", "appendfsync always");
  let atSync = "";
  server.onPass = (point) => {
    if (point === "aof-sync") atSync = server.contentOf(FIRST_INCREMENT) ?? "";
  };
  const count = async (index: number) => {
    using client = await server.connect();
    for (let written = 1; written <= 40; written++) {
      await client.expect("SET", `key:${index}`, `value:${index}:${written};`);
      assertStringIncludes(atSync, `value:${index}:${written};`);
    }
  };
  await Promise.all([1, 2, 3, 4].map(count));
});

Deno.test("with appendfsync everysec nothing stays out of a sync for longer than a second and the pace of the cron", async () => {
  await using server = await FailingServer.start("appendonly yes", "appendfsync everysec");
  const writtenAtMs: number[] = [];
  let firstUnsynced = 0;
  let longestMs = 0;
  server.onPass = (point) => {
    if (point !== "aof-sync") return;
    const text = server.contentOf(FIRST_INCREMENT) ?? "";
    for (; text.includes(`value:${firstUnsynced};`); firstUnsynced++) {
      longestMs = Math.max(longestMs, performance.now() - writtenAtMs[firstUnsynced]!);
    }
  };
  using client = await server.connect();
  const startMs = performance.now();
  for (let index = 0; performance.now() - startMs < 2_500; index++) {
    writtenAtMs.push(performance.now());
    await client.expect("SET", "key", `value:${index};`);
    await pause(10);
  }
  await eventually(() => firstUnsynced === writtenAtMs.length, { what: "a sync of all that was written" });
  assert(longestMs < 1_500, `a write was synced after ${longestMs} ms`);
});

Deno.test("with appendfsync always a write or sync that fails ends the server, and nobody is told that it worked", async (t) => {
  for (const [point, action] of [["aof-write", FULL], ["aof-write", TORN], ["aof-sync", BROKEN]] as const) {
    for (const isRewrite of [false, true]) {
      const isTorn = action === TORN ? " torn" : "";
      await t.step(`${point}${isTorn}${isRewrite ? ", found out by the switch to another file" : ""}`, async () => {
        await using server = await FailingServer.start("appendonly yes", "appendfsync always");
        using client = await server.connect();
        await client.expect("SET", "key", "kept");
        server.actions.set(point, action);
        await client.sendRaw(`SET key lost\r\n${isRewrite ? "BGREWRITEAOF\r\n" : ""}`);
        assertEquals(await replyOrEnd(client), "closed");
        assertStringIncludes(server.log, "when the AOF fsync policy is 'always'");
        await server.restart();
        using reader = await server.connect();
        // What could not be synced may still be there.
        const expected = point === "aof-sync" ? "lost" : "kept";
        assertEquals(await reader.expect("GET", "key"), expected);
      });
    }
  }
});
