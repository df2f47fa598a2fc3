/**
 * A server that is killed under load: the short form of `deno task crash`.
 */

import { assert } from "@std/assert";
import { SeededRandom } from "../../support/seeded_random.ts";
import { CrashRun } from "./crash_run.ts";
import { type CrashMode, PlanDeck } from "./plan_deck.ts";

async function runRounds(mode: CrashMode, seed: number, rounds: number): Promise<void> {
  const random = new SeededRandom(seed);
  await using run = await CrashRun.start({ mode, random, deck: new PlanDeck(random) });
  let acknowledged = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      acknowledged = Math.max(acknowledged, (await run.round()).acknowledged);
    }
    await run.endWithFlush();
  } catch (error) {
    throw new Error(`Something was lost (seed ${seed}); the server:\n${run.report}`, { cause: error });
  }
  assert(acknowledged > 0, `Nothing was written (seed ${seed})`);
}

for (const seed of [1, 2]) {
  Deno.test(`a server with an append-only file that is killed keeps what it acknowledged (seed ${seed})`, async () => {
    await runRounds("aof", seed, 3);
  });
}

Deno.test("a server with an RDB file that is killed keeps the last save, whole (seed 3)", async () => {
  await runRounds("rdb", 3, 3);
});
