/**
 * The units `sentinel/*`: Redis's Sentinel over a group of servers under test, run by a program of the suite of its own.
 *
 * - Five sentinels and five servers are started once per unit; its tests build on one another, so that one failure ends
 *   the unit.
 * - A private `tests/instances.tcl` goes before the suite's: it moves the ports and leaves out the excluded tests, for
 *   neither of which that program has an option.
 */
import { stableName, type SuiteResult } from "./suite_log.ts";

const PREFIX = "sentinel/";
/** Of the ports of a run, the sentinels take from the lower half and the servers from the upper. */
const PORTS_PER_KIND = 225;

/** What a run of one unit may use. */
export interface SentinelRunOptions {
  suite: string;
  basePort: number;
  /** Names of tests to leave out. */
  excluded: readonly string[];
}

/** Whether the unit is one of these. */
export function isSentinelUnit(unit: string): boolean {
  return unit.startsWith(PREFIX);
}

/** Every one of these units. */
export async function listSentinelUnits(suite: string): Promise<string[]> {
  const units: string[] = [];
  for await (const { name } of Deno.readDir(`${suite}/tests/sentinel/tests`)) {
    if (name.endsWith(".tcl")) units.push(PREFIX + name.slice(0, -".tcl".length));
  }
  return units.sort();
}

/** Makes a private copy of the suite fit to run such a unit. */
export async function prepareSentinelUnit(scratch: string, options: SentinelRunOptions): Promise<void> {
  const { suite, basePort, excluded } = options;
  await Deno.remove(`${scratch}/tests/sentinel`);
  await Deno.mkdir(`${scratch}/tests/sentinel/tmp`, { recursive: true });
  for (const name of ["run.tcl", "tests"]) {
    await Deno.symlink(`${suite}/tests/sentinel/${name}`, `${scratch}/tests/sentinel/${name}`);
  }
  const lines = [
    `source ${braced(`${suite}/tests/instances.tcl`)}`,
    `set ::sentinel_base_port ${basePort}`,
    `set ::redis_base_port ${basePort + PORTS_PER_KIND}`,
    `set ::redis_port_count ${PORTS_PER_KIND}`,
    `set ::excluded_tests [list ${excluded.map(braced).join(" ")}]`,
    "rename test run_test",
    "proc test {name body} {",
    '  if {$name in $::excluded_tests} { return [puts "\\[skip\\]: $name"] }',
    // A failing test leaves the loop over the files, which is a frame of its caller.
    "  tailcall run_test $name $body",
    "}",
  ];
  await Deno.remove(`${scratch}/tests/instances.tcl`);
  await Deno.writeTextFile(`${scratch}/tests/instances.tcl`, lines.join("\n") + "\n");
}

/** The arguments of `tclsh` for one of these units. */
export function sentinelArguments(unit: string): string[] {
  return ["tests/sentinel/run.tcl", "--single", `${unit.slice(PREFIX.length)}.tcl`];
}

const TEST_LINE = /^\d\d:\d\d:\d\d> (.+?): /;
const FAILURE = /(?:FAILED: (?:caught an error in the test )?|^>{8} )(.*)$/;
/** What ends the unit, or spoils it, without being a failure of one test. */
const TROUBLE = /^(?:FAILED: caught an error in the test (.+)|>{8} (.+)|(ERROR: .+)|\*{3} (Crash report .+) \*{3})$/;

/**
 * Reads the log of one unit. A test prints its name first and its outcome later, perhaps lines below, behind what it
 * says meanwhile.
 */
export function parseSentinelLog(text: string): SuiteResult[] {
  const results: SuiteResult[] = [];
  let running: string | null = null;
  for (const line of text.split("\n")) {
    const start = TEST_LINE.exec(line);
    if (start) running = start[1]!;
    if (running === null) {
      const skipped = /^\[skip\]: (.*)$/.exec(line);
      const trouble = TROUBLE.exec(line);
      if (skipped) results.push({ outcome: "skipped", name: skipped[1]!, detail: "" });
      else if (trouble) results.push({ outcome: "exception", name: trouble.slice(1).find(Boolean)!, detail: "" });
      continue;
    }
    const failure = FAILURE.exec(line);
    if (!failure && !/(^| )OK$/.test(line)) continue;
    const detail = failure ? `    ${failure[1]}\n` : "";
    results.push({ outcome: failure ? "err" : "ok", name: stableName(running), detail });
    running = null;
  }
  return results;
}

function braced(text: string): string {
  if (/[{}\\]/.test(text)) throw new Error(`Cannot hand to Tcl: it has braces or backslashes: ${text}`);
  return `{${text}}`;
}
