/** A file of `src/` imports only from its own folder or from one before it. */
import { assert, assertEquals } from "@std/assert";
import { assertNoComplaints, type CheckoutFile, sourceFiles } from "./checkout.ts";
import { importSpecifiers } from "./code_scan.ts";

const FOLDERS = [
  ...["base", "bytes", "resp", "values", "lua", "rdb", "config", "metrics", "store", "command", "clients", "acl"],
  ...["pubsub", "tracking", "transaction", "scripting", "persistence", "replication", "cluster", "commands", "server"],
];

/** Standard modules of the runtime that the server may use besides Deno's own. */
const RUNTIME_MODULES = new Set(["node:buffer", "node:net", "node:process", "node:timers", "node:v8"]);

Deno.test("every import stays in its folder or goes to one before it", () => {
  assertNoComplaints(sourceFiles().flatMap((file) => [...misplacedImports(file)]));
});

Deno.test("every folder of src has its place in the order", () => {
  const unknown = sourceFiles().map(({ path }) => path.split("/")).filter((parts) => {
    return parts.length > 2 && !FOLDERS.includes(parts[1]!);
  });
  assertNoComplaints(unknown.map((parts) => parts.join("/")));
});

Deno.test("a package import names a module that deno.json maps", () => {
  const config = JSON.parse(Deno.readTextFileSync(new URL("../../deno.json", import.meta.url)));
  const known = new Set(Object.keys(config.imports));
  const allowed = ["@std/assert", "@std/bytes", "@std/cli/parse-args", "@std/streams"];
  assertEquals([...known].filter((name) => !allowed.includes(name)), []);
  const complaints = sourceFiles().flatMap((file) => {
    const packages = importSpecifiers(file.text).filter((specifier) => !specifier.startsWith("."));
    const unknown = packages.filter((specifier) => !known.has(specifier) && !RUNTIME_MODULES.has(specifier));
    return unknown.map((specifier) => `${file.path} imports ${specifier}`);
  });
  assertNoComplaints(complaints);
});

Deno.test("misplacedImports() sees an import of a later folder", () => {
  const file = {
    path: "src/resp/reply.ts",
    text: 'import { x } from "../store/x.ts";\nexport * from "../base/y.ts";\n',
  };
  assertEquals([...misplacedImports(file)], ["src/resp/reply.ts imports ../store/x.ts"]);
});

function* misplacedImports(file: CheckoutFile): Generator<string> {
  const own = rankOf(file.path);
  for (const specifier of importSpecifiers(file.text)) {
    if (!specifier.startsWith(".")) continue;
    const target = new URL(specifier, `file:///${file.path}`).pathname.slice(1);
    assert(target === "main.ts" || target.startsWith("src/"), `${file.path} imports ${specifier} from outside of src`);
    if (rankOf(target) > own) yield `${file.path} imports ${specifier}`;
  }
}

/** The place of a file in the order; `src/mod.ts` and then `main.ts` are on top. */
function rankOf(path: string): number {
  const parts = path.split("/");
  if (parts.length === 1) return FOLDERS.length + 1;
  return parts.length === 2 ? FOLDERS.length : FOLDERS.indexOf(parts[1]!);
}
