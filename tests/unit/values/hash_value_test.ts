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
/** What `sizeBytes` counts beside the arena and its tables. */
const OVERHEAD_BYTES = 16;

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

/** All limits are crossed in both directions: a hash grows past them, shrinks to little, and grows again. */
const MODEL_LIMITS: readonly HashLimits[] = [
  DEFAULT_LIMITS,
  ALWAYS_LISTPACK,
  NEVER_LISTPACK,
  { maxListpackEntries: 100, maxListpackValue: 20_000 },
  { maxListpackEntries: 512, maxListpackValue: 128 },
];

Deno.test("hashes agree with a Map under random changes, whatever the limits", () => {
  for (const [index, limits] of MODEL_LIMITS.entries()) runAgainstMap(limits, index + 1);
});

function runAgainstMap(limits: HashLimits, seed: number): void {
  const random = new SeededRandom(seed);
  const chance = new Random(seed);
  const arena = new Arena();
  const hash = new HashValue(arena, HASH);
  const model = new Map<string, string>();
  const field = new ListpackEntry();
  const value = new ListpackEntry();
  let mustBeTable = false;
  for (let step = 0; step < 4000; step++) {
    const isGrowing = Math.floor(step / 1000) % 2 === 0;
    const name = random.chance(isGrowing ? 0.2 : 0.9) && model.size > 0
      ? random.pick([...model.keys()])
      : randomElement(random);
    const choice = random.integer(0, 9);
    if (choice === 0) {
      assertEquals(hash.has(sliceOf(name)), model.has(name));
      assertEquals(hash.get(sliceOf(name), value), model.has(name));
      if (model.has(name)) assertEquals(textOf(value), model.get(name)!);
    } else if (choice === 1 && model.size > 0) {
      hash.readHandle(hash.randomHandle(chance), field, value);
      assertEquals(model.get(textOf(field)), textOf(value));
    } else if (choice < (isGrowing ? 8 : 4)) {
      const content = randomElement(random);
      assertEquals(hash.set(sliceOf(name), sliceOf(content), limits), !model.has(name));
      model.set(name, content);
      mustBeTable ||= Math.max(name.length, content.length) > limits.maxListpackValue ||
        model.size > limits.maxListpackEntries;
    } else {
      assertEquals(hash.remove(sliceOf(name)), model.delete(name));
    }
    assertEquals([hash.size, hash.encoding], [model.size, mustBeTable ? "hashtable" : "listpack"], `seed ${seed}`);
    assertEquals(hash.sizeBytes, OVERHEAD_BYTES + arena.usedBytes + arena.tableBytes);
    if (step % 500 === 499) assertEquals(sorted(pairsOf(hash)), sorted(model), `seed ${seed}`);
  }
  const expected = sorted(model);
  if (hash.encoding === "listpack") assertEquals(pairsOf(hash), [...model]);
  const copy = hash.duplicate();
  assertEquals([copy.encoding, sorted(pairsOf(copy))], [hash.encoding, expected]);
  hash.free();
  assertEquals(sorted(pairsOf(copy)), expected);
  assertEquals(copy.sizeBytes, OVERHEAD_BYTES + arena.usedBytes + arena.tableBytes);
  while (!copy.freeSome(random.integer(1, 50)));
  assertEquals([arena.usedBytes, arena.tableBytes], [0, 0], `seed ${seed}`);
}

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
