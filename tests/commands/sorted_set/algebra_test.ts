import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers } from "../../support/both_servers.ts";

const KEYS = [
  "1 a",
  "2 a b",
  "3 a b c",
  "3 c b a",
  "2 a none",
  "1 none",
  "2 none a",
  "2 a a",
  "2 a set",
  "3 set ints b",
];
const WRONG_KEYS = ["0 a", "-1 a", "x a", "9 a", "2 a string", "1 string", "3 none string a", "1", ""];
const WEIGHTS = ["", " WEIGHTS 2", " WEIGHTS 2 3", " WEIGHTS 2 -1.5 inf", " weights x", " WEIGHTS 1 x", " WEIGHTS"];
const AGGREGATES = ["", " AGGREGATE SUM", " aggregate min", " AGGREGATE MAX", " AGGREGATE x", " AGGREGATE"];

for (const limits of ["zset-max-listpack-entries 128", "zset-max-listpack-entries 0"]) {
  referenceTest(`the algebra of sorted sets answers as Redis, ${limits}`, async () => {
    await using both = await BothServers.start(limits);
    const fill = [
      "ZADD a 1 x 2 y 3 z inf i",
      "ZADD b 5 y 0.5 z -inf i 1 1",
      "ZADD c 7 z 7 y 7 w 7 i",
      "SADD set x y q",
    ];
    await both.same("SET string x", ...fill, "SADD ints 1 2 3");
    await both.same("ZADD p 0 m 0 n", "ZADD q 0 m 1 n", "ZUNION 2 p q WEIGHTS -1 1 WITHSCORES");
    await both.same("ZINTER 2 p q WEIGHTS -1 1 WITHSCORES", "ZUNION 2 p p WEIGHTS -1 -1 WITHSCORES");
    for (const version of [2, 3] as const) {
      await both.useProtocol(version);
      for (const keys of [...KEYS, ...WRONG_KEYS]) {
        for (const command of ["ZUNION", "ZINTER"]) {
          for (const weights of WEIGHTS) {
            for (const aggregate of weights.length > 12 ? AGGREGATES : AGGREGATES.slice(2, 5)) {
              await both.same(`${command} ${keys}${weights}${aggregate} WITHSCORES`.trim());
              await both.same(`${command}STORE to ${keys}${weights}${aggregate}`.trim(), "ZRANGE to 0 -1 WITHSCORES");
            }
          }
          await both.same(`${command} ${keys}`.trim(), `${command} ${keys} AGGREGATE MIN WEIGHTS 1`);
          await both.same(`${command}STORE to ${keys} WITHSCORES`, `${command} ${keys} LIMIT 1`);
        }
        await both.same(`ZDIFF ${keys}`.trim(), `ZDIFF ${keys} WITHSCORES`, `ZDIFF ${keys} WEIGHTS 1`, "DEL to");
        await both.same(`ZDIFFSTORE to ${keys}`.trim(), "ZRANGE to 0 -1 WITHSCORES", "EXISTS to", "TYPE to");
        for (
          const limit of ["", " LIMIT 1", " LIMIT 0", " limit 9", " LIMIT -1", " LIMIT x", " LIMIT", " WITHSCORES"]
        ) {
          await both.same(`ZINTERCARD ${keys}${limit}`.trim());
        }
      }
      for (const command of ["ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE"]) {
        await both.same(`${command} a 2 a b`, "ZRANGE a 0 -1 WITHSCORES", "OBJECT ENCODING a", "DEL a", "EXPIRE b 100");
        await both.same(...fill, `${command} b 1 b`, "TTL b", "DEL b", ...fill, `${command} string 1 a`, "TYPE string");
        await both.same(
          "SET string x",
          `${command} string 1 none`,
          "EXISTS string",
          "SET string x",
          command,
          `${command} a`,
        );
      }
    }
  });
}

referenceTest("results of the algebra have the encoding of Redis", async () => {
  await using both = await BothServers.start("zset-max-listpack-entries 3", "zset-max-listpack-value 4");
  await both.same("ZADD a 1 a 2 b 3 c 4 d 5 e", "ZADD b 1 a 1 b", "ZADD c 1 long5 2 a", "SADD s a b c d");
  for (const keys of ["1 b", "2 a b", "2 b c", "2 s b", "1 c", "1 s", "3 a b s"]) {
    for (const command of ["ZUNIONSTORE", "ZINTERSTORE", "ZDIFFSTORE"]) {
      await both.same(`${command} to ${keys}`, "OBJECT ENCODING to", "ZRANGE to 0 -1 WITHSCORES", "DEL to");
    }
  }
});

referenceTest("random combinations are the same as in Redis", async () => {
  await using both = await BothServers.start("zset-max-listpack-entries 16");
  const random = new SeededRandom(31_415);
  for (let round = 0; round < 60; round++) {
    for (const key of ["a", "b", "c"]) {
      const size = random.pick([3, 20, 60]);
      const argv: (string | number)[] = [random.chance(0.7) ? "ZADD" : "SADD", key];
      for (let index = 0; index < size; index++) {
        if (argv[0] === "ZADD") argv.push(random.integer(-40, 40) / 8);
        argv.push(random.chance(0.5) ? random.integer(0, 60) : random.letters(1));
      }
      await both.same(`DEL ${key}`, argv);
    }
    for (const command of ["ZUNION", "ZINTER"]) {
      const weights = ["WEIGHTS", random.integer(-3, 3), random.integer(-9, 9) / 4, 1];
      await both.same([
        command,
        3,
        "a",
        "b",
        "c",
        ...weights,
        "AGGREGATE",
        random.pick(["SUM", "MIN", "MAX"]),
        "WITHSCORES",
      ]);
    }
    await both.same("ZDIFF 3 a b c WITHSCORES", "ZDIFF 2 b a", "ZINTERCARD 2 a b", "ZINTERCARD 3 a b c LIMIT 2");
    await both.same("ZUNIONSTORE d 3 c b a", "ZDIFFSTORE e 2 d a", "DEBUG DIGEST-VALUE d e");
  }
});
