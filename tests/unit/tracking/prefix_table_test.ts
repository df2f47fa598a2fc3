import { assertEquals } from "@std/assert";
import { type Broadcast, PrefixTable } from "../../../src/tracking/prefix_table.ts";
import { makeClient } from "../pubsub/test_clients.ts";
import { makeStore, slice } from "../store/test_store.ts";

const store = makeStore();
const [{ client: first }, { client: second }] = [makeClient(store, 1), makeClient(store, 2)];

/** What a drain tells: prefix, ids of the clients, changed keys with who changed them. */
function drained(table: PrefixTable): unknown[] {
  const told: unknown[] = [];
  table.drain(({ prefix, clients, changed }: Broadcast) => {
    told.push([prefix, [...clients].map(({ id }) => id), [...changed]]);
  });
  return told;
}

Deno.test("a changed key is told under each of its prefixes, in their order as bytes", () => {
  const table = new PrefixTable();
  table.add("user:", first);
  table.add("\xff", first);
  table.add("", second);
  table.add("user:", second);
  assertEquals(table.noteChanged(slice("user:1"), 1), true);
  table.noteChanged(slice("user"), 0);
  table.noteChanged(slice("\xff"), 2);
  table.noteChanged(slice("user:1"), 2);
  assertEquals(drained(table), [
    ["", [2], [["user:1", 2], ["user", 0], ["\xff", 2]]],
    ["user:", [1, 2], [["user:1", 2]]],
    ["\xff", [1], [["\xff", 2]]],
  ]);
  assertEquals(drained(table), []);
});

Deno.test("a key under no prefix is nobody's", () => {
  const table = new PrefixTable();
  table.add("ab", first);
  assertEquals(table.noteChanged(slice("a"), 1), false);
  assertEquals(table.noteChanged(slice("ac"), 1), false);
  assertEquals(drained(table), []);
});

Deno.test("with its last client a prefix goes, and what had changed under it", () => {
  const table = new PrefixTable();
  table.add("a", first);
  table.add("a", second);
  table.noteChanged(slice("abc"), 1);
  table.remove("a", first);
  table.remove("none", first);
  assertEquals(table.size, 1);
  table.remove("a", second);
  assertEquals([table.size, table.memoryBytes], [0, 0]);
  assertEquals(drained(table), []);
  assertEquals(table.noteChanged(slice("abc"), 1), false);
});

Deno.test("memory comes back when the keys have been told", () => {
  const table = new PrefixTable();
  table.add("", first);
  const before = table.memoryBytes;
  for (let i = 0; i < 10; i++) table.noteChanged(slice("key"), i);
  assertEquals(table.memoryBytes > before, true);
  drained(table);
  assertEquals(table.memoryBytes, before);
});
