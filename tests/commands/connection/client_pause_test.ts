import { assertEquals } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { eventually } from "../../support/eventually.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "./same_transcript.ts";

const LONG_MS = "100000";

referenceTest("client pause checks its arguments as the reference", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "client pause", "client pause x", "client pause -1", "client pause 1 maybe");
    await players.call("a", "client pause 1 all x", "client pause 0", "client pause 0 WRITE", "client unpause x");
    await players.call("a", "client unpause", "ping");
  });
});

referenceTest("client pause write holds up writes, EXEC of writes and nothing else, in order", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("b", "multi", "set k 2");
    await players.call("d", "multi", "get k");
    await players.call("a", `client pause ${LONG_MS} WRITE`, "get k", "set k", "foo");
    await (await players.client("c")).send("SET", "k", "1");
    await players.waitForBlocked(1);
    await (await players.client("b")).send("EXEC");
    await players.waitForBlocked(2);
    await players.call("d", "exec");
    await players.call("a", "get k", "client unpause");
    await players.reply("c");
    await players.reply("b");
    await players.call("a", "get k");
  });
});

referenceTest("client pause inside a transaction begins after it", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "multi", "set a 1", `client pause ${LONG_MS} write`, "set b 1", "exec", "get b");
    await (await players.client("b")).send("SET", "c", "1");
    await players.waitForBlocked(1);
    await players.call("a", "get c", "client unpause");
    await players.reply("b");
  });
});

Deno.test("client pause all holds everybody up until its time is over", async () => {
  await using server = await startServer({ frozenAtMs: 1_000_000 });
  using a = await RawClient.connect({ port: server.port });
  using b = await RawClient.connect({ port: server.port });
  assertEquals(await a.callRaw("CLIENT", "PAUSE", "500"), "+OK\r\n");
  await b.send("PING");
  await a.send("CLIENT", "UNPAUSE");
  await b.expectSilence(50);
  server.clock.advance(500);
  await a.expectSilence(50);
  server.clock.advance(1);
  assertEquals(await b.readRaw(), "+PONG\r\n");
  assertEquals(await a.readRaw(), "+OK\r\n");
});

Deno.test("client pause is only made longer and stricter by another", async () => {
  await using server = await startServer({ frozenAtMs: 1_000_000 });
  using a = await RawClient.connect({ port: server.port });
  using b = await RawClient.connect({ port: server.port });
  await a.pipeline([["CLIENT", "PAUSE", "500", "WRITE"], ["CLIENT", "PAUSE", "100", "ALL"]]);
  await b.send("GET", "k");
  server.clock.advance(400);
  await b.expectSilence(50);
  server.clock.advance(101);
  assertEquals(await b.readRaw(), "$-1\r\n");
});

Deno.test("client pause keeps keys from expiring until it is over", async () => {
  await using server = await startServer({ frozenAtMs: 1_000_000 });
  using client = await RawClient.connect({ port: server.port });
  await client.pipeline([["SET", "k", "v", "PX", "10"], ["CLIENT", "PAUSE", "5000", "WRITE"]]);
  server.clock.advance(1000);
  assertEquals(await client.call("GET", "k"), null);
  assertEquals(await client.call("DBSIZE"), 1);
  await client.call("CLIENT", "UNPAUSE");
  assertEquals(await client.call("GET", "k"), null);
  assertEquals(await client.call("DBSIZE"), 0);
});

Deno.test("a paused client that hangs up is gone at once and its command never runs", async () => {
  await using server = await startServer();
  using a = await RawClient.connect({ port: server.port });
  const b = await RawClient.connect({ port: server.port });
  await a.call("CLIENT", "PAUSE", "100000", "WRITE");
  await b.send("SET", "k", "v");
  await eventually(async () => String(await a.call("INFO", "clients")).includes("blocked_clients:1"));
  b.close();
  await eventually(async () => String(await a.call("INFO", "clients")).includes("connected_clients:1\r"));
  await a.call("CLIENT", "UNPAUSE");
  assertEquals(await a.call("GET", "k"), null);
});
