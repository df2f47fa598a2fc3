/** The arithmetic of INCRBYFLOAT. */
import { assert, assertEquals } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { addLongDouble, formatLongDouble, longDoubleFromInteger, parseLongDouble } from "../../../src/bytes/double.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { digestsOf, floatText } from "./seeded_cases.ts";

function parsed(text: string) {
  return parseLongDouble(ascii(`12${text}34`), 2, 2 + text.length);
}

/** What INCRBYFLOAT answers when a key holds `value`. */
function increment(value: string, by: string): string {
  const a = parsed(value);
  const b = parsed(by);
  if (a === null || b === null) return "not a float";
  const sum = addLongDouble(a, b);
  return sum === null ? "infinite" : formatLongDouble(sum);
}

Deno.test("parseLongDouble() and addLongDouble() count as Redis counts", () => {
  const cases: [string, string, string][] = [
    ["10.50", "0.1", "10.6"],
    ["5.0e3", "2.0e2", "5200"],
    ["3", "1.1", "4.1"],
    ["1", "-1.1", "-0.1"],
    ["0.1", "0.2", "0.3"],
    ["17179869184", "1.5", "17179869185.5"],
    ["0", "-1e-20", "0"],
    ["-0", "-0", "0"],
    ["9223372036854775807", "1", "9223372036854775808"],
    ["18446744073709551615", "1", "18446744073709551616"],
    ["18446744073709551616", "1", "18446744073709551616"],
    ["36893488147419103232", "2", "36893488147419103232"],
    ["36893488147419103232", "6", "36893488147419103240"],
    ["1e20", "-1e20", "0"],
    ["0x1p-20", "0", "0.00000095367431641"],
    ["inf", "1", "infinite"],
    ["1", "-inf", "infinite"],
    ["inf", "-inf", "infinite"],
    ["1.1e4932", "1.1e4932", "infinite"],
    ["1e4933", "1", "not a float"],
    ["1e-5000", "1", "not a float"],
    ["nan", "1", "not a float"],
    ["", "1", "not a float"],
    [" 1", "1", "not a float"],
    ["1", "1x", "not a float"],
    ["0x1p999999999999", "1", "not a float"],
    ["1e999999999999", "1", "not a float"],
    ["1e-999999999999", "1", "not a float"],
    ["0e999999999999", "1", "1"],
  ];
  for (const [value, by, expected] of cases) assertEquals(increment(value, by), expected, `${value} + ${by}`);
});

Deno.test("parseLongDouble() reads up to 5,119 characters", () => {
  assertEquals(formatLongDouble(parsed("0".repeat(5118) + "7")!), "7");
  assertEquals(parsed("0".repeat(5119) + "7"), null);
});

Deno.test("parseLongDouble() flags infinity, which addLongDouble() refuses", () => {
  const infinite = parsed("-inf")!;
  assert(infinite.isInfinite);
  assertEquals(formatLongDouble(infinite), "-inf");
  assertEquals(formatLongDouble(parsed("inf")!), "inf");
  assert(!parsed("1e4932")!.isInfinite);
});

Deno.test("longDoubleFromInteger() is exact over all of int64", () => {
  for (const value of [0, -7, Number.MAX_SAFE_INTEGER, -(2n ** 63n), 2n ** 63n - 1n]) {
    assertEquals(formatLongDouble(longDoubleFromInteger(value)), value.toString());
  }
});

Deno.test("addLongDouble() answers 5,000 random increments as Redis did", () => {
  const random = new SeededRandom(20_240_101);
  const answers: string[] = [];
  for (let round = 0; round < 5000; round++) answers.push(increment(floatText(random), floatText(random)));
  // Recorded from SET and INCRBYFLOAT of Redis 7.0.15 on x86-64.
  assertEquals(
    digestsOf(answers),
    ["d2e27187d56d16b4", "9de1b94062898856", "0975f6b766734573", "b2e19b23be256f32", "d0e740a11efa20c8"]
      .concat(["609a51e7fffd3509", "7c3f2c4dec4f5b54", "8255595664d41461", "4ee5d9b6a3cd12af", "365f46178af20585"]),
  );
});
