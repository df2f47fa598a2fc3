import { assertEquals, assertStrictEquals } from "@std/assert";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { AudienceTable } from "../../../src/pubsub/audience_table.ts";
import { textOfBytes } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { slice } from "../store/test_store.ts";

Deno.test("findOrAdd() makes an audience once, with a name of its own", () => {
  const table = new AudienceTable(new SeededHash(1, 2));
  assertEquals(table.find(slice("a")), null);
  const name = slice("a\0b");
  const audience = table.findOrAdd(name);
  name.bytes.fill(0);
  assertEquals(textOfBytes(audience.name), "a\0b");
  assertStrictEquals(table.findOrAdd(slice("a\0b")), audience);
  assertStrictEquals(table.find(slice("a\0b")), audience);
  assertEquals([table.find(slice("a")), table.find(slice("")), table.size], [null, null, 1]);
});

/** Sixteen hashes in all: every chain is long. */
class FewHashes extends SeededHash {
  override hash(bytes: Uint8Array, start: number, end: number): number {
    return super.hash(bytes, start, end) & 30;
  }
}

Deno.test("an audience table is what a map of texts would be, also where hashes collide", () => {
  const seed = 1;
  const random = new SeededRandom(seed);
  const table = new AudienceTable(new FewHashes(3, 4));
  const model = new Set<string>();
  for (let round = 0; round < 5000; round++) {
    const name = `channel:${random.integer(0, 200)}`;
    const audience = table.find(slice(name));
    assertEquals(audience !== null, model.has(name), `seed ${seed}, round ${round}`);
    if (audience === null) table.findOrAdd(slice(name));
    else table.remove(audience);
    if (!model.delete(name)) model.add(name);
    assertEquals(table.size, model.size);
  }
  const names = Array.from(table, ({ name }) => textOfBytes(name));
  assertEquals(names.toSorted(), [...model].toSorted());
  for (const audience of [...table]) table.remove(audience);
  assertEquals([table.size, table.memoryBytes, [...table].length], [0, 0, 0]);
});
