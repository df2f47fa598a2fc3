import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

const NO_INTEGERS = ["", "x", "1.5", "9223372036854775808", " 1", "+1", "01", "-0"];
const NO_TYPES = [
  "",
  "i",
  "u",
  "8",
  "i0",
  "u0",
  "u64",
  "i65",
  "u-1",
  "i08",
  "x8",
  "I8",
  "U8",
  "i8x",
  "i8\0x",
  "u\0",
  "i 8",
];

function stateOf(key: string): Request[] {
  return [`GET ${key}`, `STRLEN ${key}`, `OBJECT ENCODING ${key}`];
}

referenceTest("BITFIELD and BITFIELD_RO refuse what Redis refuses", async () => {
  await using both = await BothServers.start("proto-max-bulk-len 1mb");
  await both.same("RPUSH list a", "SET text foobar", "BITFIELD", "BITFIELD_RO");
  for (const command of ["BITFIELD", "BITFIELD_RO"]) {
    for (const key of ["text", "absent", "list"]) {
      const tails = [
        "",
        "GET",
        "GET u8",
        "SET u8 0",
        "INCRBY u8 0",
        "OVERFLOW",
        "OVERFLOW BOTH",
        "FOO u8 0",
        "GET u8 0 0",
      ];
      tails.push(
        "OVERFLOW SAT",
        "GET u8 0 OVERFLOW",
        "SET u8 0 1",
        "incrby u8 0 1",
        "SET u8 0 x",
        "GET u8 0 SET u8 0 1 FOO",
      );
      tails.push("OVERFLOW GET u8 0", "get u8 0 overflow fail get i8 #1", "SET u65 x y", "SET u8 x y", "SET u8 0 y");
      await both.same(...tails.map((tail) => [command, key, ...tail.split(" ").filter((word) => word !== "")]));
      for (const type of NO_TYPES) {
        await both.same([command, key, "GET", type, "0"], [command, key, "SET", type, "0", "1"]);
      }
      for (const text of [...NO_INTEGERS, "#", "#x", "##1", "# 1", "#-1", "-1", "8388608", "#1048576", "#131072"]) {
        await both.same([command, key, "GET", "u8", text], [command, key, "GET", "i64", text], "DEL absent");
        await both.same(
          [command, key, "SET", "u8", text, "1"],
          [command, key, "INCRBY", "u8", "0", text],
          "DEL absent",
        );
      }
    }
  }
  // The product of an index and a width wraps at 64 bits.
  for (const index of ["4611686018427387904", "2305843009213693953", "9223372036854775807", "-9223372036854775808"]) {
    for (const type of ["u1", "u4", "i8", "u63", "i64"]) {
      await both.same(["BITFIELD", "text", "GET", type, `#${index}`], ["BITFIELD", "absent", "GET", type, `#${index}`]);
    }
  }
  await both.same("BITFIELD edge SET i64 8388607 -1", "STRLEN edge", "BITFIELD edge GET i64 8388607");
});

referenceTest("BITFIELD leaves alone what it only reads", async () => {
  await using both = await BothServers.start();
  await both.same("SET number 12345", "BITFIELD number GET u8 0 GET i16 #1 GET u63 38", ...stateOf("number"));
  await both.same(
    "BITFIELD absent GET u8 0 OVERFLOW SAT GET i64 99999",
    "EXISTS absent",
    "BITFIELD_RO number GET u32 4",
  );
  await both.same(
    "BITFIELD number SET u1 0 0",
    ...stateOf("number"),
    "SET t v EXAT 9000000000",
    "BITFIELD t SET u8 9 1",
  );
  await both.same(...stateOf("t"), "PEXPIRETIME t", "BITFIELD f OVERFLOW FAIL SET u8 0 256", ...stateOf("f"));
});

referenceTest("BITFIELD reads, sets and adds to every type as Redis", async () => {
  await using both = await BothServers.start();
  await both.useProtocol(3);
  const random = new SeededRandom(16_180);
  const values = ["0", "1", "-1", "127", "-129", "9223372036854775807", "-9223372036854775808", "-9223372036854775700"];
  values.push("4611686018427387904", "9007199254740991", "9007199254740993", "-9007199254740993", "4294967296");
  for (let width = 1; width <= 64; width++) {
    for (const type of width === 64 ? ["i64"] : [`i${width}`, `u${width}`]) {
      for (const rule of ["WRAP", "SAT", "FAIL"]) {
        const argv = values.flatMap((
          value,
        ) => ["SET", type, random.integer(0, 90), value, "INCRBY", type, "#1", value]);
        await both.same(["BITFIELD", "k", "OVERFLOW", rule, ...argv, "GET", type, "3"], "GET k");
      }
    }
  }
});

referenceTest("random BITFIELD requests leave the same bytes as in Redis", async () => {
  await using both = await BothServers.start();
  const random = new SeededRandom(14_142);
  for (let round = 0; round < 800; round++) {
    const key = random.pick(["a", "bb", "ccc"]);
    const argv: (string | number | bigint)[] = [];
    for (let count = random.integer(1, 6); count > 0; count--) {
      if (random.chance(0.3)) argv.push("OVERFLOW", random.pick(["wrap", "SAT", "Fail"]));
      const width = random.integer(1, 64);
      const type = random.chance(0.5) && width < 64 ? `u${width}` : `i${width}`;
      const offset = random.chance(0.3) ? `#${random.integer(0, 20)}` : random.integer(0, random.pick([10, 500]));
      const wide = BigInt.asIntN(64, (BigInt(random.word()) << 32n) | BigInt(random.word()));
      const value = wide >> BigInt(random.integer(0, 63));
      const action = random.pick(["GET", "set", "INCRBY"]);
      argv.push(action, type, offset, ...(action === "GET" ? [] : [value]));
    }
    await both.same(["BITFIELD", key, ...argv], ["GET", key], ["OBJECT", "ENCODING", key]);
    if (random.chance(0.1)) await both.same(["DEL", key]);
    if (random.chance(0.1)) await both.same(["SET", key, random.integer(0, 99999)]);
  }
});
