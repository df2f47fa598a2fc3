/**
 * RESTORE of DUMP payloads that were damaged at random: each is refused, or what it made is a value like any other.
 *
 * - Every type and encoding, the old ones too; checksums are not looked at, so that all of the damage reaches the loaders.
 * - What was accepted is read, edited, dumped and restored again, and deleted. No command may fail in a way of its own, none
 *   may take long, and in the end no memory is missing.
 */
import { assert, assertEquals, assertLess } from "@std/assert";
import { bytesOfText, textOfBytes } from "../support/byte_text.ts";
import type { Argument, RawClient } from "../support/raw_client.ts";
import { ErrorReply, type ReplyValue } from "../support/reply_reader.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import { ziplistOf } from "../unit/rdb/ziplist_maker.ts";

const SEED = 20_261;
const DAMAGES_PER_PAYLOAD = 100;
const PATIENCE_MS = 8_000;
/** Version and checksum, which nobody damages here. */
const FOOTER_BYTES = 10;
const FOOTER = "\x0a\0" + "\0".repeat(8);
/** Allowed difference of memory before and after: what a connection's buffers take. */
const MAX_LEAK_BYTES = 256 * 1024;

/** Requests on `key` that look into a value, and then those that edit it. */
const TRAFFIC: Readonly<Record<string, string>> = {
  string: `
    GET key | STRLEN key | GETRANGE key 0 -1 | BITCOUNT key | APPEND key x | SETRANGE key 3 yz | INCR key
  `,
  list: `
    LLEN key | LRANGE key 0 -1 | LINDEX key 1 | LINDEX key -2 | LPOS key b RANK -1 | LPUSH key a | RPUSH key 12 | LSET key 1 v
    LINSERT key BEFORE v w | LREM key 0 b | LPOP key | RPOP key 3 | LTRIM key 1 -2 | RPUSH key tail
  `,
  set: `
    SCARD key | SMEMBERS key | SISMEMBER key 3 | SRANDMEMBER key 5 | SRANDMEMBER key -5 | SSCAN key 0 | SUNION key key
    SADD key 17 | SADD key word | SREM key 3 | SPOP key 2 | SADD key other
  `,
  zset: `
    ZCARD key | ZRANGE key 0 -1 WITHSCORES | ZREVRANGE key 0 -1 | ZSCORE key b | ZRANK key b | ZCOUNT key -inf +inf
    ZRANGEBYSCORE key -inf +inf LIMIT 1 3 | ZLEXCOUNT key - + | ZSCAN key 0 | ZRANDMEMBER key -5 WITHSCORES | ZADD key 2.5 new
    ZINCRBY key 1 b | ZREM key a | ZPOPMIN key | ZPOPMAX key 2 | ZREMRANGEBYRANK key 0 0 | ZADD key 1 last
  `,
  hash: `
    HLEN key | HGETALL key | HKEYS key | HVALS key | HGET key b | HSTRLEN key b | HSCAN key 0 | HRANDFIELD key -5 WITHVALUES
    HSET key new value | HINCRBY key count 5 | HDEL key a | HSETNX key b x | HSET key last 1
  `,
  stream: `
    XLEN key | XRANGE key - + | XREVRANGE key + - COUNT 3 | XINFO STREAM key | XINFO STREAM key FULL | XINFO GROUPS key
    XINFO CONSUMERS key group | XREAD COUNT 5 STREAMS key 0 | XPENDING key group | XPENDING key group - + 10
    XREADGROUP GROUP group reader COUNT 2 STREAMS key > | XREADGROUP GROUP group Alice STREAMS key 0
    XAUTOCLAIM key group other 0 0 COUNT 5 | XACK key group 2-1 | XADD key * f v | XDEL key 1-1 3-1 | XTRIM key MAXLEN ~ 3
    XTRIM key MAXLEN 2 | XGROUP CREATECONSUMER key group fresh | XGROUP DELCONSUMER key group Alice | XADD key * f v
    XGROUP DESTROY key group
  `,
};

/** What makes a key of each type and encoding. */
const MAKERS: readonly string[] = [
  "SET key hello",
  "SET key 12345",
  `SET key ${"compress me ".replaceAll(" ", "_").repeat(9)}`,
  "RPUSH key a b 1 -70000 c 5000000000 b",
  "SADD key 1 2 3 70000 -5",
  "SADD key one two 3 four five",
  "ZADD key 1 a 2 b 2.5 c -inf d 1e300 e",
  "HSET key a 1 b two c 3 count 4",
  "XADD key 1-1 f 1 g 2 | XADD key 2-1 f 3 g 4 | XADD key 3-1 other 5 | XADD key 4-1 f 6 g 7 | XDEL key 2-1 | " +
  "XGROUP CREATE key group 0 | XREADGROUP GROUP group Alice COUNT 2 STREAMS key > | XGROUP CREATE key second $",
];

/** Configurations under which each is made: compact, in several nodes, and as tables. */
const SHAPES: readonly string[] = [
  "CONFIG SET list-max-listpack-size -2 hash-max-listpack-entries 128 zset-max-listpack-entries 128 " +
  "set-max-intset-entries 512 stream-node-max-entries 100",
  "CONFIG SET list-max-listpack-size 2 hash-max-listpack-entries 2 zset-max-listpack-entries 2 " +
  "set-max-intset-entries 2 stream-node-max-entries 2",
];

function rdbString(text: string): string {
  return text.length < 64
    ? String.fromCharCode(text.length) + text
    : String.fromCharCode(0x40 | text.length >>> 8, text.length & 0xff) + text;
}

function ziplist(...entries: string[]): string {
  return rdbString(textOfBytes(ziplistOf(entries)));
}

/** Payloads in encodings that nobody writes any more. */
const OLD_PAYLOADS: readonly string[] = [
  "\x01\x03" + ["a", "b", "12"].map(rdbString).join(""),
  "\x03\x02\x01a\x011\x01b\xfe",
  `\x09${rdbString("\x02\x01a\x01\x00x\x01b\x02\x01yz?\xff")}`,
  `\x0a${ziplist("a", "b", "7", "70000", "b")}`,
  `\x0c${ziplist("a", "1", "b", "2.5")}`,
  `\x0d${ziplist("a", "1", "b", "two", "count", "3")}`,
  `\x0e\x02${ziplist("a", "b")}${ziplist("c".repeat(300), "-5")}`,
  `\x14${rdbString("\x0f\0\0\0\x03\0\x81a\x02\x81b\x02\x05\x01\xff")}`,
].map((content) => content + FOOTER);

/** Bytes that mean something in one format or another. */
const TELLING_BYTES = [0x00, 0x01, 0x3f, 0x7f, 0x80, 0x81, 0xc0, 0xc3, 0xe0, 0xf0, 0xf1, 0xf4, 0xfd, 0xfe, 0xff];

/** A payload with a few faults; its footer is whole. */
function damaged(payload: string, random: SeededRandom): string {
  let bytes = [...bytesOfText(payload.slice(0, -FOOTER_BYTES))];
  for (let count = random.integer(1, 3); count > 0 && bytes.length > 0; count--) {
    const at = random.integer(0, bytes.length - 1);
    const length = random.integer(1, Math.min(16, bytes.length - at));
    switch (random.integer(0, 5)) {
      case 0:
      case 1:
        bytes[at]! ^= 1 << random.integer(0, 7);
        break;
      case 2:
        bytes[at] = random.pick(TELLING_BYTES);
        break;
      case 3:
        bytes = bytes.slice(0, at);
        break;
      case 4:
        bytes.splice(at, length);
        break;
      case 5:
        bytes.splice(at, 0, ...bytes.slice(at, at + length));
        break;
    }
  }
  return textOfBytes(Uint8Array.from(bytes)) + payload.slice(-FOOTER_BYTES);
}

function requestsOf(lines: string): string[][] {
  return lines.split(/[|\n]/).map((line) => line.trim()).filter((line) => line !== "").map((line) => line.split(" "));
}

/** The payload of a value that was made by these requests. */
async function payloadOf(client: RawClient, maker: string): Promise<string> {
  for (const argv of requestsOf(maker)) await client.expect(...argv);
  const payload = await client.expect("DUMP", "key") as string;
  await client.expect("DEL", "key");
  return payload;
}

function assertNoFault(replies: readonly ReplyValue[], what: string): void {
  for (const reply of replies) {
    if (reply instanceof ErrorReply) assert(!reply.text.includes("internal error"), `${what}: ${reply.text}`);
  }
}

/** Dumps the value and restores that: what is dumped is always sound, and the same value. */
async function tryRoundTrip(client: RawClient, what: string): Promise<void> {
  const dumped = await client.call("DUMP", "key");
  assertNoFault([dumped], what);
  if (dumped === null) return;
  assertEquals(await client.call("RESTORE", "again", 0, dumped as string, "REPLACE"), "OK", `${what}: ${dumped}`);
  const [first, second] = await client.pipeline([["DEBUG", "DIGEST-VALUE", "key"], ["DEBUG", "DIGEST-VALUE", "again"]]);
  assertEquals(first, second, what);
}

/** Restores one payload and uses what it made; true when it was accepted. */
async function tryPayload(client: RawClient, payload: string): Promise<boolean> {
  const what = `payload ${JSON.stringify(payload)}`;
  const restored = await client.call("RESTORE", "key", 0, payload, "REPLACE");
  if (restored instanceof ErrorReply) {
    assertEquals(restored.text, "ERR Bad data format", what);
    return false;
  }
  const type = await client.expect("TYPE", "key") as string;
  await tryRoundTrip(client, what);
  const requests: Argument[][] = requestsOf(TRAFFIC[type]!);
  requests.push(["COPY", "key", "copy", "REPLACE"], ["OBJECT", "ENCODING", "key"], ["MEMORY", "USAGE", "key"]);
  assertNoFault(await client.pipeline(requests), what);
  await tryRoundTrip(client, what);
  assertNoFault(await client.pipeline([["DEL", "key"], ["DEL", "again", "copy"]]), what);
  return true;
}

async function usedMemory(client: RawClient): Promise<number> {
  return Number(/^used_memory:(\d+)/m.exec(String(await client.expect("INFO", "memory")))![1]);
}

function assertQuietLog(server: ServerProcess): void {
  const faults = server.log.split("\n").filter((line) => /Command '.*' failed|Background task|Invariant/.test(line));
  assertEquals(faults, []);
}

for (const sanitizing of ["yes", "no"]) {
  Deno.test(`RESTORE of damaged payloads breaks nothing, sanitize-dump-payload ${sanitizing}`, async () => {
    const random = new SeededRandom(SEED);
    await using server = await startRedeno({ configLines: [`sanitize-dump-payload ${sanitizing}`] });
    using client = await server.connect({ timeoutMs: PATIENCE_MS });
    await client.expect("DEBUG", "SET-SKIP-CHECKSUM-VALIDATION", 1);
    const payloads = [...OLD_PAYLOADS];
    for (const shape of SHAPES) {
      await client.expect(...shape.split(" "));
      for (const maker of MAKERS) payloads.push(await payloadOf(client, maker));
    }
    const memoryBefore = await usedMemory(client);
    let acceptedCount = 0;
    for (const payload of payloads) {
      assert(await tryPayload(client, payload), JSON.stringify(payload));
      for (let round = 0; round < DAMAGES_PER_PAYLOAD; round++) {
        if (round % 50 === 0) await client.expect(...SHAPES[round / 50 % 2]!.split(" "));
        if (await tryPayload(client, damaged(payload, random))) acceptedCount++;
      }
    }
    assertQuietLog(server);
    // Enough were accepted for their use to say something.
    assertLess(payloads.length * DAMAGES_PER_PAYLOAD / 50, acceptedCount);
    assertEquals(await client.call("DBSIZE"), 0);
    assertLess(await usedMemory(client) - memoryBefore, MAX_LEAK_BYTES);
  });
}
