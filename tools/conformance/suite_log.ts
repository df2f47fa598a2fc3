/**
 * What a run of one unit printed, line by line.
 */

/** What happened to one test (`timeout`: nothing moved for too long; `skipped`: left out by tag or by name). */
export type Outcome = "ok" | "err" | "exception" | "timeout" | "skipped";

/** One test of a unit; `detail` is what the suite said about a failure. */
export interface SuiteResult {
  outcome: Outcome;
  name: string;
  detail: string;
}

const OUTCOMES: Record<string, Outcome> = {
  ok: "ok",
  err: "err",
  exception: "exception",
  TIMEOUT: "timeout",
  skip: "skipped",
  ignore: "skipped",
};

const RESULT_LINE = /^\[(ok|err|exception|TIMEOUT|skip|ignore)\]: (.*)$/;
const MAX_DETAIL_LINES = 12;

/** Reads the log of one unit. */
export function parseSuiteLog(text: string): SuiteResult[] {
  const results: SuiteResult[] = [];
  let current: SuiteResult | null = null;
  let detailLines = 0;
  for (const line of text.split("\n")) {
    const match = RESULT_LINE.exec(line);
    if (match) {
      const outcome = OUTCOMES[match[1]!]!;
      current = { outcome, name: testName(outcome, match[2]!), detail: "" };
      results.push(current);
      detailLines = 0;
    } else if (/^\[|^\s*$|^===|^\*\*\*/.test(line)) {
      current = null;
    } else if (current && current.outcome !== "ok" && detailLines++ < MAX_DETAIL_LINES) {
      current.detail += `    ${line}\n`;
    }
  }
  return results;
}

/** A test's name with a sign in place of process ids and ports, which differ by run. */
export function stableName(name: string): string {
  return name.replace(/\b\d{5,}\b/g, (number) => number.length === 5 && Number(number) < 20_000 ? number : "#");
}

/** Without the time it took and the file it stands in. */
function testName(outcome: Outcome, text: string): string {
  const bare = outcome === "ok" ? text.replace(/ \(\d+ ms\)$/, "") : text.replace(/ in tests\/\S+$/, "");
  return stableName(bare);
}
