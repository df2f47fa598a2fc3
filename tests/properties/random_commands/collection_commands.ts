/** Random commands on lists, sets and streams. */
import type { Draw, WeightedMaker } from "./draw.ts";

/** Far too short to be noticed, and what is no timeout at all. */
const TIMEOUTS = ["0.001", "0.001", "0.001", "-1", "x", "1e400", ""];

/** A least idle time that nothing in a run reaches by itself, and one that everything has reached. */
const IDLE_TIMES = ["0", "3000000"];
const GROUPS = ["g1", "g1", "g1", "g2", "missing"];
const CONSUMERS = ["alice", "bob", "carol"];

function side(draw: Draw): string {
  return draw.anyCase(draw.pick(["LEFT", "RIGHT", "LEFT", "RIGHT", "LEFT", "RIGHT", "UP"]));
}

function numberedKeys(draw: Draw, kind: "l" | "e"): string[] {
  const keys = draw.several(1, 3, () => draw.key(kind));
  return [draw.chance(0.05) ? draw.count() : String(keys.length), ...keys];
}

/** Commands on lists. */
export const LIST_COMMANDS: readonly WeightedMaker[] = [
  [8, (d) => [d.pick(["LPUSH", "RPUSH"]), d.key("l"), ...d.several(1, 8, () => d.value())]],
  [1, (d) => [d.pick(["LPUSHX", "RPUSHX"]), d.key("l"), ...d.several(1, 3, () => d.value())]],
  [4, (d) => [d.pick(["LPOP", "RPOP"]), d.key("l"), ...d.maybe(0.4, d.count())]],
  [1, (d) => ["LLEN", d.key("l")]],
  [3, (d) => ["LRANGE", d.key("l"), d.index(), d.index()]],
  [2, (d) => ["LINDEX", d.key("l"), d.index()]],
  [2, (d) => ["LSET", d.key("l"), d.index(), d.value()]],
  [1, (d) => ["LTRIM", d.key("l"), d.integer(-40, 3), d.integer(-4, 40)]],
  [2, (d) => ["LREM", d.key("l"), d.index(), d.value()]],
  [2, (d) => ["LINSERT", d.key("l"), d.anyCase(d.pick(["BEFORE", "AFTER", "AFTER", "IN"])), d.value(), d.value()]],
  [2, (d) => [
    "LPOS",
    d.key("l"),
    d.value(),
    ...d.maybe(0.4, "RANK", d.index()),
    ...d.maybe(0.4, "COUNT", d.count()),
    ...d.maybe(0.3, "MAXLEN", d.count()),
  ]],
  [2, (d) => ["LMOVE", d.key("l"), d.key("l"), side(d), side(d)]],
  [1, (d) => ["RPOPLPUSH", d.key("l"), d.key("l")]],
  [1, (d) => ["LMPOP", ...numberedKeys(d, "l"), side(d), ...d.maybe(0.4, "COUNT", d.count())]],
  [0.2, (d) => [d.pick(["BLPOP", "BRPOP"]), ...d.several(1, 3, () => d.key("l")), d.pick(TIMEOUTS)]],
  [0.2, (d) => ["BLMOVE", d.key("l"), d.key("l"), side(d), side(d), d.pick(TIMEOUTS)]],
  [0.1, (d) => ["BRPOPLPUSH", d.key("l"), d.key("l"), d.pick(TIMEOUTS)]],
  [0.2, (d) => ["BLMPOP", d.pick(TIMEOUTS), ...numberedKeys(d, "l"), side(d), ...d.maybe(0.4, "COUNT", d.count())]],
];

/** Commands on sets. */
export const SET_COMMANDS: readonly WeightedMaker[] = [
  [8, (d) => ["SADD", d.key("e"), ...d.several(1, 8, () => d.member())]],
  [4, (d) => ["SREM", d.key("e"), ...d.several(1, 8, () => d.member())]],
  [1, (d) => ["SCARD", d.key("e")]],
  [1, (d) => ["SISMEMBER", d.key("e"), d.member()]],
  [1, (d) => ["SMISMEMBER", d.key("e"), ...d.several(1, 5, () => d.member())]],
  [2, (d) => ["SMEMBERS", d.key("e")]],
  [1, (d) => ["SMOVE", d.key("e"), d.key("e"), d.member()]],
  [3, (d) => [d.pick(["SINTER", "SUNION", "SDIFF"]), ...d.several(1, 4, () => d.key("e"))]],
  [3, (d) => [
    d.pick(["SINTERSTORE", "SUNIONSTORE", "SDIFFSTORE"]),
    d.key("e"),
    ...d.several(1, 4, () => d.key("e")),
  ]],
  [2, (d) => ["SINTERCARD", ...numberedKeys(d, "e"), ...d.maybe(0.5, "LIMIT", d.count())]],
  [1, (d) => ["SSCAN", d.key("e"), "0", "COUNT", "1000000", ...d.maybe(0.3, "MATCH", d.pick(["*", "1*", "[0-4]"]))]],
  [0.2, (d) => ["SPOP", d.key("e"), "1000000"]],
  [0.5, (d) => ["SRANDMEMBER", d.key("e"), d.pick(["0", "1000000", "9223372036854775808", "x"])]],
];

function trimming(draw: Draw): string[] {
  return [
    ...draw.pick([["MAXLEN"], ["MAXLEN", "~"], ["MAXLEN", "="], ["MINID"], ["MINID", "~"]]),
    draw.chance(0.5) ? draw.integer(0, 40) : draw.streamId(),
    ...draw.maybe(0.15, "LIMIT", draw.count()),
  ];
}

function entryId(draw: Draw): string {
  // Ids only grow: most entries leave the choice of the number to the server.
  return draw.chance(0.7) ? `${draw.integer(1, 60)}-*` : draw.streamId();
}

/** An id that XADD does not take from the clock. */
function xadd(draw: Draw): string[] {
  const id = entryId(draw);
  return [
    "XADD",
    draw.key("x"),
    ...draw.maybe(0.1, "NOMKSTREAM"),
    ...(draw.chance(0.2) ? trimming(draw) : []),
    id === "*" ? "60-*" : id,
    ...Array.from({ length: draw.random.integer(1, 3) }, () => [draw.word(), draw.value()]).flat(),
    ...draw.maybe(0.03, "odd"),
  ];
}

function xclaim(draw: Draw): string[] {
  return [
    "XCLAIM",
    draw.key("x"),
    draw.pick(GROUPS),
    draw.pick(CONSUMERS),
    draw.pick(IDLE_TIMES),
    ...draw.several(1, 4, () => draw.streamId()),
    ...draw.maybe(0.2, "IDLE", draw.pick(["0", "6000000"])),
    ...draw.maybe(0.1, "TIME", draw.pick(["1000", "x"])),
    ...draw.maybe(0.2, "RETRYCOUNT", draw.count()),
    ...draw.maybe(0.3, "FORCE"),
    ...draw.maybe(0.3, "JUSTID"),
    ...draw.maybe(0.1, "LASTID", draw.streamId()),
  ];
}

function xreadKeys(draw: Draw, id: () => string): string[] {
  const keys = draw.several(1, 3, () => draw.key("x"));
  return ["STREAMS", ...keys, ...keys.map(id), ...draw.maybe(0.03, "extra")];
}

function xpending(draw: Draw): string[] {
  const range = [draw.rangeId(), draw.rangeId(), draw.count(), ...draw.maybe(0.3, draw.pick(CONSUMERS))];
  return [
    "XPENDING",
    draw.key("x"),
    draw.pick(GROUPS),
    ...draw.pick([[], range, ["IDLE", draw.pick(IDLE_TIMES), ...range]]),
  ];
}

const XGROUP_COMMANDS: readonly WeightedMaker[] = [
  [4, (d) => [
    "CREATE",
    d.key("x"),
    d.pick(GROUPS),
    d.pick(["$", "0", d.streamId()]),
    ...d.maybe(0.4, "MKSTREAM"),
    ...d.maybe(0.2, "ENTRIESREAD", d.count()),
  ]],
  [
    1,
    (
      d,
    ) => ["SETID", d.key("x"), d.pick(GROUPS), d.pick(["$", d.streamId()]), ...d.maybe(0.3, "ENTRIESREAD", d.count())],
  ],
  [0.4, (d) => ["DESTROY", d.key("x"), d.pick(GROUPS)]],
  [1, (d) => [d.pick(["CREATECONSUMER", "DELCONSUMER"]), d.key("x"), d.pick(GROUPS), d.pick(CONSUMERS)]],
];

/** Takes one of the makers, in proportion to their weights. */
export function drawWeighted(draw: Draw, makers: readonly WeightedMaker[]): string[] {
  let left = makers.reduce((sum, [weight]) => sum + weight, 0) * (draw.random.word() / 2 ** 32);
  for (const [weight, maker] of makers) {
    left -= weight;
    if (left < 0) return maker(draw);
  }
  return makers.at(-1)![1](draw);
}

/** Commands on streams. */
export const STREAM_COMMANDS: readonly WeightedMaker[] = [
  [8, xadd],
  [1, (d) => ["XLEN", d.key("x")]],
  [2, (d) => ["XRANGE", d.key("x"), d.rangeId(), d.rangeId(), ...d.maybe(0.4, "COUNT", d.count())]],
  [2, (d) => ["XREVRANGE", d.key("x"), d.rangeId(), d.rangeId(), ...d.maybe(0.4, "COUNT", d.count())]],
  [1, (d) => ["XDEL", d.key("x"), ...d.several(1, 4, () => d.streamId())]],
  [1, (d) => ["XTRIM", d.key("x"), ...trimming(d)]],
  [0.3, (d) => [
    "XSETID",
    d.key("x"),
    d.streamId(),
    ...d.maybe(0.3, "ENTRIESADDED", d.count(), "MAXDELETEDID", d.streamId()),
  ]],
  [2, (d) => ["XREAD", ...d.maybe(0.4, "COUNT", d.count()), ...xreadKeys(d, () => d.streamId())]],
  [0.1, (d) => ["XREAD", "BLOCK", d.pick(["1", "-1", "x"]), ...xreadKeys(d, () => d.pick(["$", "0", d.streamId()]))]],
  [4, (d) => [
    "XREADGROUP",
    "GROUP",
    d.pick(GROUPS),
    d.pick(CONSUMERS),
    ...d.maybe(0.5, "COUNT", d.count()),
    ...d.maybe(0.1, "NOACK"),
    ...xreadKeys(d, () => d.pick([">", ">", d.streamId()])),
  ]],
  [2, (d) => ["XACK", d.key("x"), d.pick(GROUPS), ...d.several(1, 4, () => d.streamId())]],
  [2, xclaim],
  [1, (d) => [
    "XAUTOCLAIM",
    d.key("x"),
    d.pick(GROUPS),
    d.pick(CONSUMERS),
    d.pick(IDLE_TIMES),
    d.streamId(),
    ...d.maybe(0.4, "COUNT", d.count()),
    ...d.maybe(0.3, "JUSTID"),
  ]],
  [2, xpending],
  [4, (d) => ["XGROUP", ...drawWeighted(d, XGROUP_COMMANDS)]],
  [1, (d) => ["XINFO", "STREAM", d.key("x"), ...d.maybe(0.5, "FULL", ...d.maybe(0.5, "COUNT", d.count()))]],
  [1, (d) => ["XINFO", "GROUPS", d.key("x")]],
  [1, (d) => ["XINFO", "CONSUMERS", d.key("x"), d.pick(GROUPS)]],
];
