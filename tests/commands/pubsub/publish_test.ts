import { assertEquals } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { assertSameEffects } from "../../support/effects.ts";
import type { Players } from "../../support/players.ts";
import { encodeRequest, RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "../connection/same_transcript.ts";

async function ask(players: Players, name: string, line: string, count: number): Promise<void> {
  await (await players.client(name)).send(...line.split(" "));
  for (let i = 0; i < count; i++) await players.reply(name);
}

async function replies(players: Players, name: string, count: number): Promise<void> {
  for (let i = 0; i < count; i++) await players.reply(name);
}

referenceTest(
  "a message reaches every subscriber in the form of its protocol, and is counted once for each way",
  async () => {
    await assertSameTranscript(async (players) => {
      await players.call("three", "hello 3");
      for (const name of ["two", "three", "other"]) {
        await ask(players, name, "subscribe news", 1);
        await ask(players, name, "psubscribe n*s", 1);
      }
      await ask(players, "other", "unsubscribe news", 1);
      await ask(players, "three", "ssubscribe news", 1);
      await players.call(
        "p",
        "publish news m1",
        ["PUBLISH", "news", ""],
        "publish news2 m",
        "spublish news m2",
        "publish nows m3",
      );
      await replies(players, "two", 5);
      await replies(players, "three", 6);
      await replies(players, "other", 3);
      for (const name of ["two", "three", "other"]) await players.silent(name);
    });
  },
);

referenceTest("messages keep their order and come between the replies of a RESP3 client", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "hello 3");
    await ask(players, "a", "subscribe c", 1);
    await players.call("b", "publish c 1", "publish c 2");
    await replies(players, "a", 2);
    await players.call("a", "get k", "set k v");
    await players.call("b", "publish c 3");
    await players.reply("a");
    // One who publishes to itself gets the message first.
    await ask(players, "a", "publish c 4", 2);
    await ask(players, "a", "psubscribe c", 1);
    await ask(players, "a", "publish c 5", 3);
    await players.call("a", "multi", "publish c 6", "get k");
    const client = await players.client("a");
    await client.send("EXEC");
    await client.send("ECHO", "end");
    let bytes = "";
    while (!bytes.endsWith("$3\r\nend\r\n")) bytes += await client.readBytes(1);
    players.transcript.push(bytes);
  });
});

referenceTest("a blocked RESP3 client receives messages while it waits", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "hello 3");
    await ask(players, "a", "subscribe c", 1);
    await players.block("a", "blpop l 0");
    await players.call("b", "publish c m");
    await players.reply("a");
    await players.call("b", "rpush l x");
    await players.reply("a");
  });
});

referenceTest("a pause of writes holds up PUBLISH and not PING", async () => {
  await assertSameTranscript(async (players) => {
    await ask(players, "a", "subscribe c", 1);
    await players.call("b", "client pause 60000 write");
    await (await players.client("p")).send("PUBLISH", "c", "m");
    await players.silent("a");
    await players.call("b", "ping", "client unpause");
    await players.reply("p");
    await players.reply("a");
  });
});

referenceTest("messages go to replicas as they were sent, in transactions too", async () => {
  await assertSameEffects(async (players) => {
    await players.call("a", "publish c m", "select 3", "spublish s m", "set k v", "publish c m");
    await players.call("a", "multi", "publish c m", "exec", "multi", "publish c m", "set k w", "spublish s m", "exec");
    await players.call("a", "multi", "subscribe x", "unsubscribe x", "pubsub numsub x", "exec");
  });
});

referenceTest("dirty does not count messages", async () => {
  await assertSameTranscript(async (players) => {
    await ask(players, "a", "subscribe c", 1);
    await players.call("b", "save", "publish c m", "spublish c m");
    const info = String(await (await players.client("b")).expect("INFO", "persistence"));
    players.transcript.push(/rdb_changes_since_last_save:\d+/.exec(info)![0]);
  });
});

Deno.test("a pipeline of a thousand messages leads to few writes", async () => {
  await using server = await startServer();
  using subscriber = await RawClient.connect({ port: server.port });
  using publisher = await RawClient.connect({ port: server.port });
  await subscriber.expect("SUBSCRIBE", "c");
  const writes = async () => {
    const info = String(await publisher.expect("INFO", "stats"));
    return Number(/total_writes_processed:(\d+)/.exec(info)![1]);
  };
  const before = await writes();
  const requests = Array.from({ length: 1000 }, (_, index) => ["PUBLISH", "c", index]);
  assertEquals(new Set(await publisher.pipeline(requests)), new Set([1]));
  for (let i = 0; i < 1000; i++) assertEquals(await subscriber.read(), ["message", "c", String(i)]);
  const count = await writes() - before;
  assertEquals(count < 20, true, `${count} writes`);
});

Deno.test("a subscriber that reads gets every message of a fast publisher", async () => {
  await using server = await startServer();
  using subscriber = await RawClient.connect({ port: server.port });
  using publisher = await RawClient.connect({ port: server.port });
  await subscriber.expect("PSUBSCRIBE", "big*");
  const message = "x".repeat(10_000);
  const count = 5000;
  const request = encodeRequest(["PUBLISH", "big", message]);
  const sent = (async () => {
    for (let i = 0; i < count; i++) await publisher.sendRaw(request);
    for (let i = 0; i < count; i++) assertEquals(await publisher.read(), 1);
  })();
  for (let i = 0; i < count; i++) {
    const [kind, , , text] = await subscriber.read() as string[];
    assertEquals([kind, text!.length], ["pmessage", 10_000]);
  }
  await sent;
});
