/**
 * Random commands on streams.
 *
 * - Ids never come from the clock, and an idle time decides nothing: it is either none or one that no run reaches.
 */
import { type Draw, drawWeighted, type WeightedMaker } from "./draw.ts";

/** A least idle time that nothing in a run reaches by itself, and one that everything has reached. */
const IDLE_TIMES = ["0", "3000000"];
const GROUPS = ["g1", "g1", "g1", "g2", "missing"];
const CONSUMERS = ["alice", "bob", "carol"];

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
