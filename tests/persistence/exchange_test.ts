/**
 * Datasets travel both ways between our server and the real one by their RDB files.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { type DatasetEntry, dumpDataset } from "../support/dataset_dump.ts";
import { type DatasetOptions, writeDataset } from "../support/datasets.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { startRedeno } from "../support/test_server.ts";
import { SUPPORTED_FAMILIES } from "./supported_data.ts";

const DATASET: DatasetOptions = { seed: 5, families: SUPPORTED_FAMILIES, databases: [0, 1, 9] };

/** Those whose writers need commands of their own kind only. */
const OWN_FAMILIES = SUPPORTED_FAMILIES.filter((family) => family !== "strings");

/** Compression and access clocks, which change the bytes but not the data. */
const SETTINGS: readonly (readonly string[])[] = [
  [],
  ["rdbcompression no", "rdbchecksum no"],
  ["maxmemory-policy allkeys-lru", "set-max-intset-entries 3", "list-max-listpack-size 2"],
  ["maxmemory-policy allkeys-lfu", "list-compress-depth 1"],
];

/** Key by key, so that a failure names the key and does not print everything. */
function assertSameDatasets(actual: DatasetEntry[], expected: DatasetEntry[]): void {
  for (const [index, entry] of expected.entries()) assertEquals(actual[index], entry);
  assertEquals(actual.length, expected.length);
}

async function checkFile(path: string): Promise<void> {
  const { success, stdout } = await new Deno.Command("redis-check-rdb", { args: [path], stderr: "null" }).output();
  const report = new TextDecoder().decode(stdout);
  assert(success, report);
  assertStringIncludes(report, "\\o/ RDB looks OK! \\o/");
}

for (const configLines of SETTINGS) {
  const shown = configLines.length === 0 ? "the defaults" : configLines.join(", ");

  referenceTest(`a file saved by the real server is loaded with equal contents (${shown})`, async () => {
    await using theirs = await startReference({ configLines });
    using writer = await theirs.connect();
    await writeDataset(writer, DATASET);
    await writer.expect("SAVE");
    // What loading settles, such as the encoding of strings that had been appended to, is settled on both sides.
    await writer.expect("DEBUG", "RELOAD");
    await using ours = await startRedeno({ configLines, files: { "dump.rdb": `${theirs.directory}/dump.rdb` } });
    using reader = await ours.connect();
    assertSameDatasets(await dumpDataset(reader), await dumpDataset(writer));
  });

  referenceTest(`our files are loaded by the real server with equal contents (${shown})`, async () => {
    await using first = await startReference({ configLines });
    using source = await first.connect();
    await writeDataset(source, DATASET);
    await source.expect("SAVE");
    // Half of the data come from a file, the other half from commands of our own.
    await using ours = await startRedeno({ configLines, files: { "dump.rdb": `${first.directory}/dump.rdb` } });
    using writer = await ours.connect();
    await writeDataset(writer, { seed: 6, families: OWN_FAMILIES, databases: [2] });
    for (const command of ["SAVE", "BGSAVE"]) {
      await writer.expect(command);
      while (String(await writer.expect("INFO", "persistence")).includes("rdb_bgsave_in_progress:1"));
      await checkFile(`${ours.directory}/dump.rdb`);
      await using theirs = await startReference({ configLines, files: { "dump.rdb": `${ours.directory}/dump.rdb` } });
      using reader = await theirs.connect();
      const options = { hasEncodings: false };
      assertSameDatasets(await dumpDataset(reader, options), await dumpDataset(writer, options));
    }
  });
}
