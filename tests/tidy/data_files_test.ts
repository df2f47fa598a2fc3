/** What is written to disk passes the failpoints, or no test could kill a server there. */
import { assertNoComplaints, sourceFiles } from "./checkout.ts";
import { codeOnly } from "./code_scan.ts";

const WRITES = /\bDeno\.(?:rename|truncate|create|copyFile|writeFile|writeTextFile)|\b(?:write|append|truncate): true/;
/** The log and the pid file are no data, nor is what the kernel shows as a file. */
const OTHER_WRITERS = new Set([
  "src/server/log_file.ts",
  "src/server/config_host.ts",
  "src/server/oom_score.ts",
  "src/server/pid_file.ts",
]);

Deno.test("only src/base/data_files.ts writes data files", () => {
  const others = sourceFiles().filter(({ path }) => path !== "src/base/data_files.ts" && !OTHER_WRITERS.has(path));
  assertNoComplaints(others.filter(({ text }) => WRITES.test(codeOnly(text))).map(({ path }) => path));
});
