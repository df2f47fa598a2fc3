/**
 * A repeatable stream of random commands whose replies two servers must agree on.
 *
 * - Left out is what is answered by chance or by the clock, and what would block for good.
 * - A transaction holds only commands whose replies are compared exactly.
 */
import type { SeededRandom } from "../../support/seeded_random.ts";
import { drawWeighted, LIST_COMMANDS, SET_COMMANDS, STREAM_COMMANDS } from "./collection_commands.ts";
import { type Comparison, Draw, EDGE_NUMBERS, type RandomCommand, type WeightedMaker } from "./draw.ts";
import { BITMAP_COMMANDS, DATABASE_COMMANDS, KEY_COMMANDS, STRING_COMMANDS } from "./string_commands.ts";

const UNORDERED = new Set(["SMEMBERS", "SINTER", "SUNION", "SDIFF", "KEYS", "SCAN", "SSCAN", "SPOP", "SRANDMEMBER"]);
const ABOUT = new Set(["TTL", "PTTL", "EXPIRETIME", "PEXPIRETIME", "XPENDING", "XINFO"]);

/** Whatever its arguments, none of these asks the clock, draws by chance, takes much memory or waits. */
const NONSENSE_NAMES = [
  ..."GET GETDEL SETNX MSET MSETNX MGET INCR DECR INCRBY DECRBY INCRBYFLOAT APPEND STRLEN GETRANGE SUBSTR".split(" "),
  ..."GETBIT BITCOUNT BITPOS BITOP BITFIELD_RO DEL UNLINK EXISTS TOUCH TYPE PERSIST RENAME RENAMENX COPY".split(" "),
  ..."LPUSH RPUSH LPUSHX RPUSHX LPOP RPOP LLEN LRANGE LINDEX LSET LTRIM LREM LINSERT LPOS LMOVE RPOPLPUSH".split(" "),
  ..."LMPOP SADD SREM SCARD SISMEMBER SMISMEMBER SMOVE SINTERSTORE SUNIONSTORE SDIFFSTORE SINTERCARD".split(" "),
  ..."XLEN XRANGE XREVRANGE XDEL XTRIM XACK XSETID XREAD XAUTOCLAIM XCLAIM ECHO PING NOSUCHCOMMAND".split(" "),
];

const NONSENSE_WORDS = [
  ..."COUNT LIMIT STREAMS NX XX GET LEFT RIGHT BEFORE AFTER RANK MAXLEN MINID ~ = DB REPLACE JUSTID FORCE".split(" "),
  ..."IDLE AND NOT OVERFLOW u8 0 1 2 -1 3".split(" "),
];

const FAMILIES: readonly (readonly [number, readonly WeightedMaker[]])[] = [
  [4, STRING_COMMANDS],
  [2, BITMAP_COMMANDS],
  [4, KEY_COMMANDS],
  [5, LIST_COMMANDS],
  [5, SET_COMMANDS],
  [6, STREAM_COMMANDS],
  [0.02, DATABASE_COMMANDS],
  [0.6, [
    [1, (d) => ["MULTI", ...d.maybe(0.05, "x")]],
    [1, (d) => ["WATCH", ...d.several(1, 3, () => d.anyKey())]],
    [0.5, () => ["UNWATCH"]],
    [0.3, (d) => [d.pick(["EXEC", "DISCARD"]), ...d.maybe(0.2, "x")]],
  ]],
  [1.2, [[1, nonsense]]],
];

const ALL: readonly WeightedMaker[] = FAMILIES.map((
  [weight, makers],
) => [weight, (draw) => drawWeighted(draw, makers)]);

/** The random commands of one connection. */
export class RandomCommands {
  readonly #draw: Draw;
  #isInTransaction = false;

  constructor(random: SeededRandom) {
    this.#draw = new Draw(random);
  }

  /** The next command. */
  next(): RandomCommand {
    const argv = this.#argv();
    const name = argv[0]!.toUpperCase();
    // A transaction that was given too many arguments has neither begun nor ended.
    if (argv.length === 1 && name === "MULTI") this.#isInTransaction = true;
    if (argv.length === 1 && (name === "EXEC" || name === "DISCARD")) this.#isInTransaction = false;
    return { argv: [this.#draw.anyCase(argv[0]!), ...argv.slice(1)], comparison: comparisonOf(name) };
  }

  #argv(): string[] {
    if (!this.#isInTransaction) return drawWeighted(this.#draw, ALL);
    if (this.#draw.chance(0.15)) return [this.#draw.chance(0.85) ? "EXEC" : "DISCARD"];
    for (;;) {
      const argv = drawWeighted(this.#draw, ALL);
      if (comparisonOf(argv[0]!) === "exact") return argv;
    }
  }
}

function comparisonOf(name: string): Comparison {
  if (UNORDERED.has(name)) return "unordered";
  return ABOUT.has(name) ? "about" : "exact";
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
