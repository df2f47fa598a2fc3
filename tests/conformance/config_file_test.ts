/**
 * Configuration files, command lines and CONFIG REWRITE against the real redis-server: the same reports, the same new files.
 *
 * - Each start ends with a directive that does not exist, so that the server gives its report and exits instead of running.
 */
import { assertEquals, assertStringIncludes } from "@std/assert";
import { parseCommandLine } from "../../src/config/command_line.ts";
import { Config } from "../../src/config/config.ts";
import { ConfigFileError, type ConfigFileHost, loadConfigFile } from "../../src/config/config_file.ts";
import { rewriteConfigFile } from "../../src/config/config_rewrite.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { makeTempDir } from "../support/temp_dir.ts";

/** A file that reports its last line if everything before it is accepted. */
const FILES: readonly string[] = [
  "",
  "# comment\n\n  \t\r\n",
  "port",
  "port 1 2",
  "  PORT\t70000  \r\n",
  "port 'abc'",
  'port "1',
  "port '1'x",
  'port "6\\x33"\nmaxmemory 10mb\nmaxmemory 1x',
  "nothing at all",
  "\"nothing\" 'quoted'",
  "''",
  "port 1\0 rest",
  "save 900 1\nsave 300\n",
  "save 900 1 300",
  'save ""\nsave',
  'save ""  ""',
  "save '60 1000'",
  "save '60 10 \"'",
  "save ' '",
  "bind",
  'bind ""',
  `bind ${"a ".repeat(17)}`,
  "shutdown-on-sigint",
  "shutdown-on-sigint 'now force'",
  "shutdown-on-sigint '\"now'",
  "shutdown-on-sigint save nosave",
  "client-output-buffer-limit normal 0 0 0\nclient-output-buffer-limit slave 1 2",
  "client-output-buffer-limit 'pubsub 1mb 1mb 1' x",
  "oom-score-adj-values 1 2",
  "notify-keyspace-events KEA x",
  "notify-keyspace-events Q",
  "replicaof 127.0.0.1 abc",
  "replicaof 127.0.0.1 70000",
  "replicaof 127.0.0.1 -1",
  "replicaof 127.0.0.1",
  "slaveof no one",
  "slaveof 'a b'",
  "replicaof 127.0.0.1 4294973675",
  "unixsocketperm 7777",
  "unixsocketperm 9",
  "unixsocketperm 700",
  "unixsocketperm -1",
  "io-threads 0",
  "databases 0",
  "supervised maybe",
  "syslog-facility local9",
  "appendfilename ''",
  "appenddirname a/b",
  "dir /no/such/directory",
  "dir",
  "latency-tracking-info-percentiles 50 x",
  "latency-tracking-info-percentiles ''",
  "list-max-ziplist-entries 5",
  "list-max-ziplist-value",
  "lua-replicate-commands yes no",
  "include",
  "include /no/such/file.conf",
  "include /no/such/*.conf",
  "rename-command",
  "rename-command nothing else",
  "rename-command CONFIG ''",
  "user",
  "user alice on",
  "loadmodule",
  "module.setting",
  "module.setting 1 2 3",
  "sentinel",
  "sentinel monitor",
  "logfile /no/such/directory/log",
  "logfile ''",
  "cluster-enabled yes\nreplicaof 127.0.0.1 6379",
  "requirepass 'ü\\xff'\nhz abc",
  "proc-title-template '{nope}'",
  "maxmemory-clients 200%",
  "hz 0\nhz 100000",
  "tls-auth-clients maybe",
];

const COMMAND_LINES: readonly (readonly string[])[] = [
  ["--port"],
  ["--port", "6380", "--loglevel"],
  ["--port", "6379", "6380"],
  ["--port", "--loglevel", "verbose"],
  ["--port", "--bla", "--loglevel", "verbose"],
  ["--logfile", "--my--log--file", "--loglevel", "--bla"],
  ["--shutdown-on-sigint"],
  ["--shutdown-on-sigint", "now force", "--shutdown-on-sigterm"],
  ["--replicaof", "127.0.0.1", "abc"],
  ["--replicaof", "--127.0.0.1", "abc"],
  ["--replicaof", "--127.0.0.1", "--abc"],
  ["--replicaof", "127.0.0.1 abc"],
  ["--maxmemory 700mb", "--maxmemory-policy volatile-lru"],
  ["--maxmemory '700mb'", "--loglevel verbose extra"],
  ["--maxmemory", "ü"],
  ["--save"],
  ["--SAVE", "--port"],
  ["--save", "", "--port", "x"],
  ["--save", "900", "1", "--port", "x"],
  ["--save", "900 1", "x"],
  ["--save 900", "--port x"],
  ["--proc-title-template", "--save", "--save", "--port", "x"],
  ["--", "x"],
  ["--port", "1", "word"],
  ["-x"],
  ["-vv"],
  ["--version=yes"],
  ["--help", "me"].reverse(),
  ["--port", "-", "1"],
  ["--port 1", "-1"],
  ["--'port 1"],
];

for (const text of FILES) {
  referenceTest(
    `a configuration file is judged as the reference judges it: ${JSON.stringify(text.slice(0, 60))}`,
    async () => {
      await using dir = await makeTempDir();
      const path = `${dir.path}/redis.conf`;
      await Deno.writeTextFile(path, `${text}\nno-such-directive x\n`);
      assertEquals(ourReport([path], dir.path), await theirReport([path], dir.path));
    },
  );
}

referenceTest("included files are judged as the reference judges them", async () => {
  await using dir = await makeTempDir();
  const write = (name: string, text: string) => Deno.writeTextFile(`${dir.path}/${name}`, text);
  await write("good.conf", "port 7000\nsave 1 1\n");
  await write("bad.conf", "port 7000\n\nport x");
  await write("main1.conf", `include ${dir.path}/good.conf\ninclude ${dir.path}/bad.conf\n`);
  await write("main2.conf", `include ${dir.path}/[bg]*d.conf\nport y`);
  for (const name of ["main1.conf", "main2.conf"]) {
    const path = `${dir.path}/${name}`;
    assertEquals(ourReport([path], dir.path), await theirReport([path], dir.path));
  }
});

for (const argv of COMMAND_LINES) {
  referenceTest(`a command line is judged as the reference judges it: ${JSON.stringify(argv)}`, async () => {
    await using dir = await makeTempDir();
    const path = `${dir.path}/redis.conf`;
    await Deno.writeTextFile(path, "loglevel warning\n");
    for (const whole of [argv, [...argv, "--no-such-directive", "x"], [path, ...argv, "--no-such-directive", "x"]]) {
      // Without the last directive some of these would run.
      if (whole === argv && ourReport(argv, dir.path) === "") continue;
      assertEquals(ourReport(whole, dir.path), await theirReport(whole, dir.path));
    }
  });
}

referenceTest("save lines after an include add up as in the reference", async () => {
  await using dir = await makeTempDir();
  const included = `${dir.path}/included.conf`;
  await Deno.writeTextFile(included, "save 5 5\n");
  for (
    const lines of [["save 1 1", `include ${included}`, "save 2 2", "save 3 3"], [`include ${included}`], ["save 7 7"]]
  ) {
    await using server = await startReference({ configLines: lines });
    using client = await server.connect();
    const [, theirs] = await client.expect("CONFIG", "GET", "save") as string[];
    const config = new Config();
    loadConfigFile(config, { path: `${server.directory}/redis.conf` }, testHost(config));
    assertEquals(config.cell("save").print(), theirs);
  }
});

referenceTest("CONFIG REWRITE makes the file that the reference makes", async () => {
  const configLines = [
    "# a comment",
    "   # another",
    "",
    "",
    "slave-priority 5",
    "MAXMEMORY 1024",
    "maxmemory 2048",
    "hz 10",
    'requirepass "a b"',
    "save 60 100",
    "save 30 10",
    "client-output-buffer-limit pubsub 1mb 1mb 10",
    "list-max-ziplist-entries 12",
    "user alice on nopass ~* +@all",
    "user bob off",
    "enable-protected-configs yes",
    "shutdown-on-sigint 'now force'",
    "replica-announce-ip 10.0.0.1",
    "unixsocketperm 700",
    "notify-keyspace-events ''",
    "rename-command KEYS LISTKEYS",
  ];
  await using server = await startReference({ configLines });
  using client = await server.connect();
  await client.expect("AUTH", "a b");
  const path = `${server.directory}/redis.conf`;
  const changes: readonly (readonly string[])[] = [
    [],
    ["save", "", "maxmemory-clients", "5%", "bind", "127.0.0.1 -::1", "hz", "20", "loglevel", "debug"],
    ["save", "1 2 3 4 5 6", "replica-announce-ip", "", "requirepass", 'x\x01"y\xff', "notify-keyspace-events", "KEA"],
    ["latency-tracking-info-percentiles", "", "oom-score-adj-values", "1 2 3", "maxmemory", "3gb", "requirepass", ""],
    ["client-output-buffer-limit", "replica 1 2 3 pubsub 33554432 8mb 60", "shutdown-on-sigint", "default", "hz", "10"],
    ["dbfilename", "a b.rdb", "maxmemory-clients", "1536", "bind", "* -::*", "proto-max-bulk-len", "1048577"],
  ];
  const config = new Config();
  for (const pairs of changes) {
    const before = await Deno.readTextFile(path);
    if (config.cell("dir").value === "") loadConfigFile(config, { path }, testHost(config));
    if (pairs.length > 0) await client.expect("CONFIG", "SET", ...pairs);
    const values = pairs.flatMap((value, index) =>
      index % 2 === 1 ? [[pairs[index - 1]!, latin1Bytes(value)] as const] : []
    );
    assertEquals(config.set(values), null);
    await client.expect("CONFIG", "REWRITE");
    const users = (await client.expect("ACL", "LIST") as string[]).map((line) => line.replace(/^user /, ""));
    assertSameFile(rewriteConfigFile(before, config, { users }), await Deno.readTextFile(path));
  }
  const before = await Deno.readTextFile(path);
  await client.expect("DEBUG", "CONFIG-REWRITE-FORCE-ALL");
  const users = (await client.expect("ACL", "LIST") as string[]).map((line) => line.replace(/^user /, ""));
  assertSameFile(rewriteConfigFile(before, config, { users, isForced: true }), await Deno.readTextFile(path));
});

referenceTest("CONFIG REWRITE of an empty file makes the file that the reference makes", async () => {
  await using server = await startReference();
  using client = await server.connect();
  const path = `${server.directory}/redis.conf`;
  const config = new Config();
  loadConfigFile(config, { path }, testHost(config));
  for (const text of ["", "\n\n\n", "# only a comment", "port"]) {
    await Deno.writeTextFile(path, text);
    await client.expect("CONFIG", "REWRITE");
    const users = (await client.expect("ACL", "LIST") as string[]).map((line) => line.replace(/^user /, ""));
    assertSameFile(rewriteConfigFile(text, config, { users }), await Deno.readTextFile(path));
  }
});

/** Lines that were there before are compared in order, added ones as a set: the reference adds them in the order of a hash table. */
function assertSameFile(ours: string, theirs: string): void {
  const mark = "# Generated by CONFIG REWRITE\n";
  const [ourHead = "", ourTail = ""] = ours.split(mark);
  const [theirHead = "", theirTail = ""] = theirs.split(mark);
  assertEquals(ourHead, theirHead);
  assertEquals(ourTail.split("\n").sort(), theirTail.split("\n").sort());
}

/** What our server would print before it exits with 1, or an empty text if it would run. */
function ourReport(argv: readonly string[], cwd: string): string {
  const commandLine = parseCommandLine(argv);
  if (commandLine.kind !== "run") return commandLine.kind;
  const { configPath } = commandLine;
  const path = configPath === null || configPath.startsWith("/") ? configPath : `${cwd}/${configPath}`;
  const config = new Config();
  try {
    loadConfigFile(config, { path, directives: commandLine.directives }, testHost(config));
    return "";
  } catch (error) {
    if (error instanceof ConfigFileError) return error.message;
    throw error;
  }
}

/** What redis-server printed before it exited with 1. */
async function theirReport(argv: readonly string[], cwd: string): Promise<string> {
  const command = new Deno.Command("redis-server", { args: [...argv], cwd, stdin: "null" });
  const { code, stdout, stderr } = await command.output();
  assertEquals(code, 1);
  const report = new TextDecoder().decode(stderr);
  if (report !== "") return report;
  const log = new TextDecoder().decode(stdout);
  assertStringIncludes(log, " # Fatal error");
  return log.slice(log.indexOf(" # ") + 3).trimEnd();
}

function testHost(config: Config): ConfigFileHost {
  config.cell("dir").enter = (path) => {
    try {
      Deno.statSync(path);
      return { directory: path };
    } catch {
      return { error: "No such file or directory" };
    }
  };
  return {
    readTextFile: (path) => Deno.readTextFileSync(path),
    expandGlob(pattern) {
      const [, directory = "", name = ""] = /^(.*)\/([^/]*)$/.exec(pattern) ?? [];
      const expression = new RegExp(`^${name.replaceAll(".", "\\.").replaceAll("*", ".*")}$`);
      try {
        const names = Array.from(Deno.readDirSync(directory), (entry) => entry.name);
        return names.filter((entry) => expression.test(entry)).sort().map((entry) => `${directory}/${entry}`);
      } catch {
        return [];
      }
    },
    checkLogFile: (path) => path.startsWith("/no/") ? "No such file or directory" : null,
    renameCommand: (name) => new TextDecoder().decode(name) === "nothing" ? "No such command in rename-command" : null,
    declareUser: () => null,
    loadModule: () => null,
    configureModule: () => {},
  };
}

function latin1Bytes(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}
