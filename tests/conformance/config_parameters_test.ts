/**
 * The parameters of the configuration against the real redis-server: names, defaults, and every reply of CONFIG SET to odd values.
 */
import { assert, assertEquals } from "@std/assert";
import { Config } from "../../src/config/config.ts";
import { PARAMETERS } from "../../src/config/parameters.ts";
import type { RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { ErrorReply, type ReplyValue } from "../support/reply_reader.ts";

/** Parameters whose value belongs to the one process that the test starts. */
const OWN_VALUES = new Set(["port", "bind", "save", "dir", "enable-debug-command"]);

/** Values that are odd for one kind of parameter or another. */
const ODD_VALUES = [
  ...["", "0", "1", "-1", "00", "01", "+1", " 1", "1 ", "1.5", "abc", "1\0", "\0", "\xff"],
  ...[
    "yes",
    "NO",
    "Yes",
    "yes no",
    "no\0x",
    "local",
    "relative",
    "ABSOLUTE",
    "everysec",
    "swapdb",
    "nosave now",
    "save nosave",
  ],
  ...[
    "default",
    "default SAVE",
    "force  now",
    "volatile-lru",
    "allkeys-lfu ",
    "debug",
    "panic",
    "hostname",
    "optional",
  ],
  ...["99", "100", "101", "128", "129", "1000", "1001", "65535", "65536", "2147483647", "2147483648", "4294967295"],
  ...["4294967296", "9223372036854775807", "9223372036854775808", "18446744073709551615", "18446744073709551616"],
  ...["-2147483648", "-2147483649", "-9223372036854775808", "-9223372036854775809", "00000000000000000000001"],
  ...[
    "1k",
    "1KB",
    "1mb",
    "1Mb",
    "1024k",
    "2gb",
    "1g",
    "1t",
    "1b",
    "mb",
    "17179869184gb",
    "5%",
    "101%",
    "-5%",
    "%",
    "0%",
  ],
  ...["007", "8", "777", "1000", "0x10", "a/b", "a\\b", "/", "a b", "foo.rdb", "x".repeat(255), "x".repeat(256)],
  ...["{", "{{", "{}", "{title}", "{port", "{nope}", " {title} ", "{unixsocket}", "a {tls-port} b", "{config-file}"],
];

/** Values for the parameters with a syntax of their own. */
const SPECIAL_VALUES: Record<string, readonly string[]> = {
  "save": ["", " ", "1", "1 1", "1 1 2", "900 1 300 10", "0 1", "1 -1", "1  1", "1 x", "x 1", "1 1 ", "+5 4294967297"],
  "client-output-buffer-limit": [
    ...[
      "",
      "normal",
      "normal 0 0 0",
      "replica 1gb 1mb -1",
      "SLAVE 1k 2kb 3",
      "pubsub 1 2 3 slave 4 5 6",
      "master 0 0 0",
    ],
    ...["foo 1 2 3", "pubsub x 1 1", "pubsub 1 x 1", "pubsub 1 1 x", "pubsub 1 1 1x", "pubsub -1 1 1", "normal 0 0"],
    ...["pubsub 1 1  1", "pubsub 1 1 4294967296", "pubsub 1 1 2147483648", "pubsub 1 1 1 foo 1 1 1"],
  ],
  "notify-keyspace-events": [
    "",
    "KEA",
    "A",
    "K",
    "Kg$lshzxetd",
    "g$lshzxetdn",
    "An",
    "Am",
    "foo",
    "KEm$",
    "K E",
    "KK",
    "K\0x",
  ],
  "latency-tracking-info-percentiles": [
    ...[
      "",
      "50",
      "50 99.9 100",
      "0",
      "100.1",
      "-1",
      "x",
      "50  60",
      "inf",
      "-inf",
      "nan",
      "1e1",
      "0x10",
      "33.3333333",
      "1e400",
    ],
    ...["1e-400", "99.", ".5", "+5", "50 101", " 50"],
  ],
  "bind": ["a ".repeat(17).trim()],
  "dir": ["/no/such/directory"],
  "oom-score-adj-values": ["", "1", "1 2", "0 200 x", "0 200 2001", "-2001 0 0", "1 2 3 4", "1  2 3"],
};

/** Parameters that would end the connection, stop the clock or write elsewhere if they were set for a moment. */
const ONLY_BAD_VALUES = [
  "port",
  "tls-port",
  "bind",
  "watchdog-period",
  "maxclients",
  "oom-score-adj",
  "appendonly",
  "dir",
];

/** Replies that say what the machine, and not the parameter, refused. */
const MACHINE_REFUSAL =
  /Unable to (listen|update TLS|turn on AOF)|operating system is not able|event loop API|oom_score_adj/;

Deno.test("every parameter is declared under one name, and every alias once", () => {
  const names = Object.entries(PARAMETERS).flatMap(([name, declaration]) =>
    "alias" in declaration && declaration.alias !== undefined ? [name, declaration.alias] : [name]
  );
  assertEquals(new Set(names).size, names.length);
});

referenceTest("CONFIG GET * has the names and defaults of the reference", async () => {
  await using server = await startReference();
  using client = await server.connect();
  const theirs = pairsOf(await client.expect("CONFIG", "GET", "*"));
  const ours = printed(new Config(), ["*"]);
  assertEquals([...ours.keys()].sort(), [...theirs.keys()].sort());
  for (const name of OWN_VALUES) {
    assert(ours.delete(name) && theirs.delete(name));
  }
  assertEquals(sorted(ours), sorted(theirs));
});

referenceTest("CONFIG GET finds hidden parameters, aliases and odd spellings as the reference does", async () => {
  await using server = await startReference();
  using client = await server.connect();
  const requests = [
    ...Object.entries(PARAMETERS).filter(([, { isHidden }]) => isHidden).map(([name]) => [name]),
    ...[["MAXmemory", "maxmemory"], ["slave*", "replicaof"], ["*of"], ["MAXMEMORY*"], ["nothing"], ["key-load*"]],
    ...[["max[mM]emory"], ["maxmemor?"], ["max\\memory"], ["*\0"], ["maxmemory\0"], [""], ["[^a]ave"], [
      "save",
      "SAVE",
      "s?ve",
    ]],
  ];
  for (const patterns of requests) {
    const theirs = pairsOf(await client.expect("CONFIG", "GET", ...patterns));
    const ours = printed(new Config(), patterns);
    assertEquals([...ours.keys()].sort(), [...theirs.keys()].sort(), `CONFIG GET ${JSON.stringify(patterns)}`);
  }
});

referenceTest("CONFIG SET answers odd values of every parameter as the reference does", async () => {
  await using server = await startReference({ configLines: ["enable-protected-configs yes"] });
  using client = await server.connect();
  await client.expect("CLIENT", "NO-EVICT", "ON");
  const complaints: string[] = [];
  for (const [name, declaration] of Object.entries<{ alias?: string }>(PARAMETERS)) {
    complaints.push(...await compareValues(client, name));
    if (declaration.alias !== undefined) complaints.push(...await compareValues(client, declaration.alias));
  }
  assertEquals(complaints, []);
});

referenceTest("CONFIG SET with several pairs answers as the reference does", async () => {
  await using server = await startReference();
  using client = await server.connect();
  const requests = [
    ["maxmemory", "1mb", "MAXMEMORY", "2mb"],
    ["replica-priority", "1", "slave-priority", "2"],
    ["nothing", "1", "daemonize", "yes"],
    ["daemonize", "yes", "nothing", "1"],
    ["DAEMONIZE", "yes"],
    ["dir", "/tmp", "daemonize", "yes"],
    ["no\nthing", "1"],
    ["maxmemory", "3mb", "hz", "x", "timeout", "y"],
    ["SAVE", "x", "maxmemory", "4mb"],
    ["hz", "0", "timeout", "7"],
  ];
  const config = new Config();
  for (const pairs of requests) {
    const theirs = await client.call("CONFIG", "SET", ...pairs);
    const ours = config.set(pairsFrom(pairs)) ?? "OK";
    assertEquals(ours.replaceAll("\n", " "), textOf(theirs), `CONFIG SET ${pairs.join(" ")}`);
  }
  for (const name of ["maxmemory", "replica-priority", "slave-priority", "hz", "timeout"]) {
    assertEquals(printed(config, [name]), pairsOf(await client.expect("CONFIG", "GET", name)));
  }
});

/** Sets `name` to every odd value on both sides; says where reply or value differ. */
async function compareValues(client: RawClient, name: string): Promise<string[]> {
  const values = SPECIAL_VALUES[name] ?? ODD_VALUES;
  const original = pairsOf(await client.expect("CONFIG", "GET", name)).get(name)!;
  const complaints: string[] = [];
  const asked = values.filter((value) => !ONLY_BAD_VALUES.includes(name) || outcomeOf(name, value).reply !== "OK");
  const requests = asked.flatMap((value) => [
    ["CONFIG", "SET", name, bytesOf(value)],
    ["CONFIG", "GET", name],
    ["CONFIG", "SET", name, original],
  ]);
  const replies = await client.pipeline(requests);
  for (const [index, value] of asked.entries()) {
    const reply = textOf(replies[index * 3]!);
    if (MACHINE_REFUSAL.test(reply)) continue;
    const ours = outcomeOf(name, value);
    const shown = pairsOf(replies[index * 3 + 1]!).get(name);
    const label = `${name} ${JSON.stringify(value.slice(0, 30))}`;
    if (reply !== ours.reply) complaints.push(`${label}: ${reply} <> ${ours.reply}`);
    else if (reply === "OK" && shown !== ours.shown) complaints.push(`${label}: prints ${shown} <> ${ours.shown}`);
  }
  return complaints;
}

/** What our configuration answers to `CONFIG SET name value`, and how the parameter prints then. */
function outcomeOf(name: string, value: string): { reply: string; shown: string | undefined } {
  const config = new Config();
  config.assign("enable-protected-configs", ["yes"]);
  config.cell("dir").enter = () => ({ error: "No such file or directory" });
  const reply = config.set([[name, bytesOf(value)]]) ?? "OK";
  return { reply, shown: printed(config, [name]).get(name) };
}

function printed(config: Config, patterns: readonly string[]): Map<string, string> {
  return new Map(config.get(patterns).map(({ name, value }) => [name, latin1Of(value)]));
}

function pairsOf(reply: ReplyValue): Map<string, string> {
  const items = reply as string[];
  return new Map(pairsFrom(items));
}

function pairsFrom(items: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let index = 0; index < items.length; index += 2) pairs.push([items[index]!, items[index + 1]!]);
  return pairs;
}

function textOf(reply: ReplyValue): string {
  return reply instanceof ErrorReply ? reply.text : String(reply);
}

function sorted(pairs: ReadonlyMap<string, string>): [string, string][] {
  return [...pairs].sort(([a], [b]) => a < b ? -1 : 1);
}

function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

function latin1Of(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
}
