import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../../support/eventually.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { startRedeno } from "../../support/test_server.ts";
import { BothServers } from "../../support/both_servers.ts";

referenceTest("SHUTDOWN refuses what the reference refuses", async () => {
  await using servers = await BothServers.start();
  await servers.same(
    "SHUTDOWN nosuch",
    "SHUTDOWN SAVE NOSAVE",
    "SHUTDOWN ABORT NOW",
    "SHUTDOWN ABORT",
    "SHUTDOWN NOW nosuch",
    "MULTI",
    "SHUTDOWN NOSAVE",
    "DISCARD",
  );
});

Deno.test("SHUTDOWN NOSAVE closes every connection and ends with 0", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  using other = await server.connect();
  await other.expect("PING");
  await client.send("SHUTDOWN", "NOSAVE");
  assertEquals(await client.readToEnd(), "");
  assertEquals(await other.readToEnd(), "");
  assertEquals((await server.exited()).code, 0);
});

Deno.test("a last save that fails lets writes go on that waited for the replicas", async () => {
  await using server = await startRedeno({
    configLines: ["shutdown-timeout 1", "save 3600 1"],
  });
  using client = await server.connect();
  using replica = await RawClient.connect({ port: server.port });
  // A replica that never says how far it has come.
  await replica.send("SYNC");
  assertStringIncludes(await replica.readLine(), "$");
  Deno.removeSync(`${server.directory}/dump.rdb`);
  Deno.mkdirSync(`${server.directory}/dump.rdb`);
  assertEquals(await client.callRaw("SET", "key", "1"), "+OK\r\n");
  assertEquals(await client.callRaw("SHUTDOWN"), "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
  assertStringIncludes(server.log, "Waiting for replicas before shutting down.");
  assertEquals(await client.callRaw("SET", "key", "2"), "+OK\r\n");
  Deno.removeSync(`${server.directory}/dump.rdb`);
});

Deno.test("SHUTDOWN ABORT takes back even a forced shutdown that waits for replicas", async () => {
  await using server = await startRedeno({ configLines: ["shutdown-timeout 60"] });
  using client = await server.connect();
  using other = await server.connect();
  using replica = await RawClient.connect({ port: server.port });
  await replica.send("SYNC");
  assertStringIncludes(await replica.readLine(), "$");
  assertEquals(await client.callRaw("SET", "key", "1"), "+OK\r\n");
  const refusal = client.callRaw("SHUTDOWN", "FORCE");
  await eventually(() => server.log.includes("Waiting for replicas before shutting down."));
  assertEquals(await other.callRaw("SHUTDOWN", "ABORT"), "+OK\r\n");
  assertEquals(await refusal, "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
  assertStringIncludes(server.log, "Shutdown manually aborted.");
  assertEquals(await client.callRaw("SET", "key", "2"), "+OK\r\n");
  await client.send("SHUTDOWN", "NOW");
});
