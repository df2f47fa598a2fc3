/**
 * Without permission for files the server works in memory and says once, clearly, what it cannot do.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { ErrorReply } from "../support/reply_reader.ts";
import { startRedeno } from "../support/test_server.ts";

const NET_ONLY = {
  permissions: ["--allow-net"],
  args: ["--enable-debug-command", "yes", "--enable-protected-configs", "yes", "--save", "1 1"],
};

Deno.test("with --allow-net alone the server serves, and SAVE and BGSAVE give one clear error", async () => {
  await using server = await startRedeno(NET_ONLY);
  using client = await server.connect();
  await client.expect("SET", "key", "value");
  for (const command of ["SAVE", "BGSAVE"]) {
    const reply = await client.call(command);
    assert(reply instanceof ErrorReply);
    assertStringIncludes(reply.text, "ERR Cannot save the RDB file: writing ");
    assertStringIncludes(reply.text, "is not permitted (start with --allow-write)");
  }
  assertEquals(await client.expect("CONFIG", "SET", "dir", "/tmp"), "OK");
  assertEquals(await client.expect("SET", "key", "value"), "OK");
  assertStringIncludes(server.log, "No data are loaded: reading dump.rdb is not permitted (start with --allow-read)");
});

Deno.test("with --allow-net alone save points rest, and writes are never refused for it", async () => {
  await using server = await startRedeno(NET_ONLY);
  using client = await server.connect();
  await client.expect("SET", "key", "value");
  await eventually(() => server.log.includes("Save points are off: writing dump.rdb is not permitted"));
  await client.expect("FLUSHALL");
  assertEquals(await client.expect("SET", "key", "value"), "OK");
  client.close();
  server.signal("SIGTERM");
  assertEquals((await server.exited()).code, 0);
  assertEquals(server.log.split("Save points are off").length, 2);
});

Deno.test("with --allow-net alone DEBUG RELOAD goes through memory", async () => {
  await using server = await startRedeno(NET_ONLY);
  using client = await server.connect();
  await client.pipeline([["SET", "a", "1"], ["RPUSH", "b", "1", "2"], ["SADD", "c", "x"], [
    "XADD",
    "d",
    "1-1",
    "f",
    "v",
  ]]);
  const digest = await client.expect("DEBUG", "DIGEST");
  assertEquals(await client.expect("DEBUG", "RELOAD"), "OK");
  assertEquals(await client.expect("DEBUG", "DIGEST"), digest);
  assert(await client.call("DEBUG", "RELOAD", "NOSAVE") instanceof ErrorReply);
});

Deno.test("SHUTDOWN SAVE is refused where files may not be written", async () => {
  await using server = await startRedeno(NET_ONLY);
  using client = await server.connect();
  const reply = await client.call("SHUTDOWN", "SAVE");
  assert(reply instanceof ErrorReply);
  assertStringIncludes(reply.text, "ERR Errors trying to SHUTDOWN. Check logs.");
  assertEquals(await client.call("PING"), "PONG");
});
