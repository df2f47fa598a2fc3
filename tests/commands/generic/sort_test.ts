import { assertSameEffects } from "../../support/effects.ts";
import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

const SOURCES = ["list", "ints", "none"];

referenceTest("SORT orders lists and sets of numbers and words as Redis", async () => {
  await using both = await BothServers.start();
  await both.same(
    "RPUSH list 3 1 2 10 1 -5 2.5 1e3 0x10 inf -inf",
    "SADD ints 5 3 9 -2 100",
    "RPUSH words b a C ab aa",
    "SADD wordset b a C ab aa",
  );
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    for (const command of ["SORT", "SORT_RO"]) {
      for (const key of SOURCES) {
        for (const order of ["ASC", "desc", "ASC DESC", "DESC ASC"]) {
          await both.same(`${command} ${key} ${order}`, `${command} ${key} ALPHA ${order}`);
          for (
            const limit of ["0 3", "2 2", "0 0", "-3 2", "1 -1", "100 5", "3 100", "0 -7", "2 9223372036854775807"]
          ) {
            await both.same(`${command} ${key} ${order} LIMIT ${limit}`, `${command} ${key} limit ${limit} alpha`);
          }
        }
      }
      await both.same(`${command} words`, `${command} words ALPHA`, `${command} wordset alpha DESC LIMIT 1 3`);
    }
  }
});

referenceTest("SORT reads numbers as strtod does", async () => {
  await using both = await BothServers.start();
  await both.same(
    ["RPUSH", "l", "a\0c", "a\0b", "a", "", "\0", "\xff", "b"],
    ["SORT", "l", "ALPHA"],
    ["SORT", "l", "ALPHA", "DESC"],
    ["SORT", "l", "ALPHA", "STORE", "d"],
    ["LRANGE", "d", "0", "-1"],
    ["RPUSH", "ties", "0", "-0", "00", "0.0", "1", "01"],
    ["SORT", "ties"],
    ["SORT", "ties", "DESC"],
  );
  const texts = ["", " ", " 1", "1 ", "\t2", "+3", "-0", "0x1p4", "1\0x", "nan", ".", "infinity", "-INF", "1e5", "\0"];
  const wide = ["12345678901234567890", "9007199254740993"];
  // Last, because Redis does not clear errno before it reads a number: one out of range spoils those that follow.
  const outOfRange = ["1e400", "1e-400", "4.9e-324"];
  for (const text of [...texts, ...wide, ...outOfRange]) {
    await both.same(["DEL", "l"], ["RPUSH", "l", "5", text, "1"], ["SORT", "l"], ["SORT", "l", "ALPHA"]);
  }
});

referenceTest("SORT follows BY and GET as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("RPUSH list 1 2 3 4 5", "SADD ints 1 2 3 4 5", "SET w_1 5", "SET w_2 -1", "SET w_3 2.5", "SET w_5 5");
  await both.same("SET t_1 zz", "SET t_2 aa", "SET t_4 mm", "SET 1 one", "SET p1s suffixed", "RPUSH w_l x", "SET n 7");
  await both.same(
    ["SET", "a->", "arrow"],
    ["SET", "p1->", "arrow"],
    ["SET", "1->->f", "x"],
    "LPUSH h_1 x",
    "SET h_2 x",
  );
  const patterns = ["w_*", "t_*", "none_*", "*", "#", "p*s", "n", "p*->", "h_*->f", "*->->f", "h_*->", "**", "", "##"];
  for (const key of ["list", "ints"]) {
    for (const pattern of patterns) {
      await both.same(
        ["SORT", key, "GET", pattern],
        ["SORT", key, "BY", pattern],
        ["SORT", key, "BY", pattern, "DESC", "LIMIT", 1, 3],
        ["SORT", key, "BY", pattern, "ALPHA"],
        ["SORT", key, "BY", pattern, "ALPHA", "DESC", "GET", "#", "GET", "w_*"],
        ["SORT", key, "BY", "nosort", "GET", pattern, "GET", "#", "LIMIT", 1, 2],
        ["SORT", key, "BY", pattern, "BY", "nosort", "DESC"],
        ["SORT", key, "GET", pattern, "GET", "#", "STORE", "d"],
        "LRANGE d 0 -1",
        ["SORT", key, "BY", pattern, "STORE", "d"],
        "LRANGE d 0 -1",
      );
    }
  }
  await both.same(["SORT", "list", "GET", "w_\0*"], ["SORT", "list", "GET", "#\0"], ["SORT", "list", "BY", "x\0*"]);
  await both.useProtocol(3);
  await both.same("SORT list GET none_*", "SORT list BY w_* GET t_* GET #");
});

referenceTest("SORT without sorting keeps the order of lists and sorts sets where they are stored", async () => {
  await using both = await BothServers.start();
  await both.same("RPUSH list e b d a c", "SADD ints 30 2 100 7", "SADD one x");
  for (const limit of ["0 -1", "0 2", "1 2", "4 9", "5 1", "9 9", "2 0"]) {
    for (const order of ["ASC", "DESC"]) {
      await both.same(`SORT list BY nosort ${order} LIMIT ${limit}`, `SORT ints BY nosort ${order} LIMIT ${limit}`);
      await both.same(`SORT list BY nosort ${order} LIMIT ${limit} STORE d`, "LRANGE d 0 -1");
      await both.same(`SORT ints BY nosort ${order} LIMIT ${limit} STORE d`, "LRANGE d 0 -1", "TYPE d");
    }
  }
  await both.same("SORT ints BY nosort", "SORT one BY nosort", "SORT one BY x DESC LIMIT 0 1", "SORT none BY nosort");
  await both.same("MULTI", "SORT ints BY nosort", "SORT ints BY nosort STORE d", "EXEC", "LRANGE d 0 -1");
});

referenceTest("SORT leaves a small sorted set as a skiplist as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("ZADD sorted 1 a 2 b", "ZADD read 1 a", "ZADD refused 1 a", "OBJECT ENCODING sorted");
  await both.same("SORT sorted BY nosort", "SORT_RO read ALPHA", "SORT refused LIMIT x 1");
  for (const key of ["sorted", "read", "refused"]) {
    await both.same(`OBJECT ENCODING ${key}`, `ZRANGE ${key} 0 -1 WITHSCORES`);
  }
});

referenceTest("SORT stores a list that the configured limits of lists do not split", async () => {
  await using both = await BothServers.start("list-max-listpack-size 2", "list-compress-depth 1");
  await both.same("RPUSH list c a b", "SORT list ALPHA STORE stored", "DUMP stored", "RPUSH stored d", "DUMP stored");
  await both.same("COPY stored copied", "RPUSH copied e", "DUMP copied", "LMOVE copied moved LEFT RIGHT", "DUMP moved");
});

referenceTest("SORT refuses what Redis refuses, with the same words", async () => {
  await using both = await BothServers.start();
  const requests: Request[] = [
    ...["SORT", "SORT_RO", "SET s x", "SORT s", "SORT_RO s", "SORT s STORE d", "RPUSH l 1 x", "SORT l", "SORT l DESC"],
    ...["SORT l STORE d", "EXISTS d", "SORT l FOO", "SORT l LIMIT", "SORT l LIMIT 1", "SORT l LIMIT a 1"],
    ...["SORT l LIMIT 1 b", "SORT l LIMIT 1.5 1", "SORT l BY", "SORT l GET", "SORT l STORE", "SORT_RO l STORE d"],
    ...["SORT s FOO", "SORT s LIMIT a b", "XADD x 1-1 a b", "SORT x", "SORT l ALPHA ALPHA ASC STORE d STORE e"],
    ...["EXISTS d", "LRANGE e 0 -1", "SORT none STORE e", "EXISTS e", "SORT none STORE e", "SORT none", "SORT_RO none"],
    ...["SORT l BY w_* STORE s", "LRANGE s 0 -1", "SORT l ALPHA STORE l", "LRANGE l 0 -1", "SORT l get # by nosort"],
    ...["COMMAND GETKEYS SORT a STORE b GET c STORE d", "COMMAND GETKEYS SORT_RO a GET b", "COMMAND INFO sort sort_ro"],
    ...["COMMAND GETKEYSANDFLAGS SORT a BY STORE STORE b", "COMMAND DOCS sort sort_ro dump restore restore-asking"],
    ...["COMMAND INFO dump restore restore-asking", "EXPIRE l 100", "SORT e STORE l", "RPUSH l 1", "SORT l STORE l"],
    ...["TTL l", "OBJECT ENCODING l"],
  ];
  await both.same(...requests);
});

referenceTest("SORT agrees with Redis about random elements", async () => {
  await using both = await BothServers.start();
  const random = new SeededRandom(20);
  for (const count of [7, 8, 9, 16, 17, 100, 1000]) {
    const numbers = Array.from({ length: count }, () => random.integer(0, count - 1) / (random.integer(1, 2)));
    const words = numbers.map((number) => `w${number}`);
    await both.same(["DEL", "l", "w", "s"], ["RPUSH", "l", ...numbers], ["RPUSH", "w", ...words], [
      "SADD",
      "s",
      ...words,
    ]);
    await both.same("SORT l", "SORT l DESC", "SORT l LIMIT 3 20", "SORT w ALPHA", "SORT w ALPHA DESC LIMIT 2 50");
    await both.same("SORT s ALPHA", "SORT s ALPHA DESC", "SORT s BY nosort STORE d", "LRANGE d 0 -1");
    await both.same(["MSET", ...numbers.flatMap((number) => [`k${number}`, random.integer(0, 4)])]);
    await both.same("SORT l BY k*", "SORT l BY k* DESC GET # GET k*", "SORT l BY k* ALPHA", "SORT l BY k* ALPHA DESC");
  }
});

referenceTest("SORT notifies and propagates as Redis", async () => {
  await assertSameEffects(async (players) => {
    await players.call(
      "a",
      "RPUSH l 3 1 2",
      "SADD s 1 2",
      "SET w_1 1",
      "SORT l",
      "SORT l STORE d",
      "SORT none STORE d",
    );
    await players.call("a", "SORT none STORE d", "SORT l BY w_* GET v_* STORE d", "SORT l LIMIT 9 9 STORE d");
    await players.call("a", "SORT s BY nosort STORE d", "SET x 1", "SORT l STORE x", "SORT l STORE l", "SORT none");
    await players.call("a", "SORT l BY none_*", "SORT_RO l GET none_*", "RPUSH bad x", "SORT bad STORE d");
    await players.call("a", "PEXPIREAT d 99999999999999", "SORT l STORE d", "TTL d", "MULTI", "SORT l STORE d", "EXEC");
    await players.block("b", "BLPOP wanted 0");
    await players.call("a", "SORT l STORE wanted");
    await players.reply("b");
  });
});
