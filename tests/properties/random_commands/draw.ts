/**
 * What random commands are made of: keys, values, numbers and stream ids, drawn from small pools so that commands meet.
 *
 * - A key's first letter says what it mostly holds: s string, l list, e set, h hash, z sorted set, g places, x stream,
 *   b bitmap, p HyperLogLog; `c` keys hold short strings only.
 * - Nothing here asks for much memory, and no expiry falls within a run.
 */
import type { SeededRandom } from "../../support/seeded_random.ts";

/**
 * How the replies of two servers are compared.
 *
 * - exact: byte for byte; unordered: arrays as sets, where Redis's order is that of a seeded hash table; about: numbers
 *   that a clock has made (ages, times to live) within a minute of each other; dump: as `isSameDump()`;
 *   unsigned: zeros have no sign, which a sorted set loses where it becomes a listpack.
 * - chance: the reply is drawn at random; cursor: a SCAN that is to be followed to its end; restore: a DUMP whose payload
 *   goes into the command behind it. `RandomPlayer` plays those.
 */
export type Comparison = "exact" | "unordered" | "about" | "dump" | "unsigned" | "chance" | "cursor" | "restore";

/** A request and how its replies are compared. */
export interface RandomCommand {
  readonly argv: readonly string[];
  readonly comparison: Comparison;
}

/** Makes the arguments of a random command. */
export type Maker = (draw: Draw) => string[];

/** A maker and how often it is taken beside the others of its family. */
export type WeightedMaker = readonly [weight: number, maker: Maker];

const KINDS = ["s", "l", "e", "h", "z", "g", "x", "b", "p"] as const;
const KEY_ENDINGS = ["0", "1", "2", "3", "4\r\n\0", "5 \xff\xe9"];

/** What a key mostly holds. */
export type KeyKind = (typeof KINDS)[number];

/** Whole numbers at the edges of what a server can count. */
export const EDGE_NUMBERS = [
  "9223372036854775807",
  "-9223372036854775808",
  "9223372036854775808",
  "-9223372036854775809",
  "9007199254740992",
  "-9007199254740993",
  "4294967296",
  "2147483648",
  "-2147483649",
  "-0",
  "00",
  "+1",
  " 1",
  "1 ",
  "",
  "1.5",
  "abc",
  "0x10",
];

/** None overflows: Redis's SORT takes an overflow of an earlier command for one of its own (it looks at an old errno). */
const FLOATS = ["0.1", "-3.25", "1e3", "1e-5", "3.0e+2", "inf", "-inf", "nan", "1e300", "0", "5", "12345678901234.5"];
const LONG_LENGTHS = [63, 64, 65, 100, 300, 1500, 4000, 9000];

/** Draws arguments; the same seed always draws the same ones. */
export class Draw {
  readonly random: SeededRandom;

  constructor(random: SeededRandom) {
    this.random = random;
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.random.chance(probability);
  }

  /** One of the items. */
  pick<T>(items: readonly T[]): T {
    return this.random.pick(items);
  }

  /** A whole number in decimal, `min` and `max` included. */
  integer(min: number, max: number): string {
    return String(this.random.integer(min, max));
  }

  /** A key that mostly holds `kind`, now and then one of another kind. */
  key(kind: KeyKind): string {
    const actual = this.chance(0.04) ? this.pick(KINDS) : kind;
    return actual + this.pick(KEY_ENDINGS);
  }

  /** A key of any kind. */
  anyKey(): string {
    return this.chance(0.02) ? this.pick(["", "k", this.random.binary(3)]) : this.key(this.pick(KINDS));
  }

  /** A count of keys, now and then a wrong one, and as many keys. */
  numberedKeys(kind: KeyKind): string[] {
    const keys = this.several(1, 3, () => this.key(kind));
    return [this.chance(0.05) ? this.count() : String(keys.length), ...keys];
  }

  /** From `min` to `max` of what `make` makes. */
  several(min: number, max: number, make: () => string): string[] {
    return Array.from({ length: this.random.integer(min, max) }, make);
  }

  /** `words`, or nothing. */
  maybe(probability: number, ...words: string[]): string[] {
    return this.chance(probability) ? words : [];
  }

  /** A value: a number, a word, bytes, or something long. */
  value(): string {
    switch (this.random.integer(0, 9)) {
      case 0:
      case 1:
      case 2:
        return this.integer(-20, 20);
      case 3:
        return this.pick(EDGE_NUMBERS);
      case 4:
        return this.pick(FLOATS);
      case 5:
        return this.random.binary(this.random.integer(0, 30));
      case 6:
        return this.chance(0.3) ? this.random.letters(this.pick(LONG_LENGTHS)) : this.random.letters(12);
      default:
        return this.word();
    }
  }

  /** One of a few short words. */
  word(): string {
    return this.pick(["a", "b", "c", "dd", "ee", "foo", "bar", "Zed", ""]);
  }

  /** A member of a set: mostly whole numbers, so that intsets come about. */
  member(): string {
    if (this.chance(0.02)) return this.value();
    return this.chance(0.03) ? this.word() : this.integer(-12, 40);
  }

  /** A field of a hash or a member of a sorted set: one of a few dozen, now and then bytes or something long. */
  field(): string {
    if (this.chance(0.9)) return this.chance(0.5) ? this.word() : `f${this.integer(0, 24)}`;
    return this.value();
  }

  /** A score of a sorted set, now and then what is none. */
  score(): string {
    if (this.chance(0.5)) return this.integer(-8, 8);
    if (this.chance(0.06)) return this.pick(EDGE_NUMBERS);
    return this.chance(0.6)
      ? this.pick(FLOATS)
      : String((this.random.word() - 2 ** 31) / 2 ** this.random.integer(0, 60));
  }

  /** A timeout of a blocking command: one too short to be noticed, or none at all. */
  timeout(): string {
    return this.pick(["0.001", "0.001", "0.001", "-1", "x", ""]);
  }

  /** A position or a count near zero, now and then something that is none. */
  index(): string {
    return this.chance(0.05) ? this.pick(EDGE_NUMBERS) : this.integer(-9, 12);
  }

  /** A count: mostly small and positive, now and then something that is none. */
  count(): string {
    return this.chance(0.06) ? this.pick(EDGE_NUMBERS) : this.integer(0, 6);
  }

  /** A whole number to count with. */
  delta(): string {
    return this.chance(0.12) ? this.pick(EDGE_NUMBERS) : this.integer(-50, 50);
  }

  /** A number to add to a float. */
  float(): string {
    return this.chance(0.1) ? this.pick(EDGE_NUMBERS) : this.pick(FLOATS);
  }

  /** An offset in bytes: small, or past what a string may hold. */
  byteOffset(): string {
    return this.pick(["0", "1", "2", "5", "17", "100", "700", "-1", "-5", "536870912", "9223372036854775807", "x", ""]);
  }

  /** An offset in bits: small, or past what a string may hold. */
  bitOffset(): string {
    if (this.chance(0.9)) return this.integer(0, 300);
    return this.pick(["3000", "-1", "4294967296", "9223372036854775807", "x", "", "07"]);
  }

  /** A stream id: complete or not, near those in use. */
  streamId(): string {
    if (this.chance(0.03)) return this.pick(["*", "-", "+", "$", ">", "abc", "1-", "-1", "1-2-3", "", "0", "0-0"]);
    if (this.chance(0.03)) return this.pick(["18446744073709551615", "18446744073709551615-18446744073709551615"]);
    return this.integer(0, 60) + (this.chance(0.5) ? `-${this.integer(0, 4)}` : "");
  }

  /** The start or the end of a range of stream ids. */
  rangeId(): string {
    return this.chance(0.4) ? this.pick(["-", "+"]) : this.maybe(0.2, "(").concat(this.streamId()).join("");
  }

  /** Unix time in seconds, years from now (or long ago, which is at once). */
  farSeconds(): string {
    if (this.chance(0.08)) return this.pick(["1", "0", "-5", ...EDGE_NUMBERS]);
    return this.integer(4_102_444_800, 4_102_444_830);
  }

  /** Unix time in milliseconds, years from now (or long ago, which is at once). */
  farMs(): string {
    if (this.chance(0.08)) return this.pick(["1", "0", "-5", ...EDGE_NUMBERS]);
    return `${this.integer(4_102_444_800, 4_102_444_830)}${this.integer(100, 102)}`;
  }

  /** A glob. */
  pattern(): string {
    return this.pick([
      "*",
      "s*",
      "?1",
      "[a-l]*",
      "[^s]?",
      "\\s0",
      "x[0-3",
      "[hz]?",
      "[^a-g]*",
      "l1",
      "",
      "*[0-2]",
      "*1*",
    ]);
  }

  /** The same letters, some of them in the other case. */
  anyCase(word: string): string {
    return this.chance(0.7) ? word : [...word].map((c) => this.chance(0.5) ? c.toLowerCase() : c).join("");
  }
}

/** Takes one of the makers, in proportion to their weights. */
export function drawWeighted(draw: Draw, makers: readonly WeightedMaker[]): string[] {
  let left = makers.reduce((sum, [weight]) => sum + weight, 0) * (draw.random.word() / 2 ** 32);
  for (const [weight, maker] of makers) {
    left -= weight;
    if (left < 0) return maker(draw);
  }
  return makers.at(-1)![1](draw);
}
