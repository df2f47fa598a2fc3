/** Random commands on strings, bitmaps, keys and databases. */
import { type Draw, EDGE_NUMBERS, type WeightedMaker } from "./draw.ts";

const LONG_AGO_OR_FAR = ["100000", "200000", "-1", "0", ...EDGE_NUMBERS];

function setOptions(draw: Draw): string[] {
  return [
    ...draw.maybe(0.2, draw.pick(["NX", "XX"])),
    ...draw.maybe(0.15, "GET"),
    ...draw.maybe(0.1, "KEEPTTL"),
    ...draw.maybe(0.1, "EXAT", draw.farSeconds()),
    ...draw.maybe(0.1, "PXAT", draw.farMs()),
    ...draw.maybe(0.05, "EX", draw.pick(LONG_AGO_OR_FAR)),
    ...draw.maybe(0.02, draw.pick(["NX", "XX", "EX", "PX", "what", "GET"])),
  ].map((word) => draw.anyCase(word));
}

function getexOptions(draw: Draw): string[] {
  return draw.pick([
    [],
    ["PERSIST"],
    ["EXAT", draw.farSeconds()],
    ["PXAT", draw.farMs()],
    ["EX", draw.pick(LONG_AGO_OR_FAR)],
    ["PERSIST", "PERSIST"],
    ["KEEPTTL"],
    ["EX"],
  ]);
}

function pairs(draw: Draw): string[] {
  return Array.from({ length: draw.random.integer(1, 4) }, () => [draw.key("s"), draw.value()]).flat();
}

function bitFieldOperations(draw: Draw): string[] {
  const field = () => [
    draw.pick(["u1", "u3", "u8", "i5", "i8", "i16", "u31", "i64", "u63", "u64", "i0", "i65", "x8", "u"]),
    draw.chance(0.3) ? `#${draw.integer(0, 5)}` : draw.bitOffset(),
  ];
  return Array.from({ length: draw.random.integer(0, 4) }, () => {
    switch (draw.random.integer(0, 4)) {
      case 0:
      case 1:
        return ["GET", ...field()];
      case 2:
        return ["SET", ...field(), draw.delta()];
      case 3:
        return ["INCRBY", ...field(), draw.delta()];
      default:
        return ["OVERFLOW", draw.pick(["WRAP", "SAT", "FAIL", "sat", "none"])];
    }
  }).flat();
}

/** Commands on strings. */
export const STRING_COMMANDS: readonly WeightedMaker[] = [
  [8, (d) => ["SET", d.key("s"), d.value(), ...setOptions(d)]],
  [4, (d) => ["GET", d.key("s")]],
  [1, (d) => ["GETSET", d.key("s"), d.value()]],
  [1, (d) => ["GETDEL", d.key("s")]],
  [2, (d) => ["GETEX", d.key("s"), ...getexOptions(d)]],
  [1, (d) => ["SETNX", d.key("s"), d.value()]],
  [1, (d) => [d.pick(["SETEX", "PSETEX"]), d.key("s"), d.pick([...EDGE_NUMBERS, "0", "-1", "90000000"]), d.value()]],
  [2, (d) => ["MSET", ...pairs(d)]],
  [1, (d) => ["MSETNX", ...pairs(d)]],
  [2, (d) => ["MGET", ...d.several(1, 4, () => d.key("s"))]],
  [2, (d) => [d.pick(["INCR", "DECR"]), d.key("s")]],
  [3, (d) => [d.pick(["INCRBY", "DECRBY"]), d.key("s"), d.delta()]],
  [2, (d) => ["INCRBYFLOAT", d.key("s"), d.float()]],
  [2, (d) => ["APPEND", d.key("s"), d.value()]],
  [1, (d) => ["STRLEN", d.key("s")]],
  [2, (d) => [d.pick(["GETRANGE", "SUBSTR"]), d.key("s"), d.index(), d.index()]],
  [2, (d) => ["SETRANGE", d.key("s"), d.byteOffset(), d.value()]],
  [1, (d) => ["SET", `c${d.integer(0, 3)}`, d.random.letters(d.random.integer(0, 20))]],
  [1, (d) => [
    "LCS",
    `c${d.integer(0, 3)}`,
    `c${d.integer(0, 3)}`,
    ...d.maybe(0.2, "LEN"),
    ...d.maybe(0.5, "IDX"),
    ...d.maybe(0.2, "MINMATCHLEN", d.count()),
    ...d.maybe(0.3, "WITHMATCHLEN"),
  ]],
];

/** Commands on bitmaps. */
export const BITMAP_COMMANDS: readonly WeightedMaker[] = [
  [5, (d) => ["SETBIT", d.key("b"), d.bitOffset(), d.pick(["0", "1", "1", "2", "x"])]],
  [2, (d) => ["GETBIT", d.key("b"), d.bitOffset()]],
  [2, (d) => [
    "BITCOUNT",
    d.key("b"),
    ...d.maybe(0.6, d.index(), d.index()),
    ...d.maybe(0.3, d.pick(["BIT", "BYTE", "bits"])),
  ]],
  [3, (d) => [
    "BITPOS",
    d.key("b"),
    d.pick(["0", "1", "2"]),
    ...d.maybe(0.5, d.index()),
    ...d.maybe(0.4, d.index()),
    ...d.maybe(0.2, d.pick(["BIT", "BYTE"])),
  ]],
  [3, (d) => [
    "BITOP",
    d.pick(["AND", "OR", "XOR", "NOT", "xor", "NAND"]),
    d.key("b"),
    ...d.several(1, 4, () => d.key(d.chance(0.2) ? "s" : "b")),
  ]],
  [4, (d) => ["BITFIELD", d.key("b"), ...bitFieldOperations(d)]],
  [2, (d) => ["BITFIELD_RO", d.key("b"), ...bitFieldOperations(d)]],
];

/** Commands on keys of any type. */
export const KEY_COMMANDS: readonly WeightedMaker[] = [
  [3, (d) => [d.pick(["DEL", "UNLINK"]), ...d.several(1, 3, () => d.anyKey())]],
  [2, (d) => [d.pick(["EXISTS", "TOUCH"]), ...d.several(1, 3, () => d.anyKey())]],
  [2, (d) => ["TYPE", d.anyKey()]],
  [3, (d) => [
    ...d.pick([["EXPIREAT", d.anyKey(), d.farSeconds()], ["PEXPIREAT", d.anyKey(), d.farMs()]]),
    ...d.maybe(0.3, d.pick(["NX", "XX", "GT", "LT", "gt", "what"])),
    ...d.maybe(0.05, d.pick(["NX", "XX", "GT", "LT"])),
  ]],
  [1, (d) => [
    d.pick(["EXPIRE", "PEXPIRE"]),
    d.anyKey(),
    d.pick(["90000000", "-1", "0", ...EDGE_NUMBERS]),
    ...d.maybe(0.2, d.pick(["NX", "XX"])),
  ]],
  [2, (d) => [d.pick(["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME"]), d.anyKey()]],
  [1, (d) => ["PERSIST", d.anyKey()]],
  [2, (d) => ["RENAME", d.anyKey(), d.anyKey()]],
  [1, (d) => ["RENAMENX", d.anyKey(), d.anyKey()]],
  [2, (d) => [
    "COPY",
    d.anyKey(),
    d.anyKey(),
    ...d.maybe(0.3, "DB", d.pick(["0", "1", "2", "99", "x"])),
    ...d.maybe(0.4, "REPLACE"),
  ]],
  [1, (d) => ["MOVE", d.anyKey(), d.pick(["0", "1", "2", "16", "-1", "x"])]],
  [1, (d) => ["KEYS", d.pattern()]],
  [1, (d) => [
    "SCAN",
    "0",
    "COUNT",
    d.pick(["10000", "1000000", "0", "x"]),
    ...d.maybe(0.5, "MATCH", d.pattern()),
    ...d.maybe(0.4, "TYPE", d.pick(["string", "list", "set", "stream", "hash", "what"])),
  ]],
  [3, (d) => ["OBJECT", d.pick(["ENCODING", "ENCODING", "ENCODING", "FREQ"]), d.anyKey()]],
  [1, () => ["DBSIZE"]],
  [1, (d) => ["SELECT", d.pick(["0", "0", "0", "1", "2", "16", "-1", "x"])]],
];

/** Commands that empty or exchange whole databases; seldom, or little would ever be stored. */
export const DATABASE_COMMANDS: readonly WeightedMaker[] = [
  [2, (d) => ["FLUSHDB", ...d.maybe(0.5, d.pick(["ASYNC", "SYNC", "what"]))]],
  [1, (d) => ["FLUSHALL", ...d.maybe(0.5, d.pick(["ASYNC", "SYNC", "what"]))]],
  [4, (d) => ["SWAPDB", d.pick(["0", "1", "2", "x"]), d.pick(["0", "1", "2", "99"])]],
];
