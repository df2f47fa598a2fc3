import { assertEquals } from "@std/assert";
import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers } from "../../support/both_servers.ts";

/** Both encodings: the limits at their default and at 0. */
const LIMITS = ["zset-max-listpack-entries 128", "zset-max-listpack-entries 0"];
const SCORES = ["1", "-0", "0", "1.5", "inf", "-INF", "+Infinity", "1e17", "123456789012345678", "0.1", "1e-5", "0x10"];
const NO_SCORES = ["", "x", "nan", " 1", "1 ", "1e400", "1e-400", "(1"];

for (const limits of LIMITS) {
  referenceTest(`ZADD and ZINCRBY answer as Redis, ${limits}`, async () => {
    await using both = await BothServers.start(limits);
    await both.same("SET string x", "ZADD z 1 a 2 b 3 c", "TYPE z", "OBJECT ENCODING z");
    for (const version of [2, 3] as const) {
      await both.useProtocol(version);
      for (const score of [...SCORES, ...NO_SCORES]) {
        await both.same(["ZADD", "z", score, "m"], ["ZSCORE", "z", "m"], ["ZINCRBY", "z", score, "n"], "ZSCORE z n");
        await both.same(["ZADD", "z", "INCR", score, "m"], ["ZINCRBY", "z", score, "m"], "ZRANGE z 0 -1 WITHSCORES");
        await both.same(["ZADD", "none", score, "m", "x", "y"], "EXISTS none", "ZREM z m n");
      }
      const options = [
        "NX",
        "XX",
        "GT",
        "LT",
        "CH",
        "INCR",
        "nx ch",
        "XX GT",
        "xx lt ch",
        "GT INCR",
        "XX INCR",
        "NX INCR",
      ];
      for (const option of [...options, "NX XX", "NX GT", "GT LT", "NX XX INCR", "LT NX CH", "GT GT", "LT INCR CH"]) {
        for (const pairs of ["1 a", "5 b", "0 c", "1 new", "2 a 9 d 0 a", "1", "x a", "1 a x"]) {
          await both.same(`ZADD z ${option} ${pairs}`, "ZRANGE z 0 -1 WITHSCORES", `ZADD nokey ${option} ${pairs}`);
          await both.same("DEL nokey", "DEL z", "ZADD z 1 a 2 b 3 c");
        }
      }
      await both.same(
        "ZADD string 1 a",
        "ZINCRBY string 1 a",
        "ZADD string x a",
        "ZADD z NX",
        "ZADD z CH 1",
        "ZADD z 1",
      );
      await both.same("ZADD", "ZINCRBY z 1", "ZINCRBY z x a", "ZINCRBY z 1 a b", "ZADD z inf i", "ZINCRBY z -inf i");
      await both.same(
        "ZADD z INCR -inf i",
        "ZADD z XX INCR nan i",
        "ZINCRBY z 1 nx",
        "ZINCRBY fresh 1.25 x",
        "DEL fresh",
      );
    }
  });

  referenceTest(`questions about members answer as Redis, ${limits}`, async () => {
    await using both = await BothServers.start(limits);
    await both.same("SET string x", "ZADD z 1 a 1 b 2 c 2.5 d 10 7 10 70", ["ZADD", "z", "3", "", "3", "\0\r\n"]);
    for (const version of [2, 3] as const) {
      await both.useProtocol(version);
      for (const key of ["z", "none", "string"]) {
        await both.same(
          `ZCARD ${key}`,
          `ZSCORE ${key} a`,
          `ZSCORE ${key} x`,
          `ZMSCORE ${key} a x d 7`,
          `ZMSCORE ${key}`,
        );
        for (const member of ["a", "b", "d", "7", "70", "x", "", "\0\r\n"]) {
          await both.same(["ZRANK", key, member], ["ZREVRANK", key, member], ["ZSCORE", key, member]);
        }
        await both.same(
          `ZREM ${key} x`,
          `ZREM ${key} c c x`,
          `ZREM ${key}`,
          `ZCARD ${key}`,
          `ZADD zz 1 x`,
          "ZREM zz x y",
        );
        await both.same("EXISTS zz", `ZRANK ${key}`, `ZRANK ${key} a b`, `ZCARD ${key} x`, `ZSCORE ${key}`);
      }
      await both.same("ZADD z 2 c");
    }
  });

  referenceTest(`ranges of ranks, scores and members answer as Redis, ${limits}`, async () => {
    await using both = await BothServers.start(limits);
    await both.same(
      "SET string x",
      "ZADD s 1 a 1 b 2 c 2.5 d 10 7 10 70 -inf low inf high",
      "ZADD l 0 a 0 aa 0 b 0 c 0 d 0 5",
    );
    const ranks = [
      "0 -1",
      "0 0",
      "1 2",
      "-3 -2",
      "5 99",
      "99 100",
      "-99 1",
      "3 1",
      "x 1",
      "1 x",
      "0 9223372036854775807",
    ];
    const scores = [
      "-inf +inf",
      "1 2",
      "(1 2",
      "(1 (2.5",
      "1 (1",
      "2 1",
      "10 10",
      "x 1",
      "1 (x",
      "( 5",
      "nan 1",
      "(inf inf",
    ];
    const members = [
      "- +",
      "[a [c",
      "(a (c",
      "[b +",
      "- [aa",
      "+ -",
      "[c [a",
      "(b [b",
      "a c",
      "[a c",
      "-x +",
      "- -",
      "+ +",
      "[5 (5",
    ];
    const limitsOf = [
      "",
      " LIMIT 0 2",
      " LIMIT 1 -1",
      " LIMIT 2 1",
      " LIMIT -1 2",
      " LIMIT 99 2",
      " LIMIT 0 0",
      " LIMIT x 1",
    ];
    for (const version of [2, 3] as const) {
      await both.useProtocol(version);
      for (const range of ranks) {
        for (const key of ["s", "none", "string"]) {
          await both.same(`ZRANGE ${key} ${range}`, `ZRANGE ${key} ${range} WITHSCORES`, `ZREVRANGE ${key} ${range}`);
          await both.same(`ZRANGE ${key} ${range} REV withscores`, `ZREVRANGE ${key} ${range} WITHSCORES`);
        }
        await both.same(`ZRANGESTORE to s ${range}`, "ZRANGE to 0 -1 WITHSCORES", `ZRANGESTORE to s ${range} REV`);
        await both.same(`ZRANGESTORE to none ${range}`, "EXISTS to", `ZRANGESTORE to string ${range}`);
      }
      for (const range of scores) {
        for (const limit of limitsOf) {
          await both.same(`ZRANGEBYSCORE s ${range}${limit}`, `ZRANGEBYSCORE s ${range} WITHSCORES${limit}`);
          await both.same(`ZREVRANGEBYSCORE s ${range}${limit} WITHSCORES`, `ZRANGE s ${range} BYSCORE${limit}`);
          await both.same(
            `ZRANGE s ${range} REV BYSCORE WITHSCORES${limit}`,
            `ZRANGESTORE to s ${range} BYSCORE${limit}`,
          );
          await both.same("ZRANGE to 0 -1 WITHSCORES", "OBJECT ENCODING to");
        }
        await both.same(
          `ZCOUNT s ${range}`,
          `ZCOUNT none ${range}`,
          `ZCOUNT string ${range}`,
          `ZRANGEBYSCORE none ${range}`,
        );
      }
      for (const range of members) {
        for (const limit of limitsOf) {
          await both.same(`ZRANGEBYLEX l ${range}${limit}`, `ZREVRANGEBYLEX l ${range}${limit}`);
          await both.same(`ZRANGE l ${range} BYLEX${limit}`, `ZRANGE l ${range} BYLEX REV${limit}`);
          await both.same(`ZRANGESTORE to l ${range} BYLEX REV${limit}`, "ZRANGE to 0 -1");
        }
        await both.same(`ZLEXCOUNT l ${range}`, `ZLEXCOUNT none ${range}`, `ZLEXCOUNT string ${range}`);
      }
      await both.same(
        "ZRANGE s 0 -1 LIMIT 0 1",
        "ZRANGE l - + BYLEX WITHSCORES",
        "ZRANGE s 0 1 BYSCORE BYLEX",
        "ZRANGE s 0",
      );
      await both.same(
        "ZRANGEBYSCORE s 0 1 REV",
        "ZREVRANGE s 0 1 BYSCORE",
        "ZRANGE s 0 1 LIMIT 0",
        "ZRANGE s 0 1 X",
        "ZRANGE",
      );
      await both.same(
        "ZRANGESTORE to s 0 1 WITHSCORES",
        "ZRANGESTORE s s 0 1",
        "ZRANGE s 0 -1",
        "DEL s",
        "ZRANGE s 0 -1 LIMIT 0 -1",
      );
      await both.same("ZADD s 1 a 1 b 2 c 2.5 d 10 7 10 70 -inf low inf high", ["ZRANGEBYSCORE", "s", "", ""]);
      await both.same(["ZRANGEBYSCORE", "s", " 1", "3"], ["ZRANGEBYLEX", "l", "", "+"], [
        "ZRANGEBYLEX",
        "l",
        "-\0x",
        "[b",
      ]);
    }
  });

  referenceTest(`ranges are removed and ends popped as in Redis, ${limits}`, async () => {
    await using both = await BothServers.start(limits);
    const fill = ["DEL z", "ZADD z 1 a 2 b 3 c 4 d 5 e"];
    await both.same("SET string x");
    for (const version of [2, 3] as const) {
      await both.useProtocol(version);
      for (const range of ["0 0", "0 -1", "-2 -1", "3 1", "9 10", "-99 2", "x 1", "1 x"]) {
        await both.same(...fill, `ZREMRANGEBYRANK z ${range}`, "ZRANGE z 0 -1", `ZREMRANGEBYRANK string ${range}`);
      }
      for (const range of ["2 4", "(2 (4", "-inf inf", "(5 9", "4 2", "x 1"]) {
        await both.same(...fill, `ZREMRANGEBYSCORE z ${range}`, "ZRANGE z 0 -1", `ZREMRANGEBYSCORE none ${range}`);
      }
      await both.same("DEL l");
      for (const range of ["[b [d", "(b (d", "- +", "+ -", "[x [y", "b d"]) {
        await both.same(
          "ZADD l 0 a 0 b 0 c 0 d",
          `ZREMRANGEBYLEX l ${range}`,
          "ZRANGE l 0 -1",
          `ZREMRANGEBYLEX string ${range}`,
        );
      }
      for (const command of ["ZPOPMIN", "ZPOPMAX"]) {
        for (const count of ["", " 0", " 1", " 2", " 99", " -1", " x", " 1 2"]) {
          await both.same(
            ...fill,
            `${command} z${count}`,
            "ZRANGE z 0 -1",
            `${command} none${count}`,
            `${command} string${count}`,
          );
        }
      }
      for (
        const tail of [
          "MIN",
          "max",
          "MIN COUNT 2",
          "MAX COUNT 99",
          "MIN COUNT 0",
          "MIN COUNT x",
          "X",
          "MIN COUNT 1 COUNT 2",
          "",
        ]
      ) {
        for (const keys of ["1 z", "2 none z", "1 none", "2 z string", "2 string z", "0 z", "x z", "5 z", "-1 z"]) {
          await both.same(...fill, `ZMPOP ${keys} ${tail}`.trim(), "ZRANGE z 0 -1");
        }
      }
    }
  });
}

referenceTest("sorted sets change their encoding where Redis does", async () => {
  await using both = await BothServers.start("zset-max-listpack-entries 4", "zset-max-listpack-value 5");
  for (let index = 0; index < 6; index++) await both.same(`ZADD z ${index} m${index}`, "OBJECT ENCODING z");
  await both.same("ZREM z m0 m1 m2", "OBJECT ENCODING z", "ZADD w 1 12345", "OBJECT ENCODING w", "ZADD w 2 123456");
  await both.same("OBJECT ENCODING w", "ZRANGE w 0 -1 WITHSCORES", "ZADD v 1 123456", "OBJECT ENCODING v");
  await both.same("ZADD x 1 a 2 b 3 c 4 d", "ZADD x 9 a", "OBJECT ENCODING x", "ZADD x 5 e", "OBJECT ENCODING x");
  await both.same("ZRANGESTORE y x 0 2", "OBJECT ENCODING y", "ZRANGESTORE y x 0 -1", "OBJECT ENCODING y", "COPY x c");
  await both.same("OBJECT ENCODING c", "ZRANGE c 0 -1 WITHSCORES", "COPY y cc", "RENAME cc dd", "ZRANGE dd 0 -1");
});

referenceTest("ZRANDMEMBER answers as Redis where chance has no say", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x", "ZADD one 1.5 x", "ZADD many 1 a 2 b 3 c");
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    for (
      const tail of [
        "",
        " 0",
        " 1",
        " 5",
        " -3",
        " x",
        " 1 WITHSCORES",
        " 5 withscores",
        " -2 WITHSCORES",
        " 1 X",
        " 1 WITHSCORES 2",
      ]
    ) {
      await both.same(`ZRANDMEMBER one${tail}`, `ZRANDMEMBER none${tail}`, `ZRANDMEMBER string${tail}`);
    }
    await both.same("ZRANDMEMBER many 3", "ZRANDMEMBER many 9 WITHSCORES", "ZRANDMEMBER none -9223372036854775808");
    await both.same(
      "ZRANDMEMBER none -9223372036854775807 WITHSCORES",
      "ZRANDMEMBER none 9223372036854775807 WITHSCORES",
    );
    await both.same(
      "ZRANDMEMBER none 4611686018427387903 WITHSCORES",
      "ZRANDMEMBER none 4611686018427387904 WITHSCORES",
    );
  }
});

referenceTest("ZSCAN answers as Redis", async () => {
  await using both = await BothServers.start();
  await both.same(
    "SET string x",
    "ZADD z 1 a 1.5 b 1e17 c inf d",
    "ZSCAN none 0",
    "ZSCAN string 0",
    "ZSCAN z 0",
    "ZSCAN z x",
  );
  await both.same(
    "ZSCAN z 0 MATCH [ab]",
    "ZSCAN z 7 COUNT 1",
    "ZSCAN z 0 COUNT 0",
    "ZSCAN z 0 TYPE x",
    "ZSCAN z",
    "ZSCAN none x",
  );
  await both.same(
    "CONFIG SET zset-max-listpack-entries 0",
    "ZADD one 1e17 a",
    "ZSCAN one 0",
    "ZADD two -0 x",
    "ZSCAN two 0",
  );
  await both.same("SCAN 0 TYPE zset COUNT 100 MATCH z", "ZADD half 0.1 x", "ZSCAN half 0 MATCH y", "ZSCAN half 0");
});

referenceTest("random commands leave the same sorted sets as in Redis", async () => {
  await using both = await BothServers.start("zset-max-listpack-entries 12", "zset-max-listpack-value 20");
  const random = new SeededRandom(27_182);
  const keys = ["a", "b", "c"];
  const key = () => random.pick(keys);
  const member = () => random.chance(0.8) ? random.integer(-12, 12) : random.letters(random.pick([1, 2, 21]));
  const score = () => random.pick([random.integer(-4, 4), random.integer(-9, 9) / 8, "inf", "-inf", 1e20, 0.3]);
  const bound = () => random.chance(0.4) ? `(${score()}` : score();
  for (let round = 0; round < 1500; round++) {
    await both.same(random.pick([
      ["ZADD", key(), score(), member(), score(), member(), score(), member()],
      ["ZADD", key(), random.pick(["NX", "XX", "GT", "LT", "CH"]), score(), member(), score(), member()],
      ["ZINCRBY", key(), score(), member()],
      ["ZREM", key(), member(), member()],
      ["ZRANK", key(), member()],
      ["ZREVRANK", key(), member()],
      ["ZCOUNT", key(), bound(), bound()],
      ["ZRANGEBYSCORE", key(), bound(), bound(), "WITHSCORES", "LIMIT", random.integer(0, 3), random.integer(-1, 5)],
      ["ZREVRANGEBYSCORE", key(), bound(), bound()],
      ["ZREMRANGEBYRANK", key(), random.integer(-3, 9), random.integer(-3, 2)],
      ["ZREMRANGEBYSCORE", key(), random.integer(3, 4), bound()],
      ["ZRANGESTORE", key(), key(), bound(), bound(), "BYSCORE"],
      ["ZPOPMIN", key(), random.integer(0, 2)],
      ["ZMSCORE", key(), member(), member()],
      ["ZRANGE", key(), random.integer(-9, 9), random.integer(-9, 9), "REV"],
    ]));
    const read = key();
    await both.same(`ZRANGE ${read} 0 -1 WITHSCORES`, `OBJECT ENCODING ${read}`);
    if (round % 50 === 0) await both.same("DEBUG DIGEST");
  }
  assertEquals(random.seed, 27_182);
});
