/** `IntegerCell`: notations, bounds and exactness. */
import { assertEquals } from "@std/assert";
import { IntegerCell, LONG_MAX, ULONG_MAX } from "../../../src/config/integer_cell.ts";

Deno.test("an integer cell keeps 64 bits beside the number", () => {
  const cell = new IntegerCell({ default: 0, min: 0, max: ULONG_MAX, unit: "memory", isUnsigned: true });
  assertEquals(cell.assign(["18446744073709551615"]), { changed: true });
  assertEquals([cell.exact, cell.value, cell.print()], [ULONG_MAX, 2 ** 64, "18446744073709551615"]);
  const restore = cell.capture();
  cell.store(5);
  restore();
  assertEquals(cell.exact, ULONG_MAX);
});

Deno.test("an integer cell says whether the value is new", () => {
  const cell = new IntegerCell({ default: 7, min: 0, max: LONG_MAX });
  assertEquals(cell.assign(["7"]), { changed: false });
  assertEquals(cell.assign(["9223372036854775807"]), { changed: true });
  assertEquals(cell.print(), "9223372036854775807");
  assertEquals(cell.assign(["9223372036854775808"]), { error: "argument couldn't be parsed into an integer" });
  assertEquals(cell.assign(["-1"]), { error: "argument must be between 0 and 9223372036854775807 inclusive" });
});

Deno.test("an integer cell stores a percentage as its negative", () => {
  const cell = new IntegerCell({ default: 0, min: -100, max: LONG_MAX, unit: "memory or percent" });
  cell.assign(["5%"]);
  assertEquals([cell.value, cell.print()], [-5, "5%"]);
  assertEquals(cell.rewriteLines("x"), [{ text: "x 5%", isForced: true }]);
  cell.assign(["2kb"]);
  assertEquals([cell.print(), cell.rewriteLines("x")[0]!.text], ["2048", "x 2kb"]);
});

Deno.test("an integer cell reads and prints octal modes", () => {
  const cell = new IntegerCell({ default: 0, min: 0, max: 0o777, unit: "octal", isUnsigned: true });
  assertEquals(cell.assign(["700"]), { changed: true });
  assertEquals([cell.value, cell.print()], [0o700, "700"]);
  assertEquals(cell.assign(["1000"]), { error: "argument must be between 0 and 777 inclusive" });
});

Deno.test("an integer cell moves accepted values into its clamp", () => {
  const cell = new IntegerCell({ default: 10, min: 0, max: 100000, clamp: { min: 1, max: 500 } });
  cell.assign(["0"]);
  assertEquals(cell.value, 1);
  cell.assign(["99999"]);
  assertEquals(cell.value, 500);
});
