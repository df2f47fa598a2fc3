/** Doubles, read and printed as Redis does. */
import { assert, assertEquals } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import {
  formatDouble,
  formatFixedPoint,
  formatHumanDouble,
  formatSixPlaces,
  formatStoredDouble,
  parseDouble,
  parseLenientDouble,
} from "../../../src/bytes/double.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { digestsOf, floatText } from "./seeded_cases.ts";

/** Parses a text that has digits before and behind it. */
function parsed(text: string, parse = parseDouble): number | null {
  return parse(ascii(`12${text}34`), 2, 2 + text.length);
}

Deno.test("parseDouble() reads decimals, exponents, hexadecimals and infinities", () => {
  const accepted: [string, number][] = [
    ["0", 0],
    ["-0", -0],
    ["3.14", 3.14],
    ["-12345.678901", -12345.678901],
    ["+.5", 0.5],
    ["5.", 5],
    ["1.5e3", 1500],
    ["1E-7", 1e-7],
    ["0.1234567890123456789", 0.1234567890123456789],
    ["123456789012345678901234567890", 123456789012345678901234567890],
    ["0e99999", 0],
    ["0x10", 16],
    ["-0X.8p1", -1],
    ["0x1.fffffffffffff8p0", 2],
    ["0x1p-1074", 5e-324],
    ["0x1.8p-1074", 1e-323],
    ["0x1.fffffffffffffp1023", Number.MAX_VALUE],
    ["5e-324", 5e-324],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
    ["+INF", Infinity],
  ];
  for (const [text, value] of accepted) assert(Object.is(parsed(text), value), `${text}: ${parsed(text)}`);
});

Deno.test("parseDouble() refuses what Redis's string2d refuses", () => {
  const refused = [
    "",
    " 1",
    "1 ",
    "\t1",
    "1x",
    "nan",
    "-nan",
    "nan(1)",
    "in",
    "infinit",
    "infinityx",
    ".",
    "-",
    "+",
    "--1",
  ]
    .concat([
      "1e",
      "1e+",
      "e5",
      "0x",
      "0x.",
      "0x1p",
      "1_0",
      "1,5",
      "1..2",
      "1.2.3",
      "0b1",
      "0o7",
      "1\0",
      "1e400",
      "-1e400",
    ])
    .concat(["1e-400", "0x1p1024", "0x1p-1080", "Infinity1", "1-2", "9".repeat(400)]);
  for (const text of refused) assertEquals(parsed(text), null, text);
});

Deno.test("parseLenientDouble() is strtod: spaces, the empty text, a NUL and saturation", () => {
  const accepted: [string, number][] = [["", 0], [" 5", 5], ["\t\n-1.5", -1.5], ["5\0x", 5], ["\0", 0], [
    "1e400",
    Infinity,
  ]];
  accepted.push(["-1e400", -Infinity], ["1e-400", 0], ["inf", Infinity], ["0x1p1024", Infinity], ["0x1p-2000", 0]);
  for (const [text, value] of accepted) assert(Object.is(parsed(text, parseLenientDouble), value), text);
  for (const text of [" ", "5 ", "x", "nan", " \0", "1e"]) assertEquals(parsed(text, parseLenientDouble), null, text);
});

Deno.test("parseDouble() needs no quadratic time for long texts", () => {
  const started = performance.now();
  for (const text of ["1".repeat(1 << 20) + "x", "0".repeat((1 << 20) - 1) + "1", "0x" + "f".repeat(100_000) + "."]) {
    parsed(text);
  }
  assert(performance.now() - started < 2000);
});

Deno.test("formatDouble() prints as %.17g", () => {
  const cases: [number, string][] = [
    [0, "0"],
    [-0, "-0"],
    [3, "3"],
    [-2.5, "-2.5"],
    [0.1, "0.10000000000000001"],
    [3.14, "3.1400000000000001"],
    [1e16, "10000000000000000"],
    [1e17, "1e+17"],
    [-1.5e300, "-1.5000000000000001e+300"],
    [12345678901234567, "12345678901234568"],
    [99999999999999984, "99999999999999984"],
    [1e-4, "0.0001"],
    [1e-5, "1.0000000000000001e-05"],
    [1e-7, "9.9999999999999995e-08"],
    [5e-324, "4.9406564584124654e-324"],
    [Number.MAX_VALUE, "1.7976931348623157e+308"],
    [Infinity, "inf"],
    [-Infinity, "-inf"],
    [NaN, "nan"],
    // Ties at the 17th digit: to even, where toPrecision would round up.
    [2 ** -25, "2.9802322387695312e-08"],
    [1234567890123456.25, "1234567890123456.2"],
    [1234567890123456.75, "1234567890123456.8"],
  ];
  for (const [value, text] of cases) assertEquals(formatDouble(value), text);
});

Deno.test("formatStoredDouble() prints whole numbers in full", () => {
  const cases: [number, string][] = [[1e17, "100000000000000000"], [2 ** 62, "4611686018427387904"], [-0, "0"], [
    -7,
    "-7",
  ]];
  cases.push([-(2 ** 62), "-4611686018427387904"], [2 ** 62 + 1024, "4.6116860184273889e+18"], [
    0.1,
    "0.10000000000000001",
  ]);
  cases.push([Infinity, "inf"], [-Infinity, "-inf"]);
  for (const [value, text] of cases) assertEquals(formatStoredDouble(value), text);
});

Deno.test("formatHumanDouble() prints up to 17 digits after the point", () => {
  const cases: [number, string][] = [[13.361389338970184, "13.36138933897018433"], [-0.5, "-0.5"], [0, "0"], [-0, "0"]];
  cases.push([1e22, "10000000000000000000000"], [1e-20, "0"], [-1e-20, "0"], [0.1, "0.10000000000000001"], [
    100,
    "100",
  ]);
  cases.push([2 ** -18, "0.00000381469726562"], [3 * 2 ** -18, "0.00001144409179688"]);
  for (const [value, text] of cases) assertEquals(formatHumanDouble(value), text);
});

Deno.test("formatFixedPoint() rounds half to even after scaling", () => {
  const cases: [number, string][] = [[166274.15156960033, "166274.1516"], [0, "0.0000"], [0.00005, "0.0000"], [
    1,
    "1.0000",
  ]];
  cases.push([0.00025, "0.0002"], [0.00035, "0.0004"], [-0.775, "-0.7750"], [-0.00001, "0.0000"], [0.03125, "0.0312"], [
    12.99999,
    "13.0000",
  ]);
  for (const [value, text] of cases) assertEquals(formatFixedPoint(value, 4), text);
});

Deno.test("formatSixPlaces() prints as C's %f", () => {
  const cases: [number, string][] = [[181, "181.000000"], [-0.5, "-0.500000"], [0, "0.000000"], [-0, "-0.000000"]];
  cases.push([1e-7, "0.000000"], [-1e-9, "-0.000000"], [85.05112879, "85.051129"], [Infinity, "inf"], [
    -Infinity,
    "-inf",
  ]);
  // Ties go to the even digit.
  cases.push([200.0078125, "200.007812"], [200.0234375, "200.023438"], [-(2 ** -7), "-0.007812"], [
    3 * 2 ** -7,
    "0.023438",
  ]);
  cases.push([1e21, "1000000000000000000000.000000"], [-1e23, "-99999999999999991611392.000000"]);
  for (const [value, text] of cases) assertEquals(formatSixPlaces(value), text);
});

Deno.test("formatDouble() and parseDouble() are each other's inverse", () => {
  const random = new SeededRandom(13);
  const words = new Uint32Array(2);
  const double = new Float64Array(words.buffer);
  for (let round = 0; round < 20_000; round++) {
    words[0] = random.word();
    words[1] = random.word();
    const value = random.chance(0.5) ? double[0]! : random.integer(0, 10 ** 9) / 10 ** random.integer(0, 12);
    if (Number.isNaN(value)) continue;
    assert(Object.is(parsed(formatDouble(value)), value), `seed 13: ${value}`);
  }
});

Deno.test("parseDouble() and formatDouble() answer 5,000 random scores as Redis did", () => {
  const random = new SeededRandom(20_240_102);
  const answers: string[] = [];
  for (let round = 0; round < 5000; round++) {
    const value = parsed(floatText(random));
    answers.push(value === null ? "not a float" : formatDouble(value));
  }
  // Recorded from ZADD and ZSCORE of Redis 7.0.15, with zset-max-listpack-entries 0.
  assertEquals(
    digestsOf(answers),
    ["cfb426442a0b09c6", "6fbcdc83fc32b525", "158b0d64beb8c6b0", "292c16cc63ddc8ff", "6464f1199cc3e035"]
      .concat(["2bcd03aa854174ba", "eed1c6469b79863f", "af5361d01746363d", "999d266d319d2ceb", "d1060c9fa5912298"]),
  );
});
