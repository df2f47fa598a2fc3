/** Users in files: `aclfile`, `user` lines and CONFIG REWRITE, read and written by both servers. */
import { assert, assertEquals } from "@std/assert";
import { BothServers } from "../../support/both_servers.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import type { ServerProcess } from "../../support/server_process.ts";
import { startRedeno } from "../../support/test_server.ts";

const RULES = [
  [
    "alice",
    "on",
    ">secret",
    "resetkeys",
    "~a*",
    "%R~r*",
    "resetchannels",
    "&c",
    "+@all",
    "-flushall",
    "-config",
    "+config|get",
  ],
  ["bob", "on", "nopass", "skip-sanitize-payload", "+get", "+select|0", "(+set ~x)", "(%W~w* &* +publish)"],
  ["\xe9t\xe9", "off", "~\xff"],
  ["default", "on", ">top", "+@all", "-debug"],
];

async function withAlice(server: ServerProcess): Promise<RawClient> {
  const client = await server.connect();
  await client.expect("AUTH", "alice", "secret");
  return client;
}

/** An ACL file's users, however it orders single commands. */
function lines(text: string): string[] {
  return text.split("\n").map((line) => line.split(" ").sort().join(" "));
}

async function makeFile(text: string): Promise<{ path: string } & AsyncDisposable> {
  const path = await Deno.makeTempFile({ suffix: ".acl" });
  await Deno.writeFile(path, Uint8Array.from(text, (character) => character.charCodeAt(0)));
  return { path, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

referenceTest("an acl file is read and written as by the reference, and each reads the other's", async () => {
  await using start = await makeFile("\nuser alice on >secret ~* &* +@all\n\nuser default on nopass ~* &* +@all \r\n");
  const options = { configLines: ["aclfile users.acl"], files: { "users.acl": start.path } };
  const servers = await Promise.all([startRedeno(options), startReference(options)]);
  await using ours = servers[0];
  await using reference = servers[1];
  const files: Uint8Array[] = [];
  for (const server of [ours, reference]) {
    using client = await withAlice(server);
    for (const rules of RULES) await client.expect("ACL", "SETUSER", ...rules);
    assertEquals(await client.callRaw("ACL", "SAVE"), "+OK\r\n");
    files.push(await Deno.readFile(`${server.directory}/users.acl`));
  }
  const [own, expected] = files.map((bytes) => lines(new TextDecoder("latin1").decode(bytes)));
  assertEquals(own, expected);
  assertEquals([...Deno.readDirSync(ours.directory)].filter(({ name }) => name.includes("tmp")), []);
  await Deno.writeFile(`${ours.directory}/users.acl`, files[1]!);
  await Deno.writeFile(`${reference.directory}/users.acl`, files[0]!);
  for (const server of [ours, reference]) {
    using client = await server.connect();
    await client.expect("AUTH", "top");
    await client.expect("ACL", "DELUSER", "bob");
    assertEquals(await client.callRaw("ACL", "LOAD"), "+OK\r\n");
    assertEquals(lines((await client.expect("ACL", "LIST") as string[]).join("\n") + "\n"), expected);
  }
});

referenceTest("acl load takes a file as a whole or not at all, with the reference's errors", async () => {
  await using start = await makeFile("user alice on >secret ~* &* +@all\n");
  const options = { configLines: ["aclfile users.acl"], files: { "users.acl": start.path } };
  const servers = await Promise.all([startRedeno(options), startReference(options)]);
  await using ours = servers[0];
  await using reference = servers[1];
  const texts = [
    "user a on\nuser a off\n",
    "# nothing\nuser\nUSER a\nuser b c d\n",
    "user a +nothing -nothing|x bad worse +more\nuser b\tc on\nuser d ~* ~a\n",
    "user d (+get +set\n",
    "user default on\nuser default off",
    'user a on "quoted"\n',
    "user a on nopass +@all\n",
    "",
    null,
  ];
  for (const text of texts) {
    const replies = await Promise.all([ours, reference].map(async (server) => {
      const path = `${server.directory}/users.acl`;
      if (text === null) await Deno.remove(path);
      else await Deno.writeTextFile(path, text);
      using client = await server.connect();
      return [await client.callRaw("ACL", "LOAD"), await client.callRaw("ACL", "LIST")];
    }));
    assertEquals(replies[0], replies[1], String(text));
  }
});

referenceTest("acl load closes the connections of all users but the default one", async () => {
  await using start = await makeFile("user alice on >secret ~* &* +@all\n");
  const options = { configLines: ["aclfile users.acl"], files: { "users.acl": start.path } };
  const servers = await Promise.all([startRedeno(options), startReference(options)]);
  await using ours = servers[0];
  await using reference = servers[1];
  const ends = await Promise.all([ours, reference].map(async (server) => {
    using idle = await withAlice(server);
    using caller = await withAlice(server);
    using other = await server.connect();
    const replies = [await caller.callRaw("ACL", "LOAD"), await caller.readToEnd(), await idle.readToEnd()];
    return [...replies, await other.callRaw("PING")];
  }));
  assertEquals(ends[0], ends[1]);
  assertEquals(ends[0], ["+OK\r\n", "", "", "+PONG\r\n"]);
});

referenceTest("user lines of redis.conf are followed, and CONFIG REWRITE writes them", async () => {
  await using both = await BothServers.start(
    "requirepass ignored",
    "user alice on >secret ~* &* +@all (+get ~x) ( +set ~y )",
    'user bob +@all "-debug"',
    "user default on nopass ~* +@all -flushdb",
  );
  await both.same(
    "ACL LIST",
    "FLUSHDB",
    "PUBLISH c m",
    "CONFIG GET requirepass",
    "ACL SETUSER caf\xc3\xa9 on",
    "CONFIG REWRITE",
  );
  const written = await Promise.all([both.ours, both.reference].map(async (server) => {
    const names = [...Deno.readDirSync(server.directory)].map(({ name }) => name).filter((name) =>
      name.endsWith(".conf")
    );
    const text = await Deno.readTextFile(`${server.directory}/${names[0]}`);
    return text.split("\n").filter((line) => line.startsWith("user ") || line.startsWith("requirepass"));
  }));
  assertEquals(written[0], written[1]);
  assert(written[0]!.length === 5);
  await both.ours.restart();
  using client = await both.ours.connect();
  assertEquals(await client.call("ACL", "USERS"), ["alice", "bob", "caf\xc3\xa9", "default"]);
});

/** What a server that must not start says last. */
async function lastWords(start: () => Promise<ServerProcess>): Promise<string> {
  try {
    await using server = await start();
    return `it runs: ${server.log}`;
  } catch (error) {
    const printed = (error as Error).message.trim().split("\n").filter((line) => !line.includes("overcommit"));
    return printed.slice(-2).map((line) => line.replace(/^\d+:\w .*? ([#*]) /, "$1 ")).join("\n");
  }
}

referenceTest("a server does not start with users that are wrong, and says why as the reference", async () => {
  const configurations = [
    ["user a on +nothing"],
    ['user "a b" on'],
    ["user a on bad"],
    ["user a bad"],
    ["user a on", "user a off"],
    ["user a on", "aclfile users.acl"],
    ["aclfile users.acl"],
  ];
  for (const configLines of configurations) {
    const [own, expected] = await Promise.all([
      lastWords(() => startRedeno({ configLines })),
      lastWords(() => startReference({ configLines })),
    ]);
    assertEquals(own, expected, configLines.join("; "));
  }
});
