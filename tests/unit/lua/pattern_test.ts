/** Patterns that are made to be slow, deep or wrong. */
import { assertEquals, assertThrows } from "@std/assert";
import { LuaError } from "../../../src/lua/lua_error.ts";
import { PatternMatcher } from "../../../src/lua/pattern.ts";

const errors = { error: (text: string) => new LuaError(text) };

function matchEnd(subject: string, pattern: string): number {
  return new PatternMatcher(subject, pattern, errors, true).matchAt(0);
}

Deno.test("matchAt() needs no depth for long subjects", () => {
  const subject = "x".repeat(1_000_000);
  assertEquals(matchEnd(subject, ".*"), subject.length);
  assertEquals(matchEnd(subject, ".-$"), subject.length);
  assertEquals(matchEnd(subject, "(x+)"), subject.length);
  assertEquals(matchEnd(`(${subject})`, "%b()"), subject.length + 2);
});

Deno.test("matchAt() refuses a pattern that goes too deep", () => {
  assertEquals(matchEnd("a".repeat(900), "a?".repeat(900)), 900);
  assertThrows(() => matchEnd("a".repeat(5000), "a?".repeat(5000)), LuaError, "pattern too complex");
});

Deno.test("captures() gives texts and positions", () => {
  const matcher = new PatternMatcher("key=value", "^(%w+)()=(.*)$", errors, true);
  assertEquals(matcher.matchAt(0), 9);
  assertEquals(matcher.captures(0, 9, true), ["key", 4, "value"]);
});

Deno.test("a pattern ends at its first zero byte", () => {
  assertEquals(matchEnd("abc", "ab\0x"), 2);
});
