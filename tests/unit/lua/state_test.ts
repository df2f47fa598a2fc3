/** The engine as its users see it: runs, pauses, kills, errors and native functions. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { LuaError, LuaSyntaxError } from "../../../src/lua/lua_error.ts";
import { type LuaRun, LuaState } from "../../../src/lua/state.ts";
import { LuaTable } from "../../../src/lua/table.ts";
import { type LuaValue, NativeFunction, type NativeSteps } from "../../../src/lua/value.ts";

function start(source: string, args: readonly LuaValue[] = [], state = new LuaState()): LuaRun {
  return state.start(state.load(source, "@user_script"), args);
}

function finish(run: LuaRun): LuaRun {
  for (let slice = 0; slice < 10_000; slice++) {
    if (run.resume(1000)) return run;
  }
  throw new Error("Cannot finish the run: it takes too long");
}

function evaluate(source: string, state = new LuaState()): readonly LuaValue[] {
  const { results, error } = finish(start(source, [], state));
  if (error !== undefined) throw error;
  return results;
}

Deno.test("resume() runs a function with its arguments to its results", () => {
  const run = finish(start("local a, b = ... return b, a, nil", [1, "x"]));
  assertEquals(run.results, ["x", 1, undefined]);
  assertEquals(run.error, undefined);
});

Deno.test("resume() stops in loops and calls, and goes on where it stopped", () => {
  const sources = [
    "local n = 0 for i = 1, 1000 do n = n + i end return n",
    "local n, i = 0, 0 while i < 1000 do i = i + 1 n = n + i end return n",
    "local n, i = 0, 0 repeat i = i + 1 n = n + i until i == 1000 return n",
    "local function sum(i) if i == 0 then return 0 end return i + sum(i - 1) end return sum(1000)",
    "local t, n = {}, 0 for i = 1, 1000 do t[i] = i end for _, v in pairs(t) do n = n + v end return n",
    "local t, n = {}, 0 for i = 1, 1000 do t[i] = i end table.sort(t, function(a, b) return a > b end) " +
    "for i, v in ipairs(t) do n = n + v end return n",
    "local n = 0 (('x'):rep(1000)):gsub('()x', function(at) n = n + at end) return n",
    "local n = 0 for v in coroutine.wrap(function() for i = 1, 1000 do coroutine.yield(i) end end) do n = n + v end return n",
    "local n = 0 for i = 1, 1000 do pcall(function() n = n + i error('x') end) end return n",
  ];
  for (const source of sources) {
    const run = start(source);
    let slices = 0;
    while (!run.resume(7)) slices++;
    assert(slices > 100, source);
    assertEquals(run.results, [500_500], source);
  }
});

Deno.test("kill() ends a paused run, and no pcall catches it", () => {
  const run = start("while true do pcall(function() while true do end end) end");
  assertEquals(run.resume(1000), false);
  run.kill(new LuaError("killed"));
  assertEquals(run.resume(1000), true);
  assertEquals(run.error?.value, "killed");
});

Deno.test("kill() shows the error to a native error handler, with the place of the script", () => {
  const state = new LuaState();
  const errorHandler = new NativeFunction("handler", ([value], call) => [`${value} at ${call.info(1)?.currentLine}`]);
  const run = state.start(state.load("\n\nwhile true do end", "@script"), [], { errorHandler });
  assert(!run.resume(10));
  run.kill(new LuaError("killed"));
  assertEquals(run.error?.value, "killed at 3");
});

Deno.test("kill() inside a native function ends the run", () => {
  const state = new LuaState();
  const run: LuaRun = start("pcall(stop) while true do n = (n or 0) + 1 end", [], state);
  state.globals.set("stop", new NativeFunction("stop", () => run.kill(new LuaError("from inside"))));
  assertEquals(run.resume(1_000_000), true);
  assertEquals(run.error?.value, "from inside");
  assert((state.globals.get("n") ?? 0) as number <= 1);
});

Deno.test("a run fails with any Lua value", () => {
  assertEquals(finish(start("error('x')")).error?.value, "user_script:1: x");
  assertEquals(
    finish(start("\n\nlocal t = nil; t.x = 1")).error?.value,
    "user_script:3: attempt to index local 't' (a nil value)",
  );
  const { error } = finish(start("error({err = 'FOO bar'})"));
  assert(error?.value instanceof LuaTable);
  assertEquals(error.value.get("err"), "FOO bar");
});

Deno.test("an error handler sees the stack where the error happened", () => {
  const state = new LuaState();
  const places: unknown[] = [];
  const errorHandler = new NativeFunction("handler", (args, call) => {
    places.push(call.info(1)?.source, call.info(1)?.currentLine);
    return [`handled ${args[0]}`];
  });
  const callee = state.load("local function f()\nlocal x = nil + 1\nend\nf()", "@user_script");
  const run = finish(state.start(callee, [], { errorHandler }));
  assertEquals(run.error?.value, "handled user_script:2: attempt to perform arithmetic on a nil value");
  assertEquals(places, ["@user_script", 2]);
});

Deno.test("load() refuses a source with Lua's text", () => {
  const error = assertThrows(() => new LuaState().load("x =", "@user_script"), LuaSyntaxError);
  assertEquals(error.value, "user_script:1: unexpected symbol near '<eof>'");
});

Deno.test("a native function gets its arguments and gives results back", () => {
  const state = new LuaState();
  const swap = new NativeFunction("swap", ([a, b]) => [b, a]);
  state.globals.set("swap", swap);
  assertEquals(evaluate("return swap(1, 'x')", state), ["x", 1]);
  assertEquals(evaluate("return (swap(1, 'x'))", state), ["x"]);
  assertEquals(evaluate("local a, b, c = swap(1, 2) return a, b, c", state), [2, 1, undefined]);
});

Deno.test("what a native function throws is an error of the script only as a LuaError", () => {
  const state = new LuaState();
  state.globals.set(
    "fail",
    new NativeFunction("fail", (_args, call) => {
      throw call.error("no luck");
    }),
  );
  state.globals.set(
    "crash",
    new NativeFunction("crash", () => {
      throw new TypeError("a bug");
    }),
  );
  assertEquals(evaluate("return pcall(function() fail() end)", state), [false, "user_script:1: no luck"]);
  assertEquals(evaluate("return pcall(fail)", state), [false, "no luck"]);
  assertThrows(() => evaluate("return pcall(crash)", state), TypeError, "a bug");
});

Deno.test("a native function that is a generator calls back without nesting", () => {
  const state = new LuaState();
  state.globals.set(
    "twice",
    new NativeFunction("twice", function* ([callee]): NativeSteps {
      const first = yield { callee, args: [1] };
      const second = yield { callee, args: [first[0]] };
      return [...first, ...second];
    }),
  );
  assertEquals(evaluate("return twice(function(x) return x * 2 end)", state), [2, 4]);
  assertEquals(evaluate("return pcall(twice, function() error('in callback') end)", state), [
    false,
    "user_script:1: in callback",
  ]);
});

Deno.test("memoryBytes grows with what the globals reach and falls again", () => {
  const state = new LuaState();
  const before = state.memoryBytes;
  evaluate("big = {} for i = 1, 1000 do big[i] = 'value ' .. i end", state);
  const full = state.memoryBytes;
  assert(full > before + 40_000, `${before} ${full}`);
  evaluate("big = nil", state);
  assertEquals(state.memoryBytes < before + 1000, true);
});

Deno.test("deep recursion, deep pcalls and endless metatables end in errors", () => {
  assertEquals(evaluate("local function f() return 1 + f() end return pcall(f)"), [
    false,
    "user_script:1: stack overflow",
  ]);
  assertEquals(
    evaluate("local function f() local ok, e = pcall(f) if not ok then error(e, 0) end end return pcall(f)"),
    [
      false,
      "C stack overflow",
    ],
  );
  assertEquals(evaluate("local function f(n) if n == 0 then return 'end' end return f(n - 1) end return f(50000)"), [
    "end",
  ]);
  assertEquals(evaluate("local function f() return coroutine.wrap(f)() end return (pcall(f))"), [false]);
});

Deno.test("strings that would be too long are refused", () => {
  assertEquals(evaluate("return pcall(string.rep, ('x'):rep(1000), 1e9)"), [false, "not enough memory"]);
  assertEquals(evaluate("local s = ('x'):rep(2^28) return pcall(function() return s .. s .. s end)"), [
    false,
    "not enough memory",
  ]);
});

Deno.test("a script that holds more and more ends in an error, and what it lets go of is forgotten", () => {
  const source = "local source = {} for i = 1, 4000 do source[i] = i end ";
  for (const value of ["{unpack(source)}", "('x'):rep(1e6) .. i", "('x'):rep(1e6 + i):upper()"]) {
    const grow = `local t = {} for i = 1, 1e9 do t[i] = ${value} end`;
    const result = evaluate(`${source} return pcall(function() ${grow} end)`);
    assertEquals(result, [false, "not enough memory"], value);
  }
  assertEquals(evaluate(`${source} local t for i = 1, 4000 do t = {unpack(source)} end return #t`), [4000]);
});

Deno.test("a read-only table refuses a script and takes what the host sets", () => {
  const state = new LuaState();
  const table = new LuaTable();
  table.isReadOnly = true;
  table.set("x", 1);
  state.globals.set("t", table);
  assertEquals(evaluate("return t.x, pcall(function() t.y = 2 end)", state), [
    1,
    false,
    "user_script:1: Attempt to modify a readonly table",
  ]);
  assertEquals(evaluate("return pcall(rawset, t, 'y', 2)", state), [false, "Attempt to modify a readonly table"]);
});

Deno.test("a run knows its results when another one has begun with its machine", () => {
  const state = new LuaState();
  const first = finish(
    start("local function sum(...) return select('#', ...) + 1 end return sum(7, 8), 'x'", [], state),
  );
  const failed = finish(start("error('wrong')", [], state));
  const deep = finish(start("local function f(n) return n == 0 and 0 or 1 + f(n - 1) end return f(500)", [], state));
  const last = finish(start("local a, b local c = (function() b = 5 return b end)() return a, b, c", [], state));
  assertEquals(first.results, [3, "x"]);
  assertEquals(failed.error?.value, "user_script:1: wrong");
  assertEquals(deep.results, [500]);
  assertEquals(last.results, [undefined, 5, 5]);
});

Deno.test("a coroutine of one run goes on in the next one", () => {
  const state = new LuaState();
  finish(
    start("co = coroutine.wrap(function(a) local b = coroutine.yield(a + 1) return b * 2 end) return co(1)", [], state),
  );
  assertEquals(finish(start("return co(21)", [], state)).results, [42]);
});
