/**
 * In which order things are done to files: no name is given before the bytes are on the medium, and nothing is removed
 * before the manifest that does without it is.
 */

import { assertEquals } from "@std/assert";
import type { Failpoint } from "../../../src/base/failpoints.ts";
import { eventually } from "../../support/eventually.ts";
import type { RawClient } from "../../support/raw_client.ts";
import { FailingServer } from "./failing_server.ts";

const MANIFEST: readonly Failpoint[] = [
  "manifest-open",
  "manifest-write",
  "manifest-sync",
  "manifest-rename",
  "manifest-directory-sync",
];

async function idle(client: RawClient): Promise<void> {
  await eventually(async () => {
    const text = String(await client.expect("INFO", "persistence"));
    return ["rdb_bgsave_in_progress", "aof_rewrite_in_progress", "aof_rewrite_scheduled"].every((name) =>
      text.includes(`${name}:0`)
    );
  });
}

/** The places passed since the last call; writes in a row count as one. */
function taken(server: FailingServer): Failpoint[] {
  const passed = server.passed.splice(0);
  return passed.filter((point, index) => !point.endsWith("-write") || point !== passed[index - 1]);
}

Deno.test("a save gives the file its name when it is synced", async () => {
  await using server = await FailingServer.start('save ""');
  using client = await server.connect();
  await client.expect("SET", "key", "1");
  const expected = ["rdb-open", "rdb-write", "rdb-sync", "rdb-rename", "rdb-directory-sync"];
  await client.expect("SAVE");
  assertEquals(taken(server), expected);
  await client.expect("BGSAVE");
  await idle(client);
  // The second name that keeps the old file until the new one has taken its place.
  assertEquals(taken(server), expected.toSpliced(-1, 0, "rdb-remove"));
});

Deno.test("CONFIG REWRITE gives the file its name when it is synced", async () => {
  await using server = await FailingServer.start();
  using client = await server.connect();
  await client.expect("CONFIG", "REWRITE");
  assertEquals(taken(server), ["config-open", "config-write", "config-sync", "config-rename", "config-directory-sync"]);
});

Deno.test("a rewrite keeps the old files until a synced manifest names the new ones", async () => {
  await using server = await FailingServer.start("appendonly yes", "appendfsync no");
  const base: readonly Failpoint[] = ["base-open", "base-write", "base-sync", "base-rename"];
  assertEquals(taken(server), ["manifest-directory-sync", ...base, "aof-open", ...MANIFEST]);
  using client = await server.connect();
  await client.expect("BGREWRITEAOF");
  await idle(client);
  await eventually(() => server.fileNames().length === 4);
  assertEquals(taken(server).filter((point) => point !== "aof-sync"), [
    ...["aof-open", ...MANIFEST],
    ...[...base, ...MANIFEST],
    // The old base and the old increment; the manifest that forgets them is written while they go.
    ...["aof-remove", ...MANIFEST, "aof-remove"],
  ]);
});

Deno.test("appendonly that is switched on gives names to synced files only", async () => {
  await using server = await FailingServer.start("appendfsync no");
  using client = await server.connect();
  await client.expect("SET", "key", "1");
  await client.expect("CONFIG", "SET", "appendonly", "yes");
  await client.expect("SET", "key", "2");
  await idle(client);
  assertEquals(taken(server), [
    ...["manifest-directory-sync", "aof-open", "base-open", "aof-write", "base-write", "base-sync", "base-rename"],
    ...["aof-rename", ...MANIFEST],
  ]);
});
