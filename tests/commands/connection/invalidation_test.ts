import { assertEquals } from "@std/assert";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "./same_transcript.ts";
import { idOf, listener, mask, pipeline, track } from "./tracking_players.ts";

const DEBUG_ALLOWED = { "enable-debug-command": "yes" };

referenceTest("reads are tracked, writes are not, whatever the database", async () => {
  await assertSameTranscript(async (players) => {
    await track(players, "a", 3, "client tracking on");
    await players.call(
      "b",
      "mset s 1 t 2 u 3",
      "rpush l 1 2 3",
      "hset h f v",
      "zadd z 1 a",
      "sadd set a",
      "xadd x 1-1 f v",
    );
    await players.call(
      "a",
      "mget s t missing",
      "lrange l 0 -1",
      "hget h f",
      "zrange z 0 -1",
      "smembers set",
      "xread streams x 0",
    );
    await players.call(
      "a",
      "set w 1",
      "incr u",
      "getdel w",
      "sort_ro l",
      "object encoding s",
      "type t",
      "exists v w",
      "dump t",
    );
    for (
      const line of [
        "del s",
        "incr u",
        "set w 2",
        "set missing 1",
        "set v 1",
        "rpush l 4",
        "hdel h f",
        "zrem z a",
        "srem set a",
        "xdel x 1-1",
      ]
    ) {
      await players.call("b", line);
    }
    for (let i = 0; i < 9; i++) await players.reply("a");
    await players.silent("a");
    await players.call("a", "get n");
    await players.call("b", "select 5", "set n 1", "set n 2");
    await players.reply("a");
    await players.silent("a");
    await players.call("a", "ping");
  });
});

referenceTest("what a client changes itself is told after its reply, which may be EXEC's", async () => {
  await assertSameTranscript(async (players) => {
    await track(players, "a", 3, "client tracking on");
    await pipeline(players, "a", ["set a 1", "get a", "set a 2", "get a", "del a", "ping"], 8);
    await pipeline(players, "a", ["mset a 1 b 2 c 3", "mget a b c", "mset c 4 b 5 a 6"], 6);
    await pipeline(players, "a", ["get a", "multi", "incr a", "get a", "incr a", "get b", "exec", "ping"], 10);
    await pipeline(players, "a", [
      "get a",
      "multi",
      "set a 3",
      "client tracking off",
      "exec",
      "get a",
      "set a 4",
      "ping",
    ], 9);
    await players.silent("a");
    await pipeline(players, "a", ["multi", "client tracking on", "get a", "exec", "set a 5", "ping"], 7);
    await pipeline(players, "a", ["get a", "multi", "flushdb", "exec", "ping"], 6);
    await pipeline(players, "a", ["get a", "flushall", "set a 1", "ping"], 5);
  });
});

referenceTest("noloop spares a client its own changes", async () => {
  await assertSameTranscript(async (players) => {
    await track(players, "a", 3, "client tracking on noloop", "mget x y z");
    await pipeline(players, "a", ["set x 1", "multi", "set y 1", "exec", "ping"], 5);
    await players.call("b", "set x 2", "set y 2", "set z 2");
    await players.reply("a");
    await players.silent("a");
    await players.call("a", "flushall");
    await players.reply("a");
    await players.call("a", "client tracking off", "client tracking on bcast noloop");
    await pipeline(players, "a", ["set x 1", "multi", "set y 1", "exec", "ping"], 5);
    await players.call("b", "mset z 1 y 2 x 1");
    await players.reply("a");
    await players.silent("a");
  });
});

referenceTest("a redirection to a RESP2 subscriber is a message, to a RESP3 client a push", async () => {
  for (const protocol of [2, 3]) {
    await assertSameTranscript(async (players) => {
      const id = await listener(players, "r");
      const idle = await idOf(players, "idle");
      await track(players, "a", protocol, `client tracking on redirect ${id}`, "mget a b");
      await track(players, "b", 2, `client tracking on redirect ${id}`, "get a");
      await players.call("w", "mset b 1 c 2 a 3", "flushall");
      for (let i = 0; i < 5; i++) await players.reply("r");
      // The test reads the null of a RESP3 client, which RESP2 does not have.
      await players.silent("r");
      await players.call("a", `client tracking on redirect ${idle}`, "get a", "set a 1", "ping");
      await players.silent("idle");
      await players.call("idle", "hello 3");
      await players.call("a", "get a", "incr a", "get a", "flushall");
      await players.reply("idle");
      await players.reply("idle");
      await players.silent("a");
    });
  }
});

referenceTest("a client may redirect to itself, and a subscriber of any channel is told", async () => {
  await assertSameTranscript(async (players) => {
    const id = await idOf(players, "a");
    await players.call("a", `client tracking on redirect ${id}`, "get a", "subscribe other");
    await players.call("w", "set a 1");
    await players.reply("a");
    await players.call("b", "hello 3", "client tracking on", "get a", "subscribe x");
    await players.call("w", "set a 2");
    await players.reply("b");
  });
});

referenceTest("a redirection that is broken is told to RESP3 clients, at each key", async () => {
  for (const protocol of [2, 3]) {
    await assertSameTranscript(async (players) => {
      const id = await idOf(players, "r");
      await track(players, "a", protocol, `client tracking on redirect ${id}`, "mget a b");
      await players.call("r", "quit");
      assertEquals(await (await players.client("r")).readToEnd(), "");
      await players.call("w", "set a 1", "set a 2");
      if (protocol === 3) await players.reply("a");
      await players.call("a", "client trackinginfo", "client getredir", "client info");
      await players.call("w", "flushall");
      if (protocol === 3) await players.reply("a");
      await players.silent("a");
      await players.call("a", "client tracking on", "client trackinginfo", "client tracking off", "client info");
      mask(players, id);
    });
  }
});

referenceTest("optin tracks after CACHING YES alone, optout all but after CACHING NO", async () => {
  await assertSameTranscript(async (players) => {
    await track(
      players,
      "a",
      3,
      "client tracking on optin",
      "get a",
      "client caching yes",
      "get b",
      "get c",
      "client caching yes",
    );
    await players.call("a", "multi", "get d", "mget e f", "exec", "get g");
    await players.call("w", "mset a 1 b 1 c 1 d 1 e 1 f 1 g 1");
    for (let i = 0; i < 4; i++) await players.reply("a");
    await players.silent("a");
    await players.call(
      "a",
      "client tracking off",
      "client tracking on optout",
      "get a",
      "client caching no",
      "get b",
      "get c",
    );
    await players.call("a", "client caching no", "client id", "get d", "get e");
    players.transcript.splice(-3, 1);
    await players.call("w", "mset a 1 b 1 c 1 d 1 e 1");
    for (let i = 0; i < 3; i++) await players.reply("a");
    await players.silent("a");
  });
});

referenceTest("bcast tells of all changes under the prefixes, at the end of a pipeline, sorted", async () => {
  await assertSameTranscript(async (players) => {
    await track(players, "a", 3, "client tracking on bcast prefix user: prefix b");
    await track(players, "all", 3, "client tracking on bcast");
    await pipeline(players, "w", [
      "set user:2 1",
      "set user:1 1",
      "set b 1",
      "set user 1",
      "del user:2",
      "set user:10 1",
    ], 6);
    await players.reply("a");
    await players.reply("a");
    await players.reply("all");
    await pipeline(players, "a", ["set ba 1", "get ba", "set bb 1", "ping"], 5);
    await players.reply("all");
    await players.call("w", "set none 1", "del never", "select 4", "set b 1", "flushdb");
    await players.reply("a");
    await players.reply("a");
    for (let i = 0; i < 3; i++) await players.reply("all");
    await players.silent("a");
    await players.silent("all");
    await players.call("a", "client tracking off");
    await players.call("w", "set b 1");
    await players.reply("all");
    await players.silent("a");
  });
});

referenceTest("keys that expire are told, found by a read or not, to the reader after its reply", async () => {
  await assertSameTranscript(async (players) => {
    await track(players, "a", 3, "client tracking on");
    await track(players, "b", 3, "client tracking on bcast noloop prefix e");
    await players.call("w", "debug set-active-expire 0", "psetex e1 1 x", "psetex e2 1 x", "set k 1");
    for (let i = 0; i < 2; i++) await players.reply("b");
    await players.call("w", "debug sleep 0.01");
    await players.call("a", "mget k e1");
    await players.reply("b");
    await players.call("b", "get e2");
    await players.reply("b");
    await players.call("w", "psetex e3 20 x");
    await players.reply("b");
    await players.call("a", "get e3");
    await players.call("w", "debug sleep 0.03");
    await players.call("a", "mget e3 e1");
    await players.reply("a");
    await players.reply("b");
    await players.call("w", "psetex e4 30 x");
    await players.reply("b");
    await players.call("a", "get e4");
    await players.call("w", "debug set-active-expire 1");
    await players.reply("a");
    await players.reply("b");
  }, DEBUG_ALLOWED);
});

referenceTest("a client that waited is told of what it changed itself after its reply", async () => {
  await assertSameTranscript(async (players) => {
    await track(players, "a", 3, "client tracking on", "lrange dst 0 -1", "lrange src 0 -1");
    await track(players, "n", 3, "client tracking on noloop", "lrange dst 0 -1", "lrange src 0 -1");
    await players.block("a", "blmove src dst left right 0");
    await players.block("n", "blpop src 0");
    await players.call("w", "rpush src 1 2");
    for (let i = 0; i < 3; i++) await players.reply("a");
    for (let i = 0; i < 3; i++) await players.reply("n");
    await players.silent("a");
    await players.silent("n");
    await players.call("a", "xread block 1 streams x 0");
    await players.call("w", "xadd x 1-1 f v");
    await players.reply("a");
  });
});

referenceTest("messages go past CLIENT REPLY OFF", async () => {
  await assertSameTranscript(async (players) => {
    await track(players, "a", 3, "client tracking on", "mget a b");
    await (await players.client("a")).send("CLIENT", "REPLY", "OFF");
    await (await players.client("a")).send("SET", "b", "1");
    await players.reply("a");
    await players.call("w", "set a 1");
    await players.reply("a");
    await players.call("a", "client reply on", "ping");
  });
});

referenceTest("reset ends tracking", async () => {
  await assertSameTranscript(async (players) => {
    await track(players, "a", 3, "client tracking on bcast", "reset", "client trackinginfo", "hello 3");
    await players.call("w", "set a 1");
    await players.silent("a");
    await players.call("a", "client tracking on", "get a", "reset", "hello 3");
    await players.call("w", "set a 2", "flushall");
    await players.silent("a");
  });
});

referenceTest("keys beyond tracking-table-max-keys are told, to the running client before its reply", async () => {
  await assertSameTranscript(async (players) => {
    await track(players, "a", 3, "client tracking on", "debug pause-cron 1", "get a");
    await players.call("w", "config set tracking-table-max-keys 1");
    await track(players, "b", 3, "client tracking on", "get a");
    await players.call("w", "ping");
    await players.call("b", "get a");
    await pipeline(players, "a", ["client tracking off", "client tracking on", "flushall"], 4);
    await players.reply("b");
    await players.call("a", "get only");
    await players.call("w", "config set tracking-table-max-keys 0");
    await players.call("a", "mget p q r s");
    await players.call("w", "config set tracking-table-max-keys 1");
    await (await players.client("a")).send("PING");
    const told: string[] = [];
    for (let i = 0; i < 4; i++) told.push(await (await players.client("a")).readRaw());
    players.transcript.push(String(told.every((text) => text.startsWith(">2\r\n$10\r\ninvalidate\r\n*1\r\n"))));
    await players.reply("a");
    await players.call("w", "debug pause-cron 0", "config set tracking-table-max-keys 1000000");
  }, DEBUG_ALLOWED);
});
