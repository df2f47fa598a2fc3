/** Random commands on strings. */
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
