/** Glob patterns, with the answers of Redis. */
import { assert, assertEquals } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { globMatches, isLiteralGlob } from "../../../src/bytes/glob.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { digestsOf, globCase } from "./seeded_cases.ts";

/** Matches with bytes around both, which must not be looked at. */
function matches(pattern: string, text: string, ignoreCase = false): boolean {
  const framed = (inner: string, before: string, after: string) =>
    new Slice(ascii(before + inner + after), before.length, before.length + inner.length);
  return globMatches(framed(pattern, "[x", "*]-z"), framed(text, "qq", "abc"), ignoreCase);
}

const MATCHING: readonly [string, string][] = [
  ["", ""],
  ["*", "anything"],
  ["a*", "a"],
  ["**b**", "abc"],
  ["h?llo", "hello"],
  ["h[ae]llo", "hallo"],
  ["h[^e]llo", "hallo"],
  ["h[a-b]llo", "hbllo"],
  ["[z-a]", "m"],
  ["[a", "a"],
  ["[^", "x"],
  ["[^]", "x"],
  ["[a-]x]", "^"],
  ["[\\]]", "]"],
  ["[\\", "\\"],
  ["a\\", "a\\"],
  ["\\*", "*"],
  ["[a-\xff]", "\xff"],
  ["[a-\xff]", "0"],
  ["*[0-9]x", "a1b2x"],
  ["*a*b*c", "xaxxbxxabc"],
];

const DIFFERING: readonly [string, string][] = [
  ["*", ""],
  ["**", ""],
  ["a*", ""],
  ["", "a"],
  ["?", "ab"],
  ["[]", "a"],
  ["[", "a"],
  ["[]a]", "a"],
  ["h[^e]llo", "hello"],
  ["[a-\xff]", "b"],
  ["abc", "abcd"],
  ["abcd", "abc"],
  ["*x", "xy"],
  ["A", "a"],
];

Deno.test("globMatches() matches as Redis, oddities included", () => {
  for (const [pattern, text] of MATCHING) assert(matches(pattern, text), `${pattern} on ${text}`);
  for (const [pattern, text] of DIFFERING) assert(!matches(pattern, text), `${pattern} on ${text}`);
});

Deno.test("globMatches() with ignoreCase folds all but an escaped byte in a class", () => {
  assert(matches("HeL?O", "hElLo", true));
  assert(matches("[A-C]", "b", true));
  assert(matches("[ABC]", "b", true));
  assert(matches("\\B", "b", true));
  assert(!matches("[\\B]", "b", true));
  assert(!matches("\xc0", "\xe0", true));
});

// Recorded from KEYS of Redis 7.0.15, one key at a time.
const REDIS_DIGESTS = [
  "2aaae4276544aea3",
  "96f860cee9cc5994",
  "6b4d6ede7f0bf13d",
  "2e42e8546250bad0",
  "de85cf759375b5f4",
]
  .concat(["7789c63f7dcc4810", "9af59980f8f186af", "c8b4a30f636fc598", "b3472175c3231bdf", "f4862e16390f6fe4"]);

Deno.test("globMatches() answers 5,000 random cases as Redis did", () => {
  const random = new SeededRandom(20_240_103);
  const answers: string[] = [];
  for (let round = 0; round < 5000; round++) {
    const { pattern, text } = globCase(random);
    answers.push(matches(pattern, text) ? "1" : "0");
  }
  assertEquals(answers.filter((answer) => answer === "1").length, 2303);
  assertEquals(digestsOf(answers), REDIS_DIGESTS);
});

Deno.test("globMatches() needs no exponential time", () => {
  const started = performance.now();
  assert(!matches("a*".repeat(200) + "b", "a".repeat(2000)));
  assert(!matches("*[a-z]".repeat(500) + "!", "a".repeat(2000)));
  assert(performance.now() - started < 2000);
});

Deno.test("isLiteralGlob() is true where only the pattern's own bytes match", () => {
  assert(isLiteralGlob(new Slice(ascii("user:]^-1"))));
  for (const pattern of ["a*", "?", "[a]", "\\a"]) assert(!isLiteralGlob(new Slice(ascii(pattern))), pattern);
  assert(isLiteralGlob(new Slice(ascii("*abc*"), 1, 4)));
});
