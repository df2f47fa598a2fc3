import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { Arena } from "../../../src/values/arena.ts";
import { HashCursor, type HashLimits, HashValue } from "../../../src/values/hash_value.ts";
import { ListpackEntry } from "../../../src/values/listpack.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { randomElement, sliceOf, textOf } from "./elements.ts";

const HASH = new SeededHash(1, 2);
const DEFAULT_LIMITS: HashLimits = { maxListpackEntries: 512, maxListpackValue: 64 };
const ALWAYS_LISTPACK: HashLimits = { maxListpackEntries: Infinity, maxListpackValue: Infinity };
const NEVER_LISTPACK: HashLimits = { maxListpackEntries: 0, maxListpackValue: 0 };

function pairsOf(hash: HashValue): [string, string][] {
  const cursor = new HashCursor();
  const pairs: [string, string][] = [];
  for (cursor.open(hash); cursor.next();) pairs.push([textOf(cursor.field), textOf(cursor.value)]);
  cursor.close();
  return pairs;
}

function sorted(pairs: Iterable<[string, string]>): [string, string][] {
  return [...pairs].sort((left, right) => (left[0] < right[0] ? -1 : 1));
}

function filled(arena: Arena, count: number, limits: HashLimits): HashValue {
  const hash = new HashValue(arena, HASH);
  for (let index = 0; index < count; index++) hash.set(sliceOf(`field${index}`), sliceOf(`value${index}`), limits);
  return hash;
}

Deno.test("hashes agree with a Map under random changes, in both encodings", () => {
  for (const [seed, limits] of [DEFAULT_LIMITS, ALWAYS_LISTPACK, NEVER_LISTPACK, DEFAULT_LIMITS].entries()) {
    const random = new SeededRandom(seed + 1);
    const chance = new Random(seed);
    const arena = new Arena();
    const hash = new HashValue(arena, HASH);
    const model = new Map<string, string>();
    const field = new ListpackEntry();
    const value = new ListpackEntry();
    for (let step = 0; step < 1500; step++) {
      const name = random.chance(0.5) && model.size > 0 ? random.pick([...model.keys()]) : randomElement(random);
      const content = randomElement(random);
      switch (random.integer(0, 4)) {
        case 0:
        case 1:
          assertEquals(hash.set(sliceOf(name), sliceOf(content), limits), !model.has(name));
          model.set(name, content);
          break;
        case 2:
          assertEquals(hash.remove(sliceOf(name)), model.delete(name));
          break;
        case 3:
          assertEquals(hash.has(sliceOf(name)), model.has(name));
          assertEquals(hash.get(sliceOf(name), value), model.has(name));
          if (model.has(name)) assertEquals(textOf(value), model.get(name)!);
          break;
        default:
          if (model.size === 0) break;
          hash.readHandle(hash.randomHandle(chance), field, value);
          assertEquals(model.get(textOf(field)), textOf(value));
      }
      assertEquals(hash.size, model.size);
    }
    const expected = sorted(model);
    assertEquals(sorted(pairsOf(hash)), expected, `seed ${random.seed}`);
    const copy = hash.duplicate();
    assertEquals([copy.encoding, sorted(pairsOf(copy))], [hash.encoding, expected]);
    hash.free();
    assertEquals(sorted(pairsOf(copy)), expected);
    copy.free();
    assertEquals(arena.usedBytes, 0, `seed ${random.seed}`);
  }
});

Deno.test("set() leaves the listpack when there are too many fields or one is too long", () => {
  const arena = new Arena();
  const limits = { maxListpackEntries: 3, maxListpackValue: 5 };
  const full = new HashValue(arena, HASH);
  for (const name of ["a", "b", "c", "a"]) full.set(sliceOf(name), sliceOf("1"), limits);
  assertEquals([full.encoding, full.size], ["listpack", 3]);
  assertEquals(pairsOf(full).map(([name]) => name), ["a", "b", "c"]);
  full.set(sliceOf("d"), sliceOf("1"), limits);
  assertEquals([full.encoding, full.size], ["hashtable", 4]);
  for (const name of ["a", "b", "c"]) full.remove(sliceOf(name));
  assertEquals(full.encoding, "hashtable");
  const longValue = new HashValue(arena, HASH);
  longValue.set(sliceOf("a"), sliceOf("12345"), limits);
  assertEquals(longValue.encoding, "listpack");
  longValue.set(sliceOf("a"), sliceOf("123456"), limits);
  assertEquals([longValue.encoding, pairsOf(longValue)], ["hashtable", [["a", "123456"]]]);
  const longField = new HashValue(arena, HASH);
  longField.set(sliceOf("abcdef"), sliceOf(""), limits);
  assertEquals([longField.encoding, pairsOf(longField)], ["hashtable", [["abcdef", ""]]]);
  for (const hash of [full, longValue, longField]) hash.free();
  assertEquals(arena.usedBytes, 0);
});

Deno.test("the value of a table's field may take any length and back", () => {
  const arena = new Arena();
  const hash = filled(arena, 50, NEVER_LISTPACK);
  const before = arena.usedBytes;
  const value = new ListpackEntry();
  for (const length of [0, 1, 7, 100, 5_000, 40_000, 100_000, 33_000, 20, 3, 0]) {
    const content = "x".repeat(length);
    assertEquals(hash.set(sliceOf("field7"), sliceOf(content), NEVER_LISTPACK), false);
    assert(hash.get(sliceOf("field7"), value));
    assertEquals(textOf(value), content);
    assert(hash.get(sliceOf("field8"), value));
    assertEquals(textOf(value), "value8");
  }
  hash.set(sliceOf("field7"), sliceOf("value7"), NEVER_LISTPACK);
  assertEquals(arena.usedBytes, before);
  assertEquals(hash.sizeBytes - hash.table!.tableBytes - 16, arena.usedBytes);
  hash.free();
  assertEquals(arena.usedBytes, 0);
});

Deno.test("fromListpack() takes what readListpack() gives", () => {
  const arena = new Arena();
  const hash = filled(arena, 20, DEFAULT_LIMITS);
  const raw = new Slice();
  hash.readListpack(raw);
  const copy = HashValue.fromListpack(arena, HASH, raw.bytes, raw.start, raw.end);
  assertEquals([copy.encoding, pairsOf(copy)], ["listpack", pairsOf(hash)]);
});

Deno.test("handles() names each field once", () => {
  for (const limits of [ALWAYS_LISTPACK, NEVER_LISTPACK]) {
    const hash = filled(new Arena(), 300, limits);
    const field = new ListpackEntry();
    const value = new ListpackEntry();
    const pairs: [string, string][] = [];
    for (const handle of hash.handles()) {
      hash.readHandle(handle, field, value);
      pairs.push([textOf(field), textOf(value)]);
    }
    assertEquals(sorted(pairs), sorted(pairsOf(hash)));
    assertEquals(new Set(pairs.map(([name]) => name)).size, 300);
  }
});

Deno.test("a walk may be left and taken up, and lets go of the table when closed", () => {
  const hash = filled(new Arena(), 500, NEVER_LISTPACK);
  const cursor = new HashCursor();
  const seen = new Set<string>();
  cursor.open(hash);
  while (cursor.next()) {
    seen.add(textOf(cursor.field));
    hash.has(sliceOf("field1"));
  }
  assertEquals(cursor.next(), false);
  cursor.close();
  assertEquals(seen.size, 500);
  hash.table!.pauseResize();
  hash.table!.resumeResize();
});

Deno.test("freeSome() gives a table back in parts", () => {
  const arena = new Arena();
  const hash = filled(arena, 1000, NEVER_LISTPACK);
  assertEquals(hash.freeEffort, 1000);
  let steps = 1;
  while (!hash.freeSome(100)) steps++;
  assert(steps >= 8, `${steps} steps`);
  assertEquals(arena.usedBytes, 0);
  assertEquals(filled(arena, 10, DEFAULT_LIMITS).freeEffort, 1);
});
