/**
 * Servers inside a program: `startServer()` as another project's tests use it.
 *
 * - Deno's sanitizers are on: a server that is stopped leaves no socket, timer or operation behind.
 */
import { assert, assertEquals, assertGreater, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { type RunningServer, startServer, type StartServerOptions } from "../../src/mod.ts";
import { ConfigFileError } from "../../src/config/config_file.ts";
import { StartError } from "../../src/server/server.ts";
import { eventually } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";
import { makeTempDir } from "../support/temp_dir.ts";

const FROZEN_AT_MS = 1_700_000_000_000;

function connect(server: RunningServer): Promise<RawClient> {
  return RawClient.connect({ port: server.port });
}

async function isOpen(port: number): Promise<boolean> {
  try {
    (await Deno.connect({ hostname: "127.0.0.1", port })).close();
    return true;
  } catch (error) {
    if (error instanceof Deno.errors.ConnectionRefused) return false;
    throw error;
  }
}

Deno.test("startServer() takes a free port, answers there, and frees it at the end of the block", async () => {
  let port = 0;
  {
    await using server = await startServer();
    port = server.port;
    assertGreater(port, 0);
    using client = await connect(server);
    assertEquals(await client.callRaw("PING"), "+PONG\r\n");
    assertEquals(await client.call("CONFIG", "GET", "port"), ["port", String(port)]);
    assertStringIncludes(String(await client.call("INFO", "server")), `tcp_port:${port}\r\n`);
  }
  assertEquals(await isOpen(port), false);
  await using again = await startServer({ port });
  assertEquals(again.port, port);
});

Deno.test("startServer() runs any number of servers that know nothing of each other", async () => {
  await using first = await startServer({ port: 0, frozenAtMs: FROZEN_AT_MS });
  await using second = await startServer({ port: 0, config: { databases: "2" } });
  await using third = await startServer({ port: 0 });
  assertEquals(new Set([first.port, second.port, third.port]).size, 3);
  using a = await connect(first);
  using b = await connect(second);
  using c = await connect(third);
  await a.expect("SET", "key", "first", "PX", 1000);
  await b.expect("SET", "key", "second", "PX", 100_000);
  first.clock.advance(2000);
  assertEquals(await a.call("GET", "key"), null);
  assertEquals(await b.call("GET", "key"), "second");
  assertEquals(await c.call("GET", "key"), null);
  assertMatch(await b.callRaw("SELECT", 2), /^-ERR DB index is out of range/);
  assertEquals(await c.callRaw("SELECT", 2), "+OK\r\n");
  await first.stop();
  assertEquals(await b.callRaw("PING"), "+PONG\r\n");
});

Deno.test("startServer() makes a replica of a server beside it in the same process", async () => {
  await using master = await startServer({ port: 0, config: { "repl-diskless-sync-delay": "0" } });
  const lines: string[] = [];
  const config = { replicaof: `127.0.0.1 ${master.port}` };
  await using replica = await startServer({ port: 0, config, log: (line) => lines.push(line) });
  using writer = await connect(master);
  using reader = await connect(replica);
  await writer.expect("SET", "key", "value");
  await eventually(async () => await reader.call("GET", "key") === "value");
  // It has been given no directory, so it leaves no file in that of the process.
  assert(lines.some((line) => line.includes("receiving streamed RDB from master with EOF to parser")));
});

Deno.test("startServer() loads no data that happen to lie in the directory of the process", async () => {
  await using directory = await makeTempDir();
  {
    await using server = await startServer({ port: 0, config: { dir: directory.path } });
    using client = await connect(server);
    await client.expect("SET", "key", "value");
    await client.expect("SAVE");
  }
  const script = 'import { startServer } from "./src/mod.ts"; await using server = await startServer();' +
    "using connection = await Deno.connect({ hostname: '127.0.0.1', port: server.port });" +
    "await connection.write(new TextEncoder().encode('DBSIZE\\r\\n')); const reply = new Uint8Array(4);" +
    "await connection.read(reply); console.log(new TextDecoder().decode(reply).trim());";
  const root = decodeURIComponent(new URL("../../", import.meta.url).pathname);
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", `--config=${root}deno.json`, script.replace("./src/", `${root}src/`)],
    cwd: directory.path,
  }).output();
  assertEquals([new TextDecoder().decode(stdout), new TextDecoder().decode(stderr)], [":0\n", ""]);
});

Deno.test("clock.advance() lets keys expire, by themselves and when they are asked for", async () => {
  await using server = await startServer({ port: 0 });
  using client = await connect(server);
  await client.expect("SET", "short", "1", "EX", 60);
  await client.expect("SET", "long", "1", "EX", 600);
  const before = server.clock.now;
  server.clock.advance(61_000);
  assert(server.clock.now >= before + 61_000);
  // Nobody has asked for the key: the cron has found it.
  assertEquals(await client.call("DBSIZE"), 1);
  assertStringIncludes(String(await client.call("INFO", "stats")), "expired_keys:1\r\n");
  assertEquals(await client.call("GET", "short"), null);
  const left = Number(await client.call("TTL", "long"));
  assert(left > 530 && left <= 539, `TTL is ${left}`);
});

Deno.test("clock.advance() ends the wait of a blocked client", async () => {
  for (const frozenAtMs of [FROZEN_AT_MS, undefined]) {
    await using server = await startServer({ port: 0, ...(frozenAtMs === undefined ? {} : { frozenAtMs }) });
    using client = await connect(server);
    using other = await connect(server);
    await client.send("BLPOP", "list", 3600);
    await eventually(async () => String(await other.call("INFO", "clients")).includes("blocked_clients:1"));
    server.clock.advance(3_599_000);
    await client.expectSilence(50);
    server.clock.advance(1_001);
    assertEquals(await client.readRaw(), "*-1\r\n");
  }
});

Deno.test("clock.advance() reaches a save point", async () => {
  await using directory = await makeTempDir();
  const config = { dir: directory.path, save: "3600 1", dbfilename: "embedded.rdb" };
  {
    await using server = await startServer({ port: 0, frozenAtMs: FROZEN_AT_MS, config });
    using client = await connect(server);
    await client.expect("SET", "key", "saved");
    server.clock.advance(3_599_000);
    assertEquals(await client.call("LASTSAVE"), FROZEN_AT_MS / 1000);
    server.clock.advance(2_000);
    await eventually(async () => Number(await client.call("LASTSAVE")) > FROZEN_AT_MS / 1000);
    assert((await Deno.stat(`${directory.path}/embedded.rdb`)).isFile);
  }
  await using again = await startServer({ port: 0, config });
  using client = await connect(again);
  assertEquals(await client.call("GET", "key"), "saved");
});

Deno.test("clock.advance() closes idle clients", async () => {
  await using server = await startServer({ port: 0, frozenAtMs: FROZEN_AT_MS, config: { timeout: "300" } });
  using client = await connect(server);
  await client.expect("PING");
  server.clock.advance(302_000);
  assertEquals(await client.readToEnd(), "");
});

Deno.test("a frozen clock stands still until it is advanced", async () => {
  await using server = await startServer({ port: 0, frozenAtMs: FROZEN_AT_MS });
  using client = await connect(server);
  assertEquals(server.clock.now, FROZEN_AT_MS);
  assertEquals(await client.call("TIME"), ["1700000000", "0"]);
  await client.expect("SET", "key", "1", "PX", 1500);
  assertEquals(await client.call("XADD", "stream", "*", "f", "v"), "1700000000000-0");
  assertEquals(await client.call("XADD", "stream", "*", "f", "v"), "1700000000000-1");
  server.clock.advance(1500);
  assertEquals(await client.call("TIME"), ["1700000001", "500000"]);
  // A key lives through the millisecond of its expiry, as in Redis.
  assertEquals(await client.call("PTTL", "key"), 0);
  server.clock.advance(1);
  assertEquals(await client.call("PTTL", "key"), -2);
});

/** What a server draws by chance. */
async function drawn(options: StartServerOptions): Promise<unknown[]> {
  await using server = await startServer({ port: 0, ...options });
  using client = await connect(server);
  const members = Array.from({ length: 200 }, (_, index) => `member:${index}`);
  await client.expect("MSET", ...members.flatMap((name) => [name, "1"]));
  await client.expect("SADD", "set", ...members);
  return await client.pipeline([
    ...Array.from({ length: 20 }, () => ["RANDOMKEY"]),
    ["SRANDMEMBER", "set", "10"],
    ["SRANDMEMBER", "set", "-10"],
    ["SPOP", "set", "150"],
    ["SPOP", "set"],
    ["SMEMBERS", "set"],
    ["KEYS", "*"],
    ["CONFIG", "GET", "port*"],
  ]).then((replies) => replies.slice(0, -1));
}

Deno.test("a seed makes everything that is drawn by chance repeatable", async () => {
  const first = await drawn({ seed: 7 });
  assertEquals(await drawn({ seed: 7 }), first);
  const others = [await drawn({ seed: 8 }), await drawn({}), await drawn({})];
  assertEquals(new Set([first, ...others].map((replies) => JSON.stringify(replies))).size, 4);
});

Deno.test("startServer() reads directives of redis.conf, and saves nothing unless it is told to", async () => {
  const lines: string[] = [];
  const config = { maxmemory: "100mb", requirepass: '"two words"', "hz": "50", bind: "127.0.0.1", loglevel: "verbose" };
  await using server = await startServer({ port: 0, config, log: (line) => lines.push(line) });
  using client = await connect(server);
  assertMatch(await client.callRaw("PING"), /^-NOAUTH /);
  await client.expect("AUTH", "two words");
  assertEquals(await client.call("CONFIG", "GET", "maxmemory"), ["maxmemory", "104857600"]);
  assertEquals(await client.call("CONFIG", "GET", "hz"), ["hz", "50"]);
  assertEquals(await client.call("CONFIG", "GET", "save"), ["save", ""]);
  assert(lines.some((line) => line.includes("Ready to accept connections")));
  assert(lines.some((line) => line.includes("Accepted 127.0.0.1:")), "the log level is that of the configuration");
});

Deno.test("startServer() throws Redis's text for a directive that is refused", async () => {
  for (
    const [config, reason] of [
      [{ maxmemory: "much" }, "argument must be a memory value"],
      [{ "no-such-directive": "1" }, "Bad directive or wrong number of arguments"],
      [{ databases: "0" }, "argument must be between 1 and 2147483647 inclusive"],
      [{ dir: "/no/such/directory" }, "No such file or directory"],
    ] as const
  ) {
    const error = await assertRejects(() => startServer({ port: 0, config: { ...config } }), ConfigFileError);
    assertStringIncludes(error.message, reason);
    const [name] = Object.keys(config);
    if (name !== "dir") assertStringIncludes(error.message, `>>> '${name} `);
  }
});

Deno.test("startServer() throws where the port is taken, and leaves nothing behind", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = taken.addr;
  const lines: string[] = [];
  const error = await assertRejects(() => startServer({ port, log: (line) => lines.push(line) }), StartError);
  assertEquals(error.message, `Failed listening on port ${port} (TCP), aborting.`);
  assertStringIncludes(lines.join(""), `Could not create server TCP listening socket 127.0.0.1:${port}: bind: Address`);
});

Deno.test("startServer() throws where the data cannot be loaded, and leaves nothing behind", async () => {
  await using directory = await makeTempDir();
  await Deno.writeTextFile(`${directory.path}/dump.rdb`, "no data at all, but some text");
  await assertRejects(() => startServer({ port: 0, config: { dir: directory.path } }), StartError);
});

Deno.test("startServer() throws where the Unix socket cannot be bound, and leaves nothing behind", async () => {
  const lines: string[] = [];
  const config = { unixsocket: "/no/such/directory/socket" };
  await assertRejects(() => startServer({ port: 0, config, log: (line) => lines.push(line) }), StartError);
  assertStringIncludes(lines.at(-1)!, "Failed opening Unix socket: bind: ");
});

Deno.test("stop() ends whatever goes on", async () => {
  await using directory = await makeTempDir();
  const server = await startServer({ port: 0, config: { dir: directory.path, "rdb-key-save-delay": "1000" } });
  using blocked = await connect(server);
  using inTransaction = await connect(server);
  using monitor = await connect(server);
  using paused = await connect(server);
  using idle = await connect(server);
  using halfSent = await connect(server);
  using client = await connect(server);
  await blocked.send("BLPOP", "list", 0);
  await monitor.expect("MONITOR");
  await inTransaction.expect("MULTI");
  await halfSent.sendRaw("*3\r\n$3\r\nSET\r\n$3\r\nke");
  await client.pipeline(Array.from({ length: 1000 }, (_, index) => ["SET", `key:${index}`, "value"]));
  await client.expect("BGSAVE");
  await client.expect("CLIENT", "PAUSE", 100_000, "WRITE");
  await paused.send("SET", "key", "value");
  await eventually(async () => String(await client.call("INFO", "clients")).includes("blocked_clients:2"));
  await server.stop();
  for (const each of [blocked, inTransaction, paused, idle, halfSent, client]) {
    assertEquals(await each.readToEnd(), "");
  }
  assertEquals(await isOpen(server.port), false);
  const left = [...Deno.readDirSync(directory.path)].map(({ name }) => name);
  assertEquals(left, [], "an unfinished file stays");
});

Deno.test("stop() may be called more than once, and after SHUTDOWN", async () => {
  await using server = await startServer({ port: 0 });
  using client = await connect(server);
  await client.send("SHUTDOWN");
  assertEquals(await client.readToEnd(), "");
  await Promise.all([server.stop(), server.stop()]);
  await server.stop();
  assertEquals(await isOpen(server.port), false);
});

Deno.test("stop() leaves nothing of a replica that cannot reach its master", async () => {
  using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  for (const port of [taken.addr.port, 1]) {
    await using server = await startServer({ port: 0, config: { replicaof: `127.0.0.1 ${port}` } });
    using client = await connect(server);
    await eventually(async () => String(await client.call("INFO", "replication")).includes("master_link_status:down"));
  }
});
