/** Scripts that run too long: what others are told, and how such a script ends. */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { eventually } from "../../support/eventually.ts";
import { RawClient } from "../../support/raw_client.ts";

const CONFIG = { "busy-reply-threshold": "10", "enable-debug-command": "yes" };
const FOREVER = "while true do end";
const LIBRARY = "#!lua name=lib\nredis.register_function('f', function() while true do end end)";

async function waitForBusy(client: RawClient): Promise<void> {
  await eventually(async () => (await client.callRaw("GET", "k")).startsWith("-BUSY"), { what: "a busy server" });
}

Deno.test("a script that takes too long lets others know, and SCRIPT KILL ends it", async () => {
  await using server = await startServer({ config: CONFIG });
  using slow = await RawClient.connect({ port: server.port });
  using other = await RawClient.connect({ port: server.port });
  for (const script of [FOREVER, "while true do pcall(function() while true do redis.call('ping') end end) end"]) {
    await slow.send("EVAL", script, 0);
    await waitForBusy(other);
    assertMatch(await other.callRaw("FUNCTION", "KILL"), /^-BUSY .* SCRIPT KILL or/);
    assertMatch(await other.callRaw("FUNCTION", "STATS"), /^-BUSY .* SCRIPT KILL or/);
    assertMatch(await other.callRaw("SHUTDOWN"), /^-BUSY /);
    assertEquals(await other.callRaw("SCRIPT", "KILL"), "+OK\r\n");
    assertMatch(
      await slow.readRaw(),
      /^-ERR Script killed by user with SCRIPT KILL\.\.\. script: \w{40}, on @user_script:1\./,
    );
    assertEquals(await other.callRaw("PING"), "+PONG\r\n");
  }
  assertEquals(await other.callRaw("SCRIPT", "KILL"), "-NOTBUSY No scripts in execution right now.\r\n");
});

Deno.test("a function that takes too long shows in FUNCTION STATS, and FUNCTION KILL ends it", async () => {
  await using server = await startServer({ config: CONFIG });
  using slow = await RawClient.connect({ port: server.port });
  using other = await RawClient.connect({ port: server.port });
  await slow.expect("FUNCTION", "LOAD", LIBRARY);
  await slow.send("FCALL", "f", 1, "k", "v");
  await waitForBusy(other);
  assertMatch(
    await other.callRaw("FUNCTION", "STATS"),
    /name\r\n\$1\r\nf\r\n\$7\r\ncommand\r\n\*5\r\n\$5\r\nFCALL\r\n/,
  );
  assertMatch(await other.callRaw("SCRIPT", "KILL"), /^-BUSY .* FUNCTION KILL or/);
  assertEquals(await other.callRaw("FUNCTION", "KILL"), "+OK\r\n");
  assertMatch(await slow.readRaw(), /^-ERR Script killed by user .* script: f, on @user_function:2\./);
});

Deno.test("a script that has written cannot be killed; its effects stay one unit and its client may go", async () => {
  await using server = await startServer({ config: CONFIG });
  using slow = await RawClient.connect({ port: server.port });
  using other = await RawClient.connect({ port: server.port });
  using popper = await RawClient.connect({ port: server.port });
  await other.expect("DEBUG", "SET-DISABLE-DENY-SCRIPTS", 1);
  await popper.send("BLPOP", "list", 0);
  await eventually(async () => String(await other.expect("INFO", "clients")).includes("blocked_clients:1"), {
    what: "BLPOP",
  });
  const script = "redis.call('lpush', 'list', 'first') " +
    "while not string.find(redis.call('client', 'list'), 'name=stop') do end " +
    "redis.call('lpush', 'list', 'second') return redis.call('llen', 'list')";
  await slow.send("EVAL", script, 0);
  await waitForBusy(other);
  assertMatch(await other.callRaw("SCRIPT", "KILL"), /^-UNKILLABLE Sorry/);
  slow.close();
  assert((await other.callRaw("HELLO", 2, "SETNAME", "stop")).startsWith("*"));
  assertEquals(await popper.readRaw(), "*2\r\n$4\r\nlist\r\n$6\r\nsecond\r\n");
  assertEquals(await other.callRaw("LLEN", "list"), ":1\r\n");
});

Deno.test("a script of a transaction can be killed, and the rest of the queue runs before anything else", async () => {
  await using server = await startServer({ config: CONFIG });
  using slow = await RawClient.connect({ port: server.port });
  using other = await RawClient.connect({ port: server.port });
  using popper = await RawClient.connect({ port: server.port });
  await popper.send("BLPOP", "list", 0);
  await eventually(async () => String(await other.expect("INFO", "clients")).includes("blocked_clients:1"), {
    what: "BLPOP",
  });
  for (const request of [["MULTI"], ["RPUSH", "list", "a"], ["EVAL", FOREVER, 0], ["EVAL", FOREVER, 0]]) {
    await slow.expect(...request);
  }
  await slow.expect("LPOP", "list");
  await slow.expect("BLPOP", "list", 0);
  await slow.expect("SET", "k", "v");
  await slow.send("EXEC");
  await slow.send("GET", "k");
  await waitForBusy(other);
  await eventually(async () => (await other.callRaw("SCRIPT", "KILL")).startsWith("-NOTBUSY"), { what: "both ends" });
  assertMatch(
    await slow.readRaw(),
    /^\*6\r\n:1\r\n(-ERR Script killed by user [^\r]*\r\n){2}\$1\r\na\r\n\*-1\r\n\+OK\r\n$/,
  );
  assertEquals(await slow.readRaw(), "$1\r\nv\r\n");
  await other.expect("RPUSH", "list", "b");
  assertEquals(await popper.readRaw(), "*2\r\n$4\r\nlist\r\n$1\r\nb\r\n");
});

Deno.test("a server stops although a script runs", async () => {
  const server = await startServer({ config: CONFIG });
  using slow = await RawClient.connect({ port: server.port });
  using other = await RawClient.connect({ port: server.port });
  await slow.send("EVAL", FOREVER, 0);
  await waitForBusy(other);
  await server[Symbol.asyncDispose]();
});
