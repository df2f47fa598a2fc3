import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { Arena } from "../../../src/values/arena.ts";
import { ListpackEntry } from "../../../src/values/listpack.ts";
import { SortedSetCursor } from "../../../src/values/sorted_set_cursor.ts";
import { LexRange, ScoreRange } from "../../../src/values/sorted_set_range.ts";
import {
  PUT_EXISTING,
  PUT_GREATER,
  PUT_INCREMENT,
  PUT_LESS,
  PUT_NEW,
  type SortedSetLimits,
  SortedSetValue,
} from "../../../src/values/sorted_set_value.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { randomElement, sliceOf, textOf } from "./elements.ts";

const HASH = new SeededHash(1, 2);
const SMALL = { maxListpackEntries: 128, maxListpackValue: 64 };
const TABLE = { maxListpackEntries: 0, maxListpackValue: 64 };
const LISTPACK = { maxListpackEntries: 100_000, maxListpackValue: 100_000 };
const LONG_MEMBERS = { maxListpackEntries: 300, maxListpackValue: 4096 };
/** What `sizeBytes` counts beside the arena and its tables. */
const OVERHEAD_BYTES = 16;

type Pair = [member: string, score: number];

function contentOf(set: SortedSetValue, isReverse = false, rank = 0): Pair[] {
  const cursor = new SortedSetCursor();
  const pairs: Pair[] = [];
  for (cursor.seek(set, rank, isReverse); cursor.next();) pairs.push([textOf(cursor.member), cursor.score]);
  return pairs;
}

/** Texts have one character per byte, so that their order is that of the bytes. */
function compare([a, aScore]: Pair, [b, bScore]: Pair): number {
  if (aScore !== bScore) return aScore < bScore ? -1 : 1;
  return a < b ? -1 : a > b ? 1 : 0;
}

function randomScore(random: SeededRandom): number {
  return random.pick([
    random.integer(-5, 5),
    random.integer(-5, 5) / 4,
    random.integer(-1e9, 1e9),
    Infinity,
    -Infinity,
    2 ** 60,
    1e300,
    0.1,
  ]);
}

/** A sorted set beside a map that has been through the same. */
class Twin {
  readonly arena = new Arena();
  readonly set = new SortedSetValue(this.arena, HASH);
  readonly model = new Map<string, number>();
  readonly random: SeededRandom;
  readonly chance: Random;
  readonly limits: SortedSetLimits;
  #mustBeTable = false;

  constructor(seed: number, limits: SortedSetLimits) {
    this.random = new SeededRandom(seed);
    this.chance = new Random(seed);
    this.limits = limits;
  }

  sorted(): Pair[] {
    return [...this.model].sort(compare);
  }

  put(text: string): void {
    const score = randomScore(this.random);
    const before = this.model.get(text);
    const expected = before === undefined ? "added" : before === score ? "same" : "updated";
    assertEquals(this.set.put(sliceOf(text), score, 0, this.limits), expected);
    this.model.set(text, score);
    const { maxListpackEntries, maxListpackValue } = this.limits;
    this.#mustBeTable ||= this.model.size > maxListpackEntries || text.length > maxListpackValue;
  }

  find(text: string): void {
    const { set, model } = this;
    const handle = set.find(sliceOf(text));
    assertEquals(handle !== 0, model.has(text));
    if (handle === 0) return;
    assertEquals(set.scoreOf(handle), model.get(text)!);
    assertEquals(set.rankOf(handle), this.sorted().findIndex(([member]) => member === text));
    assertEquals(set.handleAt(set.rankOf(handle)), handle);
  }

  /** Compares a range of scores; often its members go. */
  visitRange(): void {
    const { set, random } = this;
    const [min, max] = [randomScore(random), randomScore(random)];
    const [minEx, maxEx] = [random.chance(0.5), random.chance(0.5)];
    const range = new ScoreRange(min, max, minEx, maxEx);
    const within = this.sorted().filter(([, score]) =>
      (minEx ? score > min : score >= min) && (maxEx ? score < max : score <= max)
    );
    assertEquals(set.countIn(range), within.length);
    const cursor = new SortedSetCursor();
    for (const isReverse of [false, true]) {
      const found: Pair[] = [];
      cursor.seekRange(set, range, isReverse);
      while (cursor.next() && cursor.isWithin(range)) found.push([textOf(cursor.member), cursor.score]);
      assertEquals(found, isReverse ? within.toReversed() : within);
    }
    if (within.length === 0 || within.length > 20) return;
    set.removeRange(set.rankOf(set.findIn(range)), within.length);
    for (const [member] of within) this.model.delete(member);
  }

  removeRanks(): void {
    const { set, random, model } = this;
    if (model.size === 0) return;
    const first = random.integer(0, model.size - 1);
    const count = random.integer(0, Math.min(model.size - first, 10));
    for (const [member] of this.sorted().slice(first, first + count)) model.delete(member);
    set.removeRange(first, count);
  }

  check(): void {
    const { set, arena } = this;
    assertEquals([set.size, set.encoding], [this.model.size, this.#mustBeTable ? "skiplist" : "listpack"]);
    assertEquals(set.sizeBytes, OVERHEAD_BYTES + arena.usedBytes + arena.tableBytes);
  }

  checkContent(): void {
    const { set } = this;
    const expected = this.sorted();
    assertEquals(contentOf(set), expected);
    assertEquals(contentOf(set, true), expected.toReversed());
    assertEquals(contentOf(set, false, 7), expected.slice(7));
    assertEquals(contentOf(set, true, 7), expected.toReversed().slice(7));
    assertEquals([...set.handles()].map((handle) => handleText(set, handle)), expected.map(([member]) => member));
  }
}

Deno.test("sorted sets agree with a sorted array under random changes, whatever the limits", () => {
  for (const [index, limits] of [SMALL, TABLE, LISTPACK, SMALL, LONG_MEMBERS].entries()) {
    const twin = new Twin(index + 1, limits);
    const { set, model, random, arena } = twin;
    for (let step = 0; step < 3000; step++) {
      // Past every limit, back to little, and up again.
      const isGrowing = Math.floor(step / 750) % 2 === 0;
      const text = random.chance(isGrowing ? 0.2 : 0.9) && model.size > 0
        ? random.pick([...model.keys()])
        : randomElement(random);
      const choice = random.integer(0, 19);
      if (choice < (isGrowing ? 13 : 5)) twin.put(text);
      else if (choice < 15) assertEquals(set.remove(sliceOf(text)), model.delete(text));
      else if (choice < 17) twin.find(text);
      else if (choice === 17) twin.visitRange();
      else if (choice === 18 && !isGrowing) twin.removeRanks();
      else if (model.size > 0) assert(model.has(handleText(set, set.randomHandle(twin.chance))));
      twin.check();
      if (step % 500 === 499) twin.checkContent();
    }
    const expected = twin.sorted();
    const copy = set.duplicate();
    assertEquals([contentOf(copy), copy.encoding], [expected, set.encoding]);
    copy.convertToTable();
    copy.convertToListpack(LISTPACK);
    assertEquals([contentOf(copy), copy.encoding], [expected, "listpack"]);
    copy.free();
    twin.check();
    while (!set.freeSome(random.integer(1, 50)));
    assertEquals([arena.usedBytes, arena.tableBytes], [0, 0], `seed ${random.seed}`);
  }
});

Deno.test("ranges of members are removed from both encodings as from an array", () => {
  for (const limits of [TABLE, LISTPACK]) {
    const random = new SeededRandom(12);
    const arena = new Arena();
    const set = new SortedSetValue(arena, HASH);
    let members = [...new Set(Array.from({ length: 600 }, () => random.letters(random.integer(0, 3))))].sort();
    for (const member of members) set.put(sliceOf(member), 3, 0, limits);
    while (members.length > 0) {
      const [min, max] = [random.letters(random.integer(0, 2)), random.letters(random.integer(1, 3))];
      const [minEx, maxEx] = [random.chance(0.5), random.chance(0.5)];
      const range = members.length < 20
        ? new LexRange("lowest", "highest")
        : new LexRange(sliceOf(min), sliceOf(max), minEx, maxEx);
      const isWithin = (text: string) =>
        members.length < 20 ||
        ((minEx ? text > min : text >= min) && (maxEx ? text < max : text <= max));
      const within = members.filter(isWithin);
      const [first, last] = [set.findIn(range), set.findIn(range, true)];
      assertEquals([first, last].map((handle) => handle === 0 ? null : handleText(set, handle)), [
        within[0] ?? null,
        within.at(-1) ?? null,
      ]);
      assertEquals(set.countIn(range), within.length);
      if (first !== 0) set.removeRange(set.rankOf(first), within.length);
      members = members.filter((text) => !within.includes(text));
      assertEquals(contentOf(set).map(([member]) => member), members);
    }
    set.free();
    assertEquals([arena.usedBytes, arena.tableBytes], [0, 0]);
  }
});

function handleText(set: SortedSetValue, handle: number): string {
  const member = new ListpackEntry();
  set.readHandle(handle, member);
  return textOf(member);
}

Deno.test("ranges of members find what lies between two texts of one score", () => {
  const random = new SeededRandom(3);
  for (const limits of [TABLE, LISTPACK]) {
    const set = new SortedSetValue(new Arena(), HASH);
    const members = [...new Set(Array.from({ length: 200 }, () => random.letters(random.integer(0, 3))))].sort();
    for (const member of members) set.put(sliceOf(member), 0, 0, limits);
    for (let round = 0; round < 300; round++) {
      const [min, max] = [random.letters(random.integer(0, 3)), random.letters(random.integer(0, 3))];
      const [minEx, maxEx] = [random.chance(0.5), random.chance(0.5)];
      const within = members.filter((text) => (minEx ? text > min : text >= min) && (maxEx ? text < max : text <= max));
      assertEquals(set.countIn(new LexRange(sliceOf(min), sliceOf(max), minEx, maxEx)), within.length);
      const above = members.filter((text) => minEx ? text > min : text >= min);
      assertEquals(set.countIn(new LexRange(sliceOf(min), "highest", minEx)), above.length);
    }
    assertEquals(set.countIn(new LexRange("lowest", "highest")), members.length);
    assertEquals(set.countIn(new LexRange("highest", "lowest")), 0);
    assertEquals(set.countIn(new LexRange("lowest", "lowest")), 0);
  }
});

Deno.test("put() with rules leaves members alone as they demand", () => {
  for (const limits of [SMALL, TABLE]) {
    const set = new SortedSetValue(new Arena(), HASH);
    const member = sliceOf("a");
    assertEquals(set.put(member, 1, PUT_EXISTING, limits), "skipped");
    assertEquals(set.put(member, 1, PUT_NEW, limits), "added");
    assertEquals(set.put(member, 2, PUT_NEW, limits), "skipped");
    assertEquals(set.put(member, 2, PUT_LESS, limits), "skipped");
    assertEquals(set.put(member, 2, PUT_GREATER, limits), "updated");
    assertEquals(set.put(member, 2, PUT_GREATER, limits), "skipped");
    assertEquals(set.put(member, 3, PUT_INCREMENT, limits), "updated");
    assertEquals(set.resultScore, 5);
    assertEquals(set.put(member, 0, PUT_INCREMENT | PUT_EXISTING, limits), "same");
    assertEquals(set.put(member, -1, PUT_INCREMENT | PUT_GREATER, limits), "skipped");
    assertEquals(set.put(member, Infinity, 0, limits), "updated");
    assertEquals(set.put(member, -Infinity, PUT_INCREMENT, limits), "nan");
    assertEquals(contentOf(set), [["a", Infinity]]);
  }
});

Deno.test("a listpack becomes a table at either limit, and comes back byte for byte", () => {
  const limits = { maxListpackEntries: 3, maxListpackValue: 5 };
  const set = new SortedSetValue(new Arena(), HASH);
  for (const text of ["1", "b", "12345"]) set.put(sliceOf(text), 1.5, 0, limits);
  assertEquals(set.encoding, "listpack");
  const slice = new Slice();
  set.readListpack(slice);
  const before = slice.copy();
  set.put(sliceOf("d"), 1, 0, limits);
  assertEquals(set.encoding, "skiplist");
  set.remove(sliceOf("d"));
  set.convertToListpack(limits);
  set.readListpack(slice);
  assertEquals(slice.copy(), before);
  set.put(sliceOf("123456"), 1, 0, { ...limits, maxListpackEntries: 100 });
  assertEquals(set.encoding, "skiplist");
});

Deno.test("freeSome() gives a large sorted set back piece by piece", () => {
  const arena = new Arena();
  const set = new SortedSetValue(arena, HASH);
  for (let index = 0; index < 2000; index++) set.put(sliceOf(`member${index}`), index % 50, 0, SMALL);
  assertEquals(set.freeEffort, 2000);
  let calls = 1;
  while (!set.freeSome(100)) calls++;
  assert(calls > 20, `${calls} calls`);
  assertEquals(arena.usedBytes, 0);
});

Deno.test("sizeBytes of a table returns to where it was when members go", () => {
  const set = new SortedSetValue(new Arena(), HASH);
  set.put(sliceOf("a"), 1, 0, TABLE);
  const before = set.sizeBytes - set.table!.tableBytes;
  for (let count = 0; count < 1000; count++) set.put(sliceOf(`member${count}`), count, 0, TABLE);
  for (let count = 0; count < 1000; count++) set.put(sliceOf(`member${count}`), -count, 0, TABLE);
  for (let count = 0; count < 1000; count++) set.remove(sliceOf(`member${count}`));
  assertEquals(set.sizeBytes - set.table!.tableBytes, before);
});

Deno.test("a member that stands twice in a listpack stands once in the table that is made of it", () => {
  const arena = new Arena();
  const twice = new Uint8Array([17, 0, 0, 0, 4, 0, 0x81, 0x61, 2, 1, 1, 0x81, 0x61, 2, 1, 1, 0xff]);
  const set = SortedSetValue.fromListpack(arena, HASH, twice, 0, twice.length);
  assertEquals(contentOf(set), [["a", 1], ["a", 1]]);
  set.put(sliceOf("b"), 1, 0, TABLE);
  assertEquals(contentOf(set), [["a", 1], ["b", 1]]);
  assertEquals(set.remove(sliceOf("a")), true);
  assertEquals([set.size, contentOf(set)], [1, [["b", 1]]]);
  set.free();
  assertEquals(arena.usedBytes, 0);
});
