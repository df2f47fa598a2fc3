import { assert, assertEquals, assertMatch } from "@std/assert";
import { type RunningServer, startServer } from "../../src/mod.ts";
import { eventually } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";

function connect(server: RunningServer): Promise<RawClient> {
  return RawClient.connect({ port: server.port });
}

async function clientsField(client: RawClient, field: string): Promise<number> {
  return Number(new RegExp(`${field}:(\\d+)`).exec(String(await client.call("INFO", "clients")))![1]);
}

/** Sends bytes, shuts the sending side down as `nc -N` does, and returns everything that comes back. */
async function askAndShutDown(port: number, request: string): Promise<string> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  await connection.write(new TextEncoder().encode(request));
  await connection.closeWrite();
  return await new Response(connection.readable).text();
}

Deno.test("a half-closed connection gets all its replies", async () => {
  await using server = await startServer();
  assertEquals(await askAndShutDown(server.port, "PING\r\n"), "+PONG\r\n");
  const value = "x".repeat(300_000);
  const replies = await askAndShutDown(
    server.port,
    `SET k ${"y".repeat(1000)}\r\nECHO ${"x".repeat(60_000)}\r\n`.repeat(5),
  );
  assertEquals(replies, `+OK\r\n$60000\r\n${value.slice(0, 60_000)}\r\n`.repeat(5));
  assertEquals(await askAndShutDown(server.port, ""), "");
  assertEquals(await askAndShutDown(server.port, "*1\r\n$4\r\nPI"), "");
});

Deno.test("a blocked client that hangs up is gone at once", async () => {
  await using server = await startServer();
  using other = await connect(server);
  const client = await connect(server);
  await client.sendRaw("BLPOP list 0\r\nRPUSH other x\r\n");
  await eventually(async () => await clientsField(other, "blocked_clients") === 1);
  client.close();
  await eventually(async () => await clientsField(other, "connected_clients") === 1);
  assertEquals(await clientsField(other, "blocked_clients"), 0);
  assertEquals(await other.pipeline([["RPUSH", "list", "x"], ["LLEN", "list"], ["EXISTS", "other"]]), [1, 1, 0]);
});

Deno.test("what is sent to a blocked client's connection runs after the wait, in order", async () => {
  await using server = await startServer();
  using other = await connect(server);
  using client = await connect(server);
  await client.sendRaw("SET a 1\r\nBLPOP list 0\r\nINCR a\r\n");
  await eventually(async () => await clientsField(other, "blocked_clients") === 1);
  for (let i = 0; i < 50; i++) await client.sendRaw(`ECHO ${i}${"z".repeat(3000)}\r\n`);
  assertEquals(await other.call("GET", "a"), "1");
  await other.call("RPUSH", "list", "x");
  assertEquals([await client.read(), await client.read(), await client.read()], ["OK", ["list", "x"], 2]);
  for (let i = 0; i < 50; i++) assertEquals(await client.read(), `${i}${"z".repeat(3000)}`);
});

Deno.test("a protocol error is answered after the replies before it, and closes the connection", async () => {
  const log: string[] = [];
  await using server = await startServer({ log: (line) => log.push(line), config: { loglevel: "verbose" } });
  using client = await connect(server);
  await client.sendRaw("PING\r\n*1\r\n$-1\r\nPING\r\n");
  assertEquals(await client.readToEnd(), "+PONG\r\n-ERR Protocol error: invalid bulk length\r\n");
  assertMatch(
    log.find((line) => line.includes("Protocol error"))!,
    /Protocol error \(invalid bulk length\) from client: id=\d+ addr=.* cmd=ping .*\. Query buffer during protocol error: /,
  );
});

Deno.test("POST and Host: close the connection without a reply and are logged once a minute", async () => {
  const log: string[] = [];
  await using server = await startServer({ log: (line) => log.push(line), frozenAtMs: 1_000_000 });
  for (const request of ["POST / HTTP/1.1\r\nHost: x\r\n\r\nSET a 1\r\n", "PING\r\nhost: x\r\nSET a 1\r\n"]) {
    using client = await connect(server);
    await client.sendRaw(request);
    assertEquals(await client.readToEnd(), "");
  }
  assertEquals(log.filter((line) => line.includes("Possible SECURITY ATTACK detected.")).length, 1);
  server.clock.advance(61_000);
  using client = await connect(server);
  await client.send("POST");
  assertEquals(await client.readToEnd(), "");
  assertEquals(log.filter((line) => line.includes("Possible SECURITY ATTACK detected.")).length, 2);
  using other = await connect(server);
  assertEquals(await other.call("EXISTS", "a"), 0);
});

Deno.test("maxclients refuses who comes too late, and lets in again when somebody goes", async () => {
  await using server = await startServer({ config: { maxclients: "2" } });
  using first = await connect(server);
  const second = await connect(server);
  assertEquals([await first.call("PING"), await second.call("PING")], ["PONG", "PONG"]);
  using third = await connect(server);
  assertEquals(await third.readToEnd(), "-ERR max number of clients reached\r\n");
  second.close();
  await eventually(async () => {
    using fourth = await connect(server);
    return await fourth.call("PING") === "PONG";
  });
  assertMatch(String(await first.call("INFO", "stats")), /rejected_connections:[1-9]/);
  assertEquals(await first.call("CONFIG", "SET", "maxclients", "1"), "OK");
});

Deno.test("timeout closes idle clients, but nobody who waits, subscribes or monitors", async () => {
  await using server = await startServer({ frozenAtMs: 1_000_000, config: { timeout: "10" } });
  using idle = await connect(server);
  using busy = await connect(server);
  using blocked = await connect(server);
  await idle.call("CLIENT", "SETNAME", "idle");
  await blocked.send("BLPOP", "list", "0");
  await eventually(async () => await clientsField(busy, "blocked_clients") === 1);
  server.clock.advance(9_000);
  await busy.call("PING");
  server.clock.advance(3_000);
  assertEquals(await idle.readToEnd(), "");
  assertEquals(await busy.call("RPUSH", "list", "x"), 1);
  assertEquals(await blocked.read(), ["list", "x"]);
});

Deno.test("client-query-buffer-limit closes a client that sends more without end of a request", async () => {
  const log: string[] = [];
  const config = { "client-query-buffer-limit": "1mb" };
  await using server = await startServer({ log: (line) => log.push(line), config });
  using client = await connect(server);
  await client.sendRaw(`*2\r\n$4\r\nECHO\r\n$2000000\r\n${"x".repeat(1_900_000)}`).catch(() => {});
  await eventually(() => log.some((line) => line.includes("Closing client that reached max query buffer length: id=")));
});

Deno.test("config set proto-max-bulk-len counts for clients that are connected", async () => {
  await using server = await startServer();
  using client = await connect(server);
  using other = await connect(server);
  await other.call("CONFIG", "SET", "proto-max-bulk-len", "2mb");
  await client.sendRaw("*2\r\n$4\r\nECHO\r\n$2097153\r\n");
  assertEquals(await client.readToEnd(), "-ERR Protocol error: invalid bulk length\r\n");
});

Deno.test("a request in many small pieces is one request", async () => {
  await using server = await startServer();
  using client = await connect(server);
  for (const byte of "*2\r\n$4\r\nECHO\r\n$5\r\nhello\r\n") await client.sendRaw(byte);
  assertEquals(await client.read(), "hello");
});

Deno.test("a very long pipeline with large replies is answered without running out of memory", async () => {
  await using server = await startServer();
  using client = await connect(server);
  const value = "v".repeat(1_000_000);
  await client.call("SET", "k", value);
  const replies = await client.pipeline(Array.from({ length: 200 }, () => ["GET", "k"]));
  assert(replies.every((reply) => reply === value));
});

Deno.test("a long pipeline with large replies runs to its end though nobody reads them", async () => {
  await using server = await startServer();
  using client = await connect(server);
  using other = await connect(server);
  await client.call("SET", "k", "v".repeat(100_000));
  await client.sendRaw("GET k\r\n".repeat(300) + "INCR done\r\nGET k\r\nINCR done\r\n");
  await eventually(async () => await other.call("GET", "done") === "2");
  for (let i = 0; i < 300; i++) assertEquals(String(await client.read()).length, 100_000);
  assertEquals(await client.read(), 1);
  assertEquals(String(await client.read()).length, 100_000);
  assertEquals(await client.read(), 2);
});

Deno.test("traffic and connections are counted", async () => {
  await using server = await startServer();
  using client = await connect(server);
  await client.call("PING");
  const stats = String(await client.call("INFO", "stats"));
  assertMatch(stats, /total_connections_received:1\r/);
  assertMatch(stats, /total_net_input_bytes:[1-9]/);
  assertMatch(stats, /total_net_output_bytes:7\r/);
});
