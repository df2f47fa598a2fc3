import { assertEquals, assertMatch } from "@std/assert";
import { bitLibrary } from "../../../../src/lua/libraries/bit.ts";
import { cmsgpackLibrary } from "../../../../src/lua/libraries/cmsgpack.ts";
import { structLibrary } from "../../../../src/lua/libraries/struct.ts";
import { evaluate } from "./evaluate.ts";

const run = (script: string) =>
  evaluate(script, { bit: bitLibrary(), cmsgpack: cmsgpackLibrary(), struct: structLibrary() });

Deno.test("cmsgpack takes the shortest form of each value", () => {
  assertEquals(
    run("return cmsgpack.pack(1, -1, 200, 70000, 1.5, 'a', true, nil)"),
    "\x01\xff\xcc\xc8\xce\x00\x01\x11\x70\xca\x3f\xc0\x00\x00\xa1a\xc3\xc0",
  );
  assertEquals(run("return cmsgpack.pack({1, 2}, {a=1})"), "\x92\x01\x02\x81\xa1a\x01");
});

Deno.test("cmsgpack reads back what it wrote, one value at a time where asked to", () => {
  assertEquals(run("local a, b = cmsgpack.unpack(cmsgpack.pack('x', 2^40)) return a .. b"), "x1099511627776");
  assertEquals(run("local at, v = cmsgpack.unpack_one(cmsgpack.pack(7, 8), 1) return at * 100 + v"), -92);
  assertMatch(String(run("return cmsgpack.unpack('\\146\\1')")), /Missing bytes in input/);
});

Deno.test("struct lays values out as C does", () => {
  assertEquals(run("return struct.pack('>hBs', 258, 3, 'ab')"), "\x01\x02\x03ab\x00");
  assertEquals(run("return struct.size('!4bi')"), 8);
  assertEquals(run("local a, b = struct.unpack('<Bc0', '\\2xyz') return a .. '/' .. b"), "xy/4");
});

Deno.test("bit works on 32 bits", () => {
  assertEquals(run("return bit.tohex(bit.bxor(0xff, 0xffffffff))"), "ffffff00");
  assertEquals(run("return bit.rol(0x80000001, 1)"), 3);
  assertEquals(run("return bit.arshift(-8, 1)"), -4);
});
