/** The files of `rdb_fixtures/` hold what their lists say, in the eyes of the real redis-server. */
import { assert, assertEquals } from "@std/assert";
import { dumpDataset } from "../support/dataset_dump.ts";
import { manifestLine, rdbFixtures } from "../support/rdb_fixture.ts";
import { referenceTest, startReference } from "../support/reference.ts";

Deno.test("there are fixtures", () => {
  assert(rdbFixtures().length >= 15);
});

for (const { name, rdbPath, configLines, manifest } of rdbFixtures()) {
  referenceTest(`the reference loads rdb_fixtures/${name}.rdb as its list says`, async () => {
    await using server = await startReference({ configLines, files: { "dump.rdb": rdbPath } });
    using client = await server.connect();
    const lines = await Promise.all((await dumpDataset(client)).map(manifestLine));
    assertEquals(lines, manifest);
  });
}
