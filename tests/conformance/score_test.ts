/** The recorded score of Redis's suite rises and never falls unseen. */
import { assertEquals } from "@std/assert";
import { lostTests, passingTests, raiseScore, type Score } from "../../tools/conformance/score.ts";
import { parseSuiteLog } from "../../tools/conformance/suite_log.ts";

const LOG = `Testing unit/x
[ok]: first (12 ms)
[ok]: loop (0 ms)
[ok]: loop (1 ms)
[err]: second in tests/unit/x.tcl
Expected 'a' to be equal to 'b' (context: type eval)
[ignore]: third: large memory flag not provided
[exception]: Executing test client: I/O error.
    while executing
[1/1 done]: unit/x (0 seconds)
*** [err]: second in tests/unit/x.tcl
`;

Deno.test("parseSuiteLog() reads each test once, with what the suite said of a failure", () => {
  assertEquals(parseSuiteLog(LOG), [
    { outcome: "ok", name: "first", detail: "" },
    { outcome: "ok", name: "loop", detail: "" },
    { outcome: "ok", name: "loop", detail: "" },
    { outcome: "err", name: "second", detail: "    Expected 'a' to be equal to 'b' (context: type eval)\n" },
    { outcome: "skipped", name: "third: large memory flag not provided", detail: "" },
    { outcome: "exception", name: "Executing test client: I/O error.", detail: "        while executing\n" },
  ]);
});

Deno.test("lostTests() names what passed before and no longer does", () => {
  const score: Score = new Map([["unit/x", new Map([["first", 1], ["second", 1], ["loop", 3]])]]);
  const results = parseSuiteLog(LOG);
  assertEquals(lostTests(score, "unit/x", results), [
    { unit: "unit/x", name: "second", recorded: 1, passing: 0 },
    { unit: "unit/x", name: "loop", recorded: 3, passing: 2 },
  ]);
  const ranToEnd = results.filter(({ outcome }) => outcome !== "exception");
  assertEquals(lostTests(score, "unit/x", ranToEnd).map(({ name }) => name), ["second"]);
  assertEquals(lostTests(score, "unit/other", results), []);
});

Deno.test("raiseScore() lowers a count only where it is forced", () => {
  const score: Score = new Map([["unit/x", new Map([["loop", 3], ["gone", 1]])]]);
  const passing = passingTests(parseSuiteLog(LOG));
  raiseScore(score, "unit/x", { passing, isForced: false });
  assertEquals(score.get("unit/x"), new Map([["loop", 3], ["gone", 1], ["first", 1]]));
  raiseScore(score, "unit/x", { passing, isForced: true });
  assertEquals(score.get("unit/x"), new Map([["first", 1], ["loop", 2]]));
});
