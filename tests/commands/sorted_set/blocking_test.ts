import { assertSameEffects } from "../../support/effects.ts";
import { referenceTest } from "../../support/reference.ts";

for (const version of [2, 3]) {
  referenceTest(`BZPOPMIN, BZPOPMAX and BZMPOP answer, wait and are served as in Redis, RESP${version}`, async () => {
    await assertSameEffects(async (players) => {
      for (const name of ["a", "b"]) await (await players.client(name)).expect("HELLO", version);
      await players.call("c", "SET string x", "ZADD z 1 x 2 y 3 z", "ZADD y 1.5 only");
      await players.call(
        "a",
        "BZPOPMIN none z 0",
        "BZPOPMAX z y 0",
        "BZMPOP 0 2 none z MAX COUNT 5",
        "BZPOPMAX y 1",
        "EXISTS y",
      );
      await players.call(
        "a",
        "BZPOPMIN string 0",
        "BZMPOP 0 2 none string MIN",
        "BZPOPMIN z -1",
        "BZPOPMIN z x",
        "BZMPOP x 1 z MIN",
      );
      await players.call(
        "a",
        "BZMPOP 0 0 z MIN",
        "BZMPOP 0 1 z",
        "BZMPOP 0 1 z X",
        "BZMPOP 0 1 z MIN COUNT 0",
        "BZMPOP 0 1 z MIN X",
      );
      await players.call(
        "a",
        "BZPOPMIN z 0.02",
        "BZPOPMAX z 0.02",
        "BZMPOP 0.02 1 z MIN",
        "MULTI",
        "BZPOPMIN z 0",
        "BZMPOP 0 1 z MIN",
        "EXEC",
      );
      const waits = ["BZPOPMIN z 0", "BZPOPMAX none z 0", "BZMPOP 0 1 z MIN", "BZMPOP 0 2 z none MAX COUNT 2"];
      for (const line of waits) {
        for (const pairs of ["1 one", "1 one 2 two 3 three"]) {
          await players.block("a", line);
          await players.call("c", `ZADD z ${pairs}`);
          await players.reply("a");
          await players.call("c", "ZRANGE z 0 -1 WITHSCORES", "DEL z");
        }
        await players.block("a", line);
        await players.call("c", "LPUSH z x", "DEL z", "SADD z x", "DEL z", "SADD set p q", "ZUNIONSTORE z 1 set");
        await players.reply("a");
        await players.call("c", "DEL z", "ZADD w 5 w");
        await players.block("a", line);
        await players.call("c", "RENAME w z");
        await players.reply("a");
        await players.block("a", line);
        await players.call("c", "MULTI", "ZADD z 1 x", "DEL z", "ZADD z 2 y", "ZADD z 3 q", "EXEC");
        await players.reply("a");
        await players.call("c", "DEL z");
      }
    });
  });
}

referenceTest("clients that wait for one sorted set are served in the order of their arrival", async () => {
  await assertSameEffects(async (players) => {
    const lines = ["BZPOPMIN z 0", "BZPOPMAX z 0", "BZMPOP 0 1 z MIN COUNT 2", "BLPOP z 0", "BZPOPMIN y z 0"];
    const names = Array.from({ length: 10 }, (_, index) => `waiter ${index}`);
    for (const [index, name] of names.entries()) await players.block(name, lines[index % lines.length]!);
    await players.call("d", "ZADD z 1 a 2 b 3 c 4 d");
    for (const index of [0, 1, 2]) await players.reply(names[index]!);
    await players.call("d", "ZADD z 1 a 2 b 3 c 4 d 5 e 6 f 7 g 8 h", "ZRANGE z 0 -1");
    for (const index of [4, 5, 6, 7, 9]) await players.reply(names[index]!);
    await players.call("d", "DEL z", "RPUSH z 1 2");
    for (const index of [3, 8]) await players.reply(names[index]!);
  });
});
