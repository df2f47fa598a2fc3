/** Keys of requests, found by key specs and by `getKeys`. */
import { assertEquals, assertThrows } from "@std/assert";
import type { CommandSpec } from "../../../src/command/command_spec.ts";
import { collectKeys, mayHaveKeys } from "../../../src/command/key_extraction.ts";
import {
  key,
  keyAfter,
  KeyCollector,
  keyCount,
  keyFlagNames,
  keyFlags,
  keyRange,
  unknownKeys,
} from "../../../src/command/key_specs.ts";
import { Args } from "../../../src/resp/request_batch.ts";

type Keys = Pick<CommandSpec, "keys" | "getKeys">;

function specOf(keys: Keys): CommandSpec {
  return { name: "test", group: "generic", since: "1.0.0", summary: "", arity: -1, ...keys };
}

/** The key texts of a request written with blanks between its arguments. */
function keysOf(keys: Keys, request: string, includesNotKeys = false): string[] {
  const args = Args.from(request.split(" "));
  const collector = new KeyCollector();
  collector.add(99, 0);
  collectKeys(specOf(keys), args, collector, includesNotKeys);
  return collector.positions.slice(0, collector.count).map((position) => args.text(position));
}

Deno.test("collectKeys() finds one key at a position", () => {
  assertEquals(keysOf({ keys: [key(1, "RO")] }, "get a b"), ["a"]);
  assertEquals(keysOf({ keys: [key(2, "RO")] }, "object encoding a"), ["a"]);
  assertEquals(keysOf({ keys: [key(3, "RO")] }, "get a b"), []);
});

Deno.test("collectKeys() follows ranges by step, to the end or to before it", () => {
  assertEquals(keysOf({ keys: [keyRange(1, -1, "RO")] }, "mget a b c"), ["a", "b", "c"]);
  assertEquals(keysOf({ keys: [keyRange(1, -1, "OW", { step: 2 })] }, "mset a 1 b 2"), ["a", "b"]);
  assertEquals(keysOf({ keys: [keyRange(1, -2, "RW")] }, "blpop a b 0"), ["a", "b"]);
  assertEquals(keysOf({ keys: [keyRange(1, 1, "RW")] }, "rename a b c"), ["a", "b"]);
  assertEquals(keysOf({ keys: [keyRange(1, -2, "RW")] }, "blpop 0"), []);
});

Deno.test("collectKeys() counts keys where the request says how many", () => {
  const keys = [keyCount(2, "RO")];
  assertEquals(keysOf({ keys }, "eval script 2 a b c"), ["a", "b"]);
  for (const count of ["0", "-1", "4", "02", "2x", "9223372036854775807", "99999999999999999999"]) {
    assertEquals(keysOf({ keys }, `eval script ${count} a b c`), [], count);
  }
  assertEquals(keysOf({ keys }, "eval script"), []);
});

Deno.test("collectKeys() searches keywords forwards and backwards, in any case", () => {
  const streams = [keyAfter("STREAMS", 1, "RO", { last: -1, limit: 2 })];
  assertEquals(keysOf({ keys: streams }, "xread COUNT 5 Streams a b 0 0"), ["a", "b"]);
  assertEquals(keysOf({ keys: streams }, "xread a b"), []);
  const backwards = [keyAfter("KEYS", -2, "RW", { last: -1 })];
  assertEquals(keysOf({ keys: backwards }, "migrate h p keys 0 9 keys a b"), ["a", "b"]);
  assertEquals(keysOf({ keys: [key(1, "RO"), keyAfter("STORE", 2, "OW")] }, "radius a STORE b"), ["a", "b"]);
});

Deno.test("collectKeys() finds nothing at all where one spec fails", () => {
  assertEquals(keysOf({ keys: [key(1, "RO"), keyAfter("STORE", 2, "OW")] }, "radius a x STORE"), ["a"]);
  assertEquals(keysOf({ keys: [key(1, "RO"), keyRange(3, -1, "RO")] }, "test a b"), []);
  assertEquals(keysOf({ keys: [key(1, "RO"), unknownKeys("RO")] }, "test a b"), []);
});

Deno.test("collectKeys() asks getKeys where specs are unknown, incomplete or variable", () => {
  const getKeys: CommandSpec["getKeys"] = (_args, keys) => keys.add(2, 0);
  assertEquals(keysOf({ keys: [key(1, "RO")], getKeys }, "test a b"), ["a"]);
  assertEquals(keysOf({ keys: [key(1, "RO"), unknownKeys("RO")], getKeys }, "test a b"), ["b"]);
  assertEquals(keysOf({ keys: [key(1, "RW variable_flags")], getKeys }, "test a b"), ["b"]);
  assertEquals(keysOf({ keys: [key(1, "RW incomplete")], getKeys }, "test a b"), ["b"]);
  assertEquals(keysOf({ keys: [key(9, "RW")], getKeys }, "test a b"), ["b"]);
});

Deno.test("collectKeys() takes channels along only when asked", () => {
  const keys = [keyRange(1, -1, "not_key")];
  assertEquals(keysOf({ keys }, "ssubscribe a b"), []);
  assertEquals(keysOf({ keys }, "ssubscribe a b", true), ["a", "b"]);
  assertEquals(mayHaveKeys(specOf({ keys })), false);
  assertEquals(mayHaveKeys(specOf({ keys: [key(1, "RO")] })), true);
  assertEquals(mayHaveKeys(specOf({ getKeys: () => {} })), true);
});

Deno.test("keyFlags() and keyFlagNames() are inverse and know no other words", () => {
  const text = "RW access update variable_flags";
  assertEquals(keyFlagNames(keyFlags(text)).join(" "), text);
  assertThrows(() => keyFlags("RW Access"), Error, `"Access" is none of them`);
});
