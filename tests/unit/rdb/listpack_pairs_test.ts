import { assertEquals } from "@std/assert";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { holdsSoundPairs } from "../../../src/rdb/listpack_pairs.ts";
import { Arena } from "../../../src/values/arena.ts";
import { createListpack, exportListpack, listpackAppend } from "../../../src/values/listpack_edit.ts";
import { sliceOf } from "./recorder.ts";

const context = { arena: new Arena(), hash: new SeededHash(1, 2), checksDuplicates: true };
const MAX_PAIRS = 128;

function areDistinct(parts: readonly string[], checksDuplicates = true): boolean {
  let listpack = createListpack(context.arena);
  for (const part of parts) listpack = listpackAppend(context.arena, listpack, sliceOf(part));
  return holdsSoundPairs(exportListpack(context.arena, listpack), 0, { ...context, checksDuplicates }, MAX_PAIRS);
}

function pairs(fields: readonly string[]): string[] {
  return fields.flatMap((field) => [field, "value"]);
}

Deno.test("holdsSoundPairs() compares first parts only, of every length and number", () => {
  assertEquals(areDistinct([]), true);
  assertEquals(areDistinct(["a", "a", "b", "a"]), true);
  assertEquals(areDistinct(["a", "1", "b"]), false);
  for (const count of [2, 10, 128, 512, 513, 3_000]) {
    for (
      const make of [(index: number) => `field:${index}`, String, (index: number) => `${index}`.padStart(100, "x")]
    ) {
      const fields = Array.from({ length: count }, (_, index) => make(index));
      assertEquals(areDistinct(pairs(fields)), true, `${count} of ${make(0)}`);
      assertEquals(areDistinct(pairs(fields.with(-1, fields[0]!))), false, `${count} of ${make(0)}, one twice`);
    }
  }
});

Deno.test("holdsSoundPairs() compares nothing where it need not, unless a table will be made of the pairs", () => {
  const fields = Array.from({ length: MAX_PAIRS }, (_, index) => `field:${index}`);
  assertEquals(areDistinct(["a", "1", "a", "2"], false), true);
  assertEquals(areDistinct(["a", "1", "b"], false), false);
  assertEquals(areDistinct(pairs(fields.with(-1, fields[0]!)), false), true);
  assertEquals(areDistinct(pairs([...fields, fields[0]!]), false), false);
});

Deno.test("holdsSoundPairs() takes different texts of the same hash for different", () => {
  assertEquals(areDistinct(pairs(["costarring", "liquor", "declinate", "macallums"])), true);
  assertEquals(areDistinct(pairs(["costarring", "liquor", "costarring"])), false);
});

Deno.test("holdsSoundPairs() knows an integer and its text for the same", () => {
  const head = [17, 0, 0, 0, 4, 0];
  const integer = [12, 1];
  const text = [0x82, 0x31, 0x32, 3];
  const value = [1, 1];
  const bytes = new Uint8Array([...head, ...integer, ...value, ...text, ...value, 0xff]);
  assertEquals(holdsSoundPairs(bytes, 0, context, MAX_PAIRS), false);
});
