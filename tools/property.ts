/**
 * `deno task property [--operations N] [--seeds a,b,c]`: the same random commands of every family to our server and to the
 * real redis-server; every reply and, in the end, every key must be the same.
 */
import { parseArgs } from "@std/cli/parse-args";
import { runProperty } from "../tests/properties/random_commands/property_run.ts";
import { startReference } from "../tests/support/reference.ts";
import { startRedeno } from "../tests/support/test_server.ts";
import { findProgram } from "./conformance/child_process.ts";

const USAGE = `Usage: deno task property [options]

  --operations N   commands of all seeds together (1000000)
  --seeds LIST     seeds (1,2,3,4)
  --episode N      only this episode of each seed, as a failure names it
  --quiet          only the last line
`;

/** Reads the arguments, plays, and returns the exit code. */
async function main(args: string[]): Promise<number> {
  const parsed = parseArgs(args, { boolean: ["help", "quiet"], string: ["operations", "seeds", "episode"] });
  if (parsed["help"]) {
    console.log(USAGE);
    return 0;
  }
  if (await findProgram("redis-server") === null) {
    console.error("Cannot compare: redis-server is not installed");
    return 1;
  }
  const seeds = String(parsed["seeds"] ?? "1,2,3,4").split(",").map(Number);
  const operations = Math.ceil(Number(parsed["operations"] ?? 1_000_000) / seeds.length);
  const episode = parsed["episode"] === undefined ? {} : { episode: Number(parsed["episode"]) };
  const startMs = performance.now();
  let played = 0;
  await using ours = await startRedeno();
  await using theirs = await startReference({ configLines: ["crash-memcheck-enabled no"] });
  for (const seed of seeds) {
    try {
      const report = parsed["quiet"] ? {} : { report: (text: string) => console.error(text) };
      played += await runProperty({ ours, theirs }, { seed, operations, ...episode, ...report });
    } catch (error) {
      console.error(error instanceof Error ? error.message : String(error));
      return 1;
    }
  }
  const seconds = (performance.now() - startMs) / 1000;
  console.log(`${played} operations without a difference in ${seconds.toFixed(0)} s, seeds ${seeds.join(", ")}`);
  return 0;
}

Deno.exit(await main(Deno.args));
