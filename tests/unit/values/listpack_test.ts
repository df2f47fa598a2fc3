import { assert, assertEquals } from "@std/assert";
import { Arena } from "../../../src/values/arena.ts";
import {
  listpackBytes,
  ListpackEntry,
  listpackEquals,
  listpackFind,
  listpackFirst,
  listpackHeaderCount,
  listpackInteger,
  listpackLast,
  listpackLength,
  listpackNext,
  listpackPrevious,
  listpackRead,
  listpackSeek,
  validateListpack,
} from "../../../src/values/listpack.ts";
import {
  createListpack,
  exportListpack,
  importListpack,
  listpackAppend,
  listpackAppendInteger,
  listpackDelete,
  listpackDeleteRange,
  listpackInsert,
  listpackInsertAfter,
  listpackMerge,
  listpackPrepend,
  listpackReplace,
  listpackReplaceInteger,
} from "../../../src/values/listpack_edit.ts";
import { bytesOfText } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { NEARLY_INTEGERS, randomElement, randomInteger, sliceOf, textOf } from "./elements.ts";

function listpackOf(arena: Arena, ...elements: string[]): number {
  let handle = createListpack(arena);
  for (const element of elements) handle = listpackAppend(arena, handle, sliceOf(element));
  return handle;
}

function elementsOf(arena: Arena, handle: number): string[] {
  const [bytes, base] = [arena.bytesOf(handle), arena.offsetOf(handle)];
  const entry = new ListpackEntry();
  const elements: string[] = [];
  for (let at = listpackFirst(bytes, base); at !== 0; at = listpackNext(bytes, base, at)) {
    listpackRead(bytes, base, at, entry);
    elements.push(textOf(entry));
  }
  return elements;
}

function assertListpack(arena: Arena, handle: number, expected: readonly string[]): void {
  const [bytes, base] = [arena.bytesOf(handle), arena.offsetOf(handle)];
  assertEquals(elementsOf(arena, handle), expected);
  assertEquals(listpackLength(bytes, base), expected.length);
  const total = listpackBytes(bytes, base);
  assert(arena.isWellFilled(handle, total), `${total} bytes in a block of ${arena.capacity(handle)}`);
  assert(validateListpack(bytes, base, base + total, true));
}

Deno.test("listpackAppend() writes the bytes that the format names", () => {
  const arena = new Arena();
  const handle = listpackOf(arena, "1", "-1", "abc", "300", "70000", "-2147483648");
  assertEquals(
    [...exportListpack(arena, handle)],
    // deno-fmt-ignore
    [
      31, 0, 0, 0, 6, 0,
      1, 1,
      0xdf, 0xff, 2,
      0x83, 0x61, 0x62, 0x63, 4,
      0xc1, 0x2c, 2,
      0xf2, 0x70, 0x11, 0x01, 4,
      0xf3, 0, 0, 0, 0x80, 5,
      0xff,
    ],
  );
});

Deno.test("listpackRead() tells integers from strings that only look like one", () => {
  const arena = new Arena();
  const entry = new ListpackEntry();
  for (const text of [...NEARLY_INTEGERS, "0", "-1", "9223372036854775807", "-9223372036854775808"]) {
    const handle = listpackOf(arena, text);
    listpackRead(arena.bytesOf(handle), arena.offsetOf(handle), 6, entry);
    assertEquals(textOf(entry), text);
    assertEquals(entry.isInteger, !NEARLY_INTEGERS.includes(text), text);
    if (entry.isInteger) assertEquals(`${entry.integer}`, text);
    arena.free(handle);
  }
});

Deno.test("listpackInteger() is a number when safe and a bigint beyond", () => {
  const arena = new Arena();
  const handle = listpackOf(arena, "9007199254740991", "9007199254740992", "-9007199254740992", "x");
  const [bytes, base] = [arena.bytesOf(handle), arena.offsetOf(handle)];
  const at = (index: number) => listpackInteger(bytes, base, listpackSeek(bytes, base, index));
  assertEquals([at(0), at(1), at(2), at(3)], [9007199254740991, 9007199254740992n, -9007199254740992n, NaN]);
});

Deno.test("listpacks agree with an array under random changes", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const random = new SeededRandom(seed);
    const arena = new Arena();
    const model: string[] = [];
    let handle = createListpack(arena);
    for (let step = 0; step < 2500; step++) {
      const element = randomElement(random);
      const index = random.integer(0, Math.max(0, model.length - 1));
      const position = listpackSeek(arena.bytesOf(handle), arena.offsetOf(handle), index);
      const choice = model.length > 300 ? 7 : random.integer(0, model.length === 0 ? 1 : 9);
      switch (choice) {
        case 0:
          handle = listpackAppend(arena, handle, sliceOf(element));
          model.push(element);
          break;
        case 1:
          handle = listpackPrepend(arena, handle, sliceOf(element));
          model.unshift(element);
          break;
        case 2:
          handle = listpackInsert(arena, handle, position, sliceOf(element));
          model.splice(index, 0, element);
          break;
        case 3:
          handle = listpackInsertAfter(arena, handle, position, sliceOf(element));
          model.splice(index + 1, 0, element);
          break;
        case 4:
          handle = listpackReplace(arena, handle, position, sliceOf(element));
          model[index] = element;
          break;
        case 5: {
          const text = randomInteger(random);
          const value = Number.isSafeInteger(Number(text)) ? Number(text) : BigInt(text);
          if (random.chance(0.5)) {
            handle = listpackReplaceInteger(arena, handle, position, value);
            model[index] = text;
          } else {
            handle = listpackAppendInteger(arena, handle, value);
            model.push(text);
          }
          break;
        }
        case 6: {
          const count = random.integer(1, 4);
          handle = listpackDelete(arena, handle, position, count);
          model.splice(index, count);
          break;
        }
        case 7: {
          const count = random.integer(0, 40);
          handle = listpackDeleteRange(arena, handle, random.chance(0.5) ? index : index - model.length, count);
          model.splice(index, count);
          break;
        }
        default: {
          const bytes = arena.bytesOf(handle);
          const base = arena.offsetOf(handle);
          const wanted = random.chance(0.7) ? random.pick(model) : element;
          const found = listpackFind(bytes, base, listpackFirst(bytes, base), sliceOf(wanted), 0);
          assertEquals(found, listpackSeek(bytes, base, model.indexOf(wanted)) * Number(model.includes(wanted)));
          assertEquals(listpackEquals(bytes, base, position, sliceOf(wanted)), model[index] === wanted);
        }
      }
      if (step % 50 === 0) assertListpack(arena, handle, model);
    }
    assertListpack(arena, handle, model);
    arena.free(handle);
    assertEquals(arena.usedBytes, 0, `seed ${seed}`);
  }
});

Deno.test("listpackSeek() and listpackPrevious() reach every entry from both ends", () => {
  const random = new SeededRandom(11);
  const arena = new Arena();
  const elements = Array.from({ length: 200 }, () => randomElement(random));
  const handle = listpackOf(arena, ...elements);
  const [bytes, base] = [arena.bytesOf(handle), arena.offsetOf(handle)];
  const entry = new ListpackEntry();
  let position = listpackLast(bytes, base);
  for (let index = elements.length - 1; index >= 0; index--) {
    assertEquals(listpackSeek(bytes, base, index), position);
    assertEquals(listpackSeek(bytes, base, index - elements.length), position);
    listpackRead(bytes, base, position, entry);
    assertEquals(textOf(entry), elements[index]);
    position = listpackPrevious(bytes, base, position);
  }
  assertEquals(position, 0);
  assertEquals(listpackSeek(bytes, base, 200), 0);
  assertEquals(listpackSeek(bytes, base, -201), 0);
});

Deno.test("listpackFind() with a skip looks at fields only", () => {
  const arena = new Arena();
  const handle = listpackOf(arena, "a", "b", "b", "7", "7", "x");
  const [bytes, base] = [arena.bytesOf(handle), arena.offsetOf(handle)];
  const find = (text: string) => listpackFind(bytes, base, listpackFirst(bytes, base), sliceOf(text), 1);
  assertEquals(find("b"), listpackSeek(bytes, base, 2));
  assertEquals(find("7"), listpackSeek(bytes, base, 4));
  assertEquals(find("x"), 0);
  assertEquals(find("07"), 0);
});

Deno.test("listpackMerge() keeps the order whichever side is larger", () => {
  const random = new SeededRandom(5);
  for (let round = 0; round < 40; round++) {
    const arena = new Arena();
    const first = Array.from({ length: random.integer(1, 20) }, () => randomElement(random));
    const second = Array.from({ length: random.integer(1, 20) }, () => randomElement(random));
    const merged = listpackMerge(arena, listpackOf(arena, ...first), listpackOf(arena, ...second));
    assertListpack(arena, merged, [...first, ...second]);
    arena.free(merged);
    assertEquals(arena.usedBytes, 0);
  }
});

Deno.test("listpackLength() walks when the header cannot hold the count", () => {
  const arena = new Arena();
  let handle = createListpack(arena);
  for (let value = 0; value < 65_540; value++) handle = listpackAppendInteger(arena, handle, value & 63);
  const count = () => listpackLength(arena.bytesOf(handle), arena.offsetOf(handle));
  assertEquals(listpackHeaderCount(arena.bytesOf(handle), arena.offsetOf(handle)), 65_535);
  assertEquals(count(), 65_540);
  handle = listpackDeleteRange(arena, handle, 10, 65_500);
  assertEquals(count(), 40);
  handle = listpackDeleteRange(arena, handle, -5, 100);
  assertEquals(count(), 35);
  let other = createListpack(arena);
  for (let value = 0; value < 65_520; value++) other = listpackAppendInteger(arena, other, value & 63);
  handle = listpackMerge(arena, handle, other);
  assertEquals(listpackHeaderCount(arena.bytesOf(handle), arena.offsetOf(handle)), 65_535);
  assertEquals(count(), 65_555);
  arena.free(handle);
  assertEquals(arena.usedBytes, 0);
});

Deno.test("ListpackEntry.keep() outlives the listpack", () => {
  const arena = new Arena();
  const entry = new ListpackEntry();
  for (const text of ["short", "x".repeat(70_000), "y".repeat(300), "42"]) {
    const handle = listpackOf(arena, text);
    listpackRead(arena.bytesOf(handle), arena.offsetOf(handle), 6, entry);
    entry.keep();
    arena.bytesOf(handle).fill(0, arena.offsetOf(handle), arena.offsetOf(handle) + arena.capacity(handle));
    arena.free(handle);
    assertEquals(textOf(entry), text);
  }
});

Deno.test("validateListpack() refuses what is cut, damaged or miscounted, and never throws", () => {
  const random = new SeededRandom(3);
  const arena = new Arena();
  const handle = listpackOf(arena, ...Array.from({ length: 60 }, () => randomElement(random)));
  const sound = exportListpack(arena, handle);
  assert(validateListpack(sound, 0, sound.length, true));
  for (let end = 0; end < sound.length; end += 7) assert(!validateListpack(sound, 0, end, true));
  const miscounted = sound.with(4, 61);
  assert(!validateListpack(miscounted, 0, miscounted.length, true));
  assert(validateListpack(miscounted, 0, miscounted.length, false));
  const entry = new ListpackEntry();
  for (let round = 0; round < 5000; round++) {
    const damaged = sound.slice();
    for (let hit = random.integer(1, 3); hit > 0; hit--) {
      damaged[random.integer(0, sound.length - 1)] = random.integer(0, 255);
    }
    if (!validateListpack(damaged, 0, damaged.length, true)) continue;
    // What passes can be read from end to end.
    const copy = importListpack(arena, damaged, 0, damaged.length);
    elementsOf(arena, copy);
    const [bytes, base] = [arena.bytesOf(copy), arena.offsetOf(copy)];
    for (let at = listpackLast(bytes, base); at !== 0; at = listpackPrevious(bytes, base, at)) {
      listpackRead(bytes, base, at, entry);
    }
    arena.free(copy);
  }
  const bomb = bytesOfText("\x0c\0\0\0\x01\0\xf0\xff\xff\xff\xff\xff");
  assert(!validateListpack(bomb, 0, bomb.length, true));
});
