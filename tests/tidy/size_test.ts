/** Files and functions stay short. */
import { assertEquals } from "@std/assert";
import { assertNoComplaints, sourceFiles } from "./checkout.ts";
import { functionBodies } from "./code_scan.ts";

const MAX_FILE_LINES = 500;
const MAX_FUNCTION_LINES = 70;

Deno.test(`no file of src is over ${MAX_FILE_LINES} lines`, () => {
  const counted = sourceFiles().map(({ path, text }) => ({ path, count: text.trimEnd().split("\n").length }));
  const long = counted.filter(({ count }) => count > MAX_FILE_LINES);
  assertNoComplaints(long.map(({ path, count }) => `${path} has ${count} lines`));
});

Deno.test(`no function of src is over ${MAX_FUNCTION_LINES} lines`, () => {
  assertNoComplaints(
    sourceFiles().flatMap(({ path, text }) => {
      const long = functionBodies(text).filter(({ lineCount }) => lineCount > MAX_FUNCTION_LINES);
      return long.map(({ firstLine, lineCount }) => `${path}:${firstLine} has a function of ${lineCount} lines`);
    }),
  );
});

Deno.test("functionBodies() finds functions, methods and arrows and nothing else", () => {
  const text = [
    "export class A {",
    "  static async read({ a, b }: { a: string; b: number }): Promise<Map<string, number>> {",
    "    if (a === `}${b + `{`}`) {",
    "      return /[{]/.test(a) ? x : y; // }",
    "    }",
    "  }",
    "}",
    "const table = { a: 1,",
    "};",
    "const f = (x: number) => {",
    "  return '}';",
    "};",
    "function g(): { a: number } {",
    "  for (const { a } of b) {",
    "  }",
    "}",
  ].join("\n");
  assertEquals(functionBodies(text).filter(({ lineCount }) => lineCount > 1), [
    { firstLine: 2, lineCount: 5 },
    { firstLine: 10, lineCount: 3 },
    { firstLine: 13, lineCount: 4 },
  ]);
});
