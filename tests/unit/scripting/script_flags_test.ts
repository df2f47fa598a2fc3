import { assertEquals, assertThrows } from "@std/assert";
import { readLibraryText, readScriptText, ShebangError, traitsOfFlags } from "../../../src/scripting/script_flags.ts";

const TRAITS = {
  isWrite: false,
  isReadOnly: false,
  isDenyOom: false,
  mayReplicate: true,
  noAsyncLoading: false,
  loading: false,
  stale: true,
};

Deno.test("readScriptText() takes the first line off and keeps the numbers of the others", () => {
  assertEquals(readScriptText("return 1"), { flags: null, code: "return 1" });
  assertEquals(readScriptText("#!lua\nreturn 1"), { flags: new Set<never>(), code: "\nreturn 1" });
  const { flags } = readScriptText("#!lua flags=no-writes,allow-stale\n");
  assertEquals(flags, new Set(["no-writes", "allow-stale"] as const));
});

Deno.test("readScriptText() refuses what it does not understand", () => {
  assertThrows(() => readScriptText("#!lua"), ShebangError, "Invalid script shebang");
  assertThrows(() => readScriptText("#!lua flags=x\n"), ShebangError, "Unexpected flag in script shebang: x");
  assertThrows(() => readScriptText("#!js\n"), ShebangError, "Unexpected engine in script shebang: #!js");
});

Deno.test("readLibraryText() needs one name", () => {
  assertEquals(readLibraryText("#!lua NAME=lib\ncode"), { engine: "lua", name: "lib", code: "\ncode" });
  assertThrows(() => readLibraryText("code"), ShebangError, "Missing library metadata");
  assertThrows(() => readLibraryText("#!lua\ncode"), ShebangError, "Library name was not given");
});

Deno.test("traitsOfFlags() goes by the flags where there are any", () => {
  assertEquals(traitsOfFlags(null, TRAITS), TRAITS);
  const writing = { ...TRAITS, isWrite: true, isDenyOom: true, mayReplicate: false, stale: false };
  assertEquals(traitsOfFlags(new Set<never>(), TRAITS), writing);
  assertEquals(traitsOfFlags(new Set(["allow-oom"]), TRAITS), { ...writing, isDenyOom: false });
  assertEquals(traitsOfFlags(new Set(["no-writes", "allow-stale"]), TRAITS), {
    ...TRAITS,
    mayReplicate: false,
  });
});
