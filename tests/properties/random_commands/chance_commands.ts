/** Random commands whose replies are not compared as they are: `RandomPlayer` says how. */
import type { Draw, WeightedMaker } from "./draw.ts";

/** A count for replies drawn by chance; never one that asks for millions of elements. */
function chanceCount(draw: Draw): string {
  if (draw.chance(0.05)) return draw.pick(["x", "", "9223372036854775808", "-9223372036854775808", "1.5"]);
  return draw.pick([draw.integer(-30, 12), "1000000", "0", draw.integer(1, 40)]);
}

/** Commands that draw from a key by chance. */
export const CHANCE_COMMANDS: readonly WeightedMaker[] = [
  [4, (d) => ["SPOP", d.key("e"), ...d.maybe(0.7, chanceCount(d))]],
  [3, (d) => ["SRANDMEMBER", d.key("e"), ...d.maybe(0.7, chanceCount(d))]],
  [3, (d) => ["HRANDFIELD", d.key("h"), ...(d.chance(0.7) ? [chanceCount(d), ...d.maybe(0.5, "WITHVALUES")] : [])]],
  [3, (d) => ["ZRANDMEMBER", d.key("z"), ...(d.chance(0.7) ? [chanceCount(d), ...d.maybe(0.5, "WITHSCORES")] : [])]],
  [1, () => ["RANDOMKEY"]],
];

/** Walks through keys and collections, some elements at a time. */
export const CURSOR_COMMANDS: readonly WeightedMaker[] = [
  [1, (d) => ["SCAN", "0", ...walking(d), ...d.maybe(0.3, "TYPE", d.pick(["string", "list", "set", "zset", "hash"]))]],
  [1, (d) => [...d.pick([["SSCAN", d.key("e")], ["HSCAN", d.key("h")], ["ZSCAN", d.key("z")]]), "0", ...walking(d)]],
];

/** `DUMP source RESTORE destination ttl options`: what DUMP returns goes in behind the time to live. */
export const RESTORE_COMMANDS: readonly WeightedMaker[] = [
  [1, (d) => [
    "DUMP",
    d.anyKey(),
    "RESTORE",
    d.anyKey(),
    ...d.pick([["0"], ["0"], ["-1"], ["x"], ["90000000"], [d.farMs(), "ABSTTL"]]),
    ...d.maybe(0.6, "REPLACE"),
    ...d.maybe(0.1, ...d.pick([["IDLETIME", "5"], ["FREQ", "7"], ["FREQ", "256"], ["IDLETIME", "-1"], ["what"]])),
  ]],
];

function walking(draw: Draw): string[] {
  return [...draw.maybe(0.7, "COUNT", draw.integer(1, 20)), ...draw.maybe(0.3, "MATCH", draw.pattern())];
}
