/**
 * Repeatable inputs for the tests of `bytes/`, and the digests that compare their answers with those of Redis 7.0.15.
 *
 * - A recorded digest holds for a seed and a count: whoever changes a generator here has to ask Redis again.
 */
import { ascii } from "../../../src/bytes/ascii.ts";
import { crc64 } from "../../../src/bytes/crc64.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";

const DIGITS = "0123456789";
const HEX_DIGITS = "0123456789abcdefABCDEF";

/** Text of at most `max` characters out of `alphabet`. */
export function textOf(random: SeededRandom, alphabet: string, max: number): string {
  let text = "";
  for (let left = random.integer(0, max); left > 0; left--) text += alphabet[random.integer(0, alphabet.length - 1)]!;
  return text;
}

const ODD_FLOATS = [
  "inf",
  "-INF",
  "+Infinity",
  "infinit",
  "nan",
  "-nan(1)",
  "0x",
  "0x.",
  "0x1p",
  "1e",
  "1e+",
  ".",
  "",
  "e5",
]
  .concat([" 1", "1 ", "1_0", "1.e5", ".e5", "0x.8p1", "-0", "+.5", "5.", "1e400", "1e5000", "1e-5000", "1e-400"]);

/** A floating point number in one of the spellings that strtod knows, or nearly so. */
export function floatText(random: SeededRandom): string {
  const sign = random.pick(["", "", "-", "+"]);
  const digits = (max: number) => textOf(random, DIGITS, max);
  switch (random.integer(0, 9)) {
    case 0:
      return sign + digits(25);
    case 1:
      return `${sign}${digits(18)}.${digits(20)}`;
    case 2:
      return `${sign}${digits(5)}.${digits(20)}${random.pick(["e", "E"])}${random.pick(["", "-", "+"])}${digits(3)}`;
    case 3: {
      const exponent = random.chance(0.3) ? "" : `p${random.pick(["", "-", "+"])}${digits(4)}`;
      return `${sign}0x${textOf(random, HEX_DIGITS, 20)}${random.pick(["", "."])}${
        textOf(random, HEX_DIGITS, 9)
      }${exponent}`;
    }
    case 4:
      return random.pick(ODD_FLOATS);
    case 5:
      return `${sign}${digits(3)}.${digits(3)}e${random.pick(["-49", "49", "-30", "30", "-32"])}${digits(2)}`;
    case 6:
      return textOf(random, "0123456789.eE+-xpainf \0", 8);
    case 7:
      return sign + (BigInt(random.word()) << BigInt(random.integer(0, 200))).toString() + random.pick(["", ".5"]);
    case 8:
      return (2 ** -random.integer(0, 1080)).toString();
    default:
      return `${sign}${digits(2)}.${digits(17)}`;
  }
}

/** A text that is not empty, and a pattern that was made from it so that they match about as often as not. */
export function globCase(random: SeededRandom): { pattern: string; text: string } {
  const text = "abABzZ[]^-\\*\x80\xfe\xff"[random.integer(0, 14)]! + textOf(random, "abABzZ[]^-\\*\x80\xfe\xff", 9);
  let pattern = "";
  for (const character of text) {
    const ends = random.pick(["a", "z", "\xff", "\x80", "]"]);
    switch (random.integer(0, 9)) {
      case 0:
        pattern += "?";
        break;
      case 1:
        pattern += "*";
        break;
      case 2:
        pattern += "*" + character;
        break;
      case 3:
        pattern += `[${textOf(random, "ab^-\\z\xff", 3)}${character}${textOf(random, "ab-", 2)}]`;
        break;
      case 4:
        pattern += `[${random.pick(["", "^"])}${character}-${ends}]`;
        break;
      case 5:
        pattern += "\\" + character;
        break;
      case 6:
        pattern += "[^" + ends + random.pick(["", "]"]);
        break;
      default:
        pattern += character;
    }
  }
  return { pattern, text };
}

/** Random bytes of a kind that compresses well, a little or not at all. */
export function compressible(random: SeededRandom, length: number): Uint8Array<ArrayBuffer> {
  const kind = random.integer(0, 3);
  const period = random.integer(1, length + 1);
  return Uint8Array.from({ length }, (_, index) => {
    if (kind === 0) return random.word() & 0xff;
    if (kind === 1) return 97 + random.integer(0, 2);
    if (kind === 2) return index % period;
    return random.chance(0.98) ? 97 + (index >> 2) % 13 : random.word() & 0xff;
  });
}

/** A digest for every `groupSize` answers, so that a difference is found within its group. */
export function digestsOf(answers: readonly string[], groupSize = 500): string[] {
  const digests: string[] = [];
  for (let start = 0; start < answers.length; start += groupSize) {
    digests.push(crc64(ascii(answers.slice(start, start + groupSize).join("\n"))).toString(16).padStart(16, "0"));
  }
  return digests;
}
