import { assertEquals } from "@std/assert";
import { ErrorStats } from "../../../src/metrics/error_stats.ts";

Deno.test("record() counts by code, in the order of the codes", () => {
  const errors = new ErrorStats();
  for (const text of ["WRONGTYPE a b", "ERR x", "NOAUTH y", "ERR z"]) errors.record(text);
  assertEquals(errors.entries(), [["ERR", 2], ["NOAUTH", 1], ["WRONGTYPE", 1]]);
  assertEquals(errors.total, 4);
});

Deno.test("record() takes an error without a code as ERR", () => {
  const errors = new ErrorStats();
  errors.record("SILENT");
  errors.record(`${"X".repeat(40)} long`);
  assertEquals(errors.entries(), [["ERR", 2]]);
});

Deno.test("reset() forgets everything", () => {
  const errors = new ErrorStats();
  errors.record("ERR x");
  errors.reset();
  assertEquals([errors.total, errors.entries()], [0, []]);
});
