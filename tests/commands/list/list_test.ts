import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

const INDEXES = ["0", "1", "2", "-1", "-2", "4", "5", "-5", "-6", "100", "-100", "9223372036854775807"];
const NO_INTEGERS = ["", "x", "1.5", " 1", "9223372036854775808", "-9223372036854775809"];
const LIST = "RPUSH list a b 3 -4 e";

referenceTest("LPUSH, RPUSH, LPUSHX and RPUSHX answer as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x");
  for (const command of ["LPUSH", "RPUSH", "lpushx", "RpushX"]) {
    await both.same("DEL k", `${command} k a`, `${command} k b c d`, "LRANGE k 0 -1", `${command} string a`);
    await both.same(command, `${command} k`, "RPUSH k 1 -1 9223372036854775807 9223372036854775808", "LRANGE k 0 -1");
    await both.same([command, "k", "", "\0\r\n", "x".repeat(70_000)], "LRANGE k 0 -1", "LLEN k");
  }
});

referenceTest("LPOP, RPOP and LMPOP answer as Redis in both protocols", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x");
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    for (const command of ["LPOP", "RPOP"]) {
      await both.same("DEL list", `${command} list`, `${command} list 0`, `${command} list 5`, LIST);
      await both.same(`${command} list`, `${command} list 0`, `${command} list 2`, `${command} list 99`, "EXISTS list");
      await both.same(command, `${command} a 1 2`, `${command} string`, `${command} string 1`, `${command} string -1`);
      await both.same(...[...NO_INTEGERS, "-1"].map((text) => [command, "list", text]));
    }
    await both.same("LMPOP 1 list LEFT", LIST, "LMPOP 2 none list LEFT", "LMPOP 1 list right count 2");
    await both.same("LMPOP 2 list string LEFT COUNT 99", "LMPOP 2 list string LEFT COUNT 1", LIST);
    await both.same("LMPOP", "LMPOP 1", "LMPOP 1 list", "LMPOP 2 list LEFT", "LMPOP 0 LEFT", "LMPOP 0 list LEFT");
    await both.same("LMPOP -1 list LEFT", "LMPOP x list LEFT", "LMPOP 1 list MIDDLE", "LMPOP 1 list LEFT COUNT");
    await both.same("LMPOP 1 list LEFT COUNT 0", "LMPOP 1 list LEFT COUNT -1", "LMPOP 1 list LEFT COUNT x");
    await both.same("LMPOP 1 list LEFT COUNT 1 COUNT 1", "LMPOP 1 list LEFT 1 COUNT", "LMPOP 1 list LEFT BAD 1");
    await both.same("LMPOP 9223372036854775806 list LEFT", "LMPOP 1 list LEFT COUNT 9223372036854775807");
    await both.same("DEL list");
  }
});

referenceTest("LLEN, LINDEX, LRANGE and LPOS answer as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x", LIST, "LLEN list", "LLEN none", "LLEN string", "LLEN", "LLEN a b");
  for (const key of ["list", "none", "string"]) {
    for (const first of [...INDEXES, ...NO_INTEGERS]) {
      await both.same(["LINDEX", key, first], ["LRANGE", key, "0", first]);
      await both.same(...INDEXES.map((last) => ["LRANGE", key, first, last]));
    }
  }
  await both.same("LINDEX list", "LINDEX list 1 2", "LRANGE list", "LRANGE list 0", "LRANGE list 0 1 2");
  await both.same("DEL list", "RPUSH list a b c 1 2 3 c c a 1");
  const ranks = ["", "RANK 1", "RANK 2", "RANK 4", "RANK -1", "RANK -2", "rank -9", "RANK 9223372036854775807"];
  const counts = ["", "COUNT 0", "COUNT 1", "COUNT 2", "count 99"];
  const lengths = ["", "MAXLEN 0", "MAXLEN 1", "MAXLEN 5", "maxlen 99"];
  for (const key of ["list", "none", "string"]) {
    for (const element of ["c", "1", "a", "z"]) {
      for (const rank of ranks) {
        await both.same(
          ...counts.flatMap((count) =>
            lengths.map((length) =>
              [...["LPOS", key, element, rank, count, length].join(" ").split(/ +/)].filter(Boolean)
            )
          ),
        );
      }
    }
  }
  await both.same(
    "LPOS list",
    "LPOS list c RANK",
    "LPOS list c RANK 0",
    "LPOS list c RANK -9223372036854775808",
    "LPOS list c RANK -9223372036854775808 COUNT 0",
    "LPOS list c RANK -9223372036854775807",
    "LPOS list c RANK 9223372036854775807",
    "LPOS list c COUNT -1",
    "LPOS list c MAXLEN -1",
  );
  await both.same("LPOS list c BAD 1", "LPOS list c RANK x", "LPOS list c COUNT x", "LPOS list c MAXLEN x", "LPOS");
  await both.same("LPOS list c COUNT 1 COUNT 2", "LPOS none c RANK 0", "LPOS string c BAD", "LPOS list c RANK 1 COUNT");
});

referenceTest("LSET, LINSERT, LREM and LTRIM answer as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x");
  for (const key of ["list", "none", "string"]) {
    for (const index of [...INDEXES, ...NO_INTEGERS]) {
      await both.same("DEL list", LIST, ["LSET", key, index, "new"], "LRANGE list 0 -1");
      await both.same(["LREM", key, index, "a"], "LRANGE list 0 -1", ["LTRIM", key, index, "2"], "LRANGE list 0 -1");
      await both.same("DEL list", LIST, ["LTRIM", key, "1", index], "LRANGE list 0 -1", "EXISTS list");
    }
    await both.same("DEL list", LIST, `LINSERT ${key} BEFORE a x`, `LINSERT ${key} after 3 y`, "LRANGE list 0 -1");
    await both.same(`LINSERT ${key} AFTER z y`, `LINSERT ${key} BESIDE a y`, `LINSERT ${key} AFTER a`, "LINSERT");
  }
  await both.same("LSET list 0", "LSET", "LREM list 0", "LREM", "LTRIM list 0", "LTRIM");
  await both.same("DEL list", "RPUSH list a b a c a 1 1", "LREM list -2 a", "LREM list 1 1", "LRANGE list 0 -1");
  await both.same("LREM list 0 b", "LREM list 0 c", "LREM list 0 a", "LREM list 0 1", "EXISTS list");
});

referenceTest("LMOVE and RPOPLPUSH answer as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x");
  for (const from of ["LEFT", "right"]) {
    for (const to of ["left", "RIGHT"]) {
      await both.same("DEL list other", LIST, `LMOVE list other ${from} ${to}`, `LMOVE list other ${from} ${to}`);
      await both.same(`LMOVE list list ${from} ${to}`, "LRANGE list 0 -1", "LRANGE other 0 -1");
      await both.same("DEL one", "RPUSH one x", `LMOVE one one ${from} ${to}`, "LRANGE one 0 -1");
      await both.same(`LMOVE one two ${from} ${to}`, "EXISTS one", "LRANGE two 0 -1", "DEL two");
    }
  }
  await both.same("LMOVE none other LEFT LEFT", "LMOVE none string LEFT LEFT", "LMOVE list string LEFT LEFT");
  await both.same("LMOVE string list LEFT LEFT", "LMOVE list other UP LEFT", "LMOVE list other LEFT UP", "LMOVE list");
  await both.same("LLEN list", "RPOPLPUSH list other", "RPOPLPUSH list list", "LRANGE list 0 -1", "LRANGE other 0 -1");
  await both.same("RPOPLPUSH none other", "RPOPLPUSH list string", "RPOPLPUSH string list", "RPOPLPUSH list");
});

referenceTest("blocking commands that need not or cannot wait answer as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x");
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    for (const command of ["BLPOP", "BRPOP"]) {
      await both.same(
        "DEL list",
        LIST,
        `${command} list 0`,
        `${command} none list string 1`,
        `${command} string list 0`,
      );
      await both.same(`${command} none 0.01`, command, `${command} list`, `${command} list x`, `${command} list -1`);
      await both.same(`${command} list inf`, `${command} list 1e400`, [command, "list", ""], `${command} string x`);
    }
    await both.same("BLMPOP 0 1 list LEFT", "BLMPOP 0 2 none list RIGHT COUNT 2", "BLMPOP 0.01 1 none LEFT", LIST);
    await both.same("BLMPOP x 1 list LEFT", "BLMPOP -1 1 list LEFT", "BLMPOP 0 0 list LEFT", "BLMPOP 0 2 list LEFT");
    await both.same("BLMPOP 0 1 list UP", "BLMPOP 0 1 list LEFT COUNT 0", "BLMPOP x 1 string LEFT", "BLMPOP 0 1 list");
    await both.same("BLMPOP 0 1 string LEFT", "BLMPOP 0 1 list LEFT COUNT 99", LIST);
    await both.same(
      "BLMOVE list other LEFT RIGHT 0",
      "BLMOVE none other LEFT RIGHT 0.01",
      "BLMOVE list string LEFT LEFT 0",
    );
    await both.same("BLMOVE string list LEFT LEFT 0", "BLMOVE list other UP LEFT x", "BLMOVE list other LEFT UP x");
    await both.same("BLMOVE list other LEFT LEFT x", "BLMOVE list other LEFT LEFT -1", "BLMOVE list other LEFT LEFT");
    await both.same("BRPOPLPUSH list other 0", "BRPOPLPUSH none other 0.01", "BRPOPLPUSH list string 0");
    await both.same(
      "BRPOPLPUSH list other x",
      "BRPOPLPUSH list other -1",
      "BRPOPLPUSH list other",
      "LRANGE other 0 -1",
    );
    await both.same(
      "DEL other list",
      "MULTI",
      "BLPOP none 0",
      "BRPOPLPUSH none other 0",
      "BLMOVE none other LEFT LEFT 0",
    );
    await both.same("BLMPOP 0 1 none LEFT", "RPUSH list a", "BLPOP list 0", "BLPOP none -1", "EXEC");
  }
});

referenceTest("random commands leave the same lists as in Redis", async () => {
  for (const size of ["-2", "3", "-1", "1"]) {
    await using both = await BothServers.start(`list-max-listpack-size ${size}`);
    const random = new SeededRandom(27_182);
    for (let round = 0; round < 400; round++) {
      const key = random.pick(["a", "b"]);
      const other = random.pick(["a", "b"]);
      const element = () => random.chance(0.5) ? random.integer(-3, 3) : random.letters(random.pick([1, 2, 300, 5000]));
      const index = () => random.integer(-12, 12);
      const end = () => random.pick(["LEFT", "RIGHT"]);
      const commands: Request[] = [
        ["LPUSH", key, element(), element()],
        ["RPUSH", key, element(), element(), element()],
        ["RPUSHX", key, element()],
        ["LPOP", key],
        ["RPOP", key, random.integer(0, 4)],
        ["LMPOP", 2, key, other, end(), "COUNT", random.integer(1, 3)],
        ["LSET", key, index(), element()],
        ["LINSERT", key, random.pick(["BEFORE", "AFTER"]), random.integer(-3, 3), element()],
        ["LREM", key, random.integer(-2, 2), random.integer(-3, 3)],
        ["LTRIM", key, index(), random.integer(-3, 20)],
        ["LMOVE", key, other, end(), end()],
        ["RPOPLPUSH", key, other],
        ["LINDEX", key, index()],
        ["LPOS", key, random.integer(-3, 3), "RANK", random.pick([-2, -1, 1, 2]), "COUNT", 0],
      ];
      await both.same(random.pick(commands), ["LRANGE", key, index(), index()], ["LLEN", other]);
      if (round % 20 === 0) await both.same(["LRANGE", key, 0, -1], ["LRANGE", other, 0, -1], ["DUMP", key]);
    }
  }
});
