/**
 * A run of many units, compared with the recorded score.
 */
import { eventually } from "../../tests/support/eventually.ts";
import { ServerProcess } from "../../tests/support/server_process.ts";
import { redenoCommand } from "../../tests/support/test_server.ts";
import { findProgram, runProgram } from "./child_process.ts";
import { isSentinelUnit } from "./sentinel_units.ts";
import { ensureSuite, listUnits } from "./suite_source.ts";
import { type LostTest, lostTests, passingTests, raiseScore, readScore, readTable, recordedCount } from "./score.ts";
import { writeScore } from "./score.ts";
import { countOutcome, runUnit, type UnitReport, type UnitRunOptions } from "./unit_run.ts";

/** What to run and how. */
export interface SuiteRunOptions {
  /** Every unit of the suite where none is named. */
  units: readonly string[];
  /** Units that run at the same time. */
  jobs: number;
  basePort: number;
  /** A server program, in place of ours. */
  server: string | null;
  /** An unpacked suite, in place of the cached one. */
  suite: string | null;
  limitSeconds: number;
  noProgressSeconds: number;
  /** Whether to record what passes, and whether also where that is less than before. */
  update: "no" | "raise" | "force";
  /** Whether to show why each failing test failed, not only those that passed before. */
  isVerbose: boolean;
  /** Names (or /regex) of the tests to run; all where there is none. */
  only: readonly string[];
}

/** What came of a run. */
export interface SuiteRunReport {
  passed: number;
  /** Tests that fail and are no exclusions. */
  failing: number;
  lost: LostTest[];
}

/** Options of a plain run of the given units against our server. */
export const PLAIN_RUN: SuiteRunOptions = {
  units: [],
  jobs: 1,
  basePort: 21_111,
  server: null,
  suite: null,
  limitSeconds: 900,
  noProgressSeconds: 300,
  update: "no",
  isVerbose: false,
  only: [],
};

const DATA = decodeURIComponent(new URL("../../tests/conformance/redis_suite/", import.meta.url).pathname);
const PORTS_PER_JOB = 500;

/** The programs that a run needs and that are not installed. */
export async function missingPrograms(): Promise<string[]> {
  const needed = [
    "tclsh",
    "redis-cli",
    "redis-benchmark",
    "redis-check-aof",
    "redis-sentinel",
    "pgrep",
    "ps",
    "setsid",
    "tar",
  ];
  const found = await Promise.all(needed.map(findProgram));
  return needed.filter((_, index) => found[index] === null);
}

/** The units that the file of a run in CI names. */
export async function readCiUnits(): Promise<string[]> {
  return (await readTable(`${DATA}ci_units.txt`)).map(([unit]) => unit!);
}

/** Runs units and prints a line about each. */
export async function runSuite(options: SuiteRunOptions): Promise<SuiteRunReport> {
  const tclsh = await findProgram("tclsh") ?? "tclsh";
  const suite = options.suite ?? await ensureSuite();
  const units = options.units.length > 0 ? options.units : await listUnits(suite, tclsh);
  const records = await readRecords();
  if (options.only.length > 0 && units.some(isSentinelUnit)) {
    throw new Error("Cannot run some tests of a sentinel unit only: each builds on the ones before it");
  }
  const runOptions: Omit<UnitRunOptions, "basePort" | "excluded"> = {
    suite,
    tclsh,
    command: await serverCommand(options.server),
    limitSeconds: options.limitSeconds,
    noProgressSeconds: options.noProgressSeconds,
    logDirectory: await Deno.makeTempDir({ prefix: "redeno_conformance_" }),
    only: options.only,
  };
  const report: SuiteRunReport = { passed: 0, failing: 0, lost: [] };
  const queue = [...units];
  const work = async (slot: number) => {
    for (let unit = queue.shift(); unit !== undefined; unit = queue.shift()) {
      const done = await runUnit(unit, {
        ...runOptions,
        basePort: options.basePort + slot * PORTS_PER_JOB,
        excluded: records.excluded.get(unit) ?? [],
      });
      tally(done, { report, records, options });
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, (_, slot) => work(slot)));
  if (options.update !== "no") await writeScore(`${DATA}score.tsv`, records.score);
  console.log(`total ok=${report.passed} failing=${report.failing} lost=${report.lost.length}`);
  if (report.failing + report.lost.length === 0) await Deno.remove(runOptions.logDirectory, { recursive: true });
  else console.log(`logs: ${runOptions.logDirectory}`);
  return report;
}

interface Records {
  score: Awaited<ReturnType<typeof readScore>>;
  expected: Map<string, number>;
  /** Names of the excluded tests by unit: they are not run, as some would wait for a forked child for ever. */
  excluded: Map<string, string[]>;
}

async function readRecords(): Promise<Records> {
  const expected = (await readTable(`${DATA}expected.tsv`)).map(([unit, count]) => [unit!, Number(count)] as const);
  const excluded = Map.groupBy(await readTable(`${DATA}exclusions.tsv`), ([unit]) => unit!);
  return {
    score: await readScore(`${DATA}score.tsv`),
    expected: new Map(expected),
    excluded: new Map([...excluded].map(([unit, rows]) => [unit, rows.map(([, name]) => name!)])),
  };
}

function tally(
  done: UnitReport,
  { report, records, options }: { report: SuiteRunReport; records: Records; options: SuiteRunOptions },
): void {
  const { unit, results, seconds } = done;
  const lost = lostTests(records.score, unit, results);
  const failures = results.filter(({ outcome }) => outcome !== "ok" && outcome !== "skipped");
  const ok = countOutcome(results, "ok");
  const parts = [
    `ok=${ok}`,
    `err=${countOutcome(results, "err")}`,
    `exception=${countOutcome(results, "exception", "timeout")}`,
    `excluded=${records.excluded.get(unit)?.length ?? 0}`,
    `skipped=${countOutcome(results, "skipped")}`,
    `expected=${records.expected.get(unit) ?? "?"}`,
    `recorded=${recordedCount(records.score, unit)}`,
    `seconds=${seconds}`,
  ];
  console.log(`${unit} ${parts.join(" ")}`);
  const lostNames = new Set(lost.map(({ name }) => name));
  for (const failure of failures) {
    if (!options.isVerbose && !lostNames.has(failure.name)) continue;
    console.log(`  [${failure.outcome}] ${failure.name}\n${failure.detail.trimEnd()}`);
  }
  for (const { name, recorded, passing } of lost) console.log(`  LOST (${passing} of ${recorded}): ${name}`);
  report.passed += ok;
  report.failing += failures.length;
  if (options.update === "force") lost.length = 0;
  report.lost.push(...lost);
  if (options.update !== "no") {
    raiseScore(records.score, unit, { passing: passingTests(results), isForced: options.update === "force" });
  }
}

async function serverCommand(server: string | null): Promise<readonly string[]> {
  if (server !== null) {
    const path = await findProgram(server);
    if (path === null) throw new Error(`Cannot run the suite: there is no server program ${server}`);
    return [path];
  }
  const command = redenoCommand(["-A"]);
  // The server is started with --cached-only.
  const { code, stderr } = await runProgram(command[0]!, ["cache", "--no-check", command.at(-1)!]);
  if (code !== 0) throw new Error(`Cannot run the suite: main.ts does not load: ${stderr.trim()}`);
  await tryServer(command);
  return command;
}

/** The suite waits two minutes for each server that does not start; a server that never does fails here at once. */
async function tryServer(command: readonly string[]): Promise<void> {
  try {
    await using server = await ServerProcess.start({
      command,
      configLines: ["always-show-logo yes"],
      startTimeoutMs: 10_000,
    });
    const hasSaid = () => server.log.includes(` PID: ${server.pid}`) && server.log.includes("Ready to accept");
    await eventually(hasSaid, { timeoutMs: 2_000, what: "the lines with the PID and 'Ready to accept' in its log" });
  } catch (error) {
    throw new Error(`Cannot run the suite: the server does not start: ${(error as Error).message}`, { cause: error });
  }
}
