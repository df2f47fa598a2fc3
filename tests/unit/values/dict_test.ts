import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { InvariantError } from "../../../src/base/invariant.ts";
import { Random } from "../../../src/base/random.ts";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { Arena } from "../../../src/values/arena.ts";
import { Dict } from "../../../src/values/dict.ts";
import { measureDict } from "../../../src/values/dict_stats.ts";
import { add, CollidingHash, find, finishRehash, keyOf, newDict, remove, SEED } from "./dicts.ts";

const encoder = new TextEncoder();
const decoder = new TextDecoder();

function walk(dict: Dict): string[] {
  const keys: string[] = [];
  for (const table of [0, 1] as const) {
    for (let index = 0; index < dict.bucketCount(table); index++) {
      for (let entry = dict.buckets(table)[index]!; entry !== 0; entry = dict.nextInBucket(entry)) {
        assertEquals(dict.tableOf(entry), table);
        assertEquals(dict.hashOf(entry) & (dict.bucketCount(table) - 1), index);
        keys.push(keyOf(dict, entry));
      }
    }
  }
  return keys;
}

function scanAll(dict: Dict, between: () => void = () => {}): string[] {
  const keys: string[] = [];
  const slice = new Slice();
  let cursor = 0;
  do {
    cursor = dict.scan(cursor, (entry) => {
      dict.readKey(entry, slice);
      keys.push(decoder.decode(slice.view()));
    });
    between();
  } while (cursor !== 0);
  return keys;
}

Deno.test("an empty dict finds nothing and has no memory", () => {
  const dict = newDict();
  assertEquals(find(dict, "a"), 0);
  assertEquals(remove(dict, "a"), false);
  assertEquals(dict.randomEntry(new Random(1)), 0);
  assertEquals(dict.fairRandomEntry(new Random(1)), 0);
  assertEquals(dict.sampleEntries(new Random(1), 5, new Int32Array(5)), 0);
  assertEquals(dict.scan(0, () => {}), 0);
  assertEquals([dict.size, dict.tableBytes, dict.arena.usedBytes], [0, 0, 0]);
  assertEquals(dict.clearSome(1), true);
  assertEquals(dict.shrinkIfSparse(), false);
});

Deno.test("insert() gives an entry with clear flags and word, and keys of every length are found", () => {
  const dict = newDict();
  const keys = Array.from({ length: 300 }, (_, length) => "k".repeat(length)).concat("x".repeat(100_000));
  for (const key of keys) {
    const entry = add(dict, key, 3);
    assertEquals([dict.userWord(entry), dict.flag(entry, 0), dict.flag(entry, 1)], [0, false, false]);
    assertEquals(find(dict, key), entry);
  }
  for (const key of keys) {
    assertEquals(keyOf(dict, find(dict, key)), key);
    if (key !== "") assertEquals(find(dict, key.slice(0, -1) + "y"), 0);
  }
  assertEquals(dict.size, keys.length);
  for (const key of keys) assert(remove(dict, key));
  assertEquals([dict.size, dict.arena.usedBytes], [0, 0]);
});

Deno.test("flags, the owner's word and the key's length do not touch each other", () => {
  const dict = newDict();
  const entry = add(dict, "hello", 8);
  dict.setUserWord(entry, -5);
  dict.setFlag(entry, 1, true);
  assertEquals([dict.flag(entry, 0), dict.flag(entry, 1), dict.keyLength(entry)], [false, true, 5]);
  dict.setFlag(entry, 0, true);
  dict.setFlag(entry, 1, false);
  assertEquals([dict.flag(entry, 0), dict.flag(entry, 1), dict.keyLength(entry)], [true, false, 5]);
  assertEquals([dict.userWord(entry), find(dict, "hello"), keyOf(dict, entry)], [-5, entry, "hello"]);
  dict.setFlag(entry, 0, false);
  assertEquals(dict.flag(entry, 0), false);
  const moved = dict.resizePayload(entry, 8, 5000);
  assertEquals([dict.userWord(moved), dict.keyLength(moved)], [-5, 5]);
});

Deno.test("findOrInsert() says which of the two it did", () => {
  const dict = newDict();
  const key = encoder.encode("key");
  const entry = dict.findOrInsert(key, 0, 3, 8);
  assertEquals(dict.wasInserted, true);
  assertEquals(dict.findOrInsert(key, 0, 3, 8), entry);
  assertEquals(dict.wasInserted, false);
  for (let i = 0; i < 1000; i++) {
    const bytes = encoder.encode(`n${i % 500}`);
    dict.findOrInsert(bytes, 0, bytes.length, 0);
    assertEquals(dict.wasInserted, i < 500);
  }
  assertEquals(dict.size, 501);
});

Deno.test("the tables double when full, step by step, and shrink when a tenth is left", () => {
  const dict = newDict();
  for (let i = 0; i < 4; i++) add(dict, `k${i}`);
  assertEquals([dict.bucketCount(0), dict.bucketCount(1), dict.rehashIndex], [4, 0, -1]);
  add(dict, "k4");
  assertEquals([dict.bucketCount(0), dict.bucketCount(1)], [4, 8]);
  for (let i = 5; i < 5000; i++) {
    add(dict, `k${i}`);
    assertEquals(dict.usedCount(0) + dict.usedCount(1), i + 1);
    assertEquals(dict.tableBytes, 4 * (dict.bucketCount(0) + dict.bucketCount(1)));
  }
  finishRehash(dict);
  assertEquals([dict.bucketCount(0), dict.shrinkIfSparse()], [8192, false]);
  for (let i = 820; i < 5000; i++) assert(remove(dict, `k${i}`));
  assertEquals(dict.shrinkIfSparse(), false);
  for (let i = 100; i < 820; i++) assert(remove(dict, `k${i}`));
  assertEquals(dict.shrinkIfSparse(), true);
  assertEquals([dict.bucketCount(0), dict.bucketCount(1), dict.shrinkIfSparse()], [8192, 128, false]);
  for (let i = 0; i < 100; i++) assertNotEquals(find(dict, `k${i}`), 0);
  finishRehash(dict);
  assertEquals([dict.bucketCount(0), dict.rehashIndex, walk(dict).length], [128, -1, 100]);
  for (let i = 0; i < 100; i++) assert(remove(dict, `k${i}`));
  assertEquals(dict.shrinkIfSparse(), true);
  assertEquals([dict.bucketCount(0), dict.bucketCount(1)], [4, 0]);
});

Deno.test("reserve() makes the table in advance", () => {
  const dict = newDict();
  dict.reserve(1000);
  assertEquals(dict.bucketCount(0), 1024);
  for (let i = 0; i < 1024; i++) add(dict, `k${i}`);
  assertEquals(dict.rehashIndex, -1);
  dict.reserve(10);
  assertEquals([dict.bucketCount(0), dict.rehashIndex], [1024, -1]);
});

Deno.test("rehashFor() ends with its budget", () => {
  const dict = newDict();
  for (let i = 0; i < 20_000; i++) add(dict, `k${i}`);
  finishRehash(dict);
  for (let i = 20_000; dict.rehashIndex < 0; i++) add(dict, `k${i}`);
  let now = 0;
  assertEquals(dict.rehashFor(3, () => now++), true);
  assert(dict.rehashIndex >= 300 && dict.rehashIndex < 3000, `${dict.rehashIndex} buckets in three ticks`);
  while (dict.rehashFor(3, () => now++));
  assertEquals(dict.rehashFor(3, () => now++), false);
});

Deno.test("a paused dict moves nothing, and grows only at five entries a bucket", () => {
  const dict = newDict();
  for (let i = 0; i < 16; i++) add(dict, `k${i}`);
  finishRehash(dict);
  dict.pauseResize();
  dict.pauseResize();
  dict.resumeResize();
  for (let i = 16; i < 96; i++) add(dict, `k${i}`);
  assertEquals([dict.bucketCount(0), dict.rehashIndex], [16, -1]);
  add(dict, "k96");
  assertEquals([dict.bucketCount(0), dict.bucketCount(1), dict.rehashIndex], [16, 128, 0]);
  assertEquals([dict.usedCount(0), dict.usedCount(1)], [96, 1]);
  assertEquals([dict.findOrInsert(encoder.encode("k96"), 0, 3, 0), dict.wasInserted], [find(dict, "k96"), false]);
  for (let i = 0; i < 97; i++) assertNotEquals(find(dict, `k${i}`), 0);
  assertEquals(dict.rehashFor(5, () => 0), false);
  assert(remove(dict, "k3"));
  assertEquals([dict.usedCount(0), dict.usedCount(1), dict.rehashIndex], [95, 1, 0]);
  assertEquals(new Set(walk(dict)).size, 96);
  assertEquals(dict.shrinkIfSparse(), false);
  dict.resumeResize();
  assertThrows(() => dict.resumeResize(), InvariantError);
  finishRehash(dict);
  assertEquals([dict.bucketCount(0), dict.rehashIndex, dict.size], [128, -1, 96]);
});

Deno.test("resizePayload() keeps key, payload and chain wherever the block goes", () => {
  for (const hash of [new SeededHash(SEED, 1), new CollidingHash(SEED, 1)]) {
    const dict = newDict(hash);
    const random = new Random(SEED);
    const sizes = new Map<string, number>();
    for (let i = 0; i < 300; i++) {
      add(dict, `key-${i}`);
      sizes.set(`key-${i}`, 0);
    }
    for (let round = 0; round < 3000; round++) {
      const key = `key-${random.below(300)}`;
      const entry = find(dict, key);
      const used = sizes.get(key)!;
      const size = random.below(30) === 0 ? random.below(60_000) : random.below(200);
      const moved = dict.resizePayload(entry, used, size);
      assertEquals(find(dict, key), moved);
      const start = dict.payloadOffset(moved);
      const payload = dict.arena.bytesOf(moved).subarray(start, start + size);
      assert(payload.subarray(0, Math.min(used, size)).every((byte) => byte === (key.charCodeAt(4) & 0xff)));
      payload.fill(key.charCodeAt(4));
      sizes.set(key, size);
      // Goes through a rehash in the middle.
      if (round % 10 === 0) {
        add(dict, `other-${round}`);
      }
    }
    assertEquals(new Set(walk(dict)).size, 600);
    dict.clear();
    assertEquals([dict.arena.usedBytes, dict.tableBytes], [0, 0]);
  }
});

Deno.test("clear() hands every entry to the release function and frees everything, also in the middle of a rehash", () => {
  for (const count of [1, 5, 1000, 4097]) {
    for (const budget of [0, 1, 7, 100_000]) {
      const dict = newDict();
      for (let i = 0; i < count; i++) add(dict, `k${i}`, i % 50);
      const released = new Set<string>();
      const release = (entry: number) => void released.add(keyOf(dict, entry));
      if (budget === 0) {
        dict.clear(release);
      } else {
        let rounds = 0;
        while (!dict.clearSome(budget, release)) {
          // The dict is alive in between.
          if (++rounds % 100 === 1) assert(find(dict, "absent") === 0 && walk(dict).length === dict.size);
          assert(rounds < 100_000);
        }
      }
      assertEquals(released.size, count);
      assertEquals([dict.size, dict.tableBytes, dict.arena.usedBytes, dict.rehashIndex], [0, 0, 0, -1]);
      assertNotEquals(add(dict, "again"), 0);
      assertEquals(walk(dict), ["again"]);
    }
  }
});

Deno.test("random operations agree with a Map", () => {
  for (const hash of [new SeededHash(SEED, 1), new CollidingHash(SEED, 1)]) {
    const isColliding = hash instanceof CollidingHash;
    const random = new Random(SEED);
    const dict = newDict(hash);
    const model = new Map<string, number>();
    let pauses = 0;
    for (let step = 0; step < (isColliding ? 6000 : 60_000); step++) {
      const isGrowing = Math.floor(step / (isColliding ? 600 : 6000)) % 2 === 0;
      const key = `key:${random.below(isColliding ? 300 : 4000)}`;
      const bytes = encoder.encode(key);
      const entry = dict.find(bytes, 0, bytes.length);
      assertEquals(entry !== 0, model.has(key), `seed ${SEED}, step ${step}, ${key}`);
      if (entry !== 0) assertEquals(dict.userWord(entry), model.get(key));
      const kind = random.below(20);
      if (kind < (isGrowing ? 10 : 3)) {
        const found = kind === 0 || entry !== 0
          ? dict.findOrInsert(bytes, 0, bytes.length, random.below(40))
          : dict.insert(bytes, 0, bytes.length, random.below(40));
        dict.setUserWord(found, step);
        model.set(key, step);
      } else if (kind < 15) {
        if (kind === 14 && entry !== 0) dict.removeEntry(entry);
        else assertEquals(remove(dict, key), model.has(key));
        model.delete(key);
      } else if (kind === 15) {
        if (random.below(2) === 0) pauses++, dict.pauseResize();
        else if (pauses > 0) pauses--, dict.resumeResize();
      } else if (kind === 16) {
        dict.shrinkIfSparse();
      } else if (entry !== 0) {
        dict.resizePayload(entry, 0, random.below(300));
      }
      assertEquals(dict.size, model.size);
      if (step % 2000 === 0) assertEquals(walk(dict).sort(), [...model.keys()].sort(), `seed ${SEED}, step ${step}`);
    }
    dict.clear();
    assertEquals(dict.arena.usedBytes, 0);
  }
});

Deno.test("scan() returns every entry once while nothing changes", () => {
  for (const count of [1, 4, 5, 100, 1000, 1025]) {
    const dict = newDict();
    for (let i = 0; i < count; i++) add(dict, `k${i}`);
    const seen = scanAll(dict);
    assertEquals(new Set(seen).size, count);
    if (dict.rehashIndex < 0) assertEquals(seen.length, count);
  }
});

Deno.test("scan() returns what is there throughout while the tables grow and shrink", () => {
  for (let seed = 1; seed <= 24; seed++) {
    const random = new Random(seed);
    const dict = newDict(new SeededHash(seed, 2));
    const stable = 50 + random.below(500);
    for (let i = 0; i < stable; i++) add(dict, `stable${i}`);
    let extra = 0;
    if (seed % 2 === 0) { while (extra < 4000) add(dict, `extra${extra++}`); }
    const burst = 1 + random.below(40);
    const seen = new Set(scanAll(dict, () => {
      const isGrowing = seed % 4 === 1 || (seed % 4 === 3 && random.below(2) === 0);
      for (let i = 0; i < burst; i++) {
        if (isGrowing && extra < 3000) add(dict, `extra${extra++}`);
        else if (extra > 0) remove(dict, `extra${--extra}`);
      }
      dict.shrinkIfSparse();
      if (random.below(4) === 0) dict.rehashFor(random.below(2), () => 0);
    }));
    for (let i = 0; i < stable; i++) assert(seen.has(`stable${i}`), `seed ${seed}: stable${i} is missing`);
  }
});

Deno.test("scan() lets the visitor remove or resize the visited entry, and takes any cursor", () => {
  const dict = newDict(new CollidingHash(SEED, 1));
  for (let i = 0; i < 200; i++) add(dict, `k${i}`, 4);
  let cursor = 0;
  let visits = 0;
  do {
    cursor = dict.scan(cursor, (entry) => {
      if (visits++ % 2 === 0) dict.removeEntry(entry);
      else dict.resizePayload(entry, 4, 400);
    });
  } while (cursor !== 0);
  assert(dict.size > 0 && dict.size <= 100 && walk(dict).length === dict.size);
  for (const strange of [1, 12_345, 0xffff_ffff, 0x8000_0000]) {
    const next = dict.scan(strange, () => {});
    assert(next >= 0 && next < 2 ** 32 && Number.isInteger(next));
  }
});

Deno.test("a scan is abandoned by an error without leaving the dict paused", () => {
  const dict = newDict();
  add(dict, "a");
  assertThrows(() => {
    let cursor = 0;
    do {
      cursor = dict.scan(cursor, () => {
        throw new RangeError("enough");
      });
    } while (cursor !== 0);
  }, RangeError);
  assertThrows(() => dict.resumeResize(), InvariantError);
});

Deno.test("measureDict() counts what HTSTATS prints", () => {
  const dict = newDict(new CollidingHash(SEED, 1));
  for (let i = 0; i < 300; i++) add(dict, `k${i}`);
  const during = measureDict(dict);
  const sum = during.tables.reduce((total, table) => total + table.counted, 0);
  assertEquals([during.rehashing, during.tables.length, sum], [dict.rehashIndex >= 0, during.tables.length, 300]);
  finishRehash(dict);
  const { tables, rehashing } = measureDict(dict);
  assertEquals([rehashing, tables.length], [false, 1]);
  const table = tables[0]!;
  assertEquals([table.size, table.used, table.counted, table.differentSlots], [512, 300, 300, 2]);
  assert(table.maxChain >= 150);
  assertEquals(table.chainLengths.length, 50);
  assertEquals([table.chainLengths[0], table.chainLengths[49]], [510, 2]);
});

Deno.test("the arena counts the tables of its dicts through growth, rehashing and clearing", () => {
  const arena = new Arena();
  const dicts = [new Dict(arena, new SeededHash(SEED, 1)), new Dict(arena, new SeededHash(SEED, 2))];
  const sum = () => dicts.reduce((bytes, dict) => bytes + dict.tableBytes, 0);
  for (let index = 0; index < 5000; index++) {
    add(dicts[index % 2]!, `key${index}`);
    assertEquals(arena.tableBytes, sum());
  }
  for (let index = 0; index < 4900; index++) {
    assert(remove(dicts[index % 2]!, `key${index}`));
    dicts[index % 2]!.shrinkIfSparse();
    assertEquals(arena.tableBytes, sum());
  }
  for (const dict of dicts) dict.clear();
  assertEquals([arena.tableBytes, sum()], [0, 0]);
});

Deno.test("mayGrow keeps a table small until it is fuller than 1.618 entries a bucket", () => {
  const dict = newDict();
  const asked: number[] = [];
  for (let index = 0; index < 64; index++) add(dict, `key${index}`);
  dict.rehashFor(1000, () => 0);
  dict.mayGrow = (tableBytes) => {
    asked.push(tableBytes);
    return false;
  };
  for (let index = 64; index < 104; index++) add(dict, `key${index}`);
  assertEquals([dict.bucketCount(0), dict.bucketCount(1)], [64, 0]);
  assertEquals([asked.length, new Set(asked)], [40, new Set([512])]);
  add(dict, "key104");
  assertEquals([dict.bucketCount(0), dict.bucketCount(1)], [64, 128]);
  for (let index = 0; index <= 104; index++) assert(find(dict, `key${index}`) !== 0);
});
