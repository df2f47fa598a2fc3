/**
 * Random commands on sorted sets.
 *
 * - Members are asked for in the order of their bytes only in `y` keys, where all have the score 0: with several scores,
 *   what Redis finds depends on the levels of its skip list, which it draws by chance.
 */
import type { Draw, WeightedMaker } from "./draw.ts";

function scoreBound(draw: Draw): string {
  if (draw.chance(0.15)) return draw.pick(["-inf", "+inf", "inf", "(-inf", "(inf", "(", "nan", "x", ""]);
  return (draw.chance(0.3) ? "(" : "") + draw.score();
}

function lexBound(draw: Draw): string {
  if (draw.chance(0.3)) return draw.pick(["-", "+", "-", "+", "(", "[", "x", "", "--", "+a"]);
  return draw.pick(["(", "["]) + draw.field();
}

function limit(draw: Draw): string[] {
  return draw.maybe(0.3, "LIMIT", draw.index(), draw.index());
}

/** A key whose members have one score; now and then one of another type. */
function lexKey(draw: Draw): string {
  return draw.chance(0.04) ? "c0" : `y${draw.integer(0, 3)}`;
}

/**
 * Whether an argument is a key whose members have one score. With several, what a range of members yields is left to the levels
 * that Redis draws by chance, so the commands that write there must stay as they are made.
 */
export function isLexKey(argument: string): boolean {
  return /^y\d$/.test(argument);
}

/** The start, end and options of ZRANGE, and of ZRANGESTORE without WITHSCORES. */
function range(draw: Draw): string[] {
  const reverse = draw.maybe(0.3, "REV");
  const rest = [...reverse, ...limit(draw)];
  switch (draw.random.integer(0, 2)) {
    case 0:
      return [scoreBound(draw), scoreBound(draw), "BYSCORE", ...rest];
    case 1:
      return [draw.index(), draw.index(), ...reverse, ...draw.maybe(0.05, "LIMIT", "0", "1")];
    default:
      return [draw.index(), draw.index()];
  }
}

function zadd(draw: Draw): string[] {
  const pairs = Array.from({ length: draw.random.integer(1, 5) }, () => [draw.score(), draw.field()]);
  return [
    "ZADD",
    draw.key("z"),
    ...draw.maybe(0.1, draw.pick(["NX", "XX"])),
    ...draw.maybe(0.12, draw.pick(["GT", "LT"])),
    ...draw.maybe(0.1, "CH"),
    ...draw.maybe(0.06, "INCR"),
    ...pairs.flat(),
    ...draw.maybe(0.02, "odd"),
  ];
}

function sources(draw: Draw): string[] {
  // A plain set is a sorted set whose scores are 1.
  const keys = draw.several(1, 4, () => draw.key(draw.chance(0.15) ? "e" : "z"));
  return [draw.chance(0.04) ? draw.count() : String(keys.length), ...keys];
}

function weighing(draw: Draw, count: number): string[] {
  return [
    ...(draw.chance(0.3) ? ["WEIGHTS", ...Array.from({ length: count }, () => draw.score())] : []),
    ...draw.maybe(0.3, "AGGREGATE", draw.anyCase(draw.pick(["SUM", "MIN", "MAX", "AVG"]))),
  ];
}

function weightedSources(draw: Draw): string[] {
  const keys = sources(draw);
  return [...keys, ...weighing(draw, keys.length - (draw.chance(0.03) ? 2 : 1))];
}

/** Commands on sorted sets. */
export const SORTED_SET_COMMANDS: readonly WeightedMaker[] = [
  [8, zadd],
  [
    0.1,
    (d) => [
      "ZADD",
      d.key("z"),
      ...d.several(50, 200, () => `w${d.integer(0, 300)}`).flatMap((m) => [d.integer(-99, 99), m]),
    ],
  ],
  [2, (d) => ["ZINCRBY", d.key("z"), d.score(), d.field()]],
  [3, (d) => ["ZREM", d.key("z"), ...d.several(1, 5, () => d.field())]],
  [1, (d) => ["ZCARD", d.key("z")]],
  [1, (d) => ["ZSCORE", d.key("z"), d.field()]],
  [1, (d) => ["ZMSCORE", d.key("z"), ...d.several(1, 4, () => d.field())]],
  [2, (d) => [d.pick(["ZRANK", "ZREVRANK"]), d.key("z"), d.field()]],
  [4, (d) => ["ZRANGE", d.key("z"), ...range(d), ...d.maybe(0.4, "WITHSCORES")]],
  [3, (d) => ["ZRANGESTORE", d.key("z"), d.key("z"), ...range(d), ...d.maybe(0.03, "WITHSCORES")]],
  [1, (d) => ["ZREVRANGE", d.key("z"), d.index(), d.index(), ...d.maybe(0.4, "WITHSCORES")]],
  [2, (d) => [
    d.pick(["ZRANGEBYSCORE", "ZREVRANGEBYSCORE"]),
    d.key("z"),
    scoreBound(d),
    scoreBound(d),
    ...d.maybe(0.4, "WITHSCORES"),
    ...limit(d),
  ]],
  [1, (d) => ["ZCOUNT", d.key("z"), scoreBound(d), scoreBound(d)]],
  [0.7, (d) => ["ZREMRANGEBYSCORE", d.key("z"), scoreBound(d), scoreBound(d)]],
  [0.7, (d) => ["ZREMRANGEBYRANK", d.key("z"), d.index(), d.index()]],
  [1.5, (d) => [d.pick(["ZPOPMIN", "ZPOPMAX"]), d.key("z"), ...d.maybe(0.4, d.count())]],
  [
    1,
    (
      d,
    ) => [
      "ZMPOP",
      ...d.numberedKeys("z"),
      d.anyCase(d.pick(["MIN", "MAX", "MID"])),
      ...d.maybe(0.4, "COUNT", d.count()),
    ],
  ],
  [2, (d) => [d.pick(["ZUNION", "ZINTER"]), ...weightedSources(d), ...d.maybe(0.4, "WITHSCORES")]],
  [1, (d) => ["ZDIFF", ...sources(d), ...d.maybe(0.4, "WITHSCORES")]],
  [2, (d) => [d.pick(["ZUNIONSTORE", "ZINTERSTORE"]), d.key("z"), ...weightedSources(d)]],
  [1, (d) => ["ZDIFFSTORE", d.key("z"), ...sources(d)]],
  [1, (d) => ["ZINTERCARD", ...sources(d), ...d.maybe(0.5, "LIMIT", d.count())]],
  [1, (d) => ["ZSCAN", d.key("z"), "0", "COUNT", "1000000", ...d.maybe(0.3, "MATCH", d.pick(["*", "f*", "[a-f]"]))]],
  [0.15, (d) => [d.pick(["BZPOPMIN", "BZPOPMAX"]), ...d.several(1, 3, () => d.key("z")), d.timeout()]],
  [
    0.1,
    (d) => ["BZMPOP", d.timeout(), ...d.numberedKeys("z"), d.pick(["MIN", "MAX"]), ...d.maybe(0.4, "COUNT", d.count())],
  ],
];

/** Commands on sorted sets whose members have one score. */
export const LEX_COMMANDS: readonly WeightedMaker[] = [
  [3, (d) => ["ZADD", lexKey(d), ...d.several(1, 6, () => d.field()).flatMap((member) => ["0", member])]],
  [1, (d) => ["ZUNIONSTORE", lexKey(d), "1", d.key("z"), "WEIGHTS", "0"]],
  [0.5, (d) => ["ZREM", lexKey(d), d.field(), d.field()]],
  [2, (d) => [d.pick(["ZRANGEBYLEX", "ZREVRANGEBYLEX"]), lexKey(d), lexBound(d), lexBound(d), ...limit(d)]],
  [2, (d) => ["ZRANGE", lexKey(d), lexBound(d), lexBound(d), "BYLEX", ...d.maybe(0.3, "REV"), ...limit(d)]],
  [
    1,
    (
      d,
    ) => ["ZRANGESTORE", lexKey(d), lexKey(d), lexBound(d), lexBound(d), "BYLEX", ...d.maybe(0.3, "REV"), ...limit(d)],
  ],
  [1, (d) => ["ZLEXCOUNT", lexKey(d), lexBound(d), lexBound(d)]],
  [1, (d) => ["ZREMRANGEBYLEX", lexKey(d), lexBound(d), lexBound(d)]],
];
