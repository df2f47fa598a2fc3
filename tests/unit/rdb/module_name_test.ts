import { assertEquals } from "@std/assert";
import { moduleName } from "../../../src/rdb/module_name.ts";

Deno.test("moduleName() unpacks nine characters and leaves the encoding version out", () => {
  assertEquals(moduleName(0, 0), "AAAAAAAAA");
  assertEquals(moduleName(0xffff_ffff, 0xffff_ffff), "_________");
  // "Az09-_abc" as the places 0, 51, 52, 61, 62, 63, 26, 27, 28 of the alphabet, then version 5.
  const places = [0n, 51n, 52n, 61n, 62n, 63n, 26n, 27n, 28n];
  const id = places.reduce((packed, place) => packed << 6n | place, 0n) << 10n | 5n;
  assertEquals(moduleName(Number(id >> 32n), Number(id & 0xffff_ffffn)), "Az09-_abc");
});
