/**
 * One unit of the suite, run by a process of its own of the suite's program for units of its kind.
 *
 * - Each run has its own session; when it is over, whatever is left of that session (servers, load generators) is ended.
 */
import { makeScratchSuite } from "./scratch_suite.ts";
import { isSentinelUnit, parseSentinelLog, prepareSentinelUnit, sentinelArguments } from "./sentinel_units.ts";
import { type Outcome, parseSuiteLog, type SuiteResult } from "./suite_log.ts";

/** What a run needs to know. */
export interface UnitRunOptions {
  suite: string;
  /** The program that runs the suite. */
  tclsh: string;
  /** What starts the server under test. */
  command: readonly string[];
  /** The first of the 500 ports (and as many bus ports, 10,000 above) that the run may use. */
  basePort: number;
  /** The wall clock limit. */
  limitSeconds: number;
  /** The suite's own limit on a time without progress. */
  noProgressSeconds: number;
  /** Where the log is kept. */
  logDirectory: string;
  /** Names (or /regex) of the tests to run; all where there is none. */
  only: readonly string[];
  /** Names of tests to leave out. */
  excluded: readonly string[];
}

/** What came of one unit. */
export interface UnitReport {
  unit: string;
  results: SuiteResult[];
  seconds: number;
  logPath: string;
}

const runningSessions = new Set<number>();

/** Runs one unit. */
export async function runUnit(unit: string, options: UnitRunOptions): Promise<UnitReport> {
  const scratch = await makeScratchSuite(options.suite, options.command);
  const logPath = `${options.logDirectory}/${unit.replaceAll("/", "_")}.log`;
  const startMs = performance.now();
  try {
    if (isSentinelUnit(unit)) await prepareSentinelUnit(scratch, options);
    const { code, isOverLimit } = await runSession(scratch, logPath, { unit, options });
    const seconds = Math.round((performance.now() - startMs) / 1000);
    const log = await Deno.readTextFile(logPath);
    const results = isSentinelUnit(unit) ? parseSentinelLog(log) : parseSuiteLog(log);
    const failed = results.some(({ outcome }) => outcome !== "ok" && outcome !== "skipped");
    if (isOverLimit) results.push({ outcome: "timeout", name: `over ${options.limitSeconds} s`, detail: "" });
    else if (code !== 0 && !failed) results.push({ outcome: "exception", name: `runtest exited ${code}`, detail: "" });
    return { unit, results, seconds, logPath };
  } finally {
    await Deno.remove(scratch, { recursive: true });
  }
}

/** Lets an interrupt of this program end every run that is under way first. */
export function endSessionsOnInterrupt(): void {
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    Deno.addSignalListener(signal, () => {
      for (const session of runningSessions) endSession(session);
      Deno.exit(130);
    });
  }
}

/** How many results have the outcome. */
export function countOutcome(results: readonly SuiteResult[], ...outcomes: Outcome[]): number {
  return results.filter(({ outcome }) => outcomes.includes(outcome)).length;
}

async function runSession(
  scratch: string,
  logPath: string,
  { unit, options }: { unit: string; options: UnitRunOptions },
): Promise<{ code: number; isOverLimit: boolean }> {
  const log = await Deno.open(logPath, { write: true, create: true, truncate: true });
  const child = new Deno.Command("setsid", {
    args: [options.tclsh, ...isSentinelUnit(unit) ? sentinelArguments(unit) : clientArguments(unit, options)],
    cwd: scratch,
    env: { TERM: "dumb", LC_ALL: "C" },
    stdin: "null",
    stdout: "piped",
    stderr: "null",
  }).spawn();
  runningSessions.add(child.pid);
  let isOverLimit = false;
  const limit = setTimeout(() => {
    isOverLimit = true;
    endSession(child.pid);
  }, options.limitSeconds * 1000);
  const copied = child.stdout.pipeTo(log.writable);
  const { code } = await child.status;
  clearTimeout(limit);
  // Servers that the unit left behind hold the pipe open until they are ended.
  endSession(child.pid);
  runningSessions.delete(child.pid);
  await copied;
  return { code, isOverLimit };
}

/** The arguments of `tclsh` for a unit of the suite's main program. */
function clientArguments(unit: string, options: UnitRunOptions): string[] {
  return [
    ...["tests/test_helper.tcl", "--single", unit, "--clients", "1", "--dont-clean", "--durable"],
    ...["--timeout", String(options.noProgressSeconds)],
    ...["--baseport", String(options.basePort), "--portcount", "450"],
    ...options.only.flatMap((name) => ["--only", name]),
    ...options.excluded.flatMap((name) => ["--skiptest", name]),
  ];
}

function endSession(leader: number): void {
  try {
    Deno.kill(-leader, "SIGKILL");
  } catch (error) {
    // Nothing is left of the session.
    if (!(error instanceof Deno.errors.NotFound) && !isNoSuchProcess(error)) throw error;
  }
}

function isNoSuchProcess(error: unknown): boolean {
  return error instanceof Error && /ESRCH|No such process/.test(error.message);
}
