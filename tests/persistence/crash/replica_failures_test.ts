/**
 * A replica whose disk refuses what its master sends: it keeps what it has, and gets the data when the disk works again.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Failpoint } from "../../../src/base/failpoints.ts";
import { eventually } from "../../support/eventually.ts";
import { FailingServer } from "./failing_server.ts";

const FAILURES: readonly [Failpoint, string][] = [
  ["rdb-open", "Opening the temp file needed for MASTER <-> REPLICA synchronization: Input/output error"],
  ["rdb-write", "Write error saving DB on disk(rdbSaveRio): Input/output error"],
  ["rdb-sync", "Write error saving DB on disk(fsync): Input/output error"],
  ["rdb-rename", "Failed trying to rename the temp DB into dump.rdb in MASTER <-> REPLICA synchronization: Input"],
  ["rdb-directory-sync", "Failed trying to sync DB directory dump.rdb in MASTER <-> REPLICA synchronization: Input"],
];

Deno.test("a full synchronisation that the replica cannot store is tried again, and the old data stay", async (t) => {
  await using master = await FailingServer.start("repl-diskless-sync-delay 0");
  using writer = await master.connect();
  await writer.expect("SET", "key", "the master's");
  for (const [point, line] of FAILURES) {
    await t.step(point, async () => {
      await using replica = await FailingServer.start("repl-diskless-load disabled", "save 3600 1");
      using client = await replica.connect();
      await client.expect("SET", "key", "old");
      await client.expect("SAVE");
      const old = replica.contentOf("dump.rdb");
      replica.actions.set(point, { kind: "fail", reason: "EIO", isTorn: point === "rdb-write" });
      await client.expect("REPLICAOF", "127.0.0.1", master.port);
      await eventually(() => replica.log.includes(line), { what: line });
      assertEquals(await client.expect("GET", "key"), "old");
      if (point !== "rdb-directory-sync") assertEquals(replica.contentOf("dump.rdb"), old);
      await eventually(() => replica.fileNames().join() === "dump.rdb,redis.conf", {
        what: "the temporary file going",
      });
      replica.actions.clear();
      await eventually(async () =>
        String(await client.expect("INFO", "replication")).includes("master_link_status:up")
      );
      assertEquals(await client.expect("GET", "key"), "the master's");
      assertStringIncludes(replica.log, "MASTER <-> REPLICA sync: Finished with success");
    });
  }
});
