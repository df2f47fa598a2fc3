import { assertEquals } from "@std/assert";
import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import type { RawClient } from "../../support/raw_client.ts";
import { BothServers } from "../../support/both_servers.ts";

const NO_INTEGERS = ["", "x", "1.5", " 1", "9223372036854775808", "-9223372036854775809"];

referenceTest("SADD, SREM, SMOVE and the questions about members answer as Redis", async () => {
  await using both = await BothServers.start();
  await both.same(
    "SET string x",
    "SADD ints 1 2 3 -9223372036854775808",
    "SADD words a b 1 1",
    "OBJECT ENCODING words",
  );
  for (const key of ["ints", "words", "none", "string"]) {
    await both.same(`SADD ${key}x`, `SISMEMBER ${key} 1`, `SISMEMBER ${key} z`, `SMISMEMBER ${key} 1 a z 2 1`);
    await both.same(`SCARD ${key}`, `SREM ${key} z`, `SREM ${key} z 1 1 1`, `SCARD ${key}`, `SADD ${key} 1 1 7`);
    await both.same(`SMOVE ${key} other z`, `SMOVE ${key} other 1`, `SMOVE ${key} ${key} 7`, `SMOVE ${key} ${key} 1`);
    await both.same(`SMOVE ${key} string 7`, `SMOVE string ${key} x`, `SMOVE nothing ${key} 7`, "SCARD other");
    await both.same(`OBJECT ENCODING ${key}`, "OBJECT ENCODING other", `TYPE ${key}`, `SCARD ${key}`);
  }
  await both.same(
    "SREM ints 2 3 -9223372036854775808 7 1",
    "EXISTS ints",
    "SADD one x",
    "SMOVE one two x",
    "EXISTS one",
  );
  await both.same(
    "SMEMBERS two",
    "SADD two x",
    "SMOVE two new 5",
    "SADD numbers 5",
    "SMOVE numbers new 5",
    "SMEMBERS new",
  );
  await both.same("OBJECT ENCODING new", "SADD bin", ["SADD", "bin", "\0\r\n"], ["SISMEMBER", "bin", "\0\r\n"]);
  await both.same(["SADD", "empty", ""], ["SISMEMBER", "empty", ""], ["SMEMBERS", "empty"], ["SREM", "empty", ""]);
  await both.same("SADD", "SREM", "SREM k", "SMOVE a b", "SISMEMBER a", "SISMEMBER a b c", "SMISMEMBER a", "SCARD");
  for (const text of ["01", "+1", "-0", " 1", "1.0", "9223372036854775807", "9223372036854775808", "-1"]) {
    await both.same(["SADD", `form${text}`, text], ["OBJECT", "ENCODING", `form${text}`], ["SMEMBERS", `form${text}`]);
  }
});

referenceTest("sets change their encoding where Redis does", async () => {
  for (const limit of ["0", "1", "3", "512"]) {
    await using both = await BothServers.start(`set-max-intset-entries ${limit}`);
    for (let member = 0; member < 6; member++) await both.same(`SADD s ${member}`, "OBJECT ENCODING s");
    await both.same("SADD s 7 8 9 10", "OBJECT ENCODING s", "SADD t 1 2 3 4 5 6 7", "OBJECT ENCODING t");
    await both.same("SREM t 1 2 3 4 5 6", "OBJECT ENCODING t", "CONFIG SET set-max-intset-entries 2", "SADD t 9 1");
    await both.same("OBJECT ENCODING t", "SUNIONSTORE u s t", "OBJECT ENCODING u", "SINTERSTORE u s t");
    await both.same("OBJECT ENCODING u", "SDIFFSTORE u s t", "OBJECT ENCODING u", "SADD w x 1", "SREM w x");
    await both.same(
      "OBJECT ENCODING w",
      "CONFIG SET set-max-intset-entries 100",
      "SUNIONSTORE u w",
      "OBJECT ENCODING u",
    );
    await both.same("SUNION s t w", "SDIFF s t", "SADD v 1 2 3 4 5 6 7 8 9 10 11 x", "SREM v x", "SPOP v 11");
  }
});

referenceTest("SPOP and SRANDMEMBER answer as Redis where chance has no say", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x");
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    for (const command of ["SPOP", "SRANDMEMBER"]) {
      await both.same("DEL one many", "SADD one x", `${command} one`, "EXISTS one", "SADD one x", `${command} one 1`);
      await both.same("DEL one", "SADD one x", `${command} one 5`, "SADD many 3 1 2", `${command} many 0`);
      await both.same(`${command} many 3`, "SADD many 3 1 2", `${command} many 99`, "EXISTS many", `${command} none`);
      await both.same(`${command} none 0`, `${command} none 5`, `${command} string`, `${command} string 5`, command);
      await both.same(`${command} none -5`, `${command} many 1 2`, `${command} string x`, `${command} string -1`);
      await both.same(...NO_INTEGERS.map((text) => [command, "many", text]), `${command} many 9223372036854775807`);
    }
    await both.same("DEL one", "SADD one x", "SRANDMEMBER one -3", "SRANDMEMBER one 1", "SRANDMEMBER string -1");
    await both.same("SRANDMEMBER one -9223372036854775808", "SRANDMEMBER none -9223372036854775807");
  }
});

referenceTest("the algebra of sets of integers answers as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x", "SADD a 1 2 3 4 5", "SADD b 4 5 6", "SADD c 5 1 9", "SADD w x 5", "SADD one x");
  const keys = [
    "a",
    "a b",
    "b a",
    "a b c",
    "c b a",
    "a none",
    "none",
    "none a",
    "a a",
    "w a",
    "one w",
    "a b c w",
    "b b a",
  ];
  const wrong = ["string", "a string", "none string", "string none", "a none string"];
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    for (const list of [...keys, ...wrong]) {
      await both.same(`SINTER ${list}`, `SDIFF ${list}`, `SINTERCARD ${list.split(" ").length} ${list}`);
      for (const command of ["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"]) {
        await both.same("SADD to old", `${command} to ${list}`, "SCARD to", "TYPE to", `${command} to ${list}`);
        await both.same("DEL to", "SADD a 1 2 3 4 5", `${command} a ${list}`, "SCARD a", "DEL a", "SADD a 1 2 3 4 5");
      }
      if (!list.includes("w") && !list.includes("one")) await both.same(`SUNION ${list}`);
    }
  }
  await both.same("SMEMBERS a", "SMEMBERS one", "SMEMBERS none", "SMEMBERS string", "SMEMBERS", "SMEMBERS a b");
  await both.same("SINTERCARD 2 a b LIMIT 1", "SINTERCARD 2 a b LIMIT 0", "SINTERCARD 2 a b limit 9", "SINTERCARD 0 a");
  await both.same("SINTERCARD 2 a b LIMIT -1", "SINTERCARD 2 a b LIMIT x", "SINTERCARD 2 a b LIMIT", "SINTERCARD x a");
  await both.same(
    "SINTERCARD 3 a b",
    "SINTERCARD 1 a b",
    "SINTERCARD -1 a",
    "SINTERCARD 1",
    "SINTERCARD 1 a LIMIT 1 LIMIT 3",
  );
  await both.same(
    "SINTERSTORE a",
    "SUNIONSTORE a",
    "SDIFFSTORE a",
    "SINTER",
    "SUNION",
    "SDIFF",
    "SUNIONSTORE string a b",
  );
  await both.same(
    "TYPE string",
    "SET string x",
    "SINTERSTORE string none",
    "EXISTS string",
    "EXPIRE b 100",
    "SUNIONSTORE b b",
  );
  await both.same("TTL b");
});

referenceTest("SSCAN answers as Redis", async () => {
  await using both = await BothServers.start();
  await both.same(
    "SET string x",
    "SADD ints 1 2 3 14 15",
    "SADD one x",
    "SSCAN none 0",
    "SSCAN string 0",
    "SSCAN ints 0",
  );
  await both.same(
    "SSCAN ints 0 MATCH 1*",
    "SSCAN ints 7 COUNT 1",
    "SSCAN one 0 MATCH y*",
    "SSCAN one 0",
    "SSCAN one 0 match *",
  );
  await both.same("SSCAN ints x", "SSCAN none x", "SSCAN string x", "SSCAN ints 0 COUNT 0", "SSCAN ints 0 COUNT x");
  await both.same(
    "SSCAN ints 0 COUNT",
    "SSCAN ints 0 TYPE set",
    "SSCAN ints 0 MATCH",
    "SSCAN none 0 BAD",
    "SSCAN ints",
  );
  await both.same(["SSCAN", "ints", ""], "SSCAN ints -1", "SSCAN ints +0", "SSCAN ints 18446744073709551616", "SSCAN");
});

/** The elements of an array or set reply, sorted. */
async function sorted(client: RawClient, ...argv: string[]): Promise<string[]> {
  return [...await client.expect(...argv) as Iterable<string>].sort();
}

referenceTest("random commands leave the same sets as in Redis", async () => {
  await using both = await BothServers.start("set-max-intset-entries 8");
  using ours = await both.ours.connect();
  using reference = await both.reference.connect();
  const random = new SeededRandom(16_180);
  for (let round = 0; round < 600; round++) {
    const keys = ["a", "b", "c"];
    const key = () => random.pick(keys);
    const member = () => random.chance(0.7) ? random.integer(-9, 9) : random.letters(random.pick([1, 40]));
    await both.same(random.pick([
      ["SADD", key(), member(), member(), member()],
      ["SREM", key(), member(), member()],
      ["SMOVE", key(), key(), member()],
      ["SUNIONSTORE", key(), key(), key()],
      ["SINTERSTORE", key(), key(), key()],
      ["SDIFFSTORE", key(), key(), key()],
      ["SINTERCARD", 2, key(), key()],
      ["SMISMEMBER", key(), member(), member()],
      ["DEL", key()],
    ]));
    const read = random.pick(["SMEMBERS a", "SUNION a b", "SDIFF a b c", "SINTER b c", "SRANDMEMBER c 99"]).split(" ");
    assertEquals(await sorted(ours, ...read), await sorted(reference, ...read), `seed ${random.seed}`);
    await both.same("OBJECT ENCODING a", "OBJECT ENCODING b");
  }
});
