import { assertEquals } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import type { Players } from "../../support/players.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import { assertSameTranscript } from "../connection/same_transcript.ts";

async function ask(players: Players, name: string, line: string, count: number): Promise<void> {
  await (await players.client(name)).send(...line.split(" "));
  for (let i = 0; i < count; i++) await players.reply(name);
}

/** What lists of names say, whatever their order. */
async function sorted(players: Players, name: string, ...argv: string[]): Promise<void> {
  const names = await (await players.client(name)).expect(...argv);
  players.transcript.push((names as string[]).toSorted().join(","));
}

referenceTest("pubsub counts channels, patterns and shard channels", async () => {
  for (const protocol of [2, 3]) {
    await assertSameTranscript(async (players) => {
      await ask(players, "a", "subscribe news.a news.b other", 3);
      await ask(players, "b", "subscribe news.a", 1);
      await ask(players, "a", "psubscribe n* o*", 2);
      await ask(players, "b", "psubscribe n* [ab]", 2);
      await ask(players, "b", "ssubscribe s1 s2", 2);
      await players.call(
        "c",
        `hello ${protocol}`,
        "pubsub numpat",
        "pubsub numsub",
        "PUBSUB NUMSUB news.a none news.b s1",
      );
      await players.call("c", "pubsub shardnumsub", "pubsub shardnumsub s1 news.a s1", "pubsub channels *.b");
      await players.call("c", "pubsub channels none", "pubsub shardchannels *2", ["PUBSUB", "CHANNELS", ""]);
      for (const argv of [["pubsub", "channels"], ["pubsub", "channels", "news*"], ["pubsub", "shardchannels"]]) {
        await sorted(players, "c", ...argv);
      }
      players.leave("a");
      await ask(players, "b", "punsubscribe n*", 1);
    });
  }
});

referenceTest("pubsub refuses what it does not know", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "pubsub channels a b", "pubsub shardchannels a b", "PUBSUB NUMPAT a", "pubsub nonsense");
    await players.call("a", "pubsub help", "PubSub HELP", "pubsub help x", "pubsub nonsense a b");
  });
});

referenceTest("client list and client info show the subscriptions, the flag P and the class", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "hello 3", "client setname sub");
    await ask(players, "a", "subscribe a b", 2);
    await ask(players, "a", "psubscribe a*", 1);
    await ask(players, "a", "ssubscribe a b c", 3);
    await players.call("a", "client info", "client list type pubsub");
    await players.call("b", "client list type pubsub", "client list type normal", "client list type replica");
    await ask(players, "a", "unsubscribe a", 1);
    await players.call("a", "client info");
    await players.call("a", "multi", "client info", "subscribe z", "client info");
    await (await players.client("a")).send("EXEC");
    await (await players.client("a")).send("RESET");
    await players.call("b", "client list type pubsub");
  });
});

referenceTest("client kill takes subscribers by their class", async () => {
  await assertSameTranscript(async (players) => {
    await ask(players, "a", "subscribe c", 1);
    await ask(players, "b", "psubscribe c", 1);
    await ask(players, "m", "monitor", 1);
    await ask(players, "m", "ssubscribe c", 1);
    await players.call("c", "ping");
    await players.call(
      "p",
      "client kill type pubsub",
      "client kill type pubsub",
      "publish c m",
      "spublish c m",
      "pubsub numpat",
    );
    await players.call("c", "hello 3");
    await ask(players, "c", "subscribe c", 1);
    await players.call("c", "client kill type pubsub", "client kill type pubsub skipme no");
    players.transcript.push(await (await players.client("c")).readToEnd());
    await players.call("p", "publish c m");
  });
});

referenceTest("INFO counts channels, patterns and shard channels", async () => {
  const seen: unknown[] = [];
  for (const start of [startServer, startReference]) {
    await using server = await start();
    using a = await RawClient.connect({ port: server.port });
    using b = await RawClient.connect({ port: server.port });
    for (const client of [a, b]) {
      for (const word of ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"]) await client.expect(word, `${word}1`);
    }
    await b.expect("SSUBSCRIBE", "another");
    using control = await RawClient.connect({ port: server.port });
    seen.push(String(await control.expect("INFO", "stats")).match(/pubsub\w+:\d+/g));
  }
  assertEquals(seen[0], seen[1]);
});

Deno.test("a subscriber may be idle for as long as it likes", async () => {
  await using server = await startServer({ config: { timeout: "5" }, frozenAtMs: 1_000_000 });
  using subscriber = await RawClient.connect({ port: server.port });
  using idle = await RawClient.connect({ port: server.port });
  await subscriber.expect("SUBSCRIBE", "c");
  await idle.expect("PING");
  server.clock.advance(20_000);
  assertEquals(await idle.readToEnd(), "");
  using publisher = await RawClient.connect({ port: server.port });
  assertEquals(await publisher.expect("PUBLISH", "c", "m"), 1);
  assertEquals(await subscriber.read(), ["message", "c", "m"]);
});
