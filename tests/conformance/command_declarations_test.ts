/**
 * Every declaration against the real server: the same bytes from COMMAND INFO and COMMAND DOCS, the same HELP texts, the
 * same keys found in random requests.
 *
 * - The order of subcommands is that of a randomly seeded hash table in Redis: containers are compared without it.
 */
import { assertEquals } from "@std/assert";
import { OutputBuffer } from "../../src/resp/output_buffer.ts";
import { ReplyEncoder } from "../../src/resp/reply_encoder.ts";
import type { Reply } from "../../src/resp/reply.ts";
import { Args } from "../../src/resp/request_batch.ts";
import type { Command } from "../../src/command/command.ts";
import type { Context } from "../../src/command/context.ts";
import { replyCommandDocs, replyCommandInfo } from "../../src/commands/server/command_details.ts";
import { Server } from "../../src/server/server.ts";
import { textOfBytes } from "../support/byte_text.ts";
import { RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { ErrorReply, NEED_MORE, readReply, type ReplyValue } from "../support/reply_reader.ts";
import { SeededRandom } from "../support/seeded_random.ts";

type Protocol = 2 | 3;

const SEED = 7015;
/** What random requests are made of: numbers, keys and the words that key specs and key finders look for. */
const WORDS =
  "0 1 2 3 -1 02 x a b c GET store STREAMS streams keys by STORE storedist set limit incrby overflow copy auth2"
    .split(" ").concat("count", "block", "group", "u8", "");

const REGISTRY = new Server().services.registry;
const COMMANDS = [...REGISTRY.listed()];
/** Commands of later versions of Redis, which the reference does not know. */
const isOfReference = (command: Command) => !command.spec.since.startsWith("7.2");
const LEAVES = COMMANDS.filter((command) => command.subcommands === null && isOfReference(command));
/** Containers that this version declares in part: their subcommands are compared, the list of them is not. */
const PARTIAL_CONTAINERS = ["client"];
const CONTAINERS = COMMANDS.filter(({ name, subcommands }) =>
  subcommands !== null && !PARTIAL_CONTAINERS.includes(name)
);

referenceTest("COMMAND INFO and DOCS of every command are the reference's, byte by byte", async () => {
  await withReference(async (client) => {
    for (const protocol of [2, 3] as const) {
      await client.expect("HELLO", protocol);
      for (const command of LEAVES) {
        const { fullName } = command;
        assertEquals(infoOf(command, protocol), await client.callRaw("COMMAND", "INFO", fullName), fullName);
        assertEquals(docsOf(command, protocol), await client.callRaw("COMMAND", "DOCS", fullName), fullName);
      }
    }
  });
});

referenceTest("COMMAND INFO and DOCS of every container are the reference's but for the order", async () => {
  await withReference(async (client) => {
    await client.expect("HELLO", 3);
    for (const command of CONTAINERS) {
      const { fullName } = command;
      const info = await client.expect("COMMAND", "INFO", fullName);
      assertEquals(ordered(valueOf(infoOf(command, 3))), ordered(info), fullName);
      const docs = await client.expect("COMMAND", "DOCS", fullName);
      assertEquals(ordered(valueOf(docsOf(command, 3))), ordered(docs), fullName);
    }
  });
});

referenceTest("HELP of every container is the reference's", async () => {
  await withReference(async (client) => {
    for (const { name, subcommands } of CONTAINERS) {
      const help = subcommands!.byName("help");
      if (help === null) continue;
      const ours = encoded(2, (reply) => run(help, [name, "help"], reply));
      assertEquals(ours, await client.callRaw(name, "help"), name);
    }
  });
});

referenceTest("COMMAND GETKEYSANDFLAGS finds what the reference finds in random requests", async () => {
  const random = new SeededRandom(SEED);
  const getKeys = REGISTRY.byName("command|getkeysandflags")!;
  await withReference(async (client) => {
    for (const command of LEAVES.filter(({ hasKeys }) => hasKeys)) {
      const requests = Array.from({ length: 60 }, () => randomRequest(command, random));
      const theirs = await client.pipeline(requests);
      for (const [index, request] of requests.entries()) {
        const ours = valueOf(encoded(2, (reply) => run(getKeys, request, reply)));
        if (isWithoutKeys(ours) && isSalvaged(theirs[index]!)) continue;
        assertEquals(ours, theirs[index], `${request.join(" ")} (seed: ${random.seed})`);
      }
    }
  });
});

referenceTest("COMMAND LIST and COUNT filter and fail as the reference", async () => {
  const declared = new Set(COMMANDS.map(({ fullName }) => fullName));
  const filters = [
    [],
    ["FILTERBY", "ACLCAT", "FAST"],
    ["filterby", "aclcat", "nothing"],
    ["FILTERBY", "PATTERN", "*X?ET*"],
    ["FILTERBY", "PATTERN", "config|[gs]et"],
    ["FILTERBY", "MODULE", "x"],
    ["FILTERBY", "PATTERN"],
    ["FILTERBY", "NOTHING", "x"],
    ["FILTERBY", "PATTERN", "a", "b"],
  ];
  const list = REGISTRY.byName("command|list")!;
  await withReference(async (client) => {
    for (const filter of filters) {
      const ours = valueOf(encoded(2, (reply) => run(list, ["COMMAND", "LIST", ...filter], reply)));
      const theirs = await client.call("COMMAND", "LIST", ...filter);
      const known = Array.isArray(theirs) ? theirs.filter((name) => declared.has(name as string)) : theirs;
      assertEquals(ordered(ours), ordered(known), filter.join(" "));
    }
  });
});

referenceTest("COMMAND answers unknown names and wrong requests as the reference", async () => {
  const requests = [
    ["info", "nothing", "get|x", "config|nothing", "a|b|c"],
    ["docs", "nothing", "config|nothing"],
    ["getkeys", "nothing", "x"],
    ["getkeys", "config", "nothing"],
    ["getkeys", "ping", "x"],
    ["getkeys", "get", "a", "b"],
    ["getkeysandflags", "get", "key"],
  ];
  await withReference(async (client) => {
    for (const protocol of [2, 3] as const) {
      await client.expect("HELLO", protocol);
      for (const request of requests) {
        const command = REGISTRY.byName(`command|${request[0]}`)!;
        const ours = encoded(protocol, (reply) => run(command, ["COMMAND", ...request], reply));
        assertEquals(ours, await client.callRaw("COMMAND", ...request), request.join(" "));
      }
    }
  });
});

async function withReference(body: (client: RawClient) => Promise<void>): Promise<void> {
  await using reference = await startReference();
  using client = await RawClient.connect({ port: reference.port });
  await body(client);
}

function infoOf(command: Command, protocol: Protocol): string {
  return encoded(protocol, (reply) => {
    reply.array(1);
    replyCommandInfo(reply, command);
  });
}

function docsOf(command: Command, protocol: Protocol): string {
  return encoded(protocol, (reply) => {
    reply.map(1);
    reply.bulkText(command.fullName);
    replyCommandDocs(reply, command);
  });
}

function encoded(protocol: Protocol, write: (reply: Reply) => void): string {
  const output = new OutputBuffer();
  const encoder = new ReplyEncoder(output);
  encoder.protocol = protocol;
  write(encoder);
  return textOfBytes(output.take());
}

/** Runs a command that does not look at its context. */
function run(command: Command, argv: readonly string[], reply: Reply): void {
  command.run!({} as Context, Args.from(argv), reply);
}

function valueOf(text: string): ReplyValue {
  const read = readReply(Uint8Array.from(text, (character) => character.charCodeAt(0)), 0);
  if (read === NEED_MORE) throw new Error(`Cannot read the reply ${JSON.stringify(text)}: its end is missing`);
  return read.value;
}

function isWithoutKeys(keys: ReplyValue): boolean {
  return keys instanceof ErrorReply || (Array.isArray(keys) && keys.length === 0);
}

/** Where key specs fail Redis falls back on finders that know no flags; the command itself refuses these requests. */
function isSalvaged(keys: ReplyValue): boolean {
  return Array.isArray(keys) && keys.every((each) => Array.isArray(each) && (each[1] as ReplyValue[]).length === 0);
}

/** A reply with the elements of its arrays, maps and sets in one order, whatever they came in. */
function ordered(value: ReplyValue): unknown {
  if (value instanceof Map) return sorted([...value].map(([name, each]) => [name, ordered(each)]));
  if (value instanceof Set || Array.isArray(value)) return sorted([...value].map(ordered));
  return value;
}

function sorted(items: unknown[]): unknown[] {
  return items.map((item) => JSON.stringify(item) ?? String(item)).sort();
}

/** COMMAND GETKEYSANDFLAGS with a request that agrees with the command's arity and is nonsense otherwise. */
function randomRequest(command: Command, random: SeededRandom): string[] {
  const least = Math.abs(command.arity);
  const count = command.arity > 0 ? least : least + random.integer(0, 6);
  const request = command.fullName.split("|");
  while (request.length < count) request.push(random.pick(WORDS));
  return ["COMMAND", "GETKEYSANDFLAGS", ...request];
}
