/** Random commands on lists and sets. */
import type { Draw, WeightedMaker } from "./draw.ts";

function side(draw: Draw): string {
  return draw.anyCase(draw.pick(["LEFT", "RIGHT", "LEFT", "RIGHT", "LEFT", "RIGHT", "UP"]));
}

/** Commands on lists. */
export const LIST_COMMANDS: readonly WeightedMaker[] = [
  [8, (d) => [d.pick(["LPUSH", "RPUSH"]), d.key("l"), ...d.several(1, 8, () => d.value())]],
  [0.1, (d) => [d.pick(["LPUSH", "RPUSH"]), d.key("l"), ...d.several(100, 500, () => d.value())]],
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
  [1, (d) => ["LMPOP", ...d.numberedKeys("l"), side(d), ...d.maybe(0.4, "COUNT", d.count())]],
  [0.2, (d) => [d.pick(["BLPOP", "BRPOP"]), ...d.several(1, 3, () => d.key("l")), d.timeout()]],
  [0.2, (d) => ["BLMOVE", d.key("l"), d.key("l"), side(d), side(d), d.timeout()]],
  [0.1, (d) => ["BRPOPLPUSH", d.key("l"), d.key("l"), d.timeout()]],
  [0.2, (d) => ["BLMPOP", d.timeout(), ...d.numberedKeys("l"), side(d), ...d.maybe(0.4, "COUNT", d.count())]],
];

/** Commands on sets. */
export const SET_COMMANDS: readonly WeightedMaker[] = [
  [8, (d) => ["SADD", d.key("e"), ...d.several(1, 8, () => d.member())]],
  [0.1, (d) => ["SADD", d.key("e"), ...d.several(50, 700, () => d.integer(-70_000, 70_000))]],
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
  [2, (d) => ["SINTERCARD", ...d.numberedKeys("e"), ...d.maybe(0.5, "LIMIT", d.count())]],
  [1, (d) => ["SSCAN", d.key("e"), "0", "COUNT", "1000000", ...d.maybe(0.3, "MATCH", d.pick(["*", "1*", "[0-4]"]))]],
];
