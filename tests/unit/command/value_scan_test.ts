import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { collectHandles, type Scannable, type ScanStep } from "../../../src/command/value_scan.ts";
import { Arena } from "../../../src/values/arena.ts";
import { Dict } from "../../../src/values/dict.ts";
import { HashValue } from "../../../src/values/hash_value.ts";
import { ListpackEntry } from "../../../src/values/listpack.ts";
import { SetValue } from "../../../src/values/set_value.ts";
import { SortedSetValue } from "../../../src/values/sorted_set_value.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { sliceOf, textOf } from "../values/elements.ts";

const HASH = new SeededHash(1, 2);
const MEMBERS = 500;
const BUCKETS = 4096;
const SMALL = { maxListpackEntries: 20, maxListpackValue: 64 };

function setOf(arena: Arena, texts: Iterable<string>): SetValue {
  const set = new SetValue(arena, HASH);
  for (const text of texts) set.add(sliceOf(text), 512);
  return set;
}

/** The handles of one whole scan, call by call. */
function* calls(value: Scannable, options: Omit<ScanStep, "cursor">): Generator<number[]> {
  let cursor = 0;
  do {
    const { handles, next } = collectHandles(value, { cursor, ...options });
    yield [...handles];
    cursor = next;
  } while (cursor !== 0);
}

Deno.test("collectHandles() gives as many elements as were wanted, with values or without", () => {
  const set = setOf(new Arena(), Array.from({ length: MEMBERS }, (_, index) => `m${index}`));
  for (const hasValues of [true, false]) {
    const found = [...calls(set, { count: 10, hasValues })];
    for (const handles of found.slice(0, -1)) assert(handles.length >= 10 && handles.length < 30);
    assertEquals(new Set(found.flat()).size, MEMBERS);
  }
});

Deno.test("collectHandles() passes over empty buckets, twice as many where elements have values", () => {
  const table = new Dict(new Arena(), HASH);
  table.reserve(BUCKETS);
  const { bytes, start, end } = sliceOf("m");
  table.insert(bytes, start, end, 0);
  const sparse: Scannable = { table, handles: () => new Int32Array() };
  const withoutValues = [...calls(sparse, { count: 1, hasValues: false })].length;
  const withValues = [...calls(sparse, { count: 1, hasValues: true })].length;
  // Where the one element is ends a call early: at most one call more.
  assertAlmostEquals(withoutValues, BUCKETS / 11, 2);
  assertAlmostEquals(withValues, BUCKETS / 21, 2);
});

Deno.test("collectHandles() goes through a value without a table whole", () => {
  const set = setOf(new Arena(), Array.from({ length: 100 }, (_, index) => String(index)));
  assertEquals([...calls(set, { count: 1, hasValues: false })].map((handles) => handles.length), [100]);
});

/** What the scan test needs of a value of any kind. */
interface Growing {
  value: Scannable;
  add(name: string): void;
  remove(name: string): void;
  nameOf(handle: number): string;
}

const GROWING: Record<string, (arena: Arena) => Growing> = {
  hash(arena) {
    const value = new HashValue(arena, HASH);
    const [name, content] = [new ListpackEntry(), new ListpackEntry()];
    return {
      value,
      add: (field) => void value.set(sliceOf(field), sliceOf(`${field.length}`), SMALL),
      remove: (field) => void value.remove(sliceOf(field)),
      nameOf: (handle) => (value.readHandle(handle, name, content), textOf(name)),
    };
  },
  set(arena) {
    const value = new SetValue(arena, HASH);
    const name = new ListpackEntry();
    return {
      value,
      add: (member) => void value.add(sliceOf(member), 20),
      remove: (member) => void value.remove(sliceOf(member)),
      nameOf: (handle) => (value.readHandle(handle, name), textOf(name)),
    };
  },
  zset(arena) {
    const value = new SortedSetValue(arena, HASH);
    const name = new ListpackEntry();
    return {
      value,
      add: (member) => void value.put(sliceOf(member), member.length, 0, SMALL),
      remove: (member) => void value.remove(sliceOf(member)),
      nameOf: (handle) => (value.readHandle(handle, name), textOf(name)),
    };
  },
};

Deno.test("a scan finds what is there throughout while the value grows and shrinks", () => {
  for (const [kind, create] of Object.entries(GROWING)) {
    for (let seed = 1; seed <= 16; seed++) {
      const random = new SeededRandom(seed);
      const growing = create(new Arena());
      const names = Array.from({ length: random.integer(5, 300) }, (_, index) => `${index * 3}`);
      for (const name of names) growing.add(name);
      let extra = 0;
      // Every second scan begins in a table that then empties, down to an eighth and less.
      while (seed % 2 === 0 && extra < 3000) growing.add(`extra${extra++}`);
      const burst = random.integer(1, 200);
      const seen = new Set<string>();
      let cursor = 0;
      do {
        const found = collectHandles(growing.value, { cursor, count: random.integer(1, 20), hasValues: false });
        for (const handle of found.handles) seen.add(growing.nameOf(handle));
        cursor = found.next;
        for (let count = 0; count < burst; count++) {
          if (seed % 4 === 1 ? extra < 4000 : seed % 4 === 3 && random.chance(0.5)) growing.add(`extra${extra++}`);
          else if (extra > 0) growing.remove(`extra${--extra}`);
        }
      } while (cursor !== 0);
      const missing = names.filter((name) => !seen.has(name));
      assertEquals(missing, [], `${kind}, seed ${seed}`);
    }
  }
});
