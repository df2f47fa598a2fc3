/**
 * Signals that end the server, and how a request to end is taken back.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
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

Deno.test("a second SIGINT ends the final save at once and removes its temporary file", async () => {
  await using server = await startRedeno({ configLines: ["save 3600 1", "rdb-key-save-delay 200000"] });
  using client = await server.connect();
  await client.expect("DEBUG", "POPULATE", 50);
  const temporary = `${server.directory}/temp-${server.pid}.rdb`;
  server.signal("SIGINT");
  await eventually(() => exists(temporary), { what: "the temporary file" });
  server.signal("SIGINT");
  assertEquals((await server.exited()).code, 1);
  assertStringIncludes(server.log, "You insist... exiting now.");
  assert(!exists(temporary));
  assert(!exists(`${server.directory}/dump.rdb`));
});

Deno.test("what comes during the final save waits, and is never answered and then lost", async () => {
  await using server = await startRedeno({ configLines: ["save 3600 1", "rdb-key-save-delay 20000"] });
  using client = await server.connect();
  using late = await server.connect();
  await client.expect("DEBUG", "POPULATE", 20);
  server.signal("SIGTERM");
  await eventually(() => server.log.includes("Saving the final RDB snapshot before exiting."));
  const answer = await late.callRaw("SET", "late", 1).catch(() => "closed");
  assertEquals(answer, "closed");
  assertEquals((await server.exited()).code, 0);
  await server.startAgain();
  using again = await server.connect();
  assertEquals(await again.callRaw("DBSIZE"), ":20\r\n");
});

Deno.test("commands that waited for a final save run when it has failed", async () => {
  await using server = await startRedeno({ configLines: ["save 3600 1", "rdb-key-save-delay 20000"] });
  Deno.mkdirSync(`${server.directory}/dump.rdb`);
  using client = await server.connect();
  using other = await server.connect();
  await client.expect("DEBUG", "POPULATE", 20);
  const refusal = client.callRaw("SHUTDOWN");
  await eventually(() => server.log.includes("Saving the final RDB snapshot before exiting."));
  assertEquals(await other.callRaw("SET", "late", 1), "+OK\r\n");
  assertEquals(await refusal, "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
  assertStringIncludes(server.log, "Error trying to save the DB, can't exit.");
  assertEquals(await other.callRaw("DBSIZE"), ":21\r\n");
  await client.callRaw("SHUTDOWN", "NOSAVE").catch(() => "closed");
});

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
