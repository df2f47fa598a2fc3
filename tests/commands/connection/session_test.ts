import { assertEquals } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "./same_transcript.ts";

referenceTest("ping() and echo() answer as the reference", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "ping", "PING x", "ping x y", "echo", "echo x", "echo x y", ["echo", ""], [
      "ping",
      "\0\r\n",
    ]);
    await players.call("a", "hello 3", "ping", "ping x", "echo x");
  });
});

referenceTest("select() checks its argument as the reference", async () => {
  await assertSameTranscript(async (players) => {
    await players.call(
      "a",
      "select",
      "select a",
      "select -1",
      "select 16",
      "select 15",
      "set k 1",
      "select 0",
      "get k",
    );
    await players.call("a", "select 2147483648", "select -2147483649", "select 99999999999999999999", "select 1 2");
    await players.call("a", "select 15", "get k");
  });
});

referenceTest("reset() makes a client new", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "hello 3 setname x", "select 3", "watch k", "multi", "set k v", "reset x", "reset");
    await players.call("a", "client info", "exec", "get k", "client getname");
    await players.call("a", "watch k", "set k 1", "reset", "multi", "ping", "exec");
  });
});

Deno.test("quit() answers and runs nothing that comes after it", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  await client.sendRaw(`SET a 1\r\nQUIT\r\nSET b ${"x".repeat(100_000)}\r\nSET c 1\r\n`);
  assertEquals(await client.readBytes(10), "+OK\r\n+OK\r\n");
  using other = await RawClient.connect({ port: server.port });
  assertEquals(await other.call("EXISTS", "a", "b", "c"), 1);
});

Deno.test("quit() and reset() run at once inside MULTI", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  assertEquals(await client.pipeline([["MULTI"], ["RESET"], ["MULTI"], ["QUIT"]]), ["OK", "RESET", "OK", "OK"]);
  assertEquals(await client.readToEnd(), "");
});
