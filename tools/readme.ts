/**
 * `deno task readme`: writes the table of commands into README.md from the declarations; `--check` only compares.
 *
 * - The table stands between two marks; everything else in the file is written by hand.
 */
import { Server } from "../src/server/server.ts";

const BEGIN = "<!-- commands: made by `deno task readme` -->";
const END = "<!-- end of commands -->";

const README = new URL("../README.md", import.meta.url);

/** The table of all commands of a server, a row for each group. */
export function commandTable(): string {
  const groups = new Map<string, string[]>();
  for (const { spec } of new Server().services.registry) {
    const names = groups.get(spec.group) ?? [];
    groups.set(spec.group, names);
    names.push(spec.name.toUpperCase());
  }
  const rows = [...groups].sort(([a], [b]) => a < b ? -1 : 1)
    .map(([group, names]) => `| ${group} | ${names.length} | ${names.sort().join(" ")} |`);
  return ["| group | | commands |", "| --- | --- | --- |", ...rows].join("\n");
}

/** `text` with a fresh table between the marks. Throws where the marks are missing. */
export function withCommandTable(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END);
  if (begin < 0 || end < begin) throw new Error(`Cannot write the table of commands: README.md has no "${BEGIN}"`);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${commandTable()}\n\n${text.slice(end)}`;
}

if (import.meta.main) {
  const text = await Deno.readTextFile(README);
  const fresh = withCommandTable(text);
  if (fresh !== text && Deno.args.includes("--check")) {
    console.error("README.md does not list the commands as they are declared: run `deno task readme`");
    Deno.exit(1);
  }
  if (fresh !== text) await Deno.writeTextFile(README, fresh);
}
