import { assertEquals } from "@std/assert";
import { startServer } from "../../../src/mod.ts";
import { assertSameEffects } from "../../support/effects.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "../connection/same_transcript.ts";

const EXPIRED_MS = 60;

function pause(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}

referenceTest("multi, exec and discard answer as the reference", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "exec", "discard", "multi x", "exec x", "discard x", "watch", "unwatch x", "unwatch");
    await players.call("a", "multi", "multi", "watch k", "exec", "multi", "exec", "multi", "ping", "discard", "exec");
    await players.call("a", "multi", "set k 1", "incr k", "lpush k x", "get k", "exec", "get k");
    await players.call("a", "multi", "select 1", "set x 1", "select 0", "get x", "exec");
    await players.call("a", "hello 3", "multi", "smembers none", "hello 2", "smembers none", "exec");
  });
});

referenceTest("a refused request makes EXEC fail and ends the transaction", async () => {
  await assertSameTranscript(async (players) => {
    for (const refused of ["foo", "get", "client foo", "client", "save", "shutdown nosave", "sync", "exec x"]) {
      await players.call("a", "multi", "set k 1", refused, "set k 2", "exec", "ping", "exec", "exists k");
    }
  });
});

referenceTest("a refused EXEC says why and ends the transaction", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "exec", "multi", "get k", "set k 1");
    await players.call("b", "config set min-replicas-to-write 1");
    await players.call("a", "exec", "ping", "exec", "multi", "get k", "exec", "multi", "set k 2", "exec");
  });
});

referenceTest("exec before authentication is refused as the reference does it", async () => {
  await assertSameTranscript((players) => players.call("a", "exec", "multi", "auth p", "exec", "multi", "exec"), {
    requirepass: "p",
  });
});

referenceTest("watch makes EXEC answer null after any change of a key", async () => {
  await assertSameTranscript(async (players) => {
    const changes = [
      ["set k 2"],
      ["del k"],
      ["expire k 100"],
      ["rename k other"],
      ["flushdb"],
      ["flushall"],
      ["select 3", "set k 1", "swapdb 0 3"],
      ["append k x"],
      ["get k"],
      ["set other 1"],
      ["persist k"],
      ["select 1", "set k 1"],
    ];
    for (const change of changes) {
      await players.call("b", "select 0", "set k 1");
      await players.call("a", "watch none k also-none", "get k");
      await players.call("b", ...change);
      await players.call("a", "multi", "ping", "exec", "multi", "ping", "exec");
    }
  });
});

referenceTest("unwatch, discard, exec and reset forget what was watched", async () => {
  await assertSameTranscript(async (players) => {
    for (const forget of [["unwatch"], ["multi", "discard"], ["multi", "exec"], ["reset"]]) {
      await players.call("a", "watch k", ...forget);
      await players.call("b", "incr k");
      await players.call("a", "multi", "get k", "exec");
      await players.call("a", "watch k");
      await players.call("b", "incr k");
      await players.call("a", ...forget, "multi", "get k", "exec");
    }
  });
});

referenceTest(
  "keys that expire while they are watched count as changed, keys that had expired before do not",
  async () => {
    await assertSameTranscript(async (players) => {
      await players.call("a", "debug set-active-expire 0");
      await players.call("a", "set k v px 50", "watch k");
      await pause(EXPIRED_MS);
      await players.call("a", "multi", "ping", "exec");
      const events = [[], ["exists k"], ["flushdb"], ["set k 1"], ["swapdb 0 1"], ["del k"]];
      for (const event of events) {
        await players.call("a", "set k v px 1");
        await pause(EXPIRED_MS);
        await players.call("a", "watch k");
        await players.call("b", ...event);
        await players.call("a", "multi", "ping", "exec", "flushall");
      }
      // A key that is not there is replaced by one that has expired, and by one that lives.
      for (const expiry of ["px 1", "ex 100"]) {
        await players.call("b", "select 1", `set k v ${expiry}`, "select 0");
        await pause(EXPIRED_MS);
        await players.call("a", "watch k", "swapdb 0 1", "multi", "ping", "exec", "flushall");
      }
    }, { "enable-debug-command": "yes" });
  },
);

referenceTest("blocking commands inside EXEC do not block", async () => {
  await assertSameTranscript(async (players) => {
    await players.call(
      "a",
      "multi",
      "blpop l 0",
      "brpop l 0",
      "blmove l m left left 0",
      "rpush l 1",
      "blpop l 0",
      "exec",
    );
  });
});

referenceTest("whoever waits is served after the whole transaction", async () => {
  await assertSameTranscript(async (players) => {
    await players.block("b", "blpop l 0");
    await players.call("a", "multi", "rpush l 1 2", "lpop l", "llen l", "exec", "llen l");
    await players.reply("b");
    await players.block("b", "blpop l 0");
    await players.call("a", "multi", "rpush l 1", "del l", "exec");
    await players.silent("b");
  });
});

referenceTest(
  "exec propagates its writes between MULTI and EXEC, a single one without, and nothing where nothing changed",
  async () => {
    await assertSameEffects(async (players) => {
      await players.call("a", "multi", "exec", "multi", "get a", "exec", "multi", "del none", "exec");
      await players.call("a", "multi", "set a 1", "exec", "set b 1", "multi", "set a 2", "get a", "set b 2", "exec");
      await players.call("a", "multi", "select 1", "set a 1", "get a", "select 2", "set b 2", "exec", "set c 1");
      await players.call("a", "select 0", "multi", "expireat a 33333333333", "spop none", "lpush a x", "exec");
      await players.call(
        "a",
        "set a 1",
        "multi",
        "foo",
        "set a 2",
        "exec",
        "watch a",
        "set a 3",
        "multi",
        "set a 4",
        "exec",
      );
    });
  },
);

Deno.test("exec counts its commands and their errors, not its own", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  await client.pipeline([["MULTI"], ["SET", "k", "x"], ["INCR", "k"], ["EXEC"], ["EXEC"], ["EXEC", "x"]]);
  const info = String(await client.call("INFO", "commandstats", "errorstats"));
  const statsOf = (name: string) =>
    new RegExp(`cmdstat_${name}:(.*)\\r`).exec(info)![1]!.replace(/usec.*?,usec.*?,/, "");
  assertEquals(statsOf("exec"), "calls=2,rejected_calls=1,failed_calls=1");
  assertEquals(statsOf("incr"), "calls=1,rejected_calls=0,failed_calls=1");
  assertEquals(statsOf("set"), "calls=1,rejected_calls=0,failed_calls=0");
  assertEquals(/errorstat_EXECABORT:count=1/.test(info), true);
});

Deno.test("a client that goes away leaves no watched key behind", async () => {
  await using server = await startServer();
  using other = await RawClient.connect({ port: server.port });
  const client = await RawClient.connect({ port: server.port });
  await client.pipeline([["WATCH", "k"], ["MULTI"], ["SET", "k", "1"]]);
  client.close();
  assertEquals(await other.pipeline([["SET", "k", "2"], ["GET", "k"]]), ["OK", "2"]);
});

Deno.test("a refused EXEC ends the transaction for the requests behind it in the same pipeline", async () => {
  await using server = await startServer();
  using client = await RawClient.connect({ port: server.port });
  const replies = await client.pipeline([["MULTI"], ["EXEC", "x"], ["SET", "k", "1"], ["GET", "k"]]);
  assertEquals(replies.slice(2), ["OK", "1"]);
});
