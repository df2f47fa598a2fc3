/**
 * `deno task fixtures`: makes the RDB files of this folder, and the lists of what they hold, with the real redis-server.
 *
 * - The data is the same at each run; the files differ in the time of saving that they carry, in the times at which
 *   consumers of streams were seen, and in the order of hash tables.
 */
import { type DatasetFamily, writeDataset } from "../tests/support/datasets.ts";
import { dumpDataset } from "../tests/support/dataset_dump.ts";
import { manifestLine, RDB_FIXTURE_FOLDER } from "../tests/support/rdb_fixture.ts";
import { startReference } from "../tests/support/reference.ts";

/** What to save and under which settings. */
interface Recipe {
  families: readonly DatasetFamily[];
  databases?: readonly number[];
  /** Settings of the saving server that a loading one need not share. */
  saveLines?: readonly string[];
  /** Settings that also decide the encodings after a load. */
  configLines?: readonly string[];
  /** Commands before the data is written. */
  prepare?: readonly string[][];
}

const NO_COMPACT_FORMS = [
  ...["hash-max-listpack-entries 0", "zset-max-listpack-entries 0", "set-max-intset-entries 0"],
  ...["list-max-listpack-size 1", "stream-node-max-entries 1"],
];

const RECIPES: Record<string, Recipe> = {
  empty: { families: [] },
  strings: { families: ["strings"] },
  strings_uncompressed: { families: ["strings"], saveLines: ["rdbcompression no"] },
  strings_without_checksum: { families: ["strings"], saveLines: ["rdbchecksum no"] },
  lists: { families: ["lists"] },
  lists_uncompressed: { families: ["lists"], saveLines: ["rdbcompression no"] },
  lists_compressed_nodes: { families: ["lists"], saveLines: ["list-compress-depth 1"] },
  lists_plain_nodes: { families: ["lists"], prepare: [["DEBUG", "QUICKLIST-PACKED-THRESHOLD", "1000b"]] },
  sets: { families: ["sets"] },
  hashes: { families: ["hashes"] },
  sorted_sets: { families: ["sortedSets"] },
  streams: { families: ["streams"] },
  streams_uncompressed: { families: ["streams"], saveLines: ["rdbcompression no"] },
  expiries: { families: ["expiries"] },
  databases: { families: ["expiries", "sets"], databases: [0, 3, 15] },
  no_compact_forms: {
    families: ["lists", "sets", "hashes", "sortedSets", "streams"],
    configLines: NO_COMPACT_FORMS,
  },
  idle_times: { families: ["expiries"], saveLines: ["maxmemory 1gb", "maxmemory-policy allkeys-lru"] },
  access_frequencies: { families: ["expiries"], saveLines: ["maxmemory 1gb", "maxmemory-policy allkeys-lfu"] },
};

async function make(name: string, recipe: Recipe): Promise<void> {
  const { families, databases = [0], saveLines = [], configLines = [], prepare = [] } = recipe;
  await using server = await startReference({ configLines: [...saveLines, ...configLines] });
  using client = await server.connect({ timeoutMs: 60_000 });
  for (const command of prepare) await client.expect(...command);
  await writeDataset(client, { families, databases });
  // Saves and loads: the encodings that the list names are those of a server that has read the file.
  await client.expect("DEBUG", "RELOAD");
  await Deno.copyFile(`${server.directory}/dump.rdb`, `${RDB_FIXTURE_FOLDER}${name}.rdb`);
  const lines = configLines.map((line) => `#config ${line}`);
  for (const entry of await dumpDataset(client)) lines.push(await manifestLine(entry));
  await Deno.writeTextFile(`${RDB_FIXTURE_FOLDER}${name}.tsv`, lines.join("\n") + "\n");
  console.log(`${name}: ${lines.length} lines`);
}

for (const [name, recipe] of Object.entries(RECIPES)) await make(name, recipe);
