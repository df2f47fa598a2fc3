/** Numbers as Lua prints and reads them. */
import { assertEquals } from "@std/assert";
import {
  formatExponent,
  formatFixed,
  formatGeneral,
  formatNumber,
  parseInteger,
  parseNumber,
} from "../../../src/lua/number_text.ts";

Deno.test("formatNumber() prints 14 digits", () => {
  const cases: [number, string][] = [
    [10, "10"],
    [-0, "-0"],
    [0.1, "0.1"],
    [1 / 3, "0.33333333333333"],
    [1e14, "1e+14"],
    [123456789012345, "1.2345678901234e+14"],
    [2 ** 53, "9.007199254741e+15"],
    [99999999999999.9, "1e+14"],
    [1e-5, "1e-05"],
    [0.0001, "0.0001"],
    [1e100, "1e+100"],
    [5e-324, "4.9406564584125e-324"],
    [-Infinity, "-inf"],
    [NaN, "-nan"],
  ];
  for (const [value, text] of cases) assertEquals(formatNumber(value), text);
});

Deno.test("ties go to the even digit, as in C", () => {
  assertEquals([formatFixed(0.5, 0), formatFixed(1.5, 0), formatFixed(2.5, 0), formatFixed(0.125, 2)], [
    "0",
    "2",
    "2",
    "0.12",
  ]);
  assertEquals([formatExponent(2.5, 0), formatExponent(0.125, 1), formatExponent(25, 0)], [
    "2e+00",
    "1.2e-01",
    "2e+01",
  ]);
  assertEquals([formatGeneral(2.5, 1), formatGeneral(100000000000005, 14), formatGeneral(9.5, 1)], [
    "2",
    "1e+14",
    "1e+01",
  ]);
});

Deno.test("parseNumber() reads what strtod reads, and spaces around it", () => {
  const cases: [string, number | undefined][] = [
    ["10", 10],
    [" 0x1F\t", 31],
    ["1e3", 1000],
    [".5", 0.5],
    ["5.", 5],
    ["inf", Infinity],
    ["-Infinity", -Infinity],
    ["nan", NaN],
    ["12\0x", 12],
    ["", undefined],
    [".", undefined],
    ["0x", undefined],
    ["1e", undefined],
    ["1 2", undefined],
    ["1_000", undefined],
  ];
  for (const [text, value] of cases) assertEquals(parseNumber(text), value, text);
});

Deno.test("parseInteger() reads what strtoul reads", () => {
  assertEquals(parseInteger("0xff", 16), 255);
  assertEquals(parseInteger("-1", 36), 2 ** 64);
  assertEquals(parseInteger("zz", 36), 1295);
  assertEquals(parseInteger("8", 8), undefined);
  assertEquals(parseInteger("", 16), undefined);
  assertEquals(parseInteger("9".repeat(30), 11), 2 ** 64);
});
