import { assertEquals } from "@std/assert";
import { countRadixTreeNodes } from "../../../src/values/radix_tree_shape.ts";
import { STREAM_ID_BYTES, StreamId } from "../../../src/values/stream_id.ts";
import { StreamIndex } from "../../../src/values/stream_index.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

type Trie = Map<number, Trie>;

/** Counts the nodes of a tree that is really built, byte by byte. */
function countByBuilding(ids: Iterable<StreamId>): number {
  const root: Trie = new Map();
  const key = new Uint8Array(STREAM_ID_BYTES);
  for (const id of ids) {
    id.writeKey(key, 0);
    let node = root;
    for (const byte of key) {
      let next = node.get(byte);
      if (next === undefined) node.set(byte, next = new Map());
      node = next;
    }
  }
  return countFrom(root, false);
}

/** Nodes from here on; a lone child continues the run that its parent is part of. */
function countFrom(node: Trie, isInRun: boolean): number {
  const isRun = node.size === 1;
  let count = isRun && isInRun ? 0 : 1;
  for (const child of node.values()) count += countFrom(child, isRun);
  return count;
}

Deno.test("countRadixTreeNodes() counts what a tree of the same keys has", () => {
  const random = new SeededRandom(5);
  for (let round = 0; round < 300; round++) {
    const index = new StreamIndex<{ id: StreamId }>();
    const bits = random.integer(1, 32);
    for (let count = random.integer(0, 40); count > 0; count--) {
      const ms = random.chance(0.2) ? BigInt(random.word()) << 32n | 0x8000_0000_0000_0000n : random.word() % 2 ** bits;
      index.insert({ id: new StreamId(ms, random.integer(0, 3) * (random.chance(0.5) ? 1 : 1_000_000)) });
    }
    const ids = [...index].map(({ id }) => id);
    assertEquals(countRadixTreeNodes(index), countByBuilding(ids), ids.join(" "));
  }
});

Deno.test("countRadixTreeNodes() of no key is the root alone", () => {
  assertEquals(countRadixTreeNodes(new StreamIndex()), 1);
});
