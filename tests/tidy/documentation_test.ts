/** Every file of `src/` says what it holds, and every export has its JSDoc. */
import { assertEquals } from "@std/assert";
import { assertNoComplaints, type CheckoutFile, sourceFiles } from "./checkout.ts";
import { codeOnly } from "./code_scan.ts";

const EXPORTED =
  /^export (?:default )?(?:declare )?(?:abstract )?(?:async )?(?:function\*?|class|interface|type|const enum|enum|const|let) (\w+)/;

Deno.test("every file of src starts with a comment that says what it holds", () => {
  const bare = sourceFiles().filter(({ text }) => !/^(?:#![^\n]*\n)?(?:\/\/[^\n]*\n)*\/\*\*/.test(text));
  assertNoComplaints(bare.map(({ path }) => path));
});

Deno.test("every export of src has JSDoc", () => {
  assertNoComplaints(sourceFiles().flatMap((file) => [...bareExports(file)]));
});

Deno.test("bareExports() sees an export without JSDoc", () => {
  const text = "/** File. */\nconst a = 1;\nexport const b = a;\n/** Doc. */\nexport function f(): void {}\n";
  assertEquals([...bareExports({ path: "x.ts", text })], ["x.ts:3 exports b without JSDoc"]);
});

Deno.test("every JSDoc but the file's stands right before what it describes", () => {
  const stray = sourceFiles().flatMap(({ path, text }) =>
    [...text.matchAll(/\*\/\n\n/g)].slice(1).map(({ index }) => `${path}:${text.slice(0, index).split("\n").length}`)
  );
  assertNoComplaints(stray);
});

function* bareExports({ path, text }: CheckoutFile): Generator<string> {
  const lines = text.split("\n");
  const codeLines = codeOnly(text).split("\n");
  let documented = "";
  for (const [index, line] of codeLines.entries()) {
    const name = EXPORTED.exec(line)?.[1];
    if (name === undefined) continue;
    // Overloads, and constants line by line, share the comment of the first one.
    const isShared = name === documented || (isConstant(codeLines[index]) && isConstant(codeLines[index - 1]));
    if (!isShared && !hasJsDocAbove(lines, index)) yield `${path}:${index + 1} exports ${name} without JSDoc`;
    documented = name;
  }
}

function isConstant(line = ""): boolean {
  return line.startsWith("export const ") && line.trimEnd().endsWith(";");
}

function hasJsDocAbove(lines: readonly string[], index: number): boolean {
  let above = index - 1;
  while (above >= 0 && lines[above]!.startsWith("//")) above--;
  if (!lines[above]?.trimEnd().endsWith("*/")) return false;
  while (above >= 0 && !lines[above]!.trimStart().startsWith("/*")) above--;
  return lines[above]?.trimStart().startsWith("/**") ?? false;
}
