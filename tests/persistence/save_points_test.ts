/**
 * Save points on the server's own clock, and the last save before a server stops.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { startServer } from "../../src/mod.ts";
import { eventually } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";
import { makeTempDir } from "../support/temp_dir.ts";
import { startRedeno } from "../support/test_server.ts";

async function field(client: RawClient, name: string): Promise<string | undefined> {
  return new RegExp(`^${name}:(.*)\r$`, "m").exec(String(await client.expect("INFO", "persistence")))?.[1];
}

Deno.test("a save point saves when its seconds have passed and its changes are made", async () => {
  await using directory = await makeTempDir();
  const lines: string[] = [];
  const log = (line: string) => lines.push(line);
  const config = { save: "900 2 60 10", dir: directory.path };
  await using server = await startServer({ frozenAtMs: 1_700_000_000_000, config, log });
  using client = await RawClient.connect({ port: server.port });
  const saves = () =>
    lines.filter((line) => line.includes("Saving...")).map((line) => line.replace(/^.* \* /, "").trim());

  await client.expect("SET", "a", "1");
  server.clock.advance(2_000_000);
  assertEquals(saves(), []);
  await client.expect("SET", "a", "2");
  server.clock.advance(200);
  await eventually(async () => await field(client, "rdb_changes_since_last_save") === "0");
  assertEquals(saves(), ["2 changes in 900 seconds. Saving..."]);
  assertEquals(Number(await client.expect("LASTSAVE")), Math.floor(server.clock.now / 1000));

  await client.pipeline(Array.from({ length: 10 }, (_, index) => ["SET", `key:${index}`, "1"]));
  server.clock.advance(60_700);
  assertEquals(saves().length, 1);
  server.clock.advance(400);
  await eventually(async () => await field(client, "rdb_changes_since_last_save") === "0");
  assertEquals(saves()[1], "10 changes in 60 seconds. Saving...");
});

Deno.test("after a save that failed save points try again in five seconds", async () => {
  await using directory = await makeTempDir();
  const lines: string[] = [];
  const dir = `${directory.path}/data`;
  await Deno.mkdir(dir);
  const config = { save: "1 1", dir };
  await using server = await startServer({ frozenAtMs: 1_700_000_000_000, config, log: (line) => lines.push(line) });
  using client = await RawClient.connect({ port: server.port });
  await Deno.remove(dir);
  await client.expect("SET", "a", "1");
  server.clock.advance(2_100);
  await eventually(async () => await field(client, "rdb_last_bgsave_status") === "err");
  assertStringIncludes(await client.callRaw("SET", "a", "2"), "-MISCONF ");
  await Deno.mkdir(dir);
  server.clock.advance(4_500);
  assertEquals(lines.filter((line) => line.includes("Saving...")).length, 1);
  server.clock.advance(2_000);
  await eventually(async () => await field(client, "rdb_last_bgsave_status") === "ok");
  assertEquals(await client.callRaw("SET", "a", "2"), "+OK\r\n");
});

for (
  const { how, stop, configLines, isSaved } of [
    { how: "SIGTERM with save points", stop: "SIGTERM", configLines: ["save 3600 1"], isSaved: true },
    { how: "SIGTERM without save points", stop: "SIGTERM", configLines: [], isSaved: false },
    { how: "SIGINT with save points", stop: "SIGINT", configLines: ["save 3600 1"], isSaved: true },
    { how: "SHUTDOWN with save points", stop: ["SHUTDOWN"], configLines: ["save 3600 1"], isSaved: true },
    { how: "SHUTDOWN NOSAVE", stop: ["SHUTDOWN", "NOSAVE"], configLines: ["save 3600 1"], isSaved: false },
    { how: "SHUTDOWN SAVE", stop: ["SHUTDOWN", "SAVE"], configLines: [], isSaved: true },
  ] as const
) {
  Deno.test(`${how} ${isSaved ? "saves" : "does not save"}, even while a background save runs`, async () => {
    for (const delay of [0, 1000]) {
      await using server = await startRedeno({ configLines });
      using client = await server.connect();
      await client.pipeline(Array.from({ length: 1000 }, (_, index) => ["SET", `key:${index}`, "value"]));
      await client.expect("CONFIG", "SET", "rdb-key-save-delay", delay);
      if (delay > 0) await client.expect("BGSAVE");
      await client.expect("SET", "last", "value");
      if (typeof stop === "string") server.signal(stop);
      else await client.send(...stop);
      assertEquals((await server.exited()).code, 0);
      if (delay > 0) assertStringIncludes(server.log, "There is a child saving an .rdb. Killing it!");
      const names = [...Deno.readDirSync(server.directory)].map(({ name }) => name).sort();
      assertEquals(names, isSaved ? ["dump.rdb", "redis.conf"] : ["redis.conf"]);
      if (!isSaved) continue;
      await server.startAgain();
      using again = await server.connect();
      assertEquals(await again.expect("DBSIZE"), 1001);
    }
  });
}

Deno.test("a last save that fails keeps the server running, unless it is forced", async () => {
  await using server = await startRedeno({ configLines: ["save 3600 1", "enable-protected-configs yes"] });
  using client = await server.connect();
  const gone = `${server.directory}/gone`;
  await Deno.mkdir(gone);
  await client.expect("CONFIG", "SET", "dir", gone);
  await Deno.remove(gone);
  assertEquals(await client.callRaw("SHUTDOWN"), "-ERR Errors trying to SHUTDOWN. Check logs.\r\n");
  assertStringIncludes(server.log, "Error trying to save the DB, can't exit.");
  assertEquals(await client.call("PING"), "PONG");
  await client.send("SHUTDOWN", "FORCE");
  const { code } = await server.exited();
  assertEquals(code, 0);
  assert(server.log.includes("Error trying to save the DB. Exit anyway."));
});
