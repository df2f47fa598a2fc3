import { assert, assertEquals } from "@std/assert";
import { Arena } from "../../../src/values/arena.ts";
import type { Int64 } from "../../../src/values/int64.ts";
import {
  createIntset,
  exportIntset,
  importIntset,
  intsetEncoding,
  intsetGet,
  intsetInsert,
  intsetLength,
  intsetRemoveAt,
  intsetSearch,
  validateIntset,
} from "../../../src/values/intset.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { randomInteger } from "./elements.ts";

function valueOf(text: string): Int64 {
  const number = Number(text);
  return Number.isSafeInteger(number) ? number + 0 : BigInt(text);
}

function membersOf(arena: Arena, handle: number): Int64[] {
  return Array.from({ length: intsetLength(arena, handle) }, (_, index) => intsetGet(arena, handle, index));
}

Deno.test("intsets agree with a set under random changes, in every encoding", () => {
  for (let seed = 1; seed <= 12; seed++) {
    const random = new SeededRandom(seed);
    const arena = new Arena();
    const model = new Map<string, Int64>();
    let handle = createIntset(arena);
    // The first seeds stay narrow, so that each encoding is met for long.
    const span = seed <= 4 ? 2000 : seed <= 8 ? 2 ** 30 : 0;
    for (let step = 0; step < 1500; step++) {
      const text = span > 0 ? String(random.integer(-span, span)) : randomInteger(random);
      const value = valueOf(text);
      const index = intsetSearch(arena, handle, value);
      assertEquals(index >= 0, model.has(text), `seed ${seed}`);
      if (index < 0) {
        handle = intsetInsert(arena, handle, ~index, value);
        model.set(text, value);
      } else {
        handle = intsetRemoveAt(arena, handle, index);
        model.delete(text);
      }
      if (step % 100 === 0) {
        const expected = [...model.values()].sort((left, right) => (left < right ? -1 : 1));
        assertEquals(membersOf(arena, handle), expected, `seed ${seed}`);
      }
    }
    const bytes = exportIntset(arena, handle);
    assertEquals(validateIntset(bytes, 0, bytes.length, true), model.size > 0);
    const copy = importIntset(arena, bytes, 0, bytes.length);
    assertEquals(membersOf(arena, copy), membersOf(arena, handle));
    arena.free(copy);
    arena.free(handle);
    assertEquals(arena.usedBytes, 0);
  }
});

Deno.test("an intset of 10,000 members grows into a block of its own and comes back", () => {
  const random = new SeededRandom(77);
  const arena = new Arena();
  const values = [...new Set(Array.from({ length: 10_000 }, () => random.integer(-2_000_000_000, 2_000_000_000)))];
  let handle = createIntset(arena);
  for (const value of values) handle = intsetInsert(arena, handle, ~intsetSearch(arena, handle, value), value);
  assert(handle < 0, "40 kB are a large block");
  assertEquals(membersOf(arena, handle), values.toSorted((left, right) => left - right));
  const rest = values.splice(0, 100);
  for (const value of values) handle = intsetRemoveAt(arena, handle, intsetSearch(arena, handle, value));
  assertEquals(membersOf(arena, handle), rest.toSorted((left, right) => left - right));
  assert(arena.usedBytes <= 1000, `${arena.usedBytes} bytes for 100 members`);
  arena.free(handle);
  assertEquals(arena.usedBytes, 0);
});

Deno.test("intsetInsert() widens at the edges of an encoding and never narrows", () => {
  const arena = new Arena();
  let handle = createIntset(arena);
  const add = (value: Int64) => handle = intsetInsert(arena, handle, ~intsetSearch(arena, handle, value), value);
  add(32767);
  add(-32768);
  assertEquals(intsetEncoding(arena, handle), 2);
  add(32768);
  add(-2147483648);
  assertEquals(intsetEncoding(arena, handle), 4);
  add(2147483648);
  add(-9223372036854775808n);
  assertEquals(intsetEncoding(arena, handle), 8);
  assertEquals(membersOf(arena, handle), [-9223372036854775808n, -2147483648, -32768, 32767, 32768, 2147483648]);
  handle = intsetRemoveAt(arena, handle, 0);
  assertEquals(intsetEncoding(arena, handle), 8);
});

Deno.test("validateIntset() refuses wrong sizes, disorder and emptiness", () => {
  const sound = new Uint8Array([2, 0, 0, 0, 2, 0, 0, 0, 1, 0, 2, 0]);
  assert(validateIntset(sound, 0, sound.length, true));
  for (
    const damaged of [sound.with(0, 3), sound.with(4, 3), sound.with(4, 0), sound.with(7, 0x80), sound.slice(0, 7)]
  ) {
    assert(!validateIntset(damaged, 0, damaged.length, true));
  }
  const disordered = sound.with(10, 1);
  assert(!validateIntset(disordered, 0, disordered.length, true));
  assert(validateIntset(disordered, 0, disordered.length, false));
});
