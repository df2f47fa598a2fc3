/**
 * The append-only file of a replica: begun anew with the data that its master sent, and fed with its master's stream.
 */

import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { startRedeno } from "../support/test_server.ts";

referenceTest("a replica's append-only file holds what its master sent, and is loaded again", async () => {
  await using master = await startReference();
  using source = await master.connect();
  await source.pipeline([["SET", "sent", "whole"], ["RPUSH", "list", "a"]]);
  await using replica = await startRedeno({ configLines: ["appendonly yes"] });
  using client = await replica.connect();
  await client.expect("SET", "own", "1");
  await client.expect("REPLICAOF", "127.0.0.1", master.port);
  await eventually(async () => await client.expect("GET", "sent") === "whole");
  await source.pipeline([["SELECT", "5"], ["MULTI"], ["INCR", "streamed"], ["INCR", "streamed"], ["EXEC"]]);
  assertEquals(await source.expect("WAIT", 1, 5_000), 1);
  await eventually(async () => {
    const info = String(await client.expect("INFO", "persistence"));
    return info.includes("aof_rewrite_in_progress:0") && info.includes("aof_rewrites:1");
  });
  const digest = await source.expect("DEBUG", "DIGEST");
  await eventually(async () => await client.expect("DEBUG", "DIGEST") === digest);
  await replica.restart("SIGKILL");
  using reader = await replica.connect();
  assertEquals(await reader.expect("DEBUG", "DIGEST"), digest);
  assertStringIncludes(replica.log, "DB loaded from base file appendonly.aof.2.base.rdb");
});
