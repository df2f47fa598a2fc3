import { assertEquals } from "@std/assert";
import { EvictionPool, EVPOOL_SIZE } from "../../../src/store/eviction_pool.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { slice, textOf } from "./test_store.ts";

function drain(pool: EvictionPool): string[] {
  const keys: string[] = [];
  for (let best = pool.takeBest(); best !== null; best = pool.takeBest()) {
    keys.push(`${textOf(best.key)}@${best.dbIndex}:${best.score}`);
  }
  return keys;
}

Deno.test("takeBest() gives the highest score first, whatever the order of the offers", () => {
  const pool = new EvictionPool();
  pool.offer(2, 0, slice("b"));
  pool.offer(3, 1, slice("c"));
  pool.offer(1, 2, slice("a"));
  assertEquals(pool.size, 3);
  assertEquals(drain(pool), ["c@1:3", "b@0:2", "a@2:1"]);
  assertEquals([pool.size, pool.takeBest()], [0, null]);
});

Deno.test("a full pool drops its worst candidate for a better one and refuses a worse one", () => {
  const pool = new EvictionPool();
  for (let score = 1; score <= EVPOOL_SIZE; score++) pool.offer(score, 0, slice(`k${score}`));
  pool.offer(0, 0, slice("worse"));
  pool.offer(1, 0, slice("no better"));
  pool.offer(100, 0, slice("best"));
  const keys = drain(pool);
  assertEquals([keys.length, keys[0], keys.at(-1)], [EVPOOL_SIZE, "best@0:100", "k2@0:2"]);
});

Deno.test("keys of any length are copied, and a candidate stays as it is until the next offer", () => {
  const pool = new EvictionPool();
  const long = "x".repeat(1000);
  const key = slice(long);
  pool.offer(1, 0, key);
  key.bytes.fill(0);
  const best = pool.takeBest()!;
  assertEquals(textOf(best.key), long);
  pool.offer(1, 0, slice(""));
  assertEquals(drain(pool), ["@0:1"]);
  pool.offer(1, 0, slice("y"));
  pool.clear();
  assertEquals(pool.size, 0);
});

Deno.test("random offers leave the best sixteen", () => {
  const random = new SeededRandom(11);
  const pool = new EvictionPool();
  for (let round = 0; round < 200; round++) {
    const scores = new Set<number>();
    while (scores.size < random.integer(1, 60)) scores.add(random.integer(-1000, 1000));
    for (const score of scores) pool.offer(score, 0, slice(`${score}`));
    const expected = [...scores].sort((a, b) => b - a).slice(0, EVPOOL_SIZE).map((score) => `${score}@0:${score}`);
    assertEquals(drain(pool), expected);
  }
});
