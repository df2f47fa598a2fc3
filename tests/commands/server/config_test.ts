import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../../support/eventually.ts";
import { referenceTest } from "../../support/reference.ts";
import { ErrorReply } from "../../support/reply_reader.ts";
import { startRedeno } from "../../support/test_server.ts";
import { BothServers } from "../../support/both_servers.ts";

referenceTest("CONFIG answers as the reference", async () => {
  await using servers = await BothServers.start('save ""');
  for (const protocol of [2, 3] as const) {
    await servers.useProtocol(protocol);
    await servers.same(
      "CONFIG",
      "CONFIG nosuch",
      "CONFIG GET",
      "CONFIG GET maxmemory",
      "CONFIG GET MaxMemory",
      "CONFIG GET nosuch",
      ["CONFIG", "GET", ""],
      "CONFIG SET maxmemory",
      "CONFIG SET maxmemory 1mb extra",
      "CONFIG SET nosuch 1",
      "CONFIG SET maxmemory 1 maxmemory 2",
      "CONFIG SET maxmemory x",
      "CONFIG SET databases 3",
      "CONFIG SET dir /tmp",
      "CONFIG SET maxmemory 100mb hz 20",
      "CONFIG GET hz",
      "CONFIG SET maxmemory 0 hz 10",
      "CONFIG SET bind 999.999.999.999",
      "CONFIG RESETSTAT x",
      "CONFIG RESETSTAT",
      "CONFIG REWRITE",
      "CONFIG REWRITE x",
      "CONFIG HELP",
      "CONFIG HELP x",
    );
  }
});

Deno.test("CONFIG REWRITE replaces the file as a whole and keeps its comments", async () => {
  await using server = await startRedeno({ configLines: ["# mine", "maxmemory 1mb"] });
  using client = await server.connect();
  await client.expect("CONFIG", "SET", "maxmemory", "2mb", "hz", "15");
  await client.expect("CONFIG", "REWRITE");
  const directory = String(await client.expect("CONFIG", "GET", "dir")).split(",")[1]!;
  const path = infoField(String(await client.expect("INFO", "server")), "config_file");
  const text = await Deno.readTextFile(path);
  for (const line of ["# mine\n", "maxmemory 2mb\n", "hz 15\n"]) assertStringIncludes(text, line);
  const leftovers = [...Deno.readDirSync(directory)].filter(({ name }) => name.endsWith(".tmp"));
  assertEquals(leftovers, []);
});

Deno.test("CONFIG REWRITE that cannot write answers with the system's reason and leaves the file", async () => {
  await using server = await startRedeno({
    configLines: ["maxmemory 1mb"],
    permissions: ["--allow-net", "--allow-read"],
  });
  using client = await server.connect();
  await client.expect("CONFIG", "SET", "maxmemory", "2mb");
  const reply = await client.call("CONFIG", "REWRITE");
  assert(reply instanceof ErrorReply);
  assertEquals(reply.text, "ERR Rewriting config file: Permission denied");
  const path = infoField(String(await client.expect("INFO", "server")), "config_file");
  assertStringIncludes(await Deno.readTextFile(path), "maxmemory 1mb");
});

Deno.test("CONFIG RESETSTAT sets every counter of INFO to zero", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await client.call("GET", "nosuch");
  await client.call("nosuch");
  await client.expect("CONFIG", "RESETSTAT");
  const text = String(await client.expect("INFO", "all"));
  for (const name of ["keyspace_misses", "total_error_replies", "total_connections_received"]) {
    assertEquals(infoField(text, name), "0", name);
  }
  assert(!text.includes("cmdstat_get:"));
  assert(!text.includes("errorstat_"));
});

Deno.test("CONFIG SET port moves the server, and port 0 closes it to TCP", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  const original = String(server.port);
  await client.expect("CONFIG", "SET", "bind", "127.0.0.1");
  using second = await server.connect();
  await second.expect("CONFIG", "SET", "port", "0");
  const isRefused = () => server.connect().then((late) => late.close(), () => true);
  await eventually(isRefused, { what: "the port to be closed" });
  await second.expect("CONFIG", "SET", "port", original);
  using third = await server.connect();
  assertEquals(await third.call("PING"), "PONG");
  await third.expect("CONFIG", "SET", "bind", "*");
  await eventually(() => server.connect().then((late) => late.close() ?? true, () => false));
});

function infoField(text: string, name: string): string {
  return new RegExp(`^${name}:(.*?)\r?$`, "m").exec(text)![1]!;
}
