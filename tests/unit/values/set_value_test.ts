import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { Arena } from "../../../src/values/arena.ts";
import { ListpackEntry } from "../../../src/values/listpack.ts";
import { SetCursor, SetValue } from "../../../src/values/set_value.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { randomElement, randomInteger, sliceOf, textOf } from "./elements.ts";

const HASH = new SeededHash(1, 2);
/** What `sizeBytes` counts beside the arena and its tables. */
const OVERHEAD_BYTES = 16;

function membersOf(set: SetValue): string[] {
  const cursor = new SetCursor();
  const members: string[] = [];
  for (cursor.open(set); cursor.next();) members.push(textOf(cursor.member));
  cursor.close();
  return members;
}

interface SetPlan {
  maxIntsetEntries: number;
  /** A member that may be added; `isLate` in the second half. */
  element: (random: SeededRandom, isLate: boolean) => string;
}

/** Sets that stay intsets, that outgrow them by count, by one word, at once, or never. */
const SET_PLANS: readonly SetPlan[] = [
  { maxIntsetEntries: 5000, element: (random) => String(random.integer(-900, 900)) },
  { maxIntsetEntries: 100, element: (random) => String(random.integer(-900, 900)) },
  { maxIntsetEntries: 512, element: (random, isLate) => isLate ? randomInteger(random) : `${random.integer(0, 99)}` },
  { maxIntsetEntries: 512, element: (random, isLate) => isLate ? randomElement(random) : randomInteger(random) },
  { maxIntsetEntries: 0, element: randomElement },
];

Deno.test("sets agree with a Set under random changes, whatever the limit", () => {
  for (const [index, plan] of SET_PLANS.entries()) runAgainstSet(plan, index + 1);
});

function runAgainstSet({ maxIntsetEntries, element }: SetPlan, seed: number): void {
  const random = new SeededRandom(seed);
  const chance = new Random(seed);
  const arena = new Arena();
  const set = new SetValue(arena, HASH);
  const model = new Set<string>();
  const member = new ListpackEntry();
  let mustBeTable = false;
  for (let step = 0; step < 4000; step++) {
    const isGrowing = Math.floor(step / 1000) % 2 === 0;
    const text = random.chance(isGrowing ? 0.2 : 0.9) && model.size > 0
      ? random.pick([...model])
      : element(random, step >= 2000);
    const choice = random.integer(0, 9);
    if (choice === 0) {
      assertEquals(set.has(sliceOf(text)), model.has(text));
    } else if (choice === 1) {
      assertEquals(set.readRandom(chance, member), model.size > 0);
      if (model.size > 0) assert(model.has(textOf(member)));
    } else if (choice === 2) {
      assertEquals(set.popRandom(chance, member), model.size > 0);
      if (model.size > 0) assert(model.delete(textOf(member)));
    } else if (choice < (isGrowing ? 9 : 4)) {
      assertEquals(set.add(sliceOf(text), maxIntsetEntries), !model.has(text));
      model.add(text);
      mustBeTable ||= model.size > maxIntsetEntries || BigInt.asIntN(64, integerOf(text)).toString() !== text;
    } else {
      assertEquals(set.remove(sliceOf(text)), model.delete(text));
    }
    assertEquals([set.size, set.encoding], [model.size, mustBeTable ? "hashtable" : "intset"], `seed ${seed}`);
    assertEquals(set.sizeBytes, OVERHEAD_BYTES + arena.usedBytes + arena.tableBytes);
    if (step % 500 === 499) assertEquals(membersOf(set).sort(), [...model].sort(), `seed ${seed}`);
  }
  const expected = [...model].sort();
  const scanned = new Set<string>();
  let cursor = 0;
  do cursor = set.scan(cursor, (each) => scanned.add(textOf(each))); while (cursor !== 0);
  assertEquals([...scanned].sort(), expected);
  const copy = set.duplicate();
  assertEquals([copy.encoding, membersOf(copy).sort()], [set.encoding, expected]);
  set.free();
  assertEquals(copy.sizeBytes, OVERHEAD_BYTES + arena.usedBytes + arena.tableBytes);
  while (!copy.freeSome(random.integer(1, 50)));
  assertEquals([arena.usedBytes, arena.tableBytes], [0, 0], `seed ${seed}`);
}

/** The integer that a text may be; any other for what is none. */
function integerOf(text: string): bigint {
  return /^-?[0-9]{1,20}$/.test(text) ? BigInt(text) : 0n;
}

Deno.test("add() leaves the intset when it is too long or the member is no integer", () => {
  const arena = new Arena();
  const long = new SetValue(arena, HASH);
  for (let value = 0; value < 4; value++) long.add(sliceOf(`${value}`), 4);
  assertEquals(long.encoding, "intset");
  long.add(sliceOf("4"), 4);
  assertEquals([long.encoding, long.size], ["hashtable", 5]);
  const mixed = new SetValue(arena, HASH);
  mixed.add(sliceOf("1"), 4);
  mixed.add(sliceOf("01"), 4);
  assertEquals([mixed.encoding, membersOf(mixed).sort()], ["hashtable", ["01", "1"]]);
  const none = new SetValue(arena, HASH);
  none.add(sliceOf("1"), 0);
  assertEquals(none.encoding, "hashtable");
  for (const set of [long, mixed, none]) set.free();
  assertEquals(arena.usedBytes, 0);
});

Deno.test("members of an intset come in ascending order", () => {
  const random = new SeededRandom(9);
  const set = new SetValue(new Arena(), HASH);
  const values = new Set<bigint>();
  for (let count = 0; count < 100; count++) {
    const text = randomInteger(random);
    values.add(BigInt(text));
    set.add(sliceOf(text), 512);
  }
  const sorted = [...values].sort((left, right) => (left < right ? -1 : 1));
  assertEquals(membersOf(set), sorted.map(String));
});

Deno.test("fromIntset() takes what readIntset() gives", () => {
  const arena = new Arena();
  const set = new SetValue(arena, HASH);
  for (const text of ["5", "-70000", "9007199254740993"]) set.add(sliceOf(text), 512);
  const raw = new Slice();
  set.readIntset(raw);
  const copy = SetValue.fromIntset(arena, HASH, raw.bytes, raw.start, raw.end);
  assertEquals(membersOf(copy), ["-70000", "5", "9007199254740993"]);
});

Deno.test("sizeBytes of a table returns to where it was when members go", () => {
  const arena = new Arena();
  const set = new SetValue(arena, HASH);
  set.add(sliceOf("a"), 512);
  const before = set.sizeBytes - set.table!.tableBytes;
  for (let count = 0; count < 1000; count++) set.add(sliceOf(`member${count}`), 512);
  for (let count = 0; count < 1000; count++) set.remove(sliceOf(`member${count}`));
  assertEquals(set.sizeBytes - set.table!.tableBytes, before);
});

Deno.test("the current member may be removed during a walk, and a walk may be left and taken up", () => {
  const set = new SetValue(new Arena(), HASH);
  for (let count = 0; count < 500; count++) set.add(sliceOf(`m${count}`), 0);
  const cursor = new SetCursor();
  const seen = new Set<string>();
  cursor.open(set);
  while (cursor.next()) {
    const text = textOf(cursor.member);
    seen.add(text);
    set.has(sliceOf("m1"));
    set.remove(sliceOf(text));
  }
  cursor.close();
  assertEquals([seen.size, set.size], [500, 0]);
});

Deno.test("popRandom() empties a set, and handles() names each member once", () => {
  for (const limit of [0, 512]) {
    const arena = new Arena();
    const set = new SetValue(arena, HASH);
    const member = new ListpackEntry();
    const expected = new Set<string>();
    for (let count = 0; count < 300; count++) {
      set.add(sliceOf(String(count * 7)), limit);
      expected.add(String(count * 7));
    }
    const named = new Set<string>();
    for (const handle of set.handles()) {
      set.readHandle(handle, member);
      named.add(textOf(member));
    }
    assertEquals(named, expected);
    const random = new Random(5);
    const popped = new Set<string>();
    while (set.popRandom(random, member)) popped.add(textOf(member));
    assertEquals([popped, set.size], [expected, 0]);
  }
});

Deno.test("takeOver() leaves nothing of what was there before", () => {
  for (const text of ["5", "word"]) {
    const arena = new Arena();
    const set = new SetValue(arena, HASH);
    for (const old of ["a", "b", "c"]) set.add(sliceOf(old), 512);
    const other = new SetValue(arena, HASH);
    other.add(sliceOf(text), 512);
    const size = other.sizeBytes;
    set.takeOver(other);
    assertEquals([membersOf(set), set.sizeBytes], [[text], size]);
    set.free();
    assertEquals(arena.usedBytes, 0);
  }
});
