import { assert, assertEquals } from "@std/assert";
import { latin1 } from "../../../src/bytes/ascii.ts";
import { Arena } from "../../../src/values/arena.ts";
import { ListCursor, ListValue } from "../../../src/values/list_value.ts";
import { ListpackEntry, validateListpack } from "../../../src/values/listpack.ts";
import { DEFAULT_LIST_LIMITS, type ListLimits } from "../../../src/values/quicklist.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { randomElement, sliceOf, textOf } from "./elements.ts";

function elementsOf(list: ListValue, isReverse = false): string[] {
  const cursor = new ListCursor();
  const elements: string[] = [];
  if (!cursor.seek(list, isReverse ? -1 : 0, isReverse)) return elements;
  while (cursor.next()) elements.push(textOf(cursor.entry));
  return elements;
}

/** What `show` shows of the middle of a list, and the element that comes next. */
function shownElements(list: ListValue, first: number, count: number, isReverse: boolean): string[] {
  const cursor = new ListCursor();
  const elements: string[] = [];
  cursor.seek(list, first, isReverse);
  cursor.show(count, { bulk: (bytes, start, end) => void elements.push(latin1(bytes, start, end)) });
  if (cursor.next()) elements.push(textOf(cursor.entry));
  return elements;
}

/** Compares the whole list and its nodes; returns the bytes of their blocks. */
function assertList(list: ListValue, expected: readonly string[]): number {
  assertEquals(elementsOf(list), expected);
  assertEquals(elementsOf(list, true), expected.toReversed());
  assertEquals(list.length, expected.length);
  const third = Math.floor(expected.length / 3);
  assertEquals(shownElements(list, third, third, false), expected.slice(third, 2 * third + 1));
  assertEquals(shownElements(list, -1 - third, third, true), expected.toReversed().slice(third, 2 * third + 1));
  const { arena } = list.quicklist;
  let nodes = 0;
  let contentBytes = 0;
  let capacityBytes = 0;
  for (let node = list.firstNode; node !== null; node = node.next) {
    nodes++;
    contentBytes += node.sizeBytes;
    capacityBytes += arena.capacity(node.handle);
    const start = list.quicklist.baseOf(node);
    assert(node.room + node.sizeBytes <= arena.capacity(node.handle));
    assert(node.room === 0 || list.nodeCount > 1);
    assert(node.isPlain || validateListpack(arena.bytesOf(node.handle), start, start + node.sizeBytes, true));
    assert(node.count > 0);
    assertEquals(node.next?.previous ?? node, node.next === null ? list.quicklist.tail : node);
  }
  assertEquals(nodes, list.nodeCount);
  assertEquals(contentBytes, list.quicklist.contentBytes);
  return capacityBytes;
}

function removeFrom(model: string[], element: string, count: number): number {
  let removed = 0;
  const wanted = count === 0 ? Infinity : Math.abs(count);
  while (removed < wanted) {
    const index = count < 0 ? model.lastIndexOf(element) : model.indexOf(element);
    if (index < 0) break;
    model.splice(index, 1);
    removed++;
  }
  return removed;
}

const LIMITS: readonly ListLimits[] = [
  DEFAULT_LIST_LIMITS,
  { maxListpackSize: 3, compressDepth: 0, packedThreshold: 2 ** 30 },
  { maxListpackSize: 0, compressDepth: 1, packedThreshold: 2 ** 30 },
  { maxListpackSize: -1, compressDepth: 0, packedThreshold: 60 },
  { maxListpackSize: 5, compressDepth: 0, packedThreshold: 3 },
];

Deno.test("lists agree with an array under random changes, whatever the limits", () => {
  for (const [index, limits] of LIMITS.entries()) {
    for (let seed = 1; seed <= 3; seed++) runAgainstArray(limits, seed * 10 + index);
  }
});

function runAgainstArray(limits: ListLimits, seed: number): void {
  const random = new SeededRandom(seed);
  const arena = new Arena();
  const list = new ListValue(arena, limits);
  const model: string[] = [];
  const entry = new ListpackEntry();
  for (let step = 0; step < 2500; step++) {
    const element = random.chance(0.3) && model.length > 0 ? random.pick(model) : randomElement(random);
    const slice = sliceOf(element);
    const index = random.integer(0, Math.max(model.length - 1, 0));
    switch (random.integer(0, model.length > 400 ? 11 : 9)) {
      case 0:
      case 1:
        list.pushTail(slice);
        model.push(element);
        break;
      case 2:
      case 3:
        list.pushHead(slice);
        model.unshift(element);
        break;
      case 4: {
        const isHead = random.chance(0.5);
        const popped = isHead ? model.shift() : model.pop();
        assertEquals(isHead ? list.popHead(entry) : list.popTail(entry), popped !== undefined);
        if (popped !== undefined) assertEquals(textOf(entry), popped);
        break;
      }
      case 5:
      case 6: {
        const pivot = model.length > 0 ? random.pick(model) : "none";
        const isAfter = random.chance(0.5);
        const at = model.indexOf(pivot);
        assertEquals(list.insert(sliceOf(pivot), slice, isAfter), at >= 0);
        if (at >= 0) model.splice(isAfter ? at + 1 : at, 0, element);
        break;
      }
      case 7:
        assertEquals(list.setAt(random.chance(0.5) ? index : index - model.length, slice), model.length > 0);
        if (model.length > 0) model[index] = element;
        break;
      case 8: {
        const count = random.integer(-3, 3);
        assertEquals(list.remove(slice, count), removeFrom(model, element, count), `seed ${seed}`);
        break;
      }
      case 9:
        assertEquals(list.entryAt(index - model.length, entry), model.length > 0);
        if (model.length > 0) assertEquals(textOf(entry), model[index]);
        break;
      case 10: {
        const count = random.integer(0, 150);
        assertEquals(list.deleteRange(index, count), model.splice(index, count).length);
        break;
      }
      default: {
        const last = random.integer(index, model.length + 3);
        if (random.chance(0.2)) {
          list.trim(index, last);
          model.splice(last + 1);
          model.splice(0, index);
        }
      }
    }
    if (step % 100 === 0) assertEquals(assertList(list, model), arena.usedBytes);
  }
  const usedBytes = assertList(list, model);
  const copy = list.duplicate();
  assertEquals(usedBytes + assertList(copy, model), arena.usedBytes);
  list.free();
  while (!copy.freeSome(random.integer(1, 5)));
  assertEquals([copy.length, arena.usedBytes], [0, 0], `seed ${seed}`);
}

Deno.test("trim() to nothing empties the list", () => {
  const arena = new Arena();
  const list = new ListValue(arena, DEFAULT_LIST_LIMITS);
  for (const text of ["a", "b", "c"]) list.pushTail(sliceOf(text));
  list.trim(5, 9);
  assertEquals([list.length, list.nodeCount, arena.usedBytes], [0, 0, 0]);
});

Deno.test("popTail() of a list onto its own head rotates it", () => {
  const arena = new Arena();
  const list = new ListValue(arena, DEFAULT_LIST_LIMITS);
  const entry = new ListpackEntry();
  const texts = ["a", "22", "c".repeat(100)];
  for (const text of texts) list.pushTail(sliceOf(text));
  for (let turn = 0; turn < 3; turn++) {
    assert(list.popTail(entry));
    list.pushHead(entry);
  }
  assertEquals(elementsOf(list), texts);
});

Deno.test("ListCursor.seek() starts at any index in both directions", () => {
  const arena = new Arena();
  const list = new ListValue(arena, { ...DEFAULT_LIST_LIMITS, maxListpackSize: 7, packedThreshold: 5 });
  const model = Array.from({ length: 100 }, (_, index) => (index % 9 === 0 ? `plain${index}` : `${index}`));
  for (const text of model) list.pushTail(sliceOf(text));
  const cursor = new ListCursor();
  for (let index = 0; index < model.length; index++) {
    for (const isReverse of [false, true]) {
      assert(cursor.seek(list, index, isReverse));
      const seen: string[] = [];
      while (cursor.next()) seen.push(textOf(cursor.entry));
      assertEquals(seen, isReverse ? model.slice(0, index + 1).toReversed() : model.slice(index));
    }
  }
  assert(!cursor.seek(list, 100) && !cursor.seek(list, -101));
});

Deno.test("duplicate() keeps the fill of its model, whatever is configured by then", () => {
  const limits = { ...DEFAULT_LIST_LIMITS, maxListpackSize: 2 };
  const list = new ListValue(new Arena(), limits);
  for (const text of ["a", "b", "c"]) list.pushTail(sliceOf(text));
  limits.maxListpackSize = 100;
  const copy = list.duplicate();
  for (const text of ["d", "e", "f"]) copy.pushTail(sliceOf(text));
  assertList(copy, ["a", "b", "c", "d", "e", "f"]);
  assertEquals([copy.quicklist.fill, copy.nodeCount], [2, 3]);
});

Deno.test("freeSome() gives a list back node by node", () => {
  const arena = new Arena();
  const list = new ListValue(arena, { ...DEFAULT_LIST_LIMITS, maxListpackSize: 1 });
  for (let count = 0; count < 10; count++) list.pushTail(sliceOf(`element ${count}`));
  assertEquals([list.freeSome(4), list.nodeCount], [false, 6]);
  assertEquals([list.freeSome(100), arena.usedBytes], [true, 0]);
});
