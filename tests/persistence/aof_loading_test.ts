/**
 * What clients see while an append-only file is loaded, at start and on DEBUG LOADAOF, a script in it that takes long included.
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";

const AOF = ["appendonly yes", "aof-use-rdb-preamble no", "busy-reply-threshold 1", "enable-debug-command yes"];
const SLOW = "redis.call('set', KEYS[1], 'y') for i = 1, 400000 do redis.call('ping') end";

function request(...args: string[]): string {
  return `*${args.length}\r\n` + args.map((arg) => `$${arg.length}\r\n${arg}\r\n`).join("");
}

function incrementOf(server: ServerProcess): string {
  return `${server.directory}/appendonlydir/appendonly.aof.1.incr.aof`;
}

Deno.test("clients are told to wait while a script of the file runs too long at start", async () => {
  await using server = await startRedeno({ configLines: AOF });
  const text = request("SELECT", "0") + request("EVAL", SLOW, "1", "x");
  Deno.writeTextFileSync(incrementOf(server), text);
  await server.restart("SIGKILL");
  assertStringIncludes(server.log, "Slow script detected: still in execution");
  using client = await server.connect();
  assertEquals(await client.callRaw("GET", "x"), "$1\r\ny\r\n");
  // The effects of what was loaded are in the file already.
  assertEquals(Deno.readTextFileSync(incrementOf(server)), text);
});

Deno.test("clients are told to wait while a script of the file runs too long on DEBUG LOADAOF", async () => {
  await using server = await startRedeno({ configLines: AOF });
  using client = await server.connect();
  using other = await server.connect();
  const text = request("SELECT", "0") + request("EVAL", SLOW, "1", "x") + request("APPEND", "x", "!");
  Deno.writeTextFileSync(incrementOf(server), text);
  await client.send("DEBUG", "LOADAOF");
  await eventually(() => server.log.includes("Slow script detected: still in execution"));
  assertMatch(await other.callRaw("GET", "x"), /^-LOADING /);
  assertMatch(await other.callRaw("INFO"), /^-BUSY /);
  assertEquals(await client.readRaw(), "+OK\r\n");
  assertEquals(await other.callRaw("GET", "x"), "$2\r\ny!\r\n");
  assertEquals(Deno.readTextFileSync(incrementOf(server)), text);
});

Deno.test("DEBUG LOADAOF serves nobody who waits for a key before the whole file is loaded", async () => {
  await using server = await startRedeno({ configLines: [...AOF, "key-load-delay 20000"] });
  using client = await server.connect();
  using other = await server.connect();
  using blocked = await server.connect();
  const text = request("SELECT", "0") + request("RPUSH", "queue", "first", "second") +
    request("SET", "key", "1").repeat(20) + request("LPOP", "queue");
  await blocked.send("BLPOP", "queue", "0");
  await eventually(async () => String(await other.call("INFO", "clients")).includes("blocked_clients:1"));
  Deno.writeTextFileSync(incrementOf(server), text);
  await client.send("DEBUG", "LOADAOF");
  await eventually(async () => String(await other.call("INFO", "persistence")).includes("loading:1"));
  assertMatch(await other.callRaw("DEBUG", "LOADAOF"), /^-LOADING /);
  assertEquals(await client.readRaw(), "+OK\r\n");
  assertEquals(await blocked.read(), ["queue", "second"]);
  const served = text + request("SELECT", "0") + request("LPOP", "queue");
  await eventually(() => Deno.readTextFileSync(incrementOf(server)) === served);
});

Deno.test("a slow script in a transaction of the file runs to its end", async () => {
  await using server = await startRedeno({ configLines: AOF });
  using client = await server.connect();
  const text = request("SELECT", "0") + request("MULTI") + request("EVAL", SLOW, "1", "x") +
    request("APPEND", "x", "z") + request("EXEC") + request("APPEND", "x", "!");
  Deno.writeTextFileSync(incrementOf(server), text);
  assertEquals(await client.callRaw("DEBUG", "LOADAOF"), "+OK\r\n");
  assertEquals(await client.callRaw("GET", "x"), "$3\r\nyz!\r\n");
});

Deno.test("DEBUG LOADAOF is refused within EXEC, where nothing can wait", async () => {
  await using server = await startRedeno({ configLines: AOF });
  using client = await server.connect();
  await client.expect("SET", "key", 1);
  await client.expect("MULTI");
  await client.expect("DEBUG", "LOADAOF");
  assertMatch(String(await client.callRaw("EXEC")), /DEBUG LOADAOF isn't allowed/);
  assertEquals(await client.callRaw("GET", "key"), "$1\r\n1\r\n");
});
