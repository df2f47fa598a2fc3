import { assertEquals } from "@std/assert";
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
