/**
 * `deno task conformance [unit...]`: runs units of Redis 7.0.15's own test suite against our server and compares the
 * tests that pass with the recorded score. Fails where a test that passed before no longer passes.
 */
import { parseArgs } from "@std/cli/parse-args";
import { missingPrograms, PLAIN_RUN, readCiUnits, runSuite, type SuiteRunOptions } from "./conformance/suite_run.ts";
import { endSessionsOnInterrupt } from "./conformance/unit_run.ts";

const USAGE = `Usage: deno task conformance [options] [unit...]

  unit             such as unit/type/string or sentinel/05-manual; without any, every unit of the suite
  --ci             the units of ci_units.txt
  --jobs N         units that run at the same time (1)
  --base-port N    first port; 500 for each job, and as many 10000 above (21111)
  --server PATH    another server, such as the real redis-server
  --suite DIR      an unpacked Redis 7.0.15, in place of the cached one
  --limit SECONDS  wall clock limit of a unit (900)
  --no-progress SECONDS  limit on a time without progress (300)
  --only NAME      only the tests of this name (or /regex); can be repeated
  --verbose        say why every failing test failed
  --update         record tests that newly pass
  --force          with --update: record also what no longer passes
`;

/** Reads the arguments, runs, and returns the exit code. */
async function main(args: string[]): Promise<number> {
  const parsed = parseArgs(args, {
    boolean: ["ci", "verbose", "update", "force", "help"],
    string: ["jobs", "base-port", "server", "suite", "limit", "no-progress", "only"],
    collect: ["only"],
  });
  if (parsed["help"]) {
    console.log(USAGE);
    return 0;
  }
  const missing = await missingPrograms();
  if (missing.length > 0) {
    console.error(`Cannot run Redis's suite: ${missing.join(", ")} not installed`);
    return 1;
  }
  const number = (name: string, fallback: number) => Number(parsed[name] ?? fallback);
  const options: SuiteRunOptions = {
    units: parsed["ci"] ? await readCiUnits() : parsed._.map(String),
    jobs: number("jobs", PLAIN_RUN.jobs),
    basePort: number("base-port", PLAIN_RUN.basePort),
    server: parsed["server"] ?? null,
    suite: parsed["suite"] ?? null,
    limitSeconds: number("limit", PLAIN_RUN.limitSeconds),
    noProgressSeconds: number("no-progress", PLAIN_RUN.noProgressSeconds),
    update: !parsed["update"] ? "no" : parsed["force"] ? "force" : "raise",
    isVerbose: Boolean(parsed["verbose"]),
    only: parsed["only"] as string[] ?? [],
  };
  if (options.update !== "no" && options.only.length > 0) {
    console.error("Cannot record the score: --only runs a part of a unit");
    return 1;
  }
  try {
    const { lost } = await runSuite(options);
    return lost.length > 0 ? 1 : 0;
  } catch (error) {
    console.error(parsed["verbose"] ? error : (error as Error).message);
    return 1;
  }
}

endSessionsOnInterrupt();
Deno.exit(await main(Deno.args));
