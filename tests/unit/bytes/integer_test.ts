/** Decimal integers, read as strictly as Redis and written without allocation. */
import { assert, assertEquals } from "@std/assert";
import { ascii, latin1 } from "../../../src/bytes/ascii.ts";
import {
  integerLength,
  MAX_INTEGER_LENGTH,
  parseInteger,
  parseSafeInteger,
  parseUnsignedInteger,
  writeBigInteger,
  writeInteger,
} from "../../../src/bytes/integer.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { textOf } from "./seeded_cases.ts";

/** Applies a parser to a text that has other digits before and behind it. */
function parsed<T>(parse: (bytes: Uint8Array, start: number, end: number) => T, text: string): T {
  return parse(ascii(`12${text}34`), 2, 2 + text.length);
}

const EDGES = [0n, 7n, 2n ** 31n, 2n ** 32n, 10n ** 15n, 10n ** 16n, 2n ** 53n, 2n ** 63n, 2n ** 64n, 10n ** 18n]
  .flatMap((edge) => [edge - 2n, edge - 1n, edge, edge + 1n, -edge, -edge - 1n, 1n - edge]);

Deno.test("parseInteger() and parseSafeInteger() read what is in their range", () => {
  for (const edge of EDGES) {
    const text = edge.toString();
    const isInt64 = edge >= -(2n ** 63n) && edge < 2n ** 63n;
    const isSafe = Number.isSafeInteger(Number(text)) && BigInt(Number(text)) === edge;
    assertEquals(parsed(parseInteger, text), isInt64 ? edge : null, text);
    assertEquals(parsed(parseSafeInteger, text), isSafe ? Number(text) : NaN, text);
    if (edge >= 0n) assertEquals(parsed(parseUnsignedInteger, text), edge < 2n ** 64n ? edge : null, text);
  }
});

Deno.test("parseInteger() and parseSafeInteger() refuse what Redis's string2ll refuses", () => {
  const refused = ["", "-", "+1", " 1", "1 ", "01", "-0", "-01", "00", "1a", "a", "1.0", "1e3", "--1", "0x1", "1\0"]
    .concat(["/", ":", "1/", "12:", "000000000000000001", "9007199254740993x", "-9223372036854775809", "1".repeat(21)]);
  for (const text of refused) {
    assertEquals(parsed(parseInteger, text), null, text);
    assertEquals(parsed(parseSafeInteger, text), NaN, text);
  }
});

Deno.test("parseSafeInteger() never makes a negative zero", () => {
  assert(Object.is(parsed(parseSafeInteger, "0"), 0));
});

Deno.test("parseSafeInteger() agrees with a naive reading of random texts", () => {
  const random = new SeededRandom(3);
  for (let round = 0; round < 20_000; round++) {
    const text = random.pick(["", "-", "", "9007199254740"]) + textOf(random, "0123456789", 18) +
      random.pick(["", "", "x"]);
    const isInteger = /^(0|-?[1-9]\d*)$/.test(text);
    const isSafe = isInteger && Number.isSafeInteger(Number(text));
    assertEquals(parsed(parseSafeInteger, text), isSafe ? Number(text) : NaN, `seed 3: ${text}`);
    const isInt64 = isInteger && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
    assertEquals(parsed(parseInteger, text), isInt64 ? BigInt(text) : null, `seed 3: ${text}`);
  }
});

Deno.test("parseUnsignedInteger() accepts what strtoull accepts, as Redis's string2ull", () => {
  const accepted: [string, bigint][] = [
    ["007", 7n],
    [" 5", 5n],
    ["\t\n\v\f\r 5", 5n],
    ["+5", 5n],
    ["00", 0n],
    ["-0", 0n],
    ["-01", 2n ** 64n - 1n],
    ["-9223372036854775809", 2n ** 63n - 1n],
    ["-18446744073709551615", 1n],
    ["000000000000000000000000000000018446744073709551615", 2n ** 64n - 1n],
    ["5\0x", 5n],
  ];
  for (const [text, value] of accepted) assertEquals(parsed(parseUnsignedInteger, text), value, text);
  for (
    const text of [
      "",
      " ",
      "-1",
      "-",
      "+",
      "5 ",
      "5x",
      "- 5",
      "18446744073709551616",
      "-9223372036854775808",
      "9".repeat(100_000),
      "\x005",
    ]
  ) {
    assertEquals(parsed(parseUnsignedInteger, text), null, text.slice(0, 30));
  }
});

Deno.test("writeInteger() writes the digits and nothing beside them", () => {
  const random = new SeededRandom(4);
  const values = [
    0,
    9,
    10,
    99,
    100,
    99_999,
    100_000,
    99_999_999,
    100_000_000,
    999_999_999,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32,
  ]
    .concat([1e15, 1e15 - 1, 900_000_000_000_000, Number.MAX_SAFE_INTEGER, -0]);
  for (let round = 0; round < 5000; round++) {
    values.push(Math.floor((random.word() * 2 ** 21 + (random.word() >>> 11)) / 10 ** random.integer(0, 16)));
  }
  for (const value of values.flatMap((positive) => [positive, -positive])) {
    const target = ascii("#".repeat(24));
    const text = String(value);
    assertEquals(writeInteger(target, 3, value), 3 + text.length);
    assertEquals(latin1(target), "###" + text + "#".repeat(21 - text.length));
    assertEquals(integerLength(value), text.length);
  }
});

Deno.test("writeBigInteger() writes all of int64 and uint64", () => {
  for (const value of [0n, -1n, -(2n ** 63n), 2n ** 63n - 1n, 2n ** 64n - 1n]) {
    const target = new Uint8Array(24);
    const end = writeBigInteger(target, 1, value);
    assertEquals(latin1(target, 1, end), value.toString());
    assert(end - 1 <= MAX_INTEGER_LENGTH);
  }
});
