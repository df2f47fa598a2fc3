import { assertSameEffects } from "../../support/effects.ts";
import { referenceTest } from "../../support/reference.ts";

referenceTest("commands on lists notify and propagate as in Redis", async () => {
  await assertSameEffects(async (players) => {
    await players.call("a", "LPUSHX k a", "RPUSH k a b c d e f", "LPUSH k x y", "RPUSHX k z", "LPOP k", "RPOP k 2");
    await players.call(
      "a",
      "LPOP k 0",
      "LPOP none",
      "RPOP none 3",
      "LSET k 0 v",
      "LSET k 99 v",
      "LINSERT k BEFORE a i",
    );
    await players.call(
      "a",
      "LINSERT k AFTER nothing i",
      "LREM k 0 nothing",
      "LREM k 1 i",
      "LTRIM k 0 -1",
      "LTRIM k 1 3",
    );
    await players.call("a", "LMOVE k l LEFT RIGHT", "RPOPLPUSH k l", "LMOVE k l LEFT LEFT", "LMOVE none l LEFT LEFT");
    await players.call("a", "LMOVE l l LEFT RIGHT", "LMPOP 2 none l LEFT COUNT 2", "LMPOP 1 l RIGHT COUNT 99");
    await players.call("a", "RPUSH m 1 2 3", "LTRIM m 5 6", "RPUSH m 1 1 1", "LREM m 0 1", "RPUSH m 1", "LPOP m 1");
    await players.call("a", "LMPOP 1 m LEFT", "RPUSH m 1 2 3 4 5", "BLPOP none m 0", "BRPOP m 0", "BLMPOP 0 1 m LEFT");
    await players.call("a", "BLMOVE m n LEFT right 0", "BRPOPLPUSH m n 0", "BLMPOP 0 1 n left COUNT 9", "LLEN none");
    await players.call(
      "a",
      "LRANGE none 0 1",
      "LINDEX none 0",
      "LPOS none 0",
      "BLPOP none 0.01",
      "SELECT 3",
      "RPUSH k 1",
    );
    await players.call(
      "a",
      "MULTI",
      "RPUSH k 1",
      "BLPOP k 0",
      "BRPOPLPUSH k l 0",
      "BLMPOP 0 1 l LEFT",
      "BLPOP k 1",
      "EXEC",
    );
  });
});

referenceTest("clients that waited are served, and that is propagated, as in Redis", async () => {
  await assertSameEffects(async (players) => {
    await players.block("a", "BLPOP none k 0");
    await players.call("b", "RPUSH k 1 2");
    await players.reply("a");
    await players.block("a", "BRPOP l 0");
    await players.call("b", "RPUSH l only");
    await players.reply("a");
    await players.block("a", "BLMPOP 0 2 m none RIGHT COUNT 2");
    await players.block("c", "BLMPOP 0 1 m LEFT COUNT 5");
    await players.call("b", "RPUSH m 1 2 3 4");
    await players.reply("a");
    await players.reply("c");
    await players.block("a", "BLMOVE n o RIGHT LEFT 0");
    await players.block("c", "BRPOPLPUSH n o 0");
    await players.call("b", "RPUSH n 1 2 3");
    await players.reply("a");
    await players.reply("c");
    await players.call("b", "LRANGE n 0 -1", "LRANGE o 0 -1", "SET s x");
    await players.block("a", "BLMOVE p s LEFT LEFT 0");
    await players.call("b", "RPUSH p kept");
    await players.reply("a");
    await players.call("b", "LRANGE p 0 -1");
  });
});

referenceTest("a chain of moves wakes each client once, in the order of Redis", async () => {
  await assertSameEffects(async (players) => {
    await players.block("a", "BLMOVE one two LEFT RIGHT 0");
    await players.block("b", "BRPOPLPUSH two three 0");
    await players.block("c", "BLPOP three two 0");
    await players.call("d", "RPUSH one x");
    await players.reply("a");
    await players.reply("b");
    await players.reply("c");
    await players.block("a", "BLMOVE self self LEFT RIGHT 0");
    await players.block("b", "BLPOP self 0");
    await players.call("d", "RPUSH self 1", "EXISTS self");
    await players.reply("a");
    await players.reply("b");
    await players.block("a", "BRPOPLPUSH x y 0");
    await players.block("b", "BRPOPLPUSH y x 0");
    await players.call("d", "RPUSH x 1", "LRANGE x 0 -1", "LRANGE y 0 -1");
    await players.reply("a");
    await players.reply("b");
  });
});

referenceTest("keys that come by other ways than a push wake who waits", async () => {
  await assertSameEffects(async (players) => {
    await players.call("d", "RPUSH source 1 2 3");
    await players.block("a", "BLPOP renamed 0");
    await players.call("d", "RENAME source renamed");
    await players.reply("a");
    await players.block("a", "BLPOP copied 0");
    await players.call("d", "COPY renamed copied");
    await players.reply("a");
    await players.call("a", "SELECT 1");
    await players.block("a", "BLPOP renamed 0");
    await players.call("d", "MOVE renamed 1");
    await players.reply("a");
    await players.block("a", "BRPOP swapped 0");
    await players.call("d", "RPUSH swapped 1 2", "SWAPDB 0 1");
    await players.reply("a");
  });
});

referenceTest("transactions wake who waits when all is done, and only if there is something left", async () => {
  await assertSameEffects(async (players) => {
    await players.block("a", "BLPOP k 0");
    await players.call("d", "MULTI", "RPUSH k 1", "DEL k", "EXEC");
    await players.silent("a");
    await players.call("d", "MULTI", "RPUSH k 1", "DEL k", "SET k x", "EXEC", "DEL k");
    await players.silent("a");
    await players.call("d", "SET k x", "DEL k", "SADD k m");
    await players.silent("a");
    await players.call("d", "DEL k", "MULTI", "RPUSH k 1 2 3", "LPUSH k 0", "RPOP k", "EXEC");
    await players.reply("a");
    await players.block("a", "BLPOP two one 0");
    await players.call("d", "MULTI", "RPUSH one 1", "RPUSH two 2", "EXEC");
    await players.reply("a");
    await players.call("d", "DEL k");
    await players.block("a", "BLPOP k l k 0");
    await players.block("b", "BLPOP l 0");
    await players.call("d", "MULTI", "RPUSH l 1", "RPUSH k 2", "EXEC");
    await players.reply("a");
    await players.call("d", "RPUSH l 3");
    await players.reply("b");
  });
});
