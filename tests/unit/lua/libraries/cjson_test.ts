import { assertEquals, assertMatch } from "@std/assert";
import { cjsonLibrary } from "../../../../src/lua/libraries/cjson.ts";
import { evaluate } from "./evaluate.ts";

const run = (script: string) => evaluate(script, { cjson: cjsonLibrary() });

Deno.test("encode() makes arrays of keys from 1 on, objects of all others", () => {
  assertEquals(run("return cjson.encode({1, 'a', {x=true}, cjson.null})"), '[1,"a",{"x":true},null]');
  assertEquals(run("return cjson.encode({})"), "{}");
  assertEquals(run("return cjson.encode({[1]=1, [3]=3})"), "[1,null,3]");
  assertEquals(run("return cjson.encode('\"/\\\\\\n\\1')"), '"\\"\\/\\\\\\n\\u0001"');
});

Deno.test("encode() refuses what JSON cannot say", () => {
  assertMatch(String(run("return cjson.encode({[1]=1, [100]=2})")), /excessively sparse array/);
  assertMatch(String(run("return cjson.encode(0/0)")), /must not be NaN or Inf/);
  assertMatch(String(run("local t = {} t[1] = t return cjson.encode(t)")), /excessive nesting \(1001\)/);
});

Deno.test("decode() reads what encode() writes and tells where it cannot", () => {
  assertEquals(
    run('return cjson.encode(cjson.decode(\'[1,{"a":[null,true]},"\\\\u20ac"]\'))'),
    '[1,{"a":[null,true]},"\xe2\x82\xac"]',
  );
  assertMatch(String(run("return cjson.decode('[1,]')")), /Expected value but found T_ARR_END at character 4/);
  assertMatch(String(run("return cjson.decode('{\"a')")), /unexpected end of string at character 4/);
});

Deno.test("what is configured stays in its library", () => {
  const cjson = cjsonLibrary();
  assertEquals(evaluate("cjson.encode_number_precision(3) return cjson.encode(1/3)", { cjson }), "0.333");
  assertEquals(evaluate("return cjson.encode(1/3)", { cjson }), "0.333");
  assertEquals(run("return cjson.encode(1/3)"), "0.33333333333333");
});
