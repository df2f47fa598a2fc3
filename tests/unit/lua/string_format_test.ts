import { assertEquals } from "@std/assert";
import { LuaState } from "../../../src/lua/state.ts";
import type { LuaValue } from "../../../src/lua/value.ts";

function evaluate(expression: string): LuaValue {
  const state = new LuaState();
  const run = state.start(state.load(`return ${expression}`, "@user_script"), []);
  while (!run.resume(1000));
  return run.error === undefined ? run.results[0] : run.error.value;
}

Deno.test("string.format() prints bare directives as those with widths and precisions", () => {
  const cases: readonly (readonly [string, string])[] = [
    ["'%d|%d|%d', 3, -7, -0.0", "3|-7|0"],
    ["'%d|%d', 2^53, 2^62", "9007199254740992|4611686018427387904"],
    ["'%d|%d', 3.99, '10'", "3|10"],
    ["'%5d|%05d|%-3d|%+d', 3, 3, 3, 3", "    3|00003|3  |+3"],
    ["'%s%%%s', 'a', 12", "a%12"],
    ["'%s|%5s|%.1s', 'ab', 'ab', 'ab'", "ab|   ab|a"],
    ["'%s', 'a\\0b'", "a"],
    ["'%d', 'x'", "user_script:1: bad argument #2 to 'format' (number expected, got string)"],
    ["'%s %s', 'x'", "user_script:1: bad argument #3 to 'format' (no value)"],
  ];
  for (const [args, text] of cases) assertEquals(evaluate(`string.format(${args})`), text);
});

Deno.test("% and / are those of Lua, also of texts and of zero", () => {
  const cases: readonly (readonly [string, LuaValue])[] = [
    ["(function(a, b) return a % b end)(-7, 3)", 2],
    ["(function(a, b) return a % b end)(7, -3)", -2],
    ["(function(a, b) return a % b end)(5.5, 2)", 1.5],
    ["(function(a, b) return a % b end)('8', 5)", 3],
    ["(function(a, b) return tostring(a % b) end)(1, 0)", "-nan"],
    ["(function(a, b) return a / b end)(1, 4)", 0.25],
    ["(function(a, b) return a / b end)('9', '2')", 4.5],
    ["(function(a, b) return a / b end)(1, 0)", Infinity],
  ];
  for (const [expression, value] of cases) assertEquals(evaluate(expression), value);
});
