import { assertEquals } from "@std/assert";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Arena } from "../../../src/values/arena.ts";
import { Dict } from "../../../src/values/dict.ts";
import { ListpackEntry } from "../../../src/values/listpack.ts";
import { entriesOf, readTableKey, TableWalk } from "../../../src/values/table_walk.ts";
import { sliceOf, textOf } from "./elements.ts";

function tableOf(names: readonly string[]): Dict {
  const table = new Dict(new Arena(), new SeededHash(3, 4));
  for (const name of names) {
    const { bytes, start, end } = sliceOf(name);
    table.insert(bytes, start, end, 0);
  }
  return table;
}

const NAMES = Array.from({ length: 700 }, (_, index) => `name:${index}`);

Deno.test("TableWalk goes through all entries, though they are removed as it passes them", () => {
  for (const isRemoving of [false, true]) {
    // 700 entries: so many that the table is still being rehashed from 512 buckets to 1024.
    const table = tableOf(NAMES);
    const walk = new TableWalk();
    const text = new ListpackEntry();
    const seen: string[] = [];
    walk.open(table);
    for (let entry = walk.next(); entry !== 0; entry = walk.next()) {
      readTableKey(table, entry, text);
      seen.push(textOf(text));
      if (isRemoving) table.removeEntry(entry);
    }
    assertEquals(walk.next(), 0);
    walk.close();
    assertEquals(walk.next(), 0);
    assertEquals(seen.sort(), NAMES.toSorted());
    assertEquals(table.size, isRemoving ? 0 : NAMES.length);
  }
});

Deno.test("entriesOf() gives every entry once", () => {
  for (const count of [0, 1, NAMES.length]) {
    assertEquals(new Set(entriesOf(tableOf(NAMES.slice(0, count)))).size, count);
  }
});
