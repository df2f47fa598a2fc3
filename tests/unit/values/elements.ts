/**
 * Elements for the tests of values: texts that meet every encoding of a listpack, and slices of them.
 */

import { Slice } from "../../../src/bytes/slice.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";

const INTEGER_EDGES = [
  0n,
  127n,
  128n,
  4095n,
  4096n,
  32767n,
  32768n,
  8388607n,
  8388608n,
  2147483647n,
  2147483648n,
  9007199254740991n,
  9007199254740992n,
  9223372036854775807n,
];

const STRING_LENGTHS = [0, 1, 3, 20, 62, 63, 64, 65, 124, 125, 126, 127, 128];
const LONG_STRING_LENGTHS = [4094, 4095, 4096, 4097, 16377, 16378, 16380];

/** Texts that are almost integers but are stored as strings. */
export const NEARLY_INTEGERS: readonly string[] = [
  "",
  "-",
  "-0",
  "+1",
  "01",
  " 1",
  "1 ",
  "1a",
  "1.0",
  "9223372036854775808",
  "-9223372036854775809",
  "99999999999999999999",
  "123456789012345678901",
];

/** A slice of the text, in the middle of a larger buffer as a parser's would be. */
export function sliceOf(text: string): Slice {
  const bytes = bytesOfText(`<<${text}>>`);
  return new Slice(bytes, 2, bytes.length - 2);
}

/** The text of a slice. */
export function textOf(slice: Slice): string {
  return textOfBytes(slice.view());
}

/** An integer around one of the encodings' edges, as text. */
export function randomInteger(random: SeededRandom): string {
  const value = random.pick(INTEGER_EDGES) - BigInt(random.integer(0, 2));
  return (random.chance(0.5) ? value : -value).toString();
}

/** An element of any encoding; long ones are rare. */
export function randomElement(random: SeededRandom): string {
  if (random.chance(0.4)) return randomInteger(random);
  if (random.chance(0.1)) return random.pick(NEARLY_INTEGERS);
  if (random.chance(0.03)) return random.binary(random.pick(LONG_STRING_LENGTHS));
  return random.chance(0.5) ? random.letters(random.integer(0, 3)) : random.binary(random.pick(STRING_LENGTHS));
}
