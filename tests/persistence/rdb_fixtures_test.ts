/**
 * The files of `rdb_fixtures/`, saved by the real server, hold for ours what they hold for it, and survive our own saves.
 */

import { assertEquals } from "@std/assert";
import { dumpDataset } from "../support/dataset_dump.ts";
import type { RawClient } from "../support/raw_client.ts";
import { manifestLine, rdbFixtures } from "../support/rdb_fixture.ts";
import { startRedeno } from "../support/test_server.ts";
import { isSupportedType } from "./supported_data.ts";

for (const { name, rdbPath, configLines, manifest } of rdbFixtures()) {
  const types = new Set(manifest.map((line) => line.split("\t")[2]!));
  const missing = [...types].filter((type) => !isSupportedType(type));
  const reason = missing.length === 0 ? "" : ` (waits for ${missing.join(" and ")})`;
  Deno.test({
    name: `rdb_fixtures/${name}.rdb is loaded as its list says, and again after a save of our own${reason}`,
    ignore: missing.length > 0,
    async fn() {
      await using server = await startRedeno({ configLines, files: { "dump.rdb": rdbPath } });
      using client = await server.connect();
      assertSameLines(await manifestOf(client), manifest);
      await client.expect("DEBUG", "RELOAD");
      assertSameLines(await manifestOf(client), manifest);
      await client.expect("SAVE");
      client.close();
      await server.restart();
      using again = await server.connect();
      assertSameLines(await manifestOf(again), manifest);
    },
  });
}

async function manifestOf(client: RawClient): Promise<string[]> {
  return await Promise.all((await dumpDataset(client)).map(manifestLine));
}

/** Line by line, so that a failure names the key. */
function assertSameLines(actual: readonly string[], expected: readonly string[]): void {
  for (const [index, line] of expected.entries()) assertEquals(actual[index], line);
  assertEquals(actual.length, expected.length);
}
