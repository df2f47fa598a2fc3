/**
 * What a server makes of the file that it finds at its start, and of one that it cannot use: Redis's log lines and exit code.
 */

import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { freePort } from "../support/server_process.ts";
import { makeTempDir } from "../support/temp_dir.ts";
import { redenoCommand, startRedeno } from "../support/test_server.ts";
import { RDB_FIXTURE_FOLDER } from "../support/rdb_fixture.ts";

const STRINGS = Deno.readFileSync(`${RDB_FIXTURE_FOLDER}strings.rdb`);

function changed(change: (bytes: Uint8Array) => void): Uint8Array {
  const bytes = STRINGS.slice();
  change(bytes);
  return bytes;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

const BAD_FILES: Readonly<Record<string, Uint8Array>> = {
  "an empty file": new Uint8Array(0),
  "half a signature": ascii("RED"),
  "a wrong signature": ascii("HELLO0010 and more"),
  "a version of the future": ascii("REDIS0099 and more"),
  "a file cut in its notes": STRINGS.slice(0, 40),
  "a file cut in its keys": STRINGS.slice(0, STRINGS.length >> 1),
  "a file without its end": STRINGS.slice(0, -1),
  "a wrong checksum": changed((bytes) => bytes.set(ascii("foobar00"), bytes.length - 8)),
  "a database that is not configured": changed((bytes) => bytes[bytes.lastIndexOf(0xfe, 200) + 1] = 20),
};

/** Exit code and what was logged after the start, without process ids, times and positions in the source. */
async function runToEnd(command: readonly string[], directory: string): Promise<{ code: number; lines: string[] }> {
  const [program, ...first] = command;
  const args = [...first, "--port", String(freePort()), "--save", "", "--dir", directory];
  const { code, stdout } = await new Deno.Command(program!, { args, stderr: "null" }).output();
  const text = new TextDecoder().decode(stdout);
  const lines = text.slice(text.indexOf("Server initialized")).split("\n").slice(1)
    .filter((line) => / [.*#-] /.test(line) && !line.includes("WARNING"))
    .map((line) => line.replace(/^.*? ([.*#-]) /, "$1 "))
    .map((line) => line.replace(/offset \d+, function at [^ ]+/, "offset").replace(/age \d+/, "age"));
  return { code, lines };
}

for (const [what, bytes] of Object.entries(BAD_FILES)) {
  referenceTest(`${what} stops the start as it stops the reference`, async () => {
    await using directory = await makeTempDir();
    await Deno.writeFile(`${directory.path}/dump.rdb`, bytes);
    const theirs = await runToEnd(["redis-server"], directory.path);
    const ours = await runToEnd(redenoCommand(), directory.path);
    // Where the reference runs its checker and ends in it, ours says so in a last line.
    if (theirs.lines.at(-1)!.includes("Internal error")) {
      theirs.lines.push("# Terminating server after rdb file reading failure.");
    }
    assertEquals(ours, theirs);
    assertEquals(ours.code, 1);
  });
}

referenceTest("the log tells of a good file what the reference tells", async () => {
  await using directory = await makeTempDir();
  await Deno.copyFile(`${RDB_FIXTURE_FOLDER}strings.rdb`, `${directory.path}/dump.rdb`);
  const logs: string[][] = [];
  for (const command of [["redis-server"], redenoCommand()]) {
    const port = freePort();
    const [program, ...first] = command;
    const child = new Deno.Command(program!, {
      args: [...first, "--port", String(port), "--save", "", "--dir", directory.path],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const output = child.output();
    const client = await eventually(() => RawClient.connect({ port }));
    await eventually(async () => await client.call("PING") === "PONG");
    client.close();
    child.kill("SIGTERM");
    const text = new TextDecoder().decode((await output).stdout);
    logs.push(
      text.split("\n").filter((line) => /RDB|DB loaded/.test(line))
        .map((line) => line.replace(/^.*? ([.*#-]) /, "$1 ").replace(/\d+ seconds|\d+\.\d+ seconds/, "seconds")),
    );
  }
  assertEquals(logs[1], logs[0]);
  assertEquals(logs[0]!.length, 5);
});

referenceTest("a field that stands twice stops the start only where the file is to be sanitized", async () => {
  await using directory = await makeTempDir();
  // The listpack of a hash with the field "a" and the value "1", twice.
  const listpack = [17, 0, 0, 0, 4, 0, 0x81, 0x61, 2, 1, 1, 0x81, 0x61, 2, 1, 1, 0xff];
  const file = [...ascii("REDIS0010"), 0xfe, 0, 16, 1, ...ascii("h"), listpack.length, ...listpack, 0xff];
  await Deno.writeFile(`${directory.path}/dump.rdb`, new Uint8Array([...file, ...new Array(8).fill(0)]));
  for (const command of [["redis-server"], redenoCommand()]) {
    const args = ["--sanitize-dump-payload", "yes"];
    const { code, lines } = await runToEnd([...command, ...args], directory.path);
    assertEquals(code, 1);
    assertStringIncludes(lines.join("\n"), "Hash listpack integrity check failed.");
  }
  for (const start of [startReference, startRedeno]) {
    await using server = await start({ files: { "dump.rdb": `${directory.path}/dump.rdb` } });
    using client = await server.connect();
    assertEquals(await client.expect("HGETALL", "h"), ["a", "1", "a", "1"]);
  }
});

Deno.test("clients are told of a load in progress, and how far it is", async () => {
  await using server = await startRedeno({
    configLines: ["key-load-delay 200", "loading-process-events-interval-bytes 1024", "rdbcompression no"],
  });
  using client = await server.connect();
  await client.pipeline(Array.from({ length: 10_000 }, (_, index) => ["SET", `key:${index}`, "v".repeat(200)]));
  await client.expect("SAVE");
  client.close();
  server.signal("SIGTERM");
  await server.exited();
  const again = server.startAgain();
  using early = await eventually(() => server.connect());
  assertStringIncludes(await early.callRaw("GET", "key:1"), "-LOADING ");
  assertStringIncludes(await early.callRaw("PING"), "-LOADING ");
  const info = await eventually<string>(async () => {
    const text = String(await early.expect("INFO", "persistence"));
    return /loading_loaded_perc:[1-9]/.test(text) ? text : "";
  });
  for (const field of ["loading:1", "loading_start_time:", "loading_total_bytes:2", "loading_eta_seconds:"]) {
    assertStringIncludes(info, `\r\n${field}`);
  }
  await early.expect("CONFIG", "SET", "key-load-delay", "0");
  await again;
  assertEquals(await early.expect("DBSIZE"), 10_000);
  const after = String(await early.expect("INFO", "persistence"));
  assertStringIncludes(after, "rdb_last_load_keys_loaded:10000\r\n");
  assert(!after.includes("loading_total_bytes"));
});

Deno.test("keys whose time has passed are dropped at the start, and counted", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await client.expect("DEBUG", "SET-ACTIVE-EXPIRE", 0);
  await client.pipeline([["SET", "kept", "1"], ...range(50, (index) => ["SET", `gone:${index}`, "1", "PX", 1])]);
  await client.expect("SAVE");
  client.close();
  await server.restart();
  using again = await server.connect();
  assertEquals(await again.expect("KEYS", "*"), ["kept"]);
  const info = String(await again.expect("INFO", "persistence"));
  assertStringIncludes(info, "rdb_last_load_keys_expired:50\r\nrdb_last_load_keys_loaded:1\r\n");
});

function range<T>(count: number, make: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => make(index));
}
