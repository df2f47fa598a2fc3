import { assert, assertEquals } from "@std/assert";
import { Random } from "../../../src/base/random.ts";
import { add, CollidingHash, find, finishRehash, keyOf, newDict, SEED } from "./dicts.ts";

Deno.test("random entries reach all keys, the fair ones nearly evenly, in the middle of a rehash too", () => {
  const random = new Random(SEED);
  for (const isPaused of [false, true]) {
    const dict = newDict();
    for (let i = 0; i < 600; i++) add(dict, `k${i}`);
    // Paused, the second table stays: the choice has to look into both.
    if (isPaused) {
      finishRehash(dict);
      for (let i = 600; dict.rehashIndex < 0; i++) add(dict, `k${i}`);
      for (let i = 0; i < 30; i++) find(dict, "absent");
      dict.pauseResize();
    } else finishRehash(dict);
    const counts = new Map<string, number>();
    for (let i = 0; i < dict.size * 100; i++) {
      const key = keyOf(dict, dict.fairRandomEntry(random));
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
    assertEquals(counts.size, dict.size);
    for (const [key, count] of counts) assert(count > 10 && count < 400, `seed ${SEED}: ${key} came ${count} times`);
    const seen = new Set<number>();
    for (let i = 0; i < dict.size * 100; i++) seen.add(dict.randomEntry(random));
    assertEquals(seen.size, dict.size);
  }
});

Deno.test("randomEntry() finds the one entry of a large empty table", () => {
  const dict = newDict();
  dict.reserve(1 << 20);
  add(dict, "alone");
  const random = new Random(SEED);
  for (let i = 0; i < 5; i++) assertEquals(keyOf(dict, dict.randomEntry(random)), "alone");
  assertEquals(keyOf(dict, dict.fairRandomEntry(random)), "alone");
});

Deno.test("sampleEntries() gives entries of the dict and never more than asked for", () => {
  const random = new Random(SEED);
  const dict = newDict();
  const out = new Int32Array(3000);
  for (let i = 0; i < 2500; i++) {
    add(dict, `k${i}`);
    if (i % 37 !== 0) continue;
    const wanted = 1 + random.below(60);
    out.fill(-1);
    const count = dict.sampleEntries(random, wanted, out);
    assert(count <= wanted && count <= dict.size);
    for (let j = 0; j < count; j++) assert(find(dict, keyOf(dict, out[j]!)) === out[j]);
    assertEquals(out[count], -1);
  }
  assert(dict.sampleEntries(random, 3000, out) > 2000);
});

Deno.test("sampleEntries() sees the tails of chains that do not fit", () => {
  const random = new Random(SEED);
  const dict = newDict(new CollidingHash(SEED, 1));
  for (let index = 0; index < 200; index++) add(dict, `k${index}`);
  finishRehash(dict);
  const out = new Int32Array(5);
  const seen = new Set<number>();
  for (let round = 0; round < 20_000; round++) {
    const count = dict.sampleEntries(random, 5, out);
    for (let at = 0; at < count; at++) seen.add(out[at]!);
  }
  assertEquals(seen.size, 200);
});
