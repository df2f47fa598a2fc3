import { assertSameEffects } from "../../support/effects.ts";
import { referenceTest } from "../../support/reference.ts";
import { ErrorReply, type ReplyValue } from "../../support/reply_reader.ts";

const LATER = 9_000_000_000;

referenceTest("the writes of the string family notify and propagate as in Redis", async () => {
  await assertSameEffects(async (players) => {
    await players.call(
      "a",
      "SET k v",
      "SET k v NX",
      "SET k w XX GET",
      "set k w get KEEPTTL get",
      `SET k v EXAT ${LATER}`,
    );
    await players.call(
      "a",
      `SET k v PXAT ${LATER}001 GET`,
      "SETNX k v",
      "SETNX n 1",
      "GETSET n 2",
      "GETSET m 2",
      "GET no",
    );
    await players.call("a", "MSET a 1 b 2 a 3", "MSETNX a 1 z 2", "MSETNX x 1 z 2", "MGET a no k", "STRLEN no");
    await players.call("a", "APPEND k x", "APPEND new 12", "APPEND new 3", "SETRANGE new 1 9", "SETRANGE other 3 x");
    await players.call(
      "a",
      ["SETRANGE", "new", "1", ""],
      ["SETRANGE", "no", "1", ""],
      "INCR n",
      "DECR n",
      "INCRBY n 5",
    );
    await players.call("a", "DECRBY fresh 5", "INCR k", "INCRBYFLOAT n 1.5", "INCRBYFLOAT f 3", "INCRBYFLOAT k 1");
    await players.call("a", "GETEX n", `GETEX n EXAT ${LATER}`, `GETEX n PXAT ${LATER}123`, "GETEX n PERSIST");
    await players.call(
      "a",
      "GETEX n PERSIST",
      "GETEX n PXAT 1",
      "GETEX n PXAT 1",
      "GETDEL f",
      "GETDEL f",
      "LCS a b IDX",
    );
  });
});

referenceTest("string commands that meet an expired key delete it first", async () => {
  await assertSameEffects(async (players) => {
    const commands = [
      "SET k w",
      "SET k w XX",
      "SET k w NX GET",
      "GETSET k w",
      "APPEND k x",
      "SETRANGE k 1 x",
      "INCR k",
    ];
    commands.push(
      "INCRBYFLOAT k 1",
      "MSET k 1 j 2",
      "MSETNX k 1 j 2",
      "GETEX k PERSIST",
      "GETDEL k",
      "MGET k",
      "LCS k k",
    );
    for (const command of commands) {
      const client = await players.client("a");
      // In one write, lest active expiry be faster than the command.
      const requests = ["FLUSHALL", "SET k v PXAT 1", command, "GET k", "PEXPIRETIME k"].map((line) => line.split(" "));
      players.transcript.push(JSON.stringify((await client.pipeline(requests)).map(plain)));
    }
  });
});

function plain(reply: ReplyValue): unknown {
  return reply instanceof ErrorReply ? reply.text : reply;
}

referenceTest("strings take the place of other values with Redis's events", async () => {
  await assertSameEffects(async (players) => {
    await players.call("a", "RPUSH k a", "SET k v", "DEL k", "RPUSH k a", "MSET k v l 1", "DEL k", "SADD k a");
    await players.call("a", "SET k v GET", `SET k v EXAT ${LATER}`, "PEXPIRETIME k", "GETDEL k");
  });
});

referenceTest("GETDEL and GETEX propagate UNLINK where lazy freeing is asked for", async () => {
  for (const parameter of ["lazyfree-lazy-expire", "lazyfree-lazy-user-del"]) {
    await assertSameEffects(async (players) => {
      await players.call("a", "SET k v", "GETDEL k", "SET k v", "GETEX k PXAT 1");
    }, `${parameter} yes`);
  }
});
