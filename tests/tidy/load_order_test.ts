/** `src/load_order.ts` does what it is for: at the start the modules that are first to ask for others are few and short. */

import { assert, assertEquals } from "@std/assert";
import { type CheckoutFile, sourceFiles } from "./checkout.ts";

/** Characters of the modules that are first to ask for another, as a part of all: 0.43 without the list, 0.15 with it. */
const MAX_PART = 0.25;

Deno.test("the modules that are first to ask for others are short, for src/load_order.ts comes before them", () => {
  const files = new Map(sourceFiles().map((file) => [file.path, file]));
  const { askers, loaded } = walkImports(files, "main.ts");
  const size = (paths: Set<string>) => [...paths].reduce((sum, path) => sum + files.get(path)!.text.length, 0);
  const part = size(askers) / size(loaded);
  const longest = [...askers].sort((a, b) => files.get(b)!.text.length - files.get(a)!.text.length).slice(0, 10);
  assert(
    part <= MAX_PART,
    `${part.toFixed(2)}: what these import belongs into src/load_order.ts: ${longest.join(", ")}`,
  );
});

Deno.test("walkImports() counts only the first to ask", () => {
  const texts = { "a.ts": 'import "./b.ts";\nimport "./c.ts";\n', "b.ts": 'import "./c.ts";\n', "c.ts": "" };
  const files = new Map(Object.entries(texts).map(([path, text]) => [path, { path, text }]));
  assertEquals([...walkImports(files, "a.ts").askers], ["a.ts"]);
});

/** What is loaded for `start`, and which modules are the first to ask for another, in Deno's order: breadth first. */
function walkImports(files: Map<string, CheckoutFile>, start: string): { askers: Set<string>; loaded: Set<string> } {
  const loaded = new Set([start]);
  const askers = new Set<string>();
  for (const path of loaded) {
    for (const [, specifier] of files.get(path)!.text.matchAll(/^(?:import|export)\b(?! type)[^;"]*"(\.[^"]+)"/gm)) {
      const target = new URL(specifier!, `file:///${path}`).pathname.slice(1);
      if (!files.has(target) || loaded.has(target)) continue;
      loaded.add(target);
      askers.add(path);
    }
  }
  return { askers, loaded };
}
