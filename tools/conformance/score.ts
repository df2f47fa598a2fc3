/**
 * The recorded score: which tests of Redis's suite pass, by unit. It only rises.
 *
 * - `score.tsv`: unit, how many tests of that name pass, name. A name can stand for many tests where the suite's
 *   loops repeat it.
 * - `exclusions.tsv`: unit, name, reason. A test listed there is not expected to pass and not run.
 * - `expected.tsv`: unit, how many tests pass on the real server.
 * - Lines that start with `#` are comments.
 */
import type { SuiteResult } from "./suite_log.ts";

/** Passing tests: unit, then name, then count. */
export type Score = Map<string, Map<string, number>>;

/** A recorded test that no longer passes. */
export interface LostTest {
  unit: string;
  name: string;
  recorded: number;
  passing: number;
}

const HEADER = "# unit\ttests of this name that pass\tname\n";

/** Reads a table; a missing file is an empty one. */
export async function readTable(path: string): Promise<string[][]> {
  let text;
  try {
    text = await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
  return text.split("\n").filter((line) => line !== "" && !line.startsWith("#")).map((line) => line.split("\t"));
}

/** Reads the recorded score. */
export async function readScore(path: string): Promise<Score> {
  const score: Score = new Map();
  for (const [unit = "", count = "", name = ""] of await readTable(path)) {
    testsOf(score, unit).set(name, Number(count));
  }
  return score;
}

/** Writes the score, sorted, so that a change of it reads well. */
export async function writeScore(path: string, score: Score): Promise<void> {
  const lines = [...score].sort(byFirst).flatMap(([unit, tests]) =>
    [...tests].sort(byFirst).map(([name, count]) => `${unit}\t${count}\t${name}\n`)
  );
  await Deno.writeTextFile(path, HEADER + lines.join(""));
}

/** How many tests of each name passed. */
export function passingTests(results: readonly SuiteResult[]): Map<string, number> {
  const passing = new Map<string, number>();
  for (const { outcome, name } of results) {
    if (outcome === "ok") passing.set(name, (passing.get(name) ?? 0) + 1);
  }
  return passing;
}

/**
 * The recorded tests of a unit that no longer pass. Where the suite draws by chance how often it repeats a test, fewer
 * repetitions are no loss as long as the unit ran to its end and none of them failed.
 */
export function lostTests(score: Score, unit: string, results: readonly SuiteResult[]): LostTest[] {
  const passing = passingTests(results);
  const failed = new Set(results.filter(({ outcome }) => outcome === "err").map(({ name }) => name));
  const ranToEnd = !results.some(({ outcome }) => outcome === "exception" || outcome === "timeout");
  const lost: LostTest[] = [];
  for (const [name, recorded] of score.get(unit) ?? []) {
    const count = passing.get(name) ?? 0;
    if (count >= recorded || (count > 0 && ranToEnd && !failed.has(name))) continue;
    lost.push({ unit, name, recorded, passing: count });
  }
  return lost;
}

/** Puts what passed into the score; a lower count replaces a higher one only where `isForced`. */
export function raiseScore(
  score: Score,
  unit: string,
  { passing, isForced }: { passing: Map<string, number>; isForced: boolean },
): void {
  const tests = testsOf(score, unit);
  if (isForced) tests.clear();
  for (const [name, count] of passing) tests.set(name, Math.max(count, tests.get(name) ?? 0));
}

/** How many tests the score has of a unit. */
export function recordedCount(score: Score, unit: string): number {
  return [...score.get(unit)?.values() ?? []].reduce((sum, count) => sum + count, 0);
}

function testsOf(score: Score, unit: string): Map<string, number> {
  let tests = score.get(unit);
  if (!tests) score.set(unit, tests = new Map());
  return tests;
}

function byFirst<T>(a: [string, T], b: [string, T]): number {
  return a[0] < b[0] ? -1 : a[0] > b[0] ? 1 : 0;
}
