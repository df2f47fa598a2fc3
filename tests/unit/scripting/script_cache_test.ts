/** Scripts by their texts and by their names. */
import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { LuaState } from "../../../src/lua/state.ts";
import { type CachedScript, ScriptCache } from "../../../src/scripting/script_cache.ts";

const text = (source: string) => new Slice(ascii(source));

function load(cache: ScriptCache, source: string): CachedScript {
  const script = cache.load(text(source));
  assert(typeof script !== "string");
  return script;
}

Deno.test("load() and findText() tell texts apart, whichever was asked for last", () => {
  const cache = new ScriptCache(() => new LuaState());
  const scripts = ["return 1", "return 2", "return 11"].map((source) => load(cache, source));
  assertEquals(new Set(scripts.map(({ sha }) => sha)).size, 3);
  for (const order of [[0, 0, 1, 0], [2, 2, 1, 1, 0], [1, 2, 0, 0]]) {
    for (const index of order) {
      const script = scripts[index]!;
      const source = text(new TextDecoder().decode(script.text));
      assertStrictEquals(cache.findText(source), script);
      assertStrictEquals(cache.load(source), script);
      assertStrictEquals(cache.find(script.sha.toUpperCase()), script);
    }
  }
  assertEquals(cache.findText(text("return 3")), undefined);
  assertEquals(cache.size, 3);
});

Deno.test("load() keeps a text of its own", () => {
  const cache = new ScriptCache(() => new LuaState());
  const request = text("return 1");
  const script = cache.load(request);
  request.bytes[7] = "2".charCodeAt(0);
  assertEquals(cache.findText(request), undefined);
  assertStrictEquals(cache.findText(text("return 1")), script);
});

Deno.test("clear() forgets also the last script", () => {
  const cache = new ScriptCache(() => new LuaState());
  load(cache, "return 1");
  cache.clear();
  assertEquals(cache.findText(text("return 1")), undefined);
  assertEquals(cache.size, 0);
});
