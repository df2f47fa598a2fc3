import { assertEquals, assertLess } from "@std/assert";
import { ascii, latin1 } from "../../../src/bytes/ascii.ts";
import { crc64 } from "../../../src/bytes/crc64.ts";
import { assertSameEffects } from "../../support/effects.ts";
import type { RawClient } from "../../support/raw_client.ts";
import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

const FOREVER = "9223372036854775807";
/** One of the claimed lengths would take twenty times as much. */
const MAX_GROWTH_BYTES = 100e6;
const BAD_FORMAT = "-ERR Bad data format\r\n";
const VERSION_10 = "\x0a\0";

/** A payload of format version 10 with the right checksum. */
function signed(content: string, version = VERSION_10): string {
  const bytes = ascii(content + version + "\0".repeat(8));
  new DataView(bytes.buffer).setBigUint64(bytes.length - 8, crc64(bytes, 0, bytes.length - 8), true);
  return latin1(bytes);
}

const TEN = signed("\0\xc0\x0a");
/** No integer, which Redis shares between keys together with its access clock. */
const WORD = signed("\0\x04word");

/** Requests that make a key of every kind and encoding that needs no chance. */
function samples(): Request[] {
  const random = new SeededRandom(7);
  const words = Array.from({ length: 300 }, () => random.letters(random.integer(1, 30)));
  return [
    ["SET", "int", 10],
    ["SET", "wide", "-9223372036854775808"],
    ["SET", "word", "hello"],
    ["SET", "text", "hello ".repeat(100)],
    ["SET", "binary", random.binary(5000)],
    ["SET", "empty", ""],
    ["APPEND", "raw", "123"],
    ["RPUSH", "list", "a", 1, "hello hello hello hello hello", ""],
    ["RPUSH", "nodes", ...words, ...words.slice(0, 10), random.binary(9000), "z".repeat(20000)],
    ["RPUSH", "inside", ...words.map((word) => word.repeat(9)), "hello ".repeat(20000), "x", "y", "z"],
    ["SADD", "ints", 1, 2, 70000, 5, "-9223372036854775808"],
    ["SADD", "one", "only"],
    ["XADD", "stream", "1-1", "field", "value", "other", "1"],
    ["XADD", "stream", "2-5", "field", "value"],
    ["XGROUP", "CREATE", "stream", "group", "1-1"],
    ["XDEL", "stream", "1-1"],
  ];
}

const KEYS = [
  "int",
  "wide",
  "word",
  "text",
  "binary",
  "empty",
  "raw",
  "list",
  "nodes",
  "inside",
  "ints",
  "one",
  "stream",
];

referenceTest("DUMP answers the bytes of Redis", async () => {
  const smallNodes = ["rdbcompression no", "list-max-listpack-size 3"];
  for (const lines of [[], smallNodes, ["list-compress-depth 1"], [...smallNodes, "list-compress-depth 2"]]) {
    await using both = await BothServers.start(...lines);
    await both.same(...samples(), "DUMP none", "DUMP", "DUMP a b");
    for (const key of KEYS) await both.same(`DUMP ${key}`);
    await both.useProtocol(3);
    await both.same("DUMP none", "DUMP list");
  }
});

referenceTest("RESTORE takes the payloads of Redis and Redis takes ours", async () => {
  await using both = await BothServers.start();
  using ours = await both.ours.connect();
  using theirs = await both.reference.connect();
  const random = new SeededRandom(8);
  const members = Array.from({ length: 700 }, () => random.letters(9));
  await both.same(...samples(), ["SADD", "words", ...members], ["SADD", "many", ...members.map((_, i) => i * 7)]);
  for (const key of [...KEYS, "words", "many"]) {
    for (const [from, to] of [[ours, theirs], [theirs, ours], [ours, ours]] as const) {
      const payload = await from.expect("DUMP", key) as string;
      assertEquals(await to.call("RESTORE", "copy", 0, payload, "REPLACE"), "OK");
      assertEquals(await digest(to, "copy"), await digest(from, key), key);
    }
    const encoding = await theirs.expect("OBJECT", "ENCODING", "copy");
    assertEquals(await ours.expect("OBJECT", "ENCODING", "copy"), encoding);
  }
});

async function digest(client: RawClient, key: string): Promise<unknown> {
  return await client.expect("DEBUG", "DIGEST-VALUE", key);
}

referenceTest("RESTORE reads its options as Redis", async () => {
  await using both = await BothServers.start();
  const options: string[][] = [
    ...[[], ["REPLACE"], ["replace", "ABSTTL"], ["FOO"], ["IDLETIME"], ["FREQ"], ["IDLETIME", "x"], ["FREQ", "x"]],
    ...[["IDLETIME", "-1"], ["IDLETIME", "0"], ["IDLETIME", "1000"], ["IDLETIME", "1", "IDLETIME", "2"]],
    ...[["FREQ", "-1"], ["FREQ", "0"], ["FREQ", "255"], ["FREQ", "256"], ["FREQ", "1", "FREQ", "2"]],
    ...[["FREQ", "1", "IDLETIME", "1"], ["IDLETIME", "1", "FREQ", "1"], ["REPLACE", "REPLACE"], ["REPLACE", "x"]],
    ...[["IDLETIME", FOREVER, "REPLACE"], ["IDLETIME", "1.5"], ["IDLETIME", "REPLACE"]],
  ];
  for (const words of options) {
    for (const ttl of ["0", "5000000", "-1", "x", "1.5", FOREVER, "9223372036854775808", "600000"]) {
      await both.same(["RESTORE", "k", ttl, TEN, ...words], ["RESTORE", "k", ttl, "junk", ...words], "GET k");
    }
    await both.same("DEL k");
  }
  await both.same(["RESTORE", "k", 0, TEN], ["RESTORE", "k", -1, "junk"], ["RESTORE", "k", "x", "junk"], "RESTORE a 0");
  await both.same(["RESTORE-ASKING", "k", 0, TEN], ["RESTORE-ASKING", "m", 0, TEN], "GET m", "OBJECT ENCODING m");
});

referenceTest("RESTORE sets expiry and access clock as Redis", async () => {
  await using both = await BothServers.start();
  await both.same(["RESTORE", "k", 5000000, TEN]);
  await both.sameExpiry("k");
  await both.same(["RESTORE", "k", 99999999999999, TEN, "ABSTTL", "REPLACE"], "PEXPIRETIME k", "GET k");
  await both.same(["RESTORE", "k", 1, TEN, "ABSTTL", "REPLACE"], "EXISTS k", ["RESTORE", "k", 1, TEN, "ABSTTL"]);
  await both.same("EXISTS k", ["RESTORE", "k", 0, TEN, "ABSTTL"], "TTL k", ["RESTORE", "k", FOREVER, TEN, "REPLACE"]);
  await both.same("EXISTS k", "EXPIRE k 100", ["RESTORE", "k", 0, TEN, "REPLACE"], "TTL k");
  await both.same(["RESTORE", "k", 0, WORD, "IDLETIME", 1000, "REPLACE"]);
  await both.sameIdleTime("k");
  await both.same(["RESTORE", "k", 0, WORD, "FREQ", 100, "REPLACE"], "OBJECT FREQ k");
  await both.sameIdleTime("k");
  await both.same("CONFIG SET maxmemory-policy allkeys-lfu", ["RESTORE", "k", 0, WORD, "FREQ", 100, "REPLACE"]);
  await both.same("OBJECT FREQ k", ["RESTORE", "k", 0, WORD, "IDLETIME", 100, "REPLACE"], "OBJECT FREQ k");
});

referenceTest("RESTORE refuses payloads that are not intact", async () => {
  await using both = await BothServers.start();
  await both.same("RPUSH l a b c", "SADD s 1 2 3", "XADD x 1-1 a b");
  for (let length = 0; length < TEN.length; length++) await both.same(["RESTORE", "k", 0, TEN.slice(0, length)]);
  await both.same(["RESTORE", "k", 0, TEN.slice(0, -1) + "x"], ["RESTORE", "k", 0, signed("\0\xc0\x0a", "\xff\xff")]);
  await both.same(["RESTORE", "k", 0, signed("\0\xc0\x0a", "\x01\0")], "GET k", "DEL k");
  for (const content of ["", "\0", "\xff", "\xc8", "\0\x20abc", "\x01\0", "\x02\0", "\x01\x02\x01a", "\x12\0"]) {
    await both.same(["RESTORE", "k", 0, signed(content)], "EXISTS k");
  }
  await both.same(["RESTORE", "k", 0, signed("\0\x01ajunk behind it")], "GET k", "DEL k");
  await both.same(
    "DEBUG SET-SKIP-CHECKSUM-VALIDATION 1",
    ["RESTORE", "k", 0, TEN.slice(0, -8) + "\0".repeat(8)],
    "GET k",
  );
  await both.same("DEBUG SET-SKIP-CHECKSUM-VALIDATION 0", ["RESTORE", "k2", 0, TEN.slice(0, -8) + "\0".repeat(8)]);
});

referenceTest("RESTORE allocates nothing for lengths that a payload only claims", async () => {
  await using both = await BothServers.start();
  using ours = await both.ours.connect();
  const before = await residentBytes(ours);
  const wide = ["\x80\x7f\xff\xff\xff", "\x81\0\0\0\x7f\xff\xff\xff\xff", "\x81\x7f" + "\xff".repeat(7)];
  for (const length of wide) {
    for (const type of ["\0", "\x01", "\x02", "\x0a", "\x0b", "\x0e", "\x12", "\x0f", "\x13"]) {
      for (const rest of ["", "\x01a", "\x02\x01a"]) {
        assertEquals(await ours.callRaw("RESTORE", "k", 0, signed(type + length + rest)), BAD_FORMAT);
      }
    }
    assertEquals(await ours.callRaw("RESTORE", "k", 0, signed(`\0\xc3\x03${length}abc`)), BAD_FORMAT);
  }
  assertLess(await residentBytes(ours) - before, MAX_GROWTH_BYTES);
  assertEquals(await ours.call("EXISTS", "k"), 0);
});

Deno.test("restore() survives any change of a payload", async () => {
  await using both = await BothServers.start();
  using ours = await both.ours.connect();
  const random = new SeededRandom(9);
  await both.same(...samples());
  for (const key of KEYS.filter((name) => name !== "nodes" && name !== "binary")) {
    const content = (await ours.expect("DUMP", key) as string).slice(0, -10);
    for (let round = 0; round < 60; round++) {
      const at = random.integer(0, content.length - 1);
      const changed = content.slice(0, at) + random.binary(random.integer(0, 2)) + content.slice(at + 1);
      await ours.call("RESTORE", "k", 0, signed(changed), "REPLACE");
      await ours.call("DUMP", "k");
    }
  }
  assertEquals(await ours.call("PING"), "PONG");
});

async function residentBytes(client: RawClient): Promise<number> {
  return Number(/used_memory_rss:(\d+)/.exec(String(await client.expect("INFO", "memory")))?.[1] ?? 0);
}

referenceTest("RESTORE notifies and propagates as Redis", async () => {
  const list = signed("\x01\x02\x01a\x01b");
  await assertSameEffects(async (players) => {
    await players.call("a", ["RESTORE", "k", 0, TEN], ["RESTORE", "k", 0, TEN], ["RESTORE", "k", 0, TEN, "REPLACE"]);
    await players.call("a", ["RESTORE", "k", 1, TEN, "ABSTTL", "REPLACE"], ["RESTORE", "k", 1, TEN, "ABSTTL"]);
    await players.call("a", ["RESTORE", "k", 99999999999999, TEN, "absttl", "IDLETIME", 5], "DUMP k", "DUMP none");
    await players.call("a", ["RESTORE", "k", 0, "junk", "REPLACE"], ["RESTORE", "k", FOREVER, TEN, "REPLACE"]);
    await players.block("b", "BLPOP wanted 0");
    await players.call("a", ["RESTORE", "wanted", 0, list]);
    await players.reply("b");
    await players.call("a", "MULTI", ["RESTORE", "k", 0, TEN], ["RESTORE-ASKING", "q", 0, TEN], "EXEC");
  });
});
