/** Random commands on keys of any type, on databases and on the configuration. */
import { type Draw, EDGE_NUMBERS, type WeightedMaker } from "./draw.ts";

const BY_PATTERNS = ["s*", "c*", "h*->f1", "h*->a", "*", "b*->", "s*x"];
const GET_PATTERNS = ["#", "s*", "h*->f1", "h*->a", "c*", "none", "#*", "*->*"];

/**
 * A parameter and values of it. Without `rdbcompression`, which is left on, Redis still saves compressed the nodes that
 * `list-compress-depth` keeps compressed in memory; ours keeps none.
 */
const PARAMETERS: readonly (readonly [names: readonly string[], values: readonly string[]])[] = [
  [["hash-max-listpack-entries", "hash-max-ziplist-entries"], ["0", "1", "5", "128", "512"]],
  [["hash-max-listpack-value", "hash-max-ziplist-value"], ["0", "4", "64", "1000"]],
  [["set-max-intset-entries"], ["0", "6", "20", "512"]],
  [["zset-max-listpack-entries", "zset-max-ziplist-entries"], ["0", "4", "128"]],
  [["zset-max-listpack-value", "zset-max-ziplist-value"], ["0", "5", "64"]],
  [["list-max-listpack-size", "list-max-ziplist-size"], ["-5", "-2", "-1", "1", "4", "128", "-6"]],
  [["list-compress-depth"], ["0", "1", "2"]],
  [["stream-node-max-entries"], ["0", "1", "4", "100"]],
  [["stream-node-max-bytes"], ["0", "100", "4096"]],
  [["hll-sparse-max-bytes"], ["0", "100", "3000", "16000"]],
  [["maxmemory-policy"], ["noeviction", "allkeys-lru", "volatile-lfu", "allkeys-random"]],
];

function sortedKey(draw: Draw): string {
  return draw.key(draw.pick(["l", "l", "e", "z"]));
}

function gets(draw: Draw): string[] {
  return draw.several(0, 2, () => draw.pick(GET_PATTERNS)).flatMap((pattern) => ["GET", pattern]);
}

/** SORT without what leaves the order of a set to a hash table. */
function sort(draw: Draw): string[] {
  const order = draw.maybe(0.3, draw.pick(["ASC", "DESC"]));
  const limit = draw.maybe(0.3, "LIMIT", draw.index(), draw.index());
  const store = draw.maybe(0.3, "STORE", draw.key("l"));
  switch (draw.random.integer(0, 3)) {
    case 0:
      // What BY finds as text, and where it finds the same the order in which elements are found, says the order.
      return ["SORT", sortedKey(draw), "BY", draw.pick(BY_PATTERNS), "ALPHA", ...order, ...gets(draw)];
    case 1:
      return [
        "SORT",
        sortedKey(draw),
        "BY",
        "nosort",
        ...order,
        ...gets(draw),
        ...(store.length > 0 ? limit : []),
        ...store,
      ];
    default: {
      const by = draw.maybe(0.4, "BY", draw.pick(BY_PATTERNS));
      return [
        "SORT",
        sortedKey(draw),
        ...by,
        ...order,
        ...limit,
        ...gets(draw),
        ...(by.length === 0 ? draw.maybe(0.6, "ALPHA") : []),
        ...store,
      ];
    }
  }
}

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
    ...d.maybe(0.3, "DB", d.pick(["0", "0", "1", "2", "99", "x"])),
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
    ...d.maybe(0.4, "TYPE", d.pick(["string", "list", "set", "ZSET", "stream", "hash", "what"])),
  ]],
  [4, sort],
  [0.5, (d) => ["SORT_RO", sortedKey(d), ...d.maybe(0.5, "ALPHA"), ...d.maybe(0.1, "STORE", "l1"), ...gets(d)]],
  [3, (d) => ["DUMP", d.anyKey()]],
  [0.3, (d) => ["RESTORE", d.anyKey(), d.count(), d.value(), ...d.maybe(0.5, "REPLACE")]],
  [3, (d) => ["OBJECT", d.pick(["ENCODING", "ENCODING", "ENCODING", "FREQ", "what"]), d.anyKey()]],
  [1, () => ["DBSIZE"]],
  [1, (d) => ["SELECT", d.pick(["0", "0", "0", "1", "2", "16", "-1", "x"])]],
];

/** Commands that empty or exchange whole databases; seldom, or little would ever be stored. */
export const DATABASE_COMMANDS: readonly WeightedMaker[] = [
  [2, (d) => ["FLUSHDB", ...d.maybe(0.5, d.pick(["ASYNC", "SYNC", "what"]))]],
  [1, (d) => ["FLUSHALL", ...d.maybe(0.5, d.pick(["ASYNC", "SYNC", "what"]))]],
  [4, (d) => ["SWAPDB", d.pick(["0", "1", "2", "x"]), d.pick(["0", "1", "2", "99"])]],
];

/** Changes of the limits at which values are stored in another way, and of what DUMP writes. */
export const CONFIG_COMMANDS: readonly WeightedMaker[] = [
  [8, (d) => {
    const [names, values] = d.pick(PARAMETERS);
    return ["CONFIG", "SET", d.pick(names), d.chance(0.05) ? d.pick(EDGE_NUMBERS) : d.pick(values)];
  }],
  [1, (d) => ["CONFIG", "GET", d.pick(d.pick(PARAMETERS)[0])]],
];
