/** Lines split into arguments, and arguments quoted. */
import { assertEquals } from "@std/assert";
import { ascii, latin1 } from "../../../src/bytes/ascii.ts";
import { quoteArgument } from "../../../src/bytes/quote.ts";
import { splitArguments } from "../../../src/bytes/split_arguments.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

/** Splits a line that has a quote before and behind it. */
function split(line: string): string[] | null {
  const found = splitArguments(ascii(`"${line}'`), 1, 1 + line.length);
  return found === null ? null : found.map((argument) => latin1(argument));
}

const CASES: readonly [string, string[] | null][] = [
  ["", []],
  [" \t\r\n\v\f ", []],
  ["set key value", ["set", "key", "value"]],
  ["  a\tb\r\n", ["a", "b"]],
  ["a\vb", ["a\vb"]],
  ["\"a b\" 'c d'", ["a b", "c d"]],
  ['""', [""]],
  ["'' \"\"", ["", ""]],
  ['"\\n\\r\\t\\b\\a\\q\\"\\\\"', ['\n\r\t\b\x07q"\\']],
  ['"\\x41\\xfF\\x00"', ["A\xff\0"]],
  ['"\\x4"', ["x4"]],
  ['"\\xg1"', ["xg1"]],
  ["'it\\'s \\n'", ["it's \\n"]],
  ['foo"bar baz"', ["foobar baz"]],
  ['"a"b', null],
  ['"a"\v', ["a"]],
  ["'a'b", null],
  ['"open', null],
  ["'open", null],
  ['"\\', null],
  ["'\\", null],
  ["a\\nb", ["a\\nb"]],
  ["a\0b c", ["a"]],
  ['a "b\0"', null],
];

Deno.test("splitArguments() splits as Redis's sdssplitargs", () => {
  for (const [line, expected] of CASES) assertEquals(split(line), expected, JSON.stringify(line));
});

Deno.test("quoteArgument() escapes as Redis's sdscatrepr", () => {
  const all = Uint8Array.from({ length: 256 }, (_, byte) => byte);
  assertEquals(quoteArgument(ascii("")), '""');
  assertEquals(quoteArgument(ascii('a "b" \\ \x07\b\t\n\r\x7f\x80')), '"a \\"b\\" \\\\ \\a\\b\\t\\n\\r\\x7f\\x80"');
  assertEquals(quoteArgument(all).length, 2 + 95 + 2 + 5 * 2 + (256 - 95 - 5) * 4);
});

Deno.test("splitArguments() reads back what quoteArgument() wrote", () => {
  const random = new SeededRandom(6);
  for (let round = 0; round < 500; round++) {
    const argv = Array.from({ length: random.integer(1, 4) }, () => random.binary(random.integer(0, 30)));
    assertEquals(split(argv.map((argument) => quoteArgument(ascii(argument))).join(" ")), argv);
  }
});
