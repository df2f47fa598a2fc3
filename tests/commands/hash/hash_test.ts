import { assertEquals } from "@std/assert";
import type { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers } from "../../support/both_servers.ts";

const NO_INTEGERS = ["", "x", "1.5", " 1", "01", "9223372036854775808", "-9223372036854775809"];

referenceTest("HSET, HSETNX, HDEL and the readers of fields answer as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x", "HSET small a 1 b two", ["HSET", "large", "a", "1", "b", "x".repeat(65)]);
  await both.same("OBJECT ENCODING small", "OBJECT ENCODING large");
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    for (const key of ["small", "large", "none", "string"]) {
      await both.same(`HGET ${key} a`, `HGET ${key} z`, `HMGET ${key} a z b a`, `HEXISTS ${key} a`, `HEXISTS ${key} z`);
      await both.same(`HSTRLEN ${key} a`, `HSTRLEN ${key} b`, `HSTRLEN ${key} z`, `HLEN ${key}`, `TYPE ${key}`);
      await both.same(`HSET ${key} c 3`, `HSET ${key} c 4 d 5 c 6`, `HMSET ${key} e 7 e 8`, `HSETNX ${key} c 9`);
      await both.same(
        `HSETNX ${key} f 10`,
        `HMGET ${key} c d e f`,
        `HDEL ${key} z`,
        `HDEL ${key} c z c d`,
        `HLEN ${key}`,
      );
      await both.same(`HDEL ${key} e f`, `HSET ${key} c`, `HSET ${key} c 1 d`, `HMSET ${key} c 1 d`, `TYPE ${key}`);
    }
    await both.same("DEL none", "HSET one x y", "HGETALL one", "HKEYS one", "HVALS one", "HDEL one x", "EXISTS one");
    await both.same("HGETALL none", "HKEYS none", "HVALS none", "HGETALL string", "HKEYS string", "HVALS string");
    await both.same("HGETALL small", "HKEYS small", "HVALS small", "HDEL none x y", "HGETALL none x");
  }
  for (const command of ["HSET", "HSETNX", "HMSET", "HGET", "HMGET", "HGETALL", "HKEYS", "HVALS", "HLEN", "HEXISTS"]) {
    await both.same(command, `${command} k`, `${command} k f`, `${command} k f v w x`);
  }
  for (const command of ["HDEL", "HINCRBY", "HINCRBYFLOAT", "HSTRLEN", "HRANDFIELD", "HSCAN"]) {
    await both.same(command, `${command} k`, `${command} k f`, `${command} k f v w x`);
  }
  await both.same(["HSET", "bin", "\0\r\n", "\xff", "", ""], ["HGET", "bin", "\0\r\n"], ["HGETALL", "bin"]);
  await both.same(["HGET", "bin", ""], ["HSTRLEN", "bin", ""], ["HEXISTS", "bin", ""], ["HDEL", "bin", "", "\0\r\n"]);
  for (const text of [...NO_INTEGERS, "-0", "+1", "12", "-128", "9223372036854775807"]) {
    await both.same(["HSET", `form${text}`, text, text], ["HGET", `form${text}`, text], ["HGETALL", `form${text}`]);
    await both.same(["HSTRLEN", `form${text}`, text]);
  }
});

referenceTest("hashes change their encoding where Redis does", async () => {
  for (const [entries, value] of [[512, 64], [0, 64], [1, 64], [3, 2], [512, 0]]) {
    await using both = await BothServers.start(
      `hash-max-listpack-entries ${entries}`,
      `hash-max-ziplist-value ${value}`,
    );
    for (let field = 0; field < 5; field++) await both.same(`HSET h ${field} 1`, "OBJECT ENCODING h");
    await both.same("HDEL h 0 1 2 3", "OBJECT ENCODING h", "HSET m 1 1 2 2 3 3 4 4", "OBJECT ENCODING m");
    await both.same("HSET v a bc", "OBJECT ENCODING v", "HSET v a bcd", "OBJECT ENCODING v", "HSETNX n abc 1");
    await both.same(
      "OBJECT ENCODING n",
      "HINCRBY i a 100",
      "OBJECT ENCODING i",
      "HINCRBY i a 99999",
      "OBJECT ENCODING i",
    );
    await both.same("HINCRBYFLOAT f a 1.5", "OBJECT ENCODING f", "HINCRBYFLOAT g abcd 1", "OBJECT ENCODING g");
    await both.same("HSET e 1 1 2 2", "CONFIG SET hash-max-listpack-entries 1", "OBJECT ENCODING e", "HSET e 1 5");
    await both.same("OBJECT ENCODING e", "HSET p 1 1", "HSETNX p 1 2", "OBJECT ENCODING p", "COPY h copy");
    await both.same(
      "OBJECT ENCODING copy",
      "HGETALL copy",
      "DEBUG DIGEST-VALUE h m v n i f g e p copy",
      "DEBUG DIGEST",
    );
  }
  await using both = await BothServers.start();
  for (const length of [64, 65]) {
    const text = "x".repeat(length);
    await both.same(["HSET", `value${length}`, "f", text], ["OBJECT", "ENCODING", `value${length}`]);
    await both.same(["HSET", `field${length}`, text, "v"], ["OBJECT", "ENCODING", `field${length}`]);
    await both.same(["HSET", `last${length}`, "a", "b", text, "v"], ["OBJECT", "ENCODING", `last${length}`]);
  }
  for (let field = 0; field < 514; field++) await both.same(`HSET many ${field} x`);
  await both.same("OBJECT ENCODING many", "HLEN many", "DEBUG DIGEST");
});

referenceTest("HINCRBY and HINCRBYFLOAT count as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x", "HSET h n 5 f 1.5 t text big 9223372036854775807 small -9223372036854775808 inf inf");
  await both.same(["HSET", "h", "empty", "", "space", " 1", "nan", "nan", "exp", "1e3"], ["HSET", "long", "n", "5"]);
  await both.same(["HSET", "long", "x", "x".repeat(70), "f", "1.5", "t", "text", "big", "9223372036854775807"]);
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    for (const key of ["h", "long", "none", "string"]) {
      for (const field of ["n", "f", "t", "big", "small", "empty", "space", "inf", "nan", "exp", "new"]) {
        for (const by of ["1", "-1", "0", "9223372036854775807", "-9223372036854775808", "7", ...NO_INTEGERS]) {
          await both.same(["HINCRBY", key, field, by], ["HGET", key, field]);
        }
        for (
          const by of ["1", "1.1", "-3.25", "1e5", "inf", "-inf", "nan", "1e400", "0x10", "3.0", "1e-20", "", " 1"]
        ) {
          await both.same(["HINCRBYFLOAT", key, field, by], ["HGET", key, field]);
        }
      }
    }
  }
  await both.same("DEBUG DIGEST", "HINCRBYFLOAT huge f 1e4932", "HINCRBYFLOAT huge f 1e4932", "HSTRLEN huge f");
  await both.same("OBJECT ENCODING huge", "HINCRBYFLOAT x f 0.1", "HINCRBYFLOAT x f 0.2", "HINCRBYFLOAT x f -0.3");
});

referenceTest("HRANDFIELD answers as Redis where chance has no say", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x", "HSET one x y", "HSET many c 3 a 1 b 2", ["HSET", "table", "f", "v".repeat(70)]);
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    for (const key of ["one", "table", "none", "string"]) {
      await both.same(`HRANDFIELD ${key}`, `HRANDFIELD ${key} 0`, `HRANDFIELD ${key} 1`, `HRANDFIELD ${key} 5`);
      await both.same(`HRANDFIELD ${key} -3`, `HRANDFIELD ${key} 1 WITHVALUES`, `HRANDFIELD ${key} 5 withvalues`);
      await both.same(`HRANDFIELD ${key} -3 WithValues`, `HRANDFIELD ${key} 0 WITHVALUES`, `HRANDFIELD ${key} 1 BAD`);
      await both.same(`HRANDFIELD ${key} 1 WITHVALUES x`, `HRANDFIELD ${key} x WITHVALUES`, `HRANDFIELD ${key} x BAD`);
      await both.same(...NO_INTEGERS.map((text) => ["HRANDFIELD", key, text]));
      await both.same(...["-9223372036854775808", "4611686018427387904", "-4611686018427387904"].map((count) => {
        return `HRANDFIELD ${key} ${count} WITHVALUES`;
      }));
      await both.same(`HRANDFIELD ${key} 4611686018427387903 WITHVALUES`, `HRANDFIELD ${key} 9223372036854775807`);
      await both.same(`HRANDFIELD ${key} -9223372036854775808`);
    }
    await both.same("HRANDFIELD many 3", "HRANDFIELD many 3 WITHVALUES", "HRANDFIELD many 99 WITHVALUES");
    await both.same("HRANDFIELD none -4611686018427387904 WITHVALUES", "HRANDFIELD none -9223372036854775807");
  }
});

referenceTest("HSCAN answers as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("SET string x", "HSET h a1 1 a2 2 b 3", ["HSET", "one", "x", "y".repeat(70)]);
  for (const version of [2, 3] as const) {
    await both.useProtocol(version);
    await both.same(
      "HSCAN none 0",
      "HSCAN string 0",
      "HSCAN h 0",
      "HSCAN one 0",
      "HSCAN h 7 COUNT 1",
      "HSCAN h 0 MATCH a*",
    );
    await both.same("HSCAN one 0 MATCH y*", "HSCAN one 0 match *", "HSCAN one 0 MATCH x", "HSCAN h 0 MATCH 3 COUNT 9");
    await both.same("HSCAN h x", "HSCAN none x", "HSCAN string x", "HSCAN h 0 COUNT 0", "HSCAN h 0 COUNT x");
    await both.same("HSCAN h 0 COUNT", "HSCAN h 0 TYPE hash", "HSCAN h 0 MATCH", "HSCAN none 0 BAD", "HSCAN h");
    await both.same(
      ["HSCAN", "h", ""],
      "HSCAN h -1",
      "HSCAN h +0",
      "HSCAN h 18446744073709551616",
      "HSCAN h 0 NOVALUES",
    );
  }
});

/** The pairs of a hash, sorted. */
async function pairs(client: RawClient, key: string): Promise<string[]> {
  const flat = await client.expect("HGETALL", key) as string[];
  return flat.map((text, index) => `${text} ${flat[index + 1]}`).filter((_, index) => index % 2 === 0).sort();
}

for (
  const lines of [[], ["hash-max-listpack-entries 8", "hash-max-listpack-value 20"], ["hash-max-listpack-entries 0"]]
) {
  referenceTest(`random commands leave the same hashes as in Redis (${lines.join(", ") || "defaults"})`, async () => {
    await using both = await BothServers.start(...lines);
    using ours = await both.ours.connect();
    using reference = await both.reference.connect();
    const random = new SeededRandom(27_182 + lines.length);
    const key = () => random.pick(["a", "b", "c"]);
    const field = () =>
      random.chance(0.6) ? String(random.integer(-9, 9)) : random.letters(random.pick([1, 1, 22, 70]));
    const value = () => {
      return random.chance(0.5)
        ? String(random.integer(-99_999, 99_999))
        : random.binary(random.pick([0, 5, 21, 64, 65]));
    };
    for (let round = 0; round < 500; round++) {
      await both.same(random.pick([
        ["HSET", key(), field(), value(), field(), value()],
        ["HSET", key(), field(), value()],
        ["HMSET", key(), field(), value()],
        ["HSETNX", key(), field(), value()],
        ["HDEL", key(), field(), field(), field()],
        ["HINCRBY", key(), field(), random.integer(-9, 9)],
        ["HINCRBYFLOAT", key(), field(), random.integer(-9, 9) / 4],
        ["HMGET", key(), field(), field()],
        ["HSTRLEN", key(), field()],
        ["HEXISTS", key(), field()],
        random.chance(0.1) ? ["DEL", key()] : ["HLEN", key()],
        random.chance(0.1) ? ["RENAME", key(), key()] : ["HGET", key(), field()],
      ]));
      const read = key();
      assertEquals(await pairs(ours, read), await pairs(reference, read), `seed ${random.seed}, round ${round}`);
      await both.same(`OBJECT ENCODING ${read}`);
    }
    await both.same(
      "DEBUG DIGEST-VALUE a b c",
      "DEBUG DIGEST",
      "DEBUG RELOAD",
      "DEBUG DIGEST",
      "HLEN a",
      "OBJECT ENCODING b",
    );
  });
}
