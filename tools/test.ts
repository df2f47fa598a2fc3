/**
 * `deno task test`: everything that CI runs. Format, lint and types, the tests of `tests/`, the examples in the
 * comments of `src/`, and the units of Redis's own suite that `ci_units.txt` names; the last line sums them up.
 *
 * - What cannot run because a program is not installed is named; in CI (`CI=true`) that is a failure.
 */
import { missingPrograms, PLAIN_RUN, readCiUnits, runSuite } from "./conformance/suite_run.ts";
import { endSessionsOnInterrupt } from "./conformance/unit_run.ts";

/** How many passed and failed. */
interface Tally {
  passed: number;
  failed: number;
}

const CHECKS = [
  ["fmt", "--check"],
  ["lint", "--quiet"],
  ["check", "--quiet", "--frozen", "main.ts", "src", "tests", "tools", "rdb_fixtures"],
];

const TEST_PERMISSIONS = [
  "--no-prompt",
  "--allow-net=127.0.0.1,127.0.0.2,[::1],0.0.0.0,[::],localhost",
  "--allow-read",
  "--allow-write",
  "--allow-env",
  "--allow-run",
  "--allow-sys",
];

const ROOT = decodeURIComponent(new URL("..", import.meta.url).pathname);

/** Runs deno in the checkout; what it prints is shown. */
async function deno(args: readonly string[]): Promise<boolean> {
  const command = new Deno.Command(Deno.execPath(), { args: [...args], cwd: ROOT, stdin: "null" });
  const { success } = await command.spawn().status;
  return success;
}

async function runChecks(): Promise<Tally> {
  const tally = { passed: 0, failed: 0 };
  for (const check of CHECKS) {
    console.log(`deno ${check.join(" ")}`);
    if (await deno(check)) tally.passed++;
    else tally.failed++;
  }
  return tally;
}

function runTests(): Promise<Tally> {
  return runDenoTests([...TEST_PERMISSIONS, "tests/"]);
}

/** The examples in the comments of `src/`, with the one permission that the library needs. */
function runExamples(): Promise<Tally> {
  return runDenoTests(["--no-prompt", "--allow-net", "--doc", "--quiet", "src/"]);
}

async function runDenoTests(args: readonly string[]): Promise<Tally> {
  const directory = await Deno.makeTempDir({ prefix: "redeno_test_" });
  const reportPath = `${directory}/report.xml`;
  try {
    const hasPassed = await deno(["test", "--frozen", `--junit-path=${reportPath}`, ...args]);
    const tally = tallyOfReport(await Deno.readTextFile(reportPath).catch(() => ""));
    // Without a report, or with a failure outside of any test, there is still something that failed.
    if (!hasPassed && tally.failed === 0) tally.failed = 1;
    return tally;
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

/** Sums the suites of a JUnit report. */
function tallyOfReport(xml: string): Tally {
  const tally = { passed: 0, failed: 0 };
  for (const [suite] of xml.matchAll(/<testsuite [^>]*>/g)) {
    const count = (name: string) => Number(new RegExp(` ${name}="(\\d+)"`).exec(suite)?.[1] ?? 0);
    const failed = count("failures") + count("errors");
    tally.failed += failed;
    tally.passed += count("tests") - failed - count("disabled");
  }
  return tally;
}

async function runConformance(): Promise<Tally> {
  const missing = await missingPrograms();
  if (missing.length > 0) {
    console.log(`Redis's own suite was not run: ${missing.join(", ")} not installed`);
    return { passed: 0, failed: Deno.env.get("CI") === "true" ? 1 : 0 };
  }
  try {
    const report = await runSuite({ ...PLAIN_RUN, units: await readCiUnits(), jobs: 2 });
    return { passed: report.passed, failed: report.lost.length };
  } catch (error) {
    console.log(error instanceof Error ? error.message : String(error));
    return { passed: 0, failed: 1 };
  }
}

endSessionsOnInterrupt();

let passed = 0;
let failed = 0;
for (const part of [runChecks, runTests, runExamples, runConformance]) {
  const tally = await part();
  passed += tally.passed;
  failed += tally.failed;
}
console.log(`\n${passed} passed, ${failed} failed`);
Deno.exit(failed > 0 ? 1 : 0);
