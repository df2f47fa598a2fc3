/**
 * Signals that end the server, and how a request to end is taken back.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { startRedeno } from "../support/test_server.ts";

Deno.test("SHUTDOWN ABORT takes a SIGTERM back that the cron has not come to yet", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await client.expect("DEBUG", "PAUSE-CRON", 1);
  server.signal("SIGTERM");
  await eventually(() => server.log.includes("Received SIGTERM scheduling shutdown..."));
  assertEquals(await client.callRaw("SHUTDOWN", "ABORT"), "+OK\r\n");
  assertEquals(await client.callRaw("SHUTDOWN", "ABORT"), "-ERR No shutdown in progress.\r\n");
  assertStringIncludes(server.log, "Shutdown manually aborted.");
  await client.expect("DEBUG", "PAUSE-CRON", 0);
  assertEquals(await client.callRaw("PING"), "+PONG\r\n");
  server.signal("SIGTERM");
  assertEquals((await server.exited()).code, 0);
});
