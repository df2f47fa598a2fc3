/**
 * `deno task crash [--rounds N] [--seed S]`: kills our server N times under load, at random moments and at every failpoint,
 * and compares what it left with what it had acknowledged.
 *
 * - The short form of this runs in `tests/persistence/crash/`.
 */
import { parseArgs } from "@std/cli/parse-args";
import { CrashRun, type CrashRunOptions } from "../tests/persistence/crash/crash_run.ts";
import { PlanDeck } from "../tests/persistence/crash/plan_deck.ts";
import { SeededRandom } from "../tests/support/seeded_random.ts";

const USAGE = `Usage: deno task crash [options]

  --rounds N   deaths (200)
  --seed S     a run that drew the same plans (by chance)
`;

/** Deaths of one server before another one begins in an empty directory. */
const ROUNDS_PER_SERVER = 10;

/** What has happened so far. */
interface Toll {
  acknowledged: number;
  readonly deaths: Map<string, number>;
}

async function runServer(options: CrashRunOptions, rounds: number, toll: Toll): Promise<void> {
  await using run = await CrashRun.start(options);
  try {
    for (let round = 0; round < rounds; round++) {
      const { cause, acknowledged } = await run.round();
      // Which pass it was tells nothing.
      const kind = cause.replace(/@\d+/, "");
      toll.deaths.set(kind, (toll.deaths.get(kind) ?? 0) + 1);
      toll.acknowledged = Math.max(toll.acknowledged, acknowledged);
    }
    await run.endWithFlush();
  } catch (error) {
    console.error(run.report);
    throw error;
  }
}

async function main(args: string[]): Promise<number> {
  const options = parseArgs(args, { string: ["rounds", "seed"], boolean: ["help"] });
  if (options.help) {
    console.log(USAGE);
    return 0;
  }
  const rounds = Number(options.rounds ?? 200);
  const seed = Number(options.seed ?? crypto.getRandomValues(new Uint32Array(1))[0]);
  console.log(`${rounds} rounds with --seed ${seed}`);
  const random = new SeededRandom(seed);
  const deck = new PlanDeck(random);
  const toll: Toll = { acknowledged: 0, deaths: new Map() };
  for (let done = 0; done < rounds; done += ROUNDS_PER_SERVER) {
    const mode = random.chance(0.7) ? "aof" : "rdb";
    await runServer({ mode, random, deck }, Math.min(ROUNDS_PER_SERVER, rounds - done), toll);
    console.log(`${Math.min(done + ROUNDS_PER_SERVER, rounds)} rounds, nothing lost (${mode})`);
  }
  for (const [cause, count] of [...toll.deaths].sort()) console.log(`${String(count).padStart(5)}  ${cause}`);
  return 0;
}

Deno.exit(await main(Deno.args));
