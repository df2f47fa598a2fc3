/**
 * SYNC, PSYNC, REPLCONF, REPLICAOF, ROLE and WAIT against the real server: same requests, same bytes.
 */
import { assert, assertEquals } from "@std/assert";
import { eventually } from "../../support/eventually.ts";
import type { RawClient } from "../../support/raw_client.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import type { ServerProcess } from "../../support/server_process.ts";
import { startRedeno } from "../../support/test_server.ts";

const CONFIG = ["repl-diskless-sync-delay 0", "repl-ping-replica-period 1000"];

/** Runs the same on the real server and on ours; both must give the same. */
async function onBoth(run: (server: ServerProcess) => Promise<unknown>): Promise<void> {
  await using reference = await startReference({ configLines: CONFIG });
  await using server = await startRedeno({ configLines: CONFIG });
  const expected = await run(reference);
  assertEquals(await run(server), expected);
}

/** The stream after a synchronisation: what `write` makes the master send, up to a marker. */
async function streamOf(server: ServerProcess, write: (client: RawClient) => Promise<void>): Promise<string> {
  using replica = await server.connect();
  await replica.expect("REPLCONF", "capa", "eof", "capa", "psync2");
  await replica.send("PSYNC", "?", -1);
  assert((await replica.readLine()).startsWith("+FULLRESYNC "));
  let header = await replica.readLine();
  while (header === "\n") header = await replica.readLine();
  const mark = header.slice("$EOF:".length, -2);
  let file = "";
  while (!file.endsWith(mark)) file += await replica.readBytes(1);
  using client = await server.connect();
  // As a replica that has loaded the file, but only once the master knows that the file is complete.
  await eventually(async () => String(await client.expect("INFO", "replication")).includes("state=online"));
  await replica.send("REPLCONF", "ACK", 0);
  await write(client);
  await client.expect("SELECT", 0);
  await client.expect("SET", "marker", "end");
  let stream = "";
  while (!stream.endsWith("marker\r\n$3\r\nend\r\n")) stream += await replica.readBytes(1);
  return stream;
}

referenceTest("the replication stream has the same bytes as that of Redis", async () => {
  await onBoth((server) =>
    streamOf(server, async (client) => {
      await client.expect("SET", "key", "value");
      await client.expect("SELECT", 3);
      await client.expect("SET", "key", "other");
      await client.expect("RPUSH", "list", "a", "b", "");
      await client.expect("SELECT", 11);
      await client.expect("MULTI");
      await client.expect("SET", "one", 1);
      await client.expect("INCR", "one");
      await client.expect("SELECT", 2);
      await client.expect("SET", "two", "x".repeat(100_000));
      await client.expect("EXEC");
      await client.expect("GET", "one");
      await client.expect("DEL", "nothing");
      await client.expect("SELECT", 12);
      await client.expect("LPOP", "missing");
      await client.expect("SADD", "set", "member");
    })
  );
});

referenceTest("replconf() answers as Redis does", async () => {
  await onBoth(async (server) => {
    using client = await server.connect();
    const replies: string[] = [];
    for (
      const argv of [
        [],
        ["listening-port"],
        ["listening-port", "7000"],
        ["listening-port", "abc"],
        ["ip-address", "1.2.3.4"],
        ["ip-address", "a".repeat(300)],
        ["capa", "eof"],
        ["CAPA", "EOF", "capa", "psync2", "capa", "future"],
        ["rdb-only", "1"],
        ["rdb-only", "2"],
        ["rdb-only", "x"],
        ["rdb-only", "0"],
        ["rdb-filter-only", "functions"],
        ["rdb-filter-only", "keys"],
        ["rdb-filter-only", ""],
        ["rdb-filter-only", '"open'],
        ["unknown", "value"],
        ["listening-port", "1", "unknown", "value"],
      ]
    ) replies.push(await client.callRaw("REPLCONF", ...argv));
    await client.send("REPLCONF", "ACK", "10");
    await client.send("REPLCONF", "GETACK", "*");
    replies.push(await client.callRaw("PING"));
    return replies;
  });
});

referenceTest("psync() and sync() refuse as Redis does", async () => {
  await onBoth(async (server) => {
    const replies: string[] = [];
    for (
      const argv of [
        ["PSYNC", "?", "abc"],
        ["PSYNC", "?"],
        ["SYNC", "extra"],
        ["PSYNC", "?", "-1", "FAILOVER"],
        ["PSYNC", "?", "-1", "failover"],
      ]
    ) {
      using client = await server.connect();
      replies.push(await client.callRaw(...argv as [string]));
    }
    using client = await server.connect();
    await client.expect("REPLCONF", "rdb-filter-only", "");
    replies.push(await client.callRaw("SYNC"));
    using multi = await server.connect();
    await multi.expect("MULTI");
    replies.push(await multi.callRaw("SYNC"));
    using replica = await server.connect();
    await replica.expect("REPLICAOF", "127.0.0.1", 1);
    replies.push(await replica.callRaw("PSYNC", "?", "-1"));
    replies.push(await replica.callRaw("WAIT", 0, 0));
    replies.push(await replica.callRaw("SET", "key", "value"));
    replies.push(await replica.callRaw("CONFIG", "SET", "replica-serve-stale-data", "no"));
    replies.push(await replica.callRaw("GET", "key"));
    replies.push(await replica.callRaw("PING"));
    return replies;
  });
});

referenceTest("replicaof(), role() and wait() answer as Redis does", async () => {
  await onBoth(async (server) => {
    using client = await server.connect();
    const replies: string[] = [];
    for (
      const argv of [
        ["REPLICAOF", "NO", "ONE"],
        ["REPLICAOF", "127.0.0.1", "-1"],
        ["REPLICAOF", "127.0.0.1", "65536"],
        ["REPLICAOF", "127.0.0.1", "port"],
        ["SLAVEOF", "127.0.0.1"],
        ["ROLE"],
        ["ROLE", "x"],
        ["WAIT", "0", "0"],
        ["WAIT", "x", "0"],
        ["WAIT", "1", "x"],
        ["WAIT", "1", "-1"],
        ["WAIT", "-1", "10"],
        ["WAIT", "1", "10"],
        ["MULTI"],
        ["WAIT", "5", "0"],
        ["EXEC"],
        ["REPLICAOF", "127.0.0.1", "1"],
        ["REPLICAOF", "127.0.0.1", "1"],
        ["CONFIG", "GET", "replicaof"],
        ["SLAVEOF", "no", "one"],
        ["CONFIG", "GET", "slaveof"],
        ["CONFIG", "SET", "min-replicas-to-write", "1"],
        ["SET", "key", "value"],
        ["GET", "key"],
      ]
    ) replies.push(await client.callRaw(...argv as [string]));
    return replies;
  });
});

referenceTest("sync() without capabilities sends the length of the file first", async () => {
  await onBoth(async (server) => {
    using writer = await server.connect();
    await writer.expect("SET", "key", "value");
    using replica = await server.connect();
    await replica.send("SYNC");
    let header = await replica.readLine();
    while (header === "\n") header = await replica.readLine();
    const file = await replica.readBytes(Number(header.slice(1)));
    await writer.expect("SET", "key", "other");
    const stream = await replica.readBytes("*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n*3\r\n$3\r\nSET\r\n".length);
    return [header.slice(0, 1), file.slice(0, 9), stream];
  });
});

referenceTest("a replica that asks for something else is cut off", async () => {
  await onBoth(async (server) => {
    using replica = await server.connect();
    await replica.send("SYNC");
    let header = await replica.readLine();
    while (header === "\n") header = await replica.readLine();
    await replica.readBytes(Number(header.slice(1)));
    await replica.send("PING");
    assertEquals(await replica.readToEnd(), "");
    return server.log.includes("Replica generated a reply to command 'ping', disconnecting it: ");
  });
});

referenceTest("a replica must not touch keys, and the log says what it tried", async () => {
  await onBoth(async (server) => {
    using replica = await server.connect();
    await replica.send("PSYNC", "?", -1);
    assert((await replica.readLine()).startsWith("+FULLRESYNC "));
    await replica.send("GET", "key");
    await eventually(() => server.log.includes("disconnecting it: "));
    return [
      "Replica generated a reply to command 'get', disconnecting it: ",
      "== CRITICAL == This master is sending an error to its replica: 'Replica can't interact with the keyspace'",
      "after processing the command 'get'",
    ].map((text) => server.log.includes(text));
  });
});
