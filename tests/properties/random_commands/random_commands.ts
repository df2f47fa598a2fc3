/**
 * A repeatable stream of random commands of every family that two servers must agree on.
 *
 * - Left out is what would block for good, and a few replies on which the servers are known to differ (OBJECT REFCOUNT
 *   and IDLETIME of small integers, which Redis shares between keys; SCAN TYPE none, which lists what has just expired).
 * - A transaction holds only commands whose replies come at once and from nothing but the data.
 */
import type { SeededRandom } from "../../support/seeded_random.ts";
import { BITMAP_COMMANDS, HYPERLOGLOG_COMMANDS } from "./bit_commands.ts";
import { CHANCE_COMMANDS, CURSOR_COMMANDS, RESTORE_COMMANDS } from "./chance_commands.ts";
import { LIST_COMMANDS, SET_COMMANDS } from "./collection_commands.ts";
import { type Comparison, Draw, drawWeighted, EDGE_NUMBERS, type RandomCommand, type WeightedMaker } from "./draw.ts";
import { GEO_COMMANDS } from "./geo_commands.ts";
import { HASH_COMMANDS } from "./hash_commands.ts";
import { CONFIG_COMMANDS, DATABASE_COMMANDS, KEY_COMMANDS } from "./key_commands.ts";
import { isLexKey, LEX_COMMANDS, SORTED_SET_COMMANDS } from "./sorted_set_commands.ts";
import { STREAM_COMMANDS } from "./stream_commands.ts";
import { STRING_COMMANDS } from "./string_commands.ts";

/** Whatever order Redis's hash tables say. */
const UNORDERED = new Set([
  ..."SMEMBERS SINTER SUNION SDIFF KEYS SCAN SSCAN HSCAN ZSCAN HGETALL HKEYS HVALS".split(" "),
]);
/** Replies that hold a time. */
const ABOUT = new Set(["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME", "XPENDING", "XINFO"]);

/** Whatever its arguments, none of these asks the clock, draws by chance, takes much memory or waits. */
const NONSENSE_NAMES = [
  ..."GET GETDEL SETNX MSET MSETNX MGET INCR DECR INCRBY DECRBY INCRBYFLOAT APPEND STRLEN GETRANGE SUBSTR".split(
    " ",
  ),
  ..."GETBIT BITCOUNT BITPOS BITOP BITFIELD_RO DEL UNLINK EXISTS TOUCH TYPE PERSIST RENAME RENAMENX COPY".split(" "),
  ..."LPUSH RPUSH LPUSHX RPUSHX LPOP RPOP LLEN LRANGE LINDEX LSET LTRIM LREM LINSERT LPOS LMOVE RPOPLPUSH".split(" "),
  ..."LMPOP SADD SREM SCARD SISMEMBER SMISMEMBER SMOVE SINTERSTORE SUNIONSTORE SDIFFSTORE SINTERCARD".split(" "),
  ..."HSET HMSET HSETNX HGET HMGET HDEL HLEN HEXISTS HSTRLEN HINCRBY HINCRBYFLOAT".split(" "),
  ..."ZADD ZINCRBY ZREM ZCARD ZSCORE ZMSCORE ZRANK ZREVRANK ZRANGE ZRANGESTORE ZREVRANGE ZRANGEBYSCORE".split(" "),
  ..."ZREVRANGEBYSCORE ZCOUNT ZREMRANGEBYSCORE ZREMRANGEBYRANK".split(" "),
  ..."ZPOPMIN ZPOPMAX ZMPOP ZUNION ZINTER ZDIFF ZUNIONSTORE ZINTERSTORE ZDIFFSTORE ZINTERCARD".split(
    " ",
  ),
  ..."GEOADD GEOPOS GEOHASH GEODIST GEOSEARCH GEOSEARCHSTORE GEORADIUS GEORADIUS_RO GEORADIUSBYMEMBER".split(" "),
  ..."PFADD PFCOUNT PFMERGE XLEN XRANGE XREVRANGE XDEL XTRIM XACK XSETID XREAD XREADGROUP XGROUP XAUTOCLAIM".split(" "),
  ..."XCLAIM ECHO PING NOSUCHCOMMAND".split(" "),
];

const NONSENSE_WORDS = [
  ..."COUNT LIMIT STREAMS NX XX GET LEFT RIGHT BEFORE AFTER RANK MAXLEN MINID ~ = DB REPLACE JUSTID FORCE".split(" "),
  ..."IDLE AND NOT OVERFLOW u8 0 1 2 -1 3 WITHSCORES BYSCORE REV - + (1 AGGREGATE WEIGHTS MIN GROUP".split(
    " ",
  ),
  ..."FROMLONLAT BYRADIUS m CREATE $ CH INCR GT".split(" "),
];

/**
 * Commands whose arguments stay as they are made: a number in another place would be a time soon over, a wait without end,
 * a string of 256 MB, or would leave the order to a hash table or a skip list.
 */
const UNMUTATED = new Set([
  ..."SET GETEX SETEX PSETEX EXPIRE PEXPIRE EXPIREAT PEXPIREAT RESTORE SETBIT BITFIELD LCS SORT SORT_RO CONFIG".split(
    " ",
  ),
  ..."SCAN SSCAN HSCAN ZSCAN XCLAIM XAUTOCLAIM XPENDING XREAD XREADGROUP ZRANGE ZRANGESTORE ZRANGEBYLEX ZREVRANGEBYLEX ZLEXCOUNT"
    .split(" "),
  ..."ZREMRANGEBYLEX BLPOP BRPOP BLMOVE BRPOPLPUSH BLMPOP BZPOPMIN BZPOPMAX BZMPOP".split(" "),
]);

const TRANSACTION_COMMANDS: readonly WeightedMaker[] = [
  [1, (d) => ["MULTI", ...d.maybe(0.05, "x")]],
  [1, (d) => ["WATCH", ...d.several(1, 3, () => d.anyKey())]],
  [0.5, () => ["UNWATCH"]],
  [0.3, (d) => [d.pick(["EXEC", "DISCARD"]), ...d.maybe(0.2, "x")]],
];

/** What may stand in a transaction, and how its replies are compared. */
const FAMILIES: readonly (readonly [number, readonly WeightedMaker[]])[] = [
  [4, STRING_COMMANDS],
  [2, BITMAP_COMMANDS],
  [2, HYPERLOGLOG_COMMANDS],
  [5, KEY_COMMANDS],
  [4, LIST_COMMANDS],
  [4, SET_COMMANDS],
  [4, HASH_COMMANDS],
  [6, SORTED_SET_COMMANDS],
  [1.5, LEX_COMMANDS],
  [3, GEO_COMMANDS],
  [6, STREAM_COMMANDS],
  [0.02, DATABASE_COMMANDS],
  [0.15, CONFIG_COMMANDS],
  [0.6, TRANSACTION_COMMANDS],
  [1.2, [[1, nonsense]]],
];
const MUTATED_SHARE = 0.04;
const DATA: readonly WeightedMaker[] = FAMILIES.map(([weight, makers]) => [weight, (d) => drawWeighted(d, makers)]);

/** What is played apart, each with its own comparison. */
const APART: readonly (readonly [number, Comparison, readonly WeightedMaker[]])[] = [
  [0.003, "chance", CHANCE_COMMANDS],
  [0.001, "cursor", CURSOR_COMMANDS],
  [0.002, "restore", RESTORE_COMMANDS],
];

/** The random commands of one connection. */
export class RandomCommands {
  readonly #draw: Draw;
  #isInTransaction = false;

  constructor(random: SeededRandom) {
    this.#draw = new Draw(random);
  }

  /** The next command. */
  next(): RandomCommand {
    const draw = this.#draw;
    if (!this.#isInTransaction) {
      for (const [probability, comparison, makers] of APART) {
        if (draw.chance(probability)) return { argv: drawWeighted(draw, makers), comparison };
      }
    }
    const argv = this.#isInTransaction && draw.chance(0.15)
      ? [draw.chance(0.85) ? "EXEC" : "DISCARD"]
      : mutated(draw, drawWeighted(draw, DATA));
    const name = argv[0]!;
    // A transaction that was given too many arguments has neither begun nor ended.
    if (argv.length === 1 && name === "MULTI") this.#isInTransaction = true;
    if (argv.length === 1 && (name === "EXEC" || name === "DISCARD")) this.#isInTransaction = false;
    return { argv: [draw.anyCase(name), ...argv.slice(1)], comparison: comparisonOf(argv) };
  }
}

function comparisonOf(argv: readonly string[]): Comparison {
  const name = argv[0]!;
  if (name === "DUMP") return "dump";
  if (UNORDERED.has(name)) return "unordered";
  // The weights that BY finds leave equal ones in the order of the table.
  if (name.startsWith("SORT")) {
    return argv.includes("nosort") || (argv.includes("BY") && argv.includes("ALPHA")) ? "unordered" : "exact";
  }
  if (name === "OBJECT") return argv[1] === "FREQ" ? "about" : "exact";
  return ABOUT.has(name) ? "about" : "exact";
}

/** Now and then with an argument too many, one too few, another one, or two exchanged. */
function mutated(draw: Draw, argv: string[]): string[] {
  if (UNMUTATED.has(argv[0]!) || argv.some(isLexKey) || !draw.chance(MUTATED_SHARE)) return argv;
  const at = draw.random.integer(1, argv.length);
  switch (draw.random.integer(0, 3)) {
    case 0:
      return argv.toSpliced(at, 0, nonsenseArgument(draw));
    case 1:
      return argv.toSpliced(at, 1);
    case 2:
      return argv.toSpliced(at, 1, nonsenseArgument(draw));
    default:
      return argv.toSpliced(at, 2, ...argv.slice(at, at + 2).reverse());
  }
}

/** A command with any number of arguments of any kind. */
function nonsense(draw: Draw): string[] {
  return [draw.pick(NONSENSE_NAMES), ...draw.several(0, 6, () => nonsenseArgument(draw))];
}

function nonsenseArgument(draw: Draw): string {
  const kind = draw.random.integer(0, 9);
  if (kind < 5) return draw.anyKey();
  if (kind < 8) return draw.pick(NONSENSE_WORDS);
  return kind === 8 ? draw.pick(EDGE_NUMBERS) : draw.value();
}
