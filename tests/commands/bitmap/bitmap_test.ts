import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

const NO_INTEGERS = ["", "x", "1.5", "9223372036854775808", " 1", "+1", "01", "-0", "#1"];
const OFFSETS = ["0", "7", "8", "100", "8388607", "8388608", "-1", "4294967296", "9007199254740993"];
const WIDE = ["9223372036854775807", "-9223372036854775808", "-9223372036854775807", "9007199254740993"];

function stateOf(key: string): Request[] {
  return [`GET ${key}`, `STRLEN ${key}`, `OBJECT ENCODING ${key}`, `PEXPIRETIME ${key}`];
}

const STRINGS: Request[] = [
  "FLUSHALL",
  "RPUSH list a",
  "SET text foobar",
  "SET number 12345",
  ["SET", "empty", ""],
  "SET wide -9223372036854775808",
  ["SET", "ones", "\xff".repeat(300)],
  ["SET", "zeros", "\0".repeat(300)],
  ["SET", "mixed", "\xff\xf0\0\0\x01" + "\0".repeat(20)],
];
const KEYS = ["text", "number", "empty", "wide", "ones", "zeros", "mixed", "absent", "list"];

referenceTest("SETBIT and GETBIT answer as Redis", async () => {
  await using both = await BothServers.start("proto-max-bulk-len 1mb");
  await both.same(...STRINGS, "SETBIT k", "SETBIT k 1", "SETBIT k 1 1 1", "GETBIT k", "GETBIT k 1 1");
  for (const offset of [...OFFSETS, ...WIDE, ...NO_INTEGERS]) {
    await both.same(["GETBIT", "text", offset], ["GETBIT", "absent", offset], ["GETBIT", "list", offset]);
    await both.same(["SETBIT", "list", offset, "1"], ["SETBIT", "k", offset, "1"], ["SETBIT", "k", offset, "0"]);
    await both.same(["SETBIT", "k", offset, "2"], "STRLEN k", "BITCOUNT k", "DEL k");
    await both.same(["SETBIT", "k", "1", offset], ["SETBIT", "list", "1", offset], ...stateOf("k"), "DEL k");
  }
  for (let offset = 0; offset < 48; offset++) await both.same(`GETBIT number ${offset}`, `GETBIT wide ${offset * 4}`);
  await both.same("SETBIT number 0 0", ...stateOf("number"), "SET number 12345", "SETBIT number 6 1", "INCR number");
  await both.same(...stateOf("number"), "SETBIT text 1 0", ...stateOf("text"), "SETBIT wide 180 1", ...stateOf("wide"));
  await both.same("SET e v EXAT 9000000000", "SETBIT e 5 1", ...stateOf("e"), "SETBIT empty 0 0", ...stateOf("empty"));
  await both.same("SETBIT new 0 0", ...stateOf("new"), "SETBIT new 9 0", ...stateOf("new"));
});

referenceTest("SETBIT changes a string of megabytes in place", async () => {
  await using both = await BothServers.start();
  await both.same("SETBIT big 0 1", "SETBIT big 40000000 1", "STRLEN big", "BITCOUNT big", "BITPOS big 1 1");
  await both.same("SETBIT big 39999999 1", "SETBIT big 40000000 0", "SETBIT big 41943047 1", "STRLEN big");
  await both.same("BITPOS big 1 1", "BITPOS big 1 -1", "BITCOUNT big 39999999 41943047 BIT", "BITOP NOT inverted big");
  await both.same("BITCOUNT inverted", "BITPOS inverted 0 1", "GETRANGE inverted 4999990 5000010", "STRLEN inverted");
  await both.same("BITOP XOR both inverted big", "BITCOUNT both", "BITPOS both 0", "BITPOS both 0 0 -1");
  await both.same("BITFIELD big SET u63 39999990 9223372036854775807 GET u63 39999990 INCRBY i64 39999980 -1");
  await both.same("BITCOUNT big", "GETRANGE big 4999990 5000010");
});

referenceTest("BITCOUNT answers as Redis", async () => {
  await using both = await BothServers.start();
  await both.same(...STRINGS, "BITCOUNT", "BITCOUNT text 1", "BITCOUNT absent 1", "BITCOUNT text 0 1 BIT x");
  await both.same("BITCOUNT absent x y BITS z", "BITCOUNT list x", ...KEYS.map((key) => `BITCOUNT ${key}`));
  await both.same(
    "BITCOUNT text 0 1 BITS",
    "BITCOUNT text -1 -2 BITS",
    "BITCOUNT text 0 1 bYtE",
    "BITCOUNT text 0 1 bit",
  );
  const positions = ["0", "1", "5", "6", "-1", "-6", "-7", "9", "47", "48", "-48", "2399", "-2400", "5000", ...WIDE];
  for (const start of positions) {
    const ranges = positions.flatMap((end) => ["", "BIT", "BYTE"].map((unit) => [start, end, ...(unit ? [unit] : [])]));
    for (const key of KEYS) await both.same(...ranges.map((range) => ["BITCOUNT", key, ...range]));
  }
  for (const text of NO_INTEGERS) {
    await both.same(["BITCOUNT", "text", text, "1"], ["BITCOUNT", "text", "0", text], [
      "BITCOUNT",
      "text",
      text,
      text,
      "x",
    ]);
    await both.same(["BITCOUNT", "absent", text, "1"], ["BITCOUNT", "list", text, "1"]);
  }
});

referenceTest("BITPOS answers as Redis", async () => {
  await using both = await BothServers.start();
  await both.same(
    ...STRINGS,
    "BITPOS text",
    "BITPOS text 2",
    "BITPOS list 2",
    "BITPOS absent -1",
    "BITPOS text 1 0 1 BIT x",
  );
  await both.same(
    "BITPOS absent 0 x",
    "BITPOS absent 1 x y z a b",
    "BITPOS text 1 0 x BITS",
    "BITPOS text 1 0 -1 BITS",
  );
  await both.same("BITPOS text 1 0 -1 bIt", "BITPOS text 1 0 -1 bytE", "BITPOS text 1 0 -1 BIT");
  for (const bit of ["0", "1"]) await both.same(...KEYS.map((key) => `BITPOS ${key} ${bit}`));
  const positions = ["0", "1", "5", "6", "-1", "-6", "-7", "12", "47", "48", "-48", "299", "2399", "-2400", ...WIDE];
  for (const start of positions) {
    const ranges = [[start], ...positions.flatMap((end) => [[start, end], [start, end, "BIT"], [start, end, "BYTE"]])];
    for (const key of KEYS) {
      for (const bit of ["0", "1"]) await both.same(...ranges.map((range) => ["BITPOS", key, bit, ...range]));
    }
  }
  for (const text of NO_INTEGERS) {
    await both.same(["BITPOS", "text", text], ["BITPOS", "text", "1", text], ["BITPOS", "text", "0", "0", text]);
    await both.same(["BITPOS", "text", "1", text, "0", "x"], ["BITPOS", "text", "1", "0", text, "x"]);
    await both.same(["BITPOS", "list", "1", text], ["BITPOS", "absent", text, "1"]);
  }
});

referenceTest("BITOP answers as Redis", async () => {
  await using both = await BothServers.start();
  await both.same(...STRINGS, "BITOP", "BITOP AND", "BITOP AND d", "BITOP NAND d text", "BITOP NOT d text text");
  await both.same("BITOP NAND d list", "BITOP NOT d list list", ["BITOP", "", "d", "text"]);
  for (const operation of ["AND", "or", "XoR", "NOT"]) {
    await both.same(...KEYS.flatMap((key): Request[] => [`BITOP ${operation} d ${key}`, ...stateOf("d")]));
    if (operation === "NOT") continue;
    for (const first of KEYS) {
      await both.same(
        ...KEYS.flatMap((second): Request[] => [`BITOP ${operation} d ${first} ${second} text`, ...stateOf("d")]),
      );
    }
  }
  await both.same(
    "SET d x EXAT 9000000000",
    "BITOP OR d text",
    ...stateOf("d"),
    "BITOP OR list text",
    ...stateOf("list"),
  );
  await both.same("BITOP OR text text number", ...stateOf("text"), "BITOP NOT text text", ...stateOf("text"));
  await both.same("BITOP AND text text absent", ...stateOf("text"), "BITOP XOR text text text", ...stateOf("text"));
  await both.same("BITOP OR text absent", "EXISTS text", "BITOP OR text absent", "BITOP OR n number", ...stateOf("n"));
  const many = Array.from({ length: 20 }, (_, i) => i % 2 ? "number" : "ones");
  for (const operation of ["AND", "OR", "XOR"]) await both.same(["BITOP", operation, "d", ...many], ...stateOf("d"));
});

referenceTest("random bit operations leave the same bytes as in Redis", async () => {
  await using both = await BothServers.start();
  const random = new SeededRandom(27_182);
  // Keys of all lengths modulo 8 put their strings at all alignments.
  const keys = ["a", "bb", "ccc", "dddd", "eeeee", "ffffff", "ggggggg", "hhhhhhhh"];
  for (let round = 0; round < 1500; round++) {
    const key = random.pick(keys);
    const bit = random.integer(0, 1);
    const last = random.pick([30, 700, 9000]);
    const range = [random.integer(-last, last), random.integer(-last, last)];
    const unit = random.pick(["BIT", "BYTE"]);
    const sources = Array.from({ length: random.integer(1, 4) }, () => random.pick(keys));
    const requests: Request[] = [
      ["SETBIT", key, random.integer(0, last), bit],
      ["GETBIT", key, random.integer(0, last)],
      ["BITCOUNT", key, ...range, unit],
      ["BITPOS", key, bit, ...range, unit],
      ["BITPOS", key, bit, range[0]!],
      ["BITCOUNT", key],
      ["BITOP", random.pick(["AND", "OR", "XOR"]), key, ...sources],
      ["BITOP", "NOT", key, random.pick(keys)],
      ["SETRANGE", key, random.integer(0, last / 8), random.pick(["\0", "\xff"]).repeat(random.integer(1, 400))],
      ["SET", key, random.binary(random.integer(0, 600))],
      ["SET", key, random.integer(-1000, 1000)],
      ["DEL", key],
    ];
    await both.same(random.pick(requests), ["GET", key], ["OBJECT", "ENCODING", key]);
  }
});
