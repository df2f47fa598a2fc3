import { assertSameEffects } from "../../support/effects.ts";
import { referenceTest } from "../../support/reference.ts";

for (const limits of ["zset-max-listpack-entries 128", "zset-max-listpack-entries 0"]) {
  referenceTest(`commands on sorted sets notify and propagate as in Redis, ${limits}`, async () => {
    await assertSameEffects(async (players) => {
      await players.call(
        "a",
        "ZADD z 1 a 2 b",
        "ZADD z 1 a",
        "ZADD z 5 a 3 c",
        "ZADD z XX 1 q",
        "ZADD z NX 9 a",
        "ZADD z CH 9 a",
      );
      await players.call(
        "a",
        "ZADD none XX 1 a",
        "ZADD z INCR 1 a",
        "ZADD z NX INCR 1 a",
        "ZINCRBY z 0 a",
        "ZINCRBY z 2 new",
      );
      await players.call(
        "a",
        "ZADD z inf i",
        "ZINCRBY z -inf i",
        "ZREM z q",
        "ZREM z a q",
        "ZREM z b c new i",
        "ZREM z a",
      );
      await players.call("a", "ZADD z 1 a 2 b 3 c 4 d 5 e", "ZREMRANGEBYRANK z 0 0", "ZREMRANGEBYRANK z 9 9");
      await players.call("a", "ZREMRANGEBYSCORE z 2 2", "ZREMRANGEBYSCORE z 50 60", "ZREMRANGEBYSCORE z -inf inf");
      await players.call(
        "a",
        "ZADD l 0 a 0 b 0 c",
        "ZREMRANGEBYLEX l [a [a",
        "ZREMRANGEBYLEX l [x [y",
        "ZREMRANGEBYLEX l - +",
      );
      await players.call(
        "a",
        "ZADD z 1 a 2 b 3 c 4 d",
        "ZPOPMIN z",
        "ZPOPMAX z 0",
        "ZPOPMAX z 2",
        "ZPOPMIN z 9",
        "ZPOPMIN z",
      );
      await players.call("a", "ZADD z 1 a 2 b 3 c", "ZMPOP 2 none z MIN", "ZMPOP 1 z MAX COUNT 9", "ZMPOP 1 z MAX");
      await players.call(
        "a",
        "ZADD z 1 a 2 b 3 c",
        "ZRANGESTORE d z 0 1",
        "ZRANGESTORE d z 5 9",
        "ZRANGESTORE d z 5 9",
      );
      await players.call(
        "a",
        "ZRANGESTORE z z 1 2 BYSCORE",
        "SET s x",
        "ZRANGESTORE s z 0 -1",
        "ZRANGESTORE s none 0 -1",
      );
      await players.call("a", "ZADD y 1 a 1 q", "ZUNIONSTORE d 2 z y", "ZINTERSTORE d 2 z y", "ZDIFFSTORE d 2 z y");
      await players.call("a", "ZDIFFSTORE d 1 none", "ZINTERSTORE d 1 none", "ZUNIONSTORE y 2 y z WEIGHTS 1 2");
      await players.call(
        "a",
        "ZSCORE none a",
        "ZCARD none",
        "ZRANGE none 0 -1",
        "ZUNION 1 none",
        "ZRANDMEMBER none",
        "ZSCAN none 0",
      );
      await players.call(
        "a",
        "ZRANK none a",
        "ZMSCORE none a",
        "ZCOUNT none 0 1",
        "ZLEXCOUNT none - +",
        "ZINTERCARD 1 none",
      );
      await players.call(
        "a",
        "MULTI",
        "ZADD m 1 a",
        "ZPOPMIN m",
        "EXEC",
        "ZADD z 1 x",
        "EXPIREAT z 4102444800",
        "COPY z zz",
        "RENAME zz k",
      );
    }, limits);
  });
}
