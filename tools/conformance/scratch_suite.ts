/**
 * A private copy of the suite made of links, with the server under test in the place of `src/redis-server` and the
 * installed programs of Redis in the place of the others.
 *
 * - `tests/tmp` is a folder of its own: the suite empties it at each start, so two runs must never share one.
 * - Its path is short: a Unix socket below it may have 107 bytes.
 */
import { findProgram } from "./child_process.ts";

const OTHER_PROGRAMS = ["redis-cli", "redis-benchmark", "redis-check-aof", "redis-check-rdb", "redis-sentinel"];

/** Makes the copy and returns its directory. `command` starts the server, with more arguments behind it. */
export async function makeScratchSuite(suite: string, command: readonly string[]): Promise<string> {
  const scratch = await Deno.makeTempDir({ prefix: "rs_" });
  await Deno.mkdir(`${scratch}/src`);
  await Deno.mkdir(`${scratch}/tests/tmp`, { recursive: true });
  for await (const entry of Deno.readDir(`${suite}/tests`)) {
    if (entry.name !== "tmp") await Deno.symlink(`${suite}/tests/${entry.name}`, `${scratch}/tests/${entry.name}`);
  }
  // The suite knows the server by the process id it started, so the shell must become the server.
  const script = `#!/bin/sh\nexec ${command.map(quoted).join(" ")} "$@"\n`;
  await Deno.writeTextFile(`${scratch}/src/redis-server`, script, { mode: 0o755 });
  for (const program of OTHER_PROGRAMS) {
    const path = await findProgram(program);
    if (path !== null) await Deno.symlink(path, `${scratch}/src/${program}`);
  }
  return scratch;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
