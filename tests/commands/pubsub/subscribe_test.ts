import { assertEquals } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import type { Players } from "../../support/players.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "../connection/same_transcript.ts";

/** Sends a request that is answered by `count` replies. */
async function ask(players: Players, name: string, line: string, count: number): Promise<void> {
  await (await players.client(name)).send(...line.split(" "));
  for (let i = 0; i < count; i++) await players.reply(name);
}

for (const protocol of [2, 3]) {
  referenceTest(`each name is confirmed in turn, with the count of subscriptions, in RESP${protocol}`, async () => {
    await assertSameTranscript(async (players) => {
      await players.call("a", `hello ${protocol}`);
      for (const [word, names] of [["", "a b a"], ["p", "a* [b] a*"], ["s", "a b a"]] as const) {
        await ask(players, "a", `${word}subscribe ${names}`, 3);
      }
      for (const word of ["", "p", "s"]) {
        await ask(players, "a", `${word}unsubscribe a none a`, 3);
        await ask(players, "a", `${word}unsubscribe [b] b`, 2);
      }
      await ask(players, "a", "punsubscribe", 1);
      for (const word of ["", "p", "s"]) await ask(players, "a", `${word}unsubscribe`, 1);
      await players.call("a", "ping", "get k");
    });
  });
}

referenceTest(
  "unsubscribing from all goes through the patterns in order, and tells the count that is left",
  async () => {
    await assertSameTranscript(async (players) => {
      await ask(players, "a", "psubscribe c b a b", 4);
      await ask(players, "a", "subscribe x", 1);
      await ask(players, "a", "ssubscribe y", 1);
      await ask(players, "a", "punsubscribe", 3);
      await ask(players, "a", "punsubscribe", 1);
      await ask(players, "a", "sunsubscribe", 1);
      await players.call("a", "get k");
      await ask(players, "a", "unsubscribe", 1);
      await players.call("a", "get k");
    });
  },
);

referenceTest("names are bytes, also the empty one", async () => {
  await assertSameTranscript(async (players) => {
    for (const name of ["", "\r\n", "\0\xff", "x".repeat(3000)]) {
      await players.call("a", ["SUBSCRIBE", name], ["PSUBSCRIBE", name], ["SSUBSCRIBE", name]);
      await players.call("b", ["PUBLISH", name, name], ["SPUBLISH", name, ""], ["PUBSUB", "NUMSUB", name]);
      for (let i = 0; i < 3; i++) await players.reply("a");
    }
  });
});

referenceTest("arities", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "subscribe", "psubscribe", "ssubscribe", "publish", "publish a", "publish a b c");
    await players.call("a", "spublish a", "spublish a b c", "pubsub", "SUBSCRIBE", "PubSub");
  });
});

referenceTest("a subscriber of RESP2 may only do what concerns subscriptions", async () => {
  const requests = [
    "get k",
    "set k v",
    "publish c m",
    "spublish c m",
    "pubsub channels",
    "PubSub NumSub c",
    "multi",
    "exec",
  ];
  requests.push(
    "client id",
    "CLIENT",
    "client nonsense",
    "hello 3",
    "auth x",
    "echo x",
    "info",
    "nosuch",
    "get",
    "watch k",
  );
  requests.push("command count", "config get hz", "object help", "select 1", "blpop l 0", "monitor");
  for (const word of ["", "p", "s"]) {
    await assertSameTranscript(async (players) => {
      await ask(players, "a", `${word}subscribe c`, 1);
      await players.call("a", ...requests, "ping", "ping x", "PING x y", ["PING", ""]);
      await ask(players, "a", "subscribe d", 1);
      await ask(players, "a", `${word}unsubscribe c`, 1);
      await players.call("a", "get k");
      await ask(players, "a", "unsubscribe", 1);
      await players.call("a", "get k", "ping", "ping x");
    });
  }
});

referenceTest("a subscriber of RESP3 may do everything", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "hello 3");
    await ask(players, "a", "subscribe c d", 2);
    await players.call(
      "a",
      "ping",
      "ping x",
      "set k v",
      "get k",
      "multi",
      "get k",
      "exec",
      "pubsub numsub c d",
      "reset",
    );
    await players.call("a", "hello 3");
    await ask(players, "a", "ssubscribe c", 1);
    // Back in RESP2 the rule holds again.
    await players.call("a", "hello 2", "get k", "ping");
    await ask(players, "a", "sunsubscribe c", 1);
    await players.call("a", "get k");
  });
});

referenceTest("the refusal comes after READONLY and NOAUTH, and before MASTERDOWN", async () => {
  await assertSameTranscript(async (players) => {
    await ask(players, "a", "subscribe c", 1);
    await players.call("b", "replicaof 127.0.0.1 1", "config set replica-serve-stale-data no");
    await players.call("a", "set k v", "get k", "publish c m", "ping");
    await players.call("b", "get k");
  });
  await assertSameTranscript(async (players) => {
    await players.call("a", "subscribe c", "auth p");
    await ask(players, "a", "subscribe c", 1);
    await players.call("a", "get k", "auth p");
  }, { requirepass: "p" });
});

referenceTest("a transaction may subscribe, but not to shard channels", async () => {
  for (const protocol of [2, 3]) {
    await assertSameTranscript(async (players) => {
      await players.call("a", `hello ${protocol}`, "multi", "subscribe c", "psubscribe d* e*", "ssubscribe s", "ping");
      await players.call("a", "set k v", "publish c m");
      await ask(players, "a", "exec", protocol === 2 ? 1 : 2);
      await players.call("b", "publish c m", "publish d1 m", "pubsub numsub c", "pubsub shardnumsub s", "get k");
      await players.silent("b");
      const client = await players.client("a");
      await client.send("PING", "end");
      let reply = "";
      while (!reply.includes("end\r\n")) players.transcript.push(reply = await client.readRaw());
    });
  }
});

referenceTest("confirmations and messages come also where replies are off", async () => {
  for (const protocol of [2, 3]) {
    for (const mode of ["off", "skip"]) {
      await assertSameTranscript(async (players) => {
        await players.call("a", `hello ${protocol}`);
        await (await players.client("a")).send("CLIENT", "REPLY", mode);
        await ask(players, "a", "subscribe c d", 2);
        await players.call("b", "publish c m1");
        await players.reply("a");
        await ask(players, "a", "punsubscribe", 1);
        await ask(players, "a", "unsubscribe c", 1);
        await ask(players, "a", "unsubscribe", 1);
        await (await players.client("a")).send("PING");
        if (mode === "off") await players.silent("a");
        else await players.reply("a");
      });
    }
  }
});

referenceTest("RESET ends all subscriptions", async () => {
  await assertSameTranscript(async (players) => {
    await ask(players, "a", "subscribe c", 1);
    await ask(players, "a", "psubscribe c*", 1);
    await ask(players, "a", "ssubscribe c", 1);
    await players.call("a", "reset", "get k", "client info");
    await players.call("b", "publish c m", "spublish c m", "pubsub numpat", "pubsub channels", "pubsub shardchannels");
    await players.silent("a");
    await ask(players, "a", "unsubscribe", 1);
  });
});

referenceTest("QUIT of a subscriber is answered, and whatever comes after it is not", async () => {
  await assertSameTranscript(async (players) => {
    await ask(players, "a", "subscribe c", 1);
    const client = await players.client("a");
    await client.sendRaw("QUIT\r\nPING\r\n");
    players.transcript.push(await client.readToEnd());
    await players.call("b", "publish c m");
  });
});

Deno.test("a subscriber that hangs up leaves no trace", async () => {
  await using server = await startServer();
  using control = await RawClient.connect({ port: server.port });
  const state = async () => {
    const [memory, stats] = [await control.expect("INFO", "memory"), await control.expect("INFO", "stats")];
    const used = /used_memory_overhead:\d+/.exec(String(memory))![0];
    return [used, ...String(stats).match(/pubsub\w+:\d+/g)!, await control.expect("PUBSUB", "NUMPAT")];
  };
  const before = await state();
  for (const end of ["close", "half-close", "kill"]) {
    using client = await RawClient.connect({ port: server.port });
    for (let i = 0; i < 100; i++) {
      for (const word of ["SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE"]) await client.expect(word, `name:${i}`);
    }
    assertEquals((await state()).slice(1), [
      "pubsub_channels:100",
      "pubsub_patterns:100",
      "pubsubshard_channels:100",
      100,
    ]);
    if (end === "close") client.close();
    else if (end === "half-close") await client.closeWrite();
    else assertEquals(await control.expect("CLIENT", "KILL", "TYPE", "pubsub"), 1);
    if (end === "kill") {
      assertEquals(await control.expect("PUBLISH", "name:1", "m"), 0);
    } else {
      while (Number(await control.expect("PUBSUB", "NUMPAT")) > 0);
    }
    assertEquals(await state(), before);
  }
});
