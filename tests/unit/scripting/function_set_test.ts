import { assertEquals, assertThrows } from "@std/assert";
import { NativeFunction } from "../../../src/lua/value.ts";
import { FunctionError, type FunctionLibrary, FunctionSet } from "../../../src/scripting/function_set.ts";

function library(name: string, ...functions: string[]): FunctionLibrary {
  const callee = new NativeFunction("callee", () => {});
  return {
    name,
    source: `#!lua name=${name}\n`,
    functions: new Map(functions.map((each) => [each, { name: each, callee, description: null, flags: new Set() }])),
  };
}

function setOf(...libraries: FunctionLibrary[]): FunctionSet {
  const set = new FunctionSet();
  for (const each of libraries) set.add(each);
  return set;
}

Deno.test("FunctionSet finds functions in any case, libraries in theirs", () => {
  const set = setOf(library("lib", "Func"));
  assertEquals(set.find("fUNC")?.name, "Func");
  assertEquals(set.library("LIB"), undefined);
});

Deno.test("add() replaces a library and changes nothing when a function is taken", () => {
  const set = setOf(library("a", "f"), library("b", "g"));
  assertThrows(() => set.add(library("b", "F")), FunctionError, "Function F already exists");
  assertEquals([set.libraryCount, set.functionCount, set.find("g")?.name], [2, 2, "g"]);
  set.add(library("b", "h"));
  assertEquals([set.libraryCount, set.find("g"), set.find("h")?.name], [2, undefined, "h"]);
});

Deno.test("join() adds all libraries or none", () => {
  const set = setOf(library("a", "f"), library("b", "g"));
  assertThrows(() => set.join(setOf(library("c", "x"), library("a", "y")), false), FunctionError, "Library a already");
  assertThrows(() => set.join(setOf(library("a", "y"), library("c", "g")), true), FunctionError, "Function g already");
  assertEquals([...set.libraries].map(({ name }) => name).sort(), ["a", "b"]);
  set.join(setOf(library("a", "y"), library("c", "z")), true);
  assertEquals([set.libraryCount, set.find("f"), set.find("y")?.name], [3, undefined, "y"]);
});

Deno.test("usedBytes goes back to zero with the libraries", () => {
  const set = setOf(library("a", "f"), library("b", "g"));
  set.delete("a");
  assertEquals(set.delete("a"), false);
  set.add(library("b", "g", "h"));
  set.delete("b");
  assertEquals([set.usedBytes, set.functionCount], [0, 0]);
});
