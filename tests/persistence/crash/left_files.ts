/**
 * What Redis's own programs say about the files that a killed server left, of which they get a copy.
 */

import { assert } from "@std/assert";
import type { RawClient } from "../../support/raw_client.ts";
import { referenceAvailable, startReference } from "../../support/reference.ts";
import { makeTempDir } from "../../support/temp_dir.ts";

/**
 * Has redis-check-rdb or redis-check-aof judge the files in `directory`, and redis-server load them; returns what `read`
 * finds there, or null where they are not installed.
 */
export async function inspectFiles<T>(
  directory: string,
  mode: "aof" | "rdb",
  read: (client: RawClient) => Promise<T>,
): Promise<T | null> {
  if (!referenceAvailable()) return null;
  await using copy = await makeTempDir();
  if (mode === "rdb") {
    await Deno.copyFile(`${directory}/dump.rdb`, `${copy.path}/dump.rdb`);
    await check("redis-check-rdb", `${copy.path}/dump.rdb`);
  } else {
    await copyFiles(`${directory}/appendonlydir`, `${copy.path}/appendonlydir`);
    // A death while the file itself was being saved may have left one as well.
    const rdb = await Deno.stat(`${directory}/dump.rdb`).catch(() => null);
    if (rdb !== null) await check("redis-check-rdb", `${directory}/dump.rdb`);
    await check("redis-check-aof", `${copy.path}/appendonlydir/appendonly.aof.manifest`);
  }
  const args = ["--dir", copy.path, "--appendonly", mode === "aof" ? "yes" : "no"];
  await using server = await startReference({ args });
  using client = await server.connect();
  return await read(client);
}

async function copyFiles(from: string, to: string): Promise<void> {
  await Deno.mkdir(to);
  for await (const { name } of Deno.readDir(from)) await Deno.copyFile(`${from}/${name}`, `${to}/${name}`);
}

/** A tail that is not whole is what a crash may leave, and `--fix` mends: on a copy of the copy. */
async function check(program: string, path: string): Promise<void> {
  const output = await run(program, [path]);
  if (output.isOk) return;
  assert(program === "redis-check-aof" && isTailAlone(output.text), `${program}: ${output.text}`);
  const directory = path.slice(0, path.lastIndexOf("/"));
  await copyFiles(directory, `${directory}.fixed`);
  const fixedPath = path.replace(directory, `${directory}.fixed`);
  await run(program, ["--fix", fixedPath]);
  const fixed = await run(program, [fixedPath]);
  assert(fixed.isOk, `redis-check-aof after --fix: ${fixed.text}`);
}

function isTailAlone(text: string): boolean {
  return text.includes("Use the --fix option");
}

async function run(program: string, args: string[]): Promise<{ isOk: boolean; text: string }> {
  const command = new Deno.Command(program, { args, stdin: "piped", stdout: "piped", stderr: "piped" });
  const child = command.spawn();
  const writer = child.stdin.getWriter();
  await writer.write(new TextEncoder().encode("y\n")).catch(() => {});
  await writer.close().catch(() => {});
  const { success, stdout, stderr } = await child.output();
  const decoder = new TextDecoder("latin1");
  return { isOk: success, text: decoder.decode(stdout) + decoder.decode(stderr) };
}
