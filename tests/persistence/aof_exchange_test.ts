/**
 * Append-only files travel both ways between our server and the real one, in every form, with equal contents.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { writeDataset } from "../support/datasets.ts";
import { eventually } from "../support/eventually.ts";
import type { RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";

const DIRECTORY = "appendonlydir";
const MANIFEST = "appendonly.aof.manifest";
const AOF = ["appendonly yes"];
const EMPTY: Readonly<Record<string, readonly string[]>> = {
  "an RDB preamble": [],
  "a base of commands": ["aof-use-rdb-preamble no", "aof-timestamp-enabled yes"],
};

/** Every kind of value, with expiries, groups and what is pending. */
async function write(client: RawClient, databases: readonly number[]): Promise<void> {
  await writeDataset(client, { seed: 5, databases });
  await client.pipeline([
    ["SELECT", databases[0]!],
    ["XADD", "s", "1-1", "f", "v"],
    ["XADD", "s", "2-1", "f", "v", "g", "w"],
    ["XGROUP", "CREATE", "s", "group", "0"],
    ["XGROUP", "CREATECONSUMER", "s", "group", "idle"],
    ["XREADGROUP", "GROUP", "group", "busy", "STREAMS", "s", ">"],
    ["XDEL", "s", "2-1"],
    ["XADD", "emptied", "5-5", "a", "b"],
    ["XTRIM", "emptied", "MAXLEN", "0"],
    ["MULTI"],
    ["INCR", "counter"],
    ["SELECT", "3"],
    ["INCRBYFLOAT", "float", "3.14"],
    ["EXEC"],
    ["SELECT", "0"],
    ["SADD", "popped", ...Array.from({ length: 100 }, (_, index) => `m${index}`)],
    ["SPOP", "popped", "7"],
    ["PEXPIRE", "popped", "10000000"],
  ]);
}

async function rewrite(client: RawClient): Promise<void> {
  await client.expect("BGREWRITEAOF");
  await eventually(async () => {
    const info = String(await client.expect("INFO", "persistence"));
    return info.includes("aof_rewrite_in_progress:0") && info.includes("aof_rewrite_scheduled:0");
  });
  assertStringIncludes(String(await client.expect("INFO", "persistence")), "aof_last_bgrewrite_status:ok");
}

async function copyParts(from: string, to: string): Promise<void> {
  await Deno.remove(`${to}/${DIRECTORY}`, { recursive: true });
  await Deno.mkdir(`${to}/${DIRECTORY}`);
  for await (const { name } of Deno.readDir(`${from}/${DIRECTORY}`)) {
    await Deno.copyFile(`${from}/${DIRECTORY}/${name}`, `${to}/${DIRECTORY}/${name}`);
  }
}

async function check(directory: string): Promise<void> {
  const path = `${directory}/${DIRECTORY}/${MANIFEST}`;
  const { success, stdout } = await new Deno.Command("redis-check-aof", { args: [path], stderr: "null" }).output();
  const report = new TextDecoder().decode(stdout);
  assert(success, report);
  assertStringIncludes(report, "All AOF files and manifest are valid");
}

/** Starts `target` on the files of `source` and compares the contents. */
async function assertReads(target: ServerProcess, source: ServerProcess): Promise<void> {
  using writer = await source.connect();
  const digest = await writer.expect("DEBUG", "DIGEST");
  await check(source.directory);
  target.signal("SIGKILL");
  await target.exited();
  await copyParts(source.directory, target.directory);
  await target.startAgain();
  using reader = await target.connect();
  assertEquals(await reader.expect("DEBUG", "DIGEST"), digest);
}

for (const [what, lines] of Object.entries(EMPTY)) {
  const configLines = [...AOF, ...lines];

  for (const direction of ["ours in the real server", "the real server's in ours"] as const) {
    referenceTest(`files with ${what} are loaded with equal contents: ${direction}`, async () => {
      const isOurs = direction === "ours in the real server";
      await using source = await (isOurs ? startRedeno : startReference)({ configLines });
      await using target = await (isOurs ? startReference : startRedeno)({ configLines });
      using client = await source.connect();
      await write(client, [0, 7]);
      await assertReads(target, source);
      await rewrite(client);
      await assertReads(target, source);
      await write(client, [1, 9]);
      await assertReads(target, source);
      await rewrite(client);
      // The reader goes on where the writer stopped.
      await assertReads(target, source);
      using next = await target.connect();
      await next.expect("SET", "more", "data");
      await assertReads(source, target);
    });
  }
}

referenceTest("DEBUG LOADAOF brings the same data back", async () => {
  await using server = await startRedeno({ configLines: AOF });
  using client = await server.connect();
  await write(client, [0]);
  await rewrite(client);
  await write(client, [2]);
  const digest = await client.expect("DEBUG", "DIGEST");
  assertEquals(await client.expect("DEBUG", "LOADAOF"), "OK");
  assertEquals(await client.expect("DEBUG", "DIGEST"), digest);
});
