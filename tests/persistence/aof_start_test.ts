/**
 * What a server makes of the append-only files that it finds at its start: whole, cut off, damaged, old, missing.
 */

import { assert, assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { ascii } from "../../src/bytes/ascii.ts";
import { encodeRequest } from "../../src/resp/request_encoder.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { ErrorReply } from "../support/reply_reader.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";

const AOF = ["appendonly yes"];
const INCREMENT = "appendonly.aof.1.incr.aof";

function commands(...argvs: string[][]): Uint8Array<ArrayBuffer> {
  return join(argvs.map((argv) => encodeRequest(...argv)));
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

async function stop(server: ServerProcess): Promise<void> {
  server.signal("SIGKILL");
  await server.exited();
}

/** Gives a stopped server these files in place of its own. */
async function place(server: ServerProcess, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  const directory = `${server.directory}/appendonlydir`;
  await Deno.remove(directory, { recursive: true });
  for (const [name, content] of Object.entries(files)) {
    const path = `${server.directory}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeFile(path, typeof content === "string" ? ascii(content) : content);
  }
}

function increment(content: Uint8Array): Record<string, Uint8Array | string> {
  return {
    [`appendonlydir/${INCREMENT}`]: content,
    "appendonlydir/appendonly.aof.manifest": `file ${INCREMENT} seq 1 type i\n`,
  };
}

/** Starts a stopped server that must not come up; what it logged last. */
async function lastLines(server: ServerProcess): Promise<{ code: number; log: string }> {
  const before = server.log.length;
  await server.startAgain().catch(() => {});
  const { code } = await server.exited();
  return { code, log: server.log.slice(before) };
}

Deno.test("a file cut off at any offset is loaded up to its last whole command, and written on from there", async () => {
  const first = commands(["SET", "a", "1"], ["MULTI"], ["SET", "b", "2"], ["INCR", "a"], ["EXEC"]);
  const bytes = join([first, commands(["RPUSH", "list", "x", "y"])]);
  const beforeMulti = commands(["SET", "a", "1"]).length;
  await using server = await startRedeno({ configLines: AOF });
  for (
    const length of [
      1,
      5,
      beforeMulti - 1,
      beforeMulti,
      beforeMulti + 9,
      first.length - 1,
      first.length,
      bytes.length - 1,
    ]
  ) {
    await stop(server);
    await place(server, increment(bytes.subarray(0, length)));
    await server.startAgain();
    using client = await server.connect();
    const values = await client.pipeline([["GET", "a"], ["GET", "b"], ["EXISTS", "list"]]);
    const expected = length >= first.length ? ["2", "2", 0] : length >= beforeMulti ? ["1", null, 0] : [null, null, 0];
    assertEquals(values, expected);
    const whole = length >= first.length ? first.length : length >= beforeMulti ? beforeMulti : 0;
    assertEquals((await Deno.stat(`${server.directory}/appendonlydir/${INCREMENT}`)).size, whole);
    await client.expect("SET", "next", "1");
    await server.restart("SIGKILL");
    using again = await server.connect();
    assertEquals(await again.expect("GET", "next"), "1");
  }
  assertStringIncludes(server.log, `!!! Truncating the AOF ${INCREMENT} at offset ${first.length} !!!`);
  assertStringIncludes(server.log, `Revert incomplete MULTI/EXEC transaction in AOF file ${INCREMENT}`);
});

Deno.test("files that cannot be loaded keep the server from starting, with Redis's reason as the last line", async () => {
  const set = commands(["SET", "foo", "hello"]);
  const manifest = "appendonlydir/appendonly.aof.manifest";
  const cases: [Record<string, Uint8Array | string>, RegExp][] = [
    [
      increment(join([set, ascii("!!!"), set])),
      /Bad file format reading the append only file appendonly.aof.1.incr.aof: make a backup of your AOF file, then use \.\/redis-check-aof --fix <filename.manifest>\n$/,
    ],
    [
      increment(join([set, commands(["bla", "foo"]), set])),
      /Unknown command 'bla' reading the append only file appendonly.aof.1.incr.aof\n$/,
    ],
    [
      { [manifest]: `file ${INCREMENT} seq 1 type i\n` },
      /Unable to obtain the AOF file .* length. stat: No such file or directory\n$/,
    ],
    [{ [manifest]: "file a seq 1 kind b\n" }, />>> 'file a seq 1 kind b'\n\n.*Invalid AOF manifest file format\n\n$/],
    [
      {
        "appendonlydir/a": set.subarray(0, 5),
        "appendonlydir/b": set,
        [manifest]: "file a seq 1 type b\nfile b seq 1 type i\n",
      },
      /Fatal error: the truncated file is not the last file\n$/,
    ],
  ];
  await using server = await startRedeno({ configLines: AOF });
  await stop(server);
  for (const [files, pattern] of cases) {
    await place(server, files);
    const { code, log } = await lastLines(server);
    assertEquals(code, 1);
    assertMatch(log, pattern);
  }
});

Deno.test("with aof-load-truncated no a file that is cut off is fatal", async () => {
  await using server = await startRedeno({ configLines: [...AOF, "aof-load-truncated no"] });
  await stop(server);
  await place(server, increment(commands(["SET", "foo", "hello"]).subarray(0, 20)));
  const { code, log } = await lastLines(server);
  assertEquals(code, 1);
  assertMatch(log, /Unexpected end of file reading the append only file appendonly.aof.1.incr.aof. You can: .*\n$/);
});

Deno.test("the single file of an older server becomes the base", async () => {
  await using server = await startRedeno({ configLines: AOF });
  await stop(server);
  await place(server, { "appendonly.aof": commands(["SET", "old", "1"]) });
  await server.startAgain();
  using client = await server.connect();
  assertEquals(await client.expect("GET", "old"), "1");
  const manifest = await Deno.readTextFile(`${server.directory}/appendonlydir/appendonly.aof.manifest`);
  assertEquals(manifest, `file appendonly.aof seq 1 type b\nfile ${INCREMENT} seq 1 type i\n`);
  assertStringIncludes(
    server.log,
    "Successfully migrated an old-style AOF file (appendonly.aof) into the AOF directory (appendonlydir).",
  );
  await client.expect("SET", "new", "1");
  await server.restart("SIGKILL");
  using again = await server.connect();
  assertEquals(await again.expect("DBSIZE"), 2);
});

referenceTest("the single file with an RDB preamble of an older server is loaded, its commands too", async () => {
  await using theirs = await startReference();
  using writer = await theirs.connect();
  await writer.pipeline([["SET", "a", "1"], ["RPUSH", "list", "x"], ["SAVE"]]);
  const rdb = await Deno.readFile(`${theirs.directory}/dump.rdb`);
  const tail = commands(["SELECT", "0"], ["RPUSH", "list", "y"], ["SET", "b", "2"]);
  await using server = await startRedeno({ configLines: AOF });
  await stop(server);
  for (const cut of [0, 3]) {
    await place(server, { "appendonly.aof": join([rdb, tail]).subarray(0, rdb.length + tail.length - cut) });
    await server.startAgain();
    using client = await server.connect();
    assertEquals(await client.expect("LRANGE", "list", 0, -1), ["x", "y"]);
    assertEquals(await client.expect("GET", "b"), cut === 0 ? "2" : null);
    await stop(server);
  }
  assertStringIncludes(server.log, "Reading the remaining AOF tail...");
});

Deno.test("files are loaded in slices while clients are told to wait, and history is removed at start", async () => {
  await using server = await startRedeno({ configLines: [...AOF, "key-load-delay 50"] });
  await stop(server);
  const sets = Array.from({ length: 20_000 }, (_, index) => ["SET", `key:${index}`, "value"]);
  await place(server, {
    ...increment(commands(...sets)),
    "appendonlydir/gone": "",
    "appendonlydir/appendonly.aof.manifest": `file gone seq 1 type h\nfile ${INCREMENT} seq 1 type i\n`,
  });
  const started = server.startAgain();
  let refusal = "";
  while (refusal === "") {
    try {
      using client = await server.connect();
      const reply = await client.call("GET", "key:1");
      assert(reply instanceof ErrorReply);
      refusal = reply.text;
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  }
  assertEquals(refusal, "LOADING Redis is loading the dataset in memory");
  await started;
  using client = await server.connect();
  assertEquals(await client.expect("DBSIZE"), 20_000);
  const manifest = await Deno.readTextFile(`${server.directory}/appendonlydir/appendonly.aof.manifest`);
  assertEquals(manifest, `file ${INCREMENT} seq 1 type i\n`);
});

Deno.test("keys whose time has passed are as after Redis's load", async () => {
  await using server = await startRedeno({ configLines: AOF });
  await stop(server);
  await place(server, increment(commands(["RPUSH", "l", "a"], ["PEXPIREAT", "l", "1000"], ["RPUSH", "l", "b"])));
  await server.startAgain();
  using client = await server.connect();
  assertEquals(await client.expect("LLEN", "l"), 0);
});

Deno.test("without permission for files appendonly is refused with one clear error", async () => {
  const args = ["--enable-debug-command", "yes"];
  await using server = await startRedeno({ permissions: ["--allow-net"], args });
  using client = await server.connect();
  const reply = await client.call("CONFIG", "SET", "appendonly", "yes");
  assert(reply instanceof ErrorReply);
  assertStringIncludes(reply.text, "Unable to turn on AOF. Check server logs.");
  assertStringIncludes(server.log, "Cannot use the append only file: reading appendonlydir is not permitted");
  assertEquals(await client.expect("CONFIG", "GET", "appendonly"), ["appendonly", "no"]);
  assertEquals(await client.expect("SET", "key", "value"), "OK");
});

Deno.test("without permission for files a server with appendonly yes does not start, and says why", async () => {
  const error = await assertRejects(
    () => startRedeno({ permissions: ["--allow-net"], args: ["--appendonly", "yes"] }),
    Error,
  );
  assertStringIncludes(error.message, "it exited with code 1");
  assertStringIncludes(error.message, "Cannot use the append only file: reading appendonlydir is not permitted");
});
