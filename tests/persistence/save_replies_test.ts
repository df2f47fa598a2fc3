/**
 * SAVE, BGSAVE, LASTSAVE, DEBUG RELOAD and `dir` answer as the real server does, byte for byte.
 */

import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import type { Argument, RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";

const CONFIG_LINES = ["enable-protected-configs yes"];

async function saveIsOver(client: RawClient): Promise<void> {
  await eventually(async () => !String(await client.expect("INFO", "persistence")).includes("in_progress:1"), {
    what: "the end of the background save",
  });
}

/** Runs the same steps on both servers; each gives what is to be compared. */
async function compare(
  steps: (client: RawClient, server: ServerProcess) => Promise<unknown[]>,
  configLines: readonly string[] = CONFIG_LINES,
): Promise<void> {
  await using theirs = await startReference({ configLines });
  await using ours = await startRedeno({ configLines });
  using their = await theirs.connect();
  using our = await ours.connect();
  assertEquals(await steps(our, ours), await steps(their, theirs));
}

async function callAll(client: RawClient, requests: readonly Argument[][]): Promise<string[]> {
  const replies: string[] = [];
  for (const request of requests) replies.push(`${request.join(" ")} -> ${await client.callRaw(...request)}`);
  return replies;
}

async function infoFields(client: RawClient, names: readonly string[]): Promise<string[]> {
  const text = String(await client.expect("INFO", "persistence"));
  return names.map((name) => `${name}:${new RegExp(`^${name}:(.*)\r$`, "m").exec(text)?.[1]}`);
}

referenceTest("arguments of SAVE and BGSAVE are judged as the reference judges them", () =>
  compare(async (client) => {
    const replies = await callAll(client, [
      ["SAVE"],
      ["SAVE", "now"],
      ["BGSAVE", "now"],
      ["BGSAVE", "SCHEDULE", "x"],
      ["BGSAVE", ""],
      ["BGSAVE", "scHEDule"],
    ]);
    await saveIsOver(client);
    replies.push(
      ...await callAll(client, [
        ["MULTI"],
        ["SAVE"],
        ["BGSAVE"],
        ["EXEC"],
        ["DISCARD"],
        ["MULTI"],
        ["BGSAVE"],
        ["BGSAVE", "SCHEDULE"],
        ["EXEC"],
      ]),
    );
    await saveIsOver(client);
    return replies;
  }));

referenceTest(
  "a second save during a background save is refused as the reference refuses it",
  () =>
    compare(async (client) => {
      for (let index = 0; index < 300; index++) await client.expect("SET", `key:${index}`, "value");
      await client.expect("CONFIG", "SET", "rdb-key-save-delay", 10_000);
      const replies = await callAll(client, [["BGSAVE"], ["SAVE"], ["BGSAVE"], ["BGSAVE", "SCHEDULE"]]);
      replies.push(...await infoFields(client, ["rdb_bgsave_in_progress", "rdb_saves", "rdb_changes_since_last_save"]));
      replies.push(...await callAll(client, [["FLUSHALL"]]));
      await saveIsOver(client);
      replies.push(
        ...await infoFields(client, ["rdb_last_bgsave_status", "rdb_changes_since_last_save", "rdb_saves"]),
        ...await callAll(client, [["SET", "key", "value"]]),
      );
      return replies;
    }),
);

referenceTest("INFO persistence has the fields of the reference in its order", () =>
  compare(async (client) => {
    const names = async () => {
      const text = String(await client.expect("INFO", "persistence"));
      return text.split("\r\n").map((line) => line.split(":")[0]);
    };
    return [...await names(), ...await infoFields(client, ["rdb_last_bgsave_time_sec", "rdb_current_bgsave_time_sec"])];
  }));

referenceTest(
  "saves that fail are answered and counted as the reference does",
  () =>
    compare(async (client, server) => {
      const gone = `${server.directory}/gone`;
      await Deno.mkdir(gone);
      const replies = await callAll(client, [["SET", "key", "value"], ["CONFIG", "SET", "save", "3600 1"]]);
      await client.expect("CONFIG", "SET", "dir", gone);
      await Deno.remove(gone);
      replies.push(...await callAll(client, [["SAVE"], ["SET", "key", "value"], ["BGSAVE"]]));
      await saveIsOver(client);
      replies.push(...await infoFields(client, ["rdb_last_bgsave_status", "rdb_saves", "rdb_changes_since_last_save"]));
      replies.push(
        ...await callAll(client, [
          ["SET", "key", "value"],
          ["PING"],
          ["GET", "key"],
          ["MULTI"],
          ["SET", "key", "value"],
          ["EXEC"],
          ["CONFIG", "SET", "stop-writes-on-bgsave-error", "no"],
          ["SET", "key", "value"],
          ["CONFIG", "SET", "stop-writes-on-bgsave-error", "yes"],
          ["SET", "key", "value"],
          ["CONFIG", "SET", "save", ""],
          ["SET", "key", "value"],
          ["CONFIG", "SET", "save", "3600 1"],
          ["CONFIG", "SET", "dir", server.directory],
          ["SAVE"],
          ["SET", "key", "value"],
        ]),
      );
      replies.push(...await infoFields(client, ["rdb_last_bgsave_status", "rdb_saves"]));
      return replies.map((reply) => reply.replaceAll(server.directory, "DIR"));
    }),
);

referenceTest("the log tells of saves what the reference tells", () =>
  compare(async (client, server) => {
    const gone = `${server.directory}/gone`;
    await Deno.mkdir(gone);
    await callAll(client, [["SAVE"], ["BGSAVE"]]);
    await saveIsOver(client);
    await client.expect("CONFIG", "SET", "dir", gone);
    await Deno.remove(gone);
    await callAll(client, [["SAVE"], ["BGSAVE"]]);
    await saveIsOver(client);
    await client.expect("CONFIG", "SET", "dir", server.directory);
    await Deno.mkdir(`${server.directory}/taken.rdb`);
    await callAll(client, [["CONFIG", "SET", "dbfilename", "taken.rdb"], ["SAVE"], ["BGSAVE"]]);
    await saveIsOver(client);
    await eventually(() => server.log.split("Background saving error").length === 3);
    const leftOver = [...Deno.readDirSync(server.directory)].map(({ name }) => name).filter((name) =>
      name.startsWith("temp-")
    );
    // A child and its parent write in no order. The process ids differ, the name of the temporary file may, and a child tells of its memory. A directory that is
    // gone is unknown to a process that lives in it, but not to ours.
    const lines = server.log.slice(server.log.indexOf("Ready to accept")).split("\n").slice(1)
      .filter((line) => !line.includes("Fork CoW"))
      .map((line) => line.slice(line.search(/[.*#-] [A-Z]/)))
      .map((line) => line.replace(/temp-[\d-]+/, "temp").replace(/pid \d+/, "pid").replaceAll(server.directory, "DIR"))
      .map((line) => line.replace("DIR/gone", "unknown"));
    return [...lines.sort(), leftOver];
  }));

referenceTest(
  "dir and dbfilename are changed at run time as in the reference",
  () =>
    compare(async (client, server) => {
      const { directory } = server;
      await Deno.mkdir(`${directory}/sub`);
      await Deno.symlink(`${directory}/sub`, `${directory}/link`);
      const replies = await callAll(client, [
        ["CONFIG", "SET", "dir", `${directory}/nowhere`],
        ["CONFIG", "SET", "dir", `${directory}/redis.conf`],
        ["CONFIG", "SET", "dir", ""],
        ["CONFIG", "GET", "dir"],
        ["CONFIG", "SET", "dir", "sub"],
        ["CONFIG", "GET", "dir"],
        ["CONFIG", "SET", "dir", ".."],
        ["CONFIG", "SET", "dir", "./link/"],
        ["CONFIG", "GET", "dir"],
        ["CONFIG", "SET", "dbfilename", "other/file"],
        ["CONFIG", "SET", "dbfilename", "other.rdb"],
        ["SAVE"],
        ["CONFIG", "SET", "dir", directory, "dbfilename", "a/b"],
        ["CONFIG", "GET", "dir"],
      ]);
      const files = [...Deno.readDirSync(`${directory}/sub`)].map(({ name }) => name);
      return [...replies.map((reply) => reply.replaceAll(directory, "DIR").replace(/\$\d+/g, "$")), files];
    }),
);

referenceTest("DEBUG RELOAD is answered as the reference answers it", () =>
  compare(async (client, server) => {
    const replies = await callAll(client, [
      ["DEBUG", "RELOAD", "NOSAVE", "x"],
      ["SET", "a", "1"],
      ["RPUSH", "b", "1", "2"],
      ["SET", "c", "3", "PXAT", 4_102_444_800_000],
      ["DEBUG", "RELOAD"],
      ["DBSIZE"],
      ["PEXPIRETIME", "c"],
      ["SET", "a", "changed"],
      ["SET", "new", "1"],
      ["DEBUG", "RELOAD", "NOSAVE", "NOFLUSH", "MERGE"],
      ["GET", "a"],
      ["GET", "new"],
      ["DEBUG", "RELOAD", "NOSAVE"],
      ["GET", "new"],
    ]);
    await Deno.remove(`${server.directory}/dump.rdb`);
    replies.push(...await callAll(client, [["DEBUG", "RELOAD", "NOSAVE"], ["DBSIZE"]]));
    return replies;
  }));
