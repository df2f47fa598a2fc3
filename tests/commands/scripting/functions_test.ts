import { assert, assertEquals } from "@std/assert";
import { ascii, latin1 } from "../../../src/bytes/ascii.ts";
import { crc64 } from "../../../src/bytes/crc64.ts";
import { startServer } from "../../../src/mod.ts";
import { assertSameEffects } from "../../support/effects.ts";
import type { Players } from "../../support/players.ts";
import { BothServers } from "../../support/both_servers.ts";
import { eventually } from "../../support/eventually.ts";
import { RawClient } from "../../support/raw_client.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import { assertSameTranscript, type Script } from "../connection/same_transcript.ts";

function assertSame(script: Script): Promise<void> {
  return assertSameTranscript(script, { "enable-debug-command": "yes" });
}

function library(name: string, body: string): string {
  return `#!lua name=${name}\n${body}`;
}

const LIST = "function list";

async function load(players: Players, ...sources: string[]): Promise<void> {
  for (const source of sources) {
    await players.call("a", ["function", "load", source], `${LIST} withcode`, "function flush");
  }
}

referenceTest("function load() refuses what the reference refuses", async () => {
  await assertSame(async (players) => {
    await load(
      players,
      "return 1",
      "#!lua",
      "#!lua\nreturn 1",
      "#!lua name=a name=b\nreturn 1",
      "#!lua nome=a\nreturn 1",
      "#!lua name=a'\nreturn 1",
      "#!lua name=bad-name\nreturn 1",
      "#!lua name=\nreturn 1",
      "#!js name=a\nreturn 1",
      library("a", "return 1"),
      library("a", "syntax error"),
      library("a", "error('x')"),
      library("a", "error({err='ERR x'})"),
      library("a", "redis.call('ping')"),
      library("a", "string.format('x')"),
      library("a", "x = 1"),
      library("a", "redis.register_function()"),
      library("a", "redis.register_function('f')"),
      library("a", "redis.register_function('f', 1)"),
      library("a", "redis.register_function({}, function() end)"),
      library("a", "redis.register_function('bad-name', function() end)"),
      library("a", "redis.register_function('f', function() end, 3)"),
      library("a", "redis.register_function('f', function() end); redis.register_function('f', function() end)"),
      library("a", "redis.register_function{}"),
      library("a", "redis.register_function{function_name='f'}"),
      library("a", "redis.register_function{callback=function() end}"),
      library("a", "redis.register_function{function_name={}, callback=function() end}"),
      library("a", "redis.register_function{function_name='f', callback=1}"),
      library("a", "redis.register_function{function_name='f', callback=function() end, description={}}"),
      library("a", "redis.register_function{function_name='f', callback=function() end, flags=1}"),
      library("a", "redis.register_function{function_name='f', callback=function() end, flags={'what'}}"),
      library("a", "redis.register_function{function_name='f', callback=function() end, flags={{}}}"),
      library("a", "redis.register_function{function_name='f', callback=function() end, other=1}"),
      library("a", "redis.register_function{function_name='f', callback=function() end, [{}]=1}"),
      library("a", "redis.register_function('f', function() end)"),
      library("a", "redis.register_function(12, function() end)"),
      library(
        "a",
        "redis.register_function{function_name='f', callback=function() end, description='what it does', " +
          "flags={'no-writes', 'ALLOW-OOM', 'allow-stale'}}",
      ),
    );
    await players.call("a", "hello 3");
    await load(
      players,
      library("a", "redis.register_function{function_name='f', callback=function() end, flags={'no-writes'}}"),
    );
  });
});

referenceTest("function and fcall answer as the reference", async () => {
  const counter = library("lib", "redis.register_function('f', function(keys, args) return {keys, args} end)");
  await assertSame(async (players) => {
    await players.call(
      "a",
      "function",
      "function nosuch",
      "function stats",
      "function help",
      "function kill",
      "fcall f 0",
    );
    await players.call("a", ["function", "load", counter], ["function", "load", counter]);
    await players.call("a", ["function", "load", "replace", counter], ["function", "load", "x", counter]);
    await players.call("a", ["function", "load", library("other", "redis.register_function('F', function() end)")]);
    await players.call("a", "fcall f 1 k v", "fcall F 0", "fcall f x", "fcall f -1", "fcall f 3 a", "fcall g 0");
    await players.call("a", "fcall_ro f 0", "function stats", "function list libraryname L*", "function list x");
    await players.call(
      "a",
      "function list libraryname",
      "function list withcode withcode",
      "function list libraryname x",
    );
    await players.call("a", "function delete x", "function delete lib", "function delete", "function list");
    await players.call("a", "function flush x", "function flush sync x", "function flush async", "function flush sync");
    const flags =
      "redis.register_function{function_name='r', callback=function() return redis.call('set', 'k', 'v') end, " +
      "flags={'no-writes'}} redis.register_function('w', function() return redis.call('set', 'k', 'v') end) " +
      "redis.register_function('e', function() return x end) redis.register_function('g', function() x = 1 end) " +
      "redis.register_function('i', function() return redis.call('incr', 'k') end)";
    await players.call("a", ["function", "load", library("lib", flags)], "fcall r 0", "fcall w 0", "fcall_ro w 0");
    await players.call("a", "fcall e 0", "fcall g 0", "fcall i 0", "flushall", "fcall w 0", "function stats");
  });
});

referenceTest("changes of functions are propagated as by the reference", async () => {
  await assertSameEffects(async (players) => {
    const source = library("lib", "redis.register_function('f', function() return redis.call('incr', 'n') end)");
    await players.call("a", ["function", "load", source], "fcall f 0", ["function", "load", "replace", source]);
    await players.call(
      "a",
      ["function", "load", source],
      "function delete lib",
      "function delete lib",
      "function flush",
    );
    await players.call("a", "multi", ["function", "load", source], "fcall f 0", "exec");
  });
});

referenceTest("function dump() is byte for byte that of the reference, and each restores the other's", async () => {
  await using reference = await startReference();
  await using server = await startServer();
  using theirs = await reference.connect();
  using ours = await RawClient.connect({ port: server.port });
  const source = library("lib", "redis.register_function('f', function() return 'from the library' end)");
  await ours.expect("FUNCTION", "LOAD", source);
  await theirs.expect("FUNCTION", "LOAD", source);
  const ourDump = String(await ours.expect("FUNCTION", "DUMP"));
  assertEquals(ourDump, await theirs.expect("FUNCTION", "DUMP"));
  const damaged = ourDump.slice(0, 5) + "x" + ourDump.slice(6);
  const many = library("big", `redis.register_function('g', function() return '${"x".repeat(3000)}' end)`);
  for (const client of [ours, theirs]) {
    for (const policy of [[], ["APPEND"], ["REPLACE"], ["FLUSH"], ["x"], ["FLUSH", "x"]]) {
      await client.callRaw("FUNCTION", "RESTORE", ourDump, ...policy);
    }
    await client.expect("FUNCTION", "LOAD", many);
  }
  for (
    const argv of [[ourDump], [ourDump, "append"], [ourDump, "what"], [damaged], [ourDump.slice(1)], ["x"], [
      ourDump,
      "a",
      "b",
    ]]
  ) {
    assertEquals(
      await ours.callRaw("FUNCTION", "RESTORE", ...argv),
      await theirs.callRaw("FUNCTION", "RESTORE", ...argv),
    );
  }
  const both = String(await ours.expect("FUNCTION", "DUMP"));
  await theirs.expect("FUNCTION", "RESTORE", both, "FLUSH");
  assertEquals(await theirs.callRaw("FCALL", "g", 0), await ours.callRaw("FCALL", "g", 0));
  await ours.expect("FUNCTION", "RESTORE", String(await theirs.expect("FUNCTION", "DUMP")), "FLUSH");
  assert(String(await ours.callRaw("FUNCTION", "STATS")).includes("functions_count\r\n:2"));
});

/** A FUNCTION DUMP payload with these bytes, one a character, where the libraries stand. */
function payloadOf(libraries: string): string {
  const bytes = ascii(`${libraries}\n\0`);
  const checksum = crc64(bytes);
  const footer = Array.from({ length: 8 }, (_, index) => Number(checksum >> BigInt(8 * index) & 0xffn));
  return latin1(bytes) + String.fromCharCode(...footer);
}

referenceTest(
  "function restore reads libraries of the release candidates, cut anywhere, as the reference",
  async () => {
    await using both = await BothServers.start();
    const string = (text: string) => String.fromCharCode(text.length) + text;
    const code = string("redis.register_function('f', function() return 7 end)");
    const tail = payloadOf("").length;
    for (const description of ["\0", "\x01" + string("what it does")]) {
      const library = `\xf6${string("lib")}${string("lua")}${description}${code}`;
      await both.same(["FUNCTION", "RESTORE", payloadOf(library)], "FCALL f 0", "FUNCTION LIST WITHCODE");
      for (let length = 1; length < library.length; length++) {
        await both.same(["FUNCTION", "RESTORE", payloadOf(library.slice(0, length)), "FLUSH"]);
      }
      await both.same(["FUNCTION", "RESTORE", payloadOf(library + library), "FLUSH"], "FUNCTION FLUSH");
    }
    await both.same(["FUNCTION", "RESTORE", payloadOf("\xf4")], ["FUNCTION", "RESTORE", "x".repeat(tail)]);
  },
);

referenceTest("functions are part of the data: reload, restart and both formats of the AOF", async () => {
  const source = library("lib", "redis.register_function('f', function() return 'kept' end)");
  for (const preamble of ["yes", "no"]) {
    await using both = await BothServers.start("appendonly yes", `aof-use-rdb-preamble ${preamble}`);
    await both.same(["FUNCTION", "LOAD", source], "FCALL f 0", "FLUSHALL", "FCALL f 0", "DEBUG RELOAD", "FCALL f 0");
    await both.same("DEBUG LOADAOF", "FCALL f 0", "BGREWRITEAOF");
    await eventually(async () => {
      using client = await both.ours.connect();
      return String(await client.expect("INFO", "persistence")).includes("aof_rewrite_in_progress:0");
    }, { what: "the end of the rewrite" });
    await both.same("FUNCTION DELETE lib", "FCALL f 0", "DEBUG LOADAOF", "FCALL f 0", "DEBUG RELOAD", "FCALL f 0");
  }
});
