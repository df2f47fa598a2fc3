import { assert, assertEquals } from "@std/assert";
import { Arena } from "../../../src/values/arena.ts";
import { ListpackEntry, listpackRead } from "../../../src/values/listpack.ts";
import { StreamCursor } from "../../../src/values/stream_cursor.ts";
import { addUint64, StreamId } from "../../../src/values/stream_id.ts";
import { StreamIndex } from "../../../src/values/stream_index.ts";
import {
  DEFAULT_STREAM_LIMITS,
  ENTRY_DELETED,
  ENTRY_SAME_FIELDS,
  type StreamFields,
  type StreamLimits,
  StreamNode,
  validateStreamListpack,
} from "../../../src/values/stream_node.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { randomElement, sliceOf, textOf } from "./elements.ts";

interface ModelEntry {
  id: StreamId;
  parts: string[];
  isDeleted: boolean;
}

interface SeenEntry extends Omit<ModelEntry, "id"> {
  id: string;
  position: number;
  hasSameFields: boolean;
}

function fieldsOf(parts: readonly string[]): StreamFields {
  // Behind two arguments that are none of the node's business.
  return { parts: ["XADD", "key", ...parts].map(sliceOf), first: 2, pairCount: parts.length / 2 };
}

/** Adds an entry; false where the limits are against it. */
function append(node: StreamNode, id: StreamId, fields: StreamFields, limits: StreamLimits | null): boolean {
  const parts = Array.from(fields.parts).slice(fields.first);
  return node.append(id, fields, parts.reduce((sum, part) => sum + part.length, 0), limits);
}

/** Every second part. */
function names(parts: readonly string[]): string[] {
  return parts.filter((_, index) => index % 2 === 0);
}

/** All entries of the node, the deleted ones too. */
function entriesOf(node: StreamNode): SeenEntry[] {
  const nodes = new StreamIndex<StreamNode>();
  nodes.insert(node);
  const cursor = new StreamCursor();
  const flags = new ListpackEntry();
  const seen: SeenEntry[] = [];
  for (cursor.enter({ nodes }, node); cursor.advance();) {
    const parts: string[] = [];
    while (cursor.nextField()) parts.push(textOf(cursor.field), textOf(cursor.value));
    assertEquals(parts.length, 2 * cursor.fieldCount);
    listpackRead(node.arena.bytesOf(node.handle), node.arena.offsetOf(node.handle), cursor.position, flags);
    const bits = Number(flags.integer);
    seen.push({
      id: cursor.id.toString(),
      parts,
      isDeleted: (bits & ENTRY_DELETED) !== 0,
      position: cursor.position,
      hasSameFields: (bits & ENTRY_SAME_FIELDS) !== 0,
    });
  }
  return seen;
}

function check(node: StreamNode, model: readonly ModelEntry[], masterFields: readonly string[]): void {
  const seen = entriesOf(node);
  assertEquals(
    seen.map(({ id, parts, isDeleted }) => ({ id, parts, isDeleted })),
    model.map(({ id, parts, isDeleted }) => ({ id: id.toString(), parts, isDeleted })),
  );
  for (const { parts, hasSameFields } of seen) {
    assertEquals(hasSameFields, names(parts).join("\n") === masterFields.join("\n") && parts.length > 0);
  }
  const deleted = model.filter(({ isDeleted }) => isDeleted).length;
  assertEquals([node.count, node.deletedCount], [model.length - deleted, deleted]);
  // Backwards, from the end to the master entry.
  const positions: number[] = [];
  for (let at = node.entryBefore(node.sizeBytes - 1); at !== 0; at = node.entryBefore(at)) positions.unshift(at);
  assertEquals(positions, seen.map(({ position }) => position));
  const id = new StreamId();
  for (const { position, id: expected } of seen) {
    node.readId(position, id);
    assertEquals(id.toString(), expected);
  }
  const start = node.arena.offsetOf(node.handle);
  assert(validateStreamListpack(node.arena.bytesOf(node.handle), start, start + node.sizeBytes, true));
  assertEquals(node.arena.usedBytes, node.arena.capacity(node.handle));
}

Deno.test("stream nodes agree with an array of entries, deleted ones included", () => {
  const firstIds = [
    new StreamId(0, 1),
    new StreamId(1_700_000_000_000, 0),
    new StreamId(2 ** 53 - 50, 2 ** 53 - 9),
    new StreamId(2n ** 64n - 100_000n, 2n ** 64n - 3n),
  ];
  for (const [seed, firstId] of firstIds.entries()) {
    const random = new SeededRandom(seed + 1);
    const arena = new Arena();
    const masterFields = Array.from({ length: seed + 1 }, () => randomElement(random));
    const id = firstId.clone();
    const draw = (fields: readonly string[]) => fields.flatMap((field) => [field, randomElement(random)]);
    const firstParts = draw(masterFields);
    const node = StreamNode.create(arena, id, fieldsOf(firstParts), DEFAULT_STREAM_LIMITS);
    const model: ModelEntry[] = [];
    const add = (parts: string[]) => {
      assert(append(node, id, fieldsOf(parts), null));
      model.push({ id: id.clone(), parts, isDeleted: false });
    };
    add(firstParts);
    // Over 127 entries: the counts of the master entry widen, and all that follows moves.
    for (let step = 0; step < 400; step++) {
      if (random.chance(0.6)) {
        if (random.chance(0.5)) id.increment();
        else id.set(addUint64(id.ms, random.integer(1, 90)), random.integer(0, 3));
        const others = Array.from({ length: random.integer(1, 4) }, () => randomElement(random));
        const same = random.chance(0.2) ? masterFields.slice(1).concat("other") : masterFields;
        add(draw(random.chance(0.6) ? same : others));
      } else {
        const index = random.integer(0, model.length - 1);
        const { position } = entriesOf(node)[index]!;
        const entry = model[index]!;
        assertEquals(node.markDeleted(position), !entry.isDeleted);
        if (!entry.isDeleted) node.countDeleted(1);
        entry.isDeleted = true;
      }
      if (step % 40 === 0) check(node, model, masterFields);
      if (step % 100 === 99) {
        node.shrink();
        assert(arena.isWellFilled(node.handle, node.sizeBytes));
      }
    }
    check(node, model, masterFields);
    node.free();
    assertEquals(arena.usedBytes, 0, `seed ${seed + 1}`);
  }
});

Deno.test("append() keeps a node within both limits", () => {
  for (const maxNodeEntries of [0, 1, 7]) {
    for (const maxNodeBytes of [0, 200, 4096]) {
      const limits = { maxNodeBytes, maxNodeEntries };
      const arena = new Arena();
      const id = new StreamId(1, 0);
      const fields = fieldsOf(["field", "x".repeat(50)]);
      const node = StreamNode.create(arena, id, fields, limits);
      for (let count = 0; count < 150; count++) {
        const expected = (maxNodeBytes === 0 || node.sizeBytes + 55 < maxNodeBytes) &&
          (maxNodeEntries === 0 || count < maxNodeEntries);
        const sizeBefore = node.sizeBytes;
        assertEquals(append(node, id, fields, limits), expected);
        assertEquals(node.sizeBytes > sizeBefore, expected);
        if (!expected) break;
        // What is deleted takes up room all the same.
        if (count % 3 === 0) {
          assert(node.markDeleted(node.entryBefore(node.sizeBytes - 1)));
          node.countDeleted(1);
        }
        id.increment();
      }
      node.free();
      assertEquals(arena.usedBytes, 0);
    }
  }
});

Deno.test("append() takes a node whose count is stored wider than it need be", () => {
  const arena = new Arena();
  const id = new StreamId(1, 0);
  const fields = fieldsOf(["field", "x".repeat(50)]);
  const source = StreamNode.create(arena, id, fields, DEFAULT_STREAM_LIMITS);
  for (let count = 0; count < 4; count++) assert(append(source, id, fields, null));
  const start = arena.offsetOf(source.handle);
  const bytes = arena.bytesOf(source.handle).slice(start, start + source.sizeBytes);
  // The count, 4 in one byte and its length, as an integer of 16 bits and its length.
  const wide = Uint8Array.of(...bytes.subarray(0, 6), 0xf1, 4, 0, 3, ...bytes.subarray(8));
  wide[0] = wide.length;
  wide[1] = wide.length >> 8;
  for (const room of [1, 100, 1000, 4000]) {
    assert(validateStreamListpack(wide, 0, wide.length, true));
    const node = StreamNode.import(arena, id, wide, 0, wide.length);
    const added = fieldsOf(["field", "y".repeat(room)]);
    for (let count = 0; count < 5; count++) assert(append(node, id, added, null));
    const base = arena.offsetOf(node.handle);
    assert(node.sizeBytes <= arena.capacity(node.handle));
    assert(validateStreamListpack(arena.bytesOf(node.handle), base, base + node.sizeBytes, true));
    assertEquals(node.count, 9);
    node.free();
  }
  source.free();
});
