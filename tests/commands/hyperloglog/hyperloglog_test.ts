import { assertEquals } from "@std/assert";
import { referenceTest } from "../../support/reference.ts";
import { elementOfRegister } from "../../support/murmur_hash.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { startRedeno } from "../../support/test_server.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

const REGISTER_COUNT = 16_384;
const HEADER = "HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80";
const DENSE_HEADER = "HYLL\0\0\0\0\0\0\0\0\0\0\0\x80";
const EMPTY = `${HEADER}\x7f\xff`;

/** What shows every byte of a value, and how it is kept. */
function stateOf(...keys: string[]): Request[] {
  return keys.flatMap((key) => [["GET", key], ["DEBUG", "DIGEST-VALUE", key], ["OBJECT", "ENCODING", key]]);
}

/** A dense string whose registers all have one value. */
function denseOf(value: number): string {
  const four = value | value << 6 | value << 12 | value << 18;
  return DENSE_HEADER + String.fromCharCode(four & 0xff, (four >>> 8) & 0xff, four >>> 16).repeat(REGISTER_COUNT / 4);
}

function numbered(prefix: string, first: number, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}${first + index}`);
}

referenceTest("commands on HyperLogLogs refuse what Redis refuses", async () => {
  await using both = await BothServers.start();
  await both.same("PFADD", "PFCOUNT", "PFMERGE", "PFDEBUG", "PFDEBUG ENCODING", "PFDEBUG ENCODING k x", "PFSELFTEST x");
  await both.same("RPUSH list a", "SET text foobar", "SET number 123456789", ["SET", "empty", ""], "PFADD hll a b c");
  await both.same(["SET", "short", HEADER.slice(0, 15)], ["SET", "magic", `hYLL${EMPTY.slice(4)}`]);
  await both.same(["SET", "encoding", `HYLL\x02${EMPTY.slice(5)}`], ["SET", "dense", denseOf(0).slice(1)]);
  await both.same(["SET", "longer", `${denseOf(0)}\0`], ["SET", "shorter", denseOf(0).slice(0, -1)]);
  for (const key of ["list", "text", "number", "empty", "short", "magic", "encoding", "dense", "longer", "shorter"]) {
    await both.same(["PFADD", key], ["PFADD", key, "a"], ["PFCOUNT", key], ["PFCOUNT", key, "hll"], ["PFMERGE", key]);
    await both.same(["PFCOUNT", "hll", key], ["PFCOUNT", "none", key], ["PFMERGE", key, "hll"], [
      "PFMERGE",
      "hll",
      key,
    ]);
    await both.same(["PFMERGE", "none", key], ["EXISTS", "none"], ["TYPE", key], ["OBJECT", "ENCODING", key]);
    for (const subcommand of ["GETREG", "DECODE", "ENCODING", "TODENSE", "other"]) {
      await both.same(["PFDEBUG", subcommand, key]);
    }
  }
  for (const subcommand of ["GETREG", "DECODE", "ENCODING", "TODENSE", "other", "", "a\r\nb", "x\0y"]) {
    await both.same(["PFDEBUG", subcommand, "none"], ["PFDEBUG", subcommand, "hll"], ...stateOf("hll"));
    await both.same("DEL hll", "PFADD hll a b c");
  }
});

referenceTest("PFADD and PFCOUNT leave the same bytes as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("PFADD k", ...stateOf("k"), "PFADD k", "PFCOUNT k", ...stateOf("k"), "PFCOUNT none", "EXISTS none");
  await both.same(
    "PFADD k a b c",
    ...stateOf("k"),
    "PFADD k a b c",
    "PFCOUNT k",
    ...stateOf("k"),
    "PFADD k a",
    "PFCOUNT k",
  );
  await both.same(["PFADD", "k", ""], ["PFADD", "k", ""], ["PFADD", "k", "\0", "\xff\xfe", "x".repeat(1000)]);
  await both.same(...stateOf("k"), "PFDEBUG DECODE k", "PFDEBUG decode k", "PFCOUNT k", "PFADD k a", ...stateOf("k"));
  await both.same("PFDEBUG Todense k", ...stateOf("k"), "PFDEBUG TODENSE k", "PFDEBUG ENCODING k", "PFDEBUG DECODE k");
  await both.same("PFADD k d e f", "PFCOUNT k", "PFADD k d", ...stateOf("k"), "PFDEBUG GETREG k", "STRLEN k");
  await both.same("PFADD new a b c d", "PFDEBUG GETREG new", ...stateOf("new"), "PFDEBUG ENCODING new");
  await both.same("PFADD t a", "PEXPIREAT t 9000000000000", "PFADD t b", "PFDEBUG TODENSE t", "PEXPIRETIME t");
  await both.same(...stateOf("t"), "COPY t u", "RENAME u v", "PFADD v c", "PFCOUNT v", ...stateOf("t", "v"));
});

referenceTest("a HyperLogLog set as a string becomes raw as in Redis", async () => {
  await using both = await BothServers.start();
  const reads = ["PFCOUNT k", "PFADD k", "PFDEBUG ENCODING k", "PFDEBUG other k", "PFMERGE k", "PFCOUNT k none"];
  for (const read of reads) await both.same(["SET", "k", EMPTY], read, ...stateOf("k"));
  for (const read of reads) await both.same(["SET", "k", EMPTY.replace("\x80", "\0")], read, ...stateOf("k"));
  for (const read of reads) await both.same(["SET", "k", HEADER], read, ...stateOf("k"));
});

for (const maxBytes of [0, 17, 100, 3000, 20_000]) {
  referenceTest(`growing HyperLogLogs are the same as in Redis with hll-sparse-max-bytes ${maxBytes}`, async () => {
    await using both = await BothServers.start(`hll-sparse-max-bytes ${maxBytes}`);
    const random = new SeededRandom(maxBytes);
    for (let size = 0; size < 12_000;) {
      const count = random.pick([1, 2, 10, 100, 400]);
      await both.same(["PFADD", "grown", ...numbered("element:", size, count)], ...stateOf("grown"));
      if (random.chance(0.5)) await both.same("PFCOUNT grown", "PFDEBUG ENCODING grown");
      size += count;
    }
    for (let round = 0; round < 100; round++) {
      const count = random.integer(0, 60);
      await both.same(["PFADD", "other", ...numbered("n", random.integer(0, 300), count)], ...stateOf("other"));
      await both.same("PFCOUNT other", "PFCOUNT other grown none");
      if (random.chance(0.1)) await both.same("DEL other");
    }
  });
}

referenceTest("chosen registers split and join runs as in Redis", async () => {
  await using both = await BothServers.start();
  const random = new SeededRandom(51);
  for (const [span, valueMax] of [[8, 3], [70, 2], [200, 32], [16_384, 32], [16_384, 51]] as const) {
    await both.same("DEL k");
    const offset = random.pick([0, REGISTER_COUNT - span]);
    for (let round = 0; round < 150; round++) {
      const index = offset + random.integer(0, span - 1);
      await both.same(
        ["PFADD", "k", elementOfRegister(index, random.integer(1, valueMax))],
        "GET k",
        "PFDEBUG DECODE k",
      );
    }
    await both.same("PFCOUNT k", "PFDEBUG GETREG k", ...stateOf("k"));
  }
  for (const value of [32, 33, 51]) {
    await both.same("DEL k", ["PFADD", "k", elementOfRegister(5, value)], ["PFADD", "k", elementOfRegister(5, value)]);
    await both.same("PFCOUNT k", ...stateOf("k"), "PFADD k a");
  }
});

referenceTest("PFMERGE and PFCOUNT of several keys answer as Redis", async () => {
  await using both = await BothServers.start("hll-sparse-max-bytes 1000");
  await both.same(["PFADD", "a", ...numbered("x", 0, 50)], ["PFADD", "b", ...numbered("x", 30, 100)]);
  await both.same(["PFADD", "big", ...numbered("y", 0, 2000)], "PFADD none-added");
  await both.same(["PFADD", "c", ...numbered("x", 60, 320)], ["PFADD", "d", ...numbered("z", 0, 320)]);
  const sources = ["a", "b", "c", "d", "big", "none-added", "missing"];
  for (const first of sources) {
    await both.same(`PFMERGE ${first}-copy ${first}`, ...stateOf(`${first}-copy`), `PFCOUNT ${first}-copy`);
    for (const second of sources) {
      await both.same(`PFCOUNT ${first} ${second}`, `PFMERGE m ${first} ${second}`, ...stateOf("m"), "PFCOUNT m");
      await both.same(`PFMERGE m ${first}`, "PFCOUNT m", "PFDEBUG ENCODING m", ...stateOf("m"));
      if (first !== second) await both.same("DEL m");
    }
  }
  await both.same("PFMERGE a", ...stateOf("a"), "PFMERGE a a a", "PFCOUNT a", "PFMERGE a big", ...stateOf("a"));
  await both.same("PFMERGE fresh", ...stateOf("fresh"), "PFMERGE b c d", ...stateOf("b"), "PFCOUNT b c d a big");
  await both.same("PEXPIREAT c 9000000000000", "PFMERGE c big", "PEXPIRETIME c", ...stateOf("c"));
});

referenceTest("replies to a client of RESP3 are those of Redis", async () => {
  await using both = await BothServers.start();
  await both.useProtocol(3);
  await both.same(
    "PFADD k a b",
    "PFCOUNT k",
    "PFCOUNT k none",
    "PFMERGE m k",
    "PFDEBUG ENCODING k",
    "PFDEBUG DECODE k",
  );
  await both.same("PFDEBUG TODENSE k", "PFDEBUG GETREG k", "SET s x", "PFADD s a");
});

Deno.test("PFSELFTEST finds nothing wrong, whatever hll-sparse-max-bytes", async () => {
  await using server = await startRedeno();
  // Seconds of work, on a busy machine many.
  using client = await server.connect({ timeoutMs: 120_000 });
  for (const maxBytes of [3000, 0]) {
    await client.expect("CONFIG", "SET", "hll-sparse-max-bytes", maxBytes);
    assertEquals(await client.callRaw("PFSELFTEST"), "+OK\r\n");
  }
});

referenceTest("counts up to what 64 bits do not hold are those of Redis", async () => {
  await using both = await BothServers.start();
  for (let value = 0; value < 64; value++) {
    await both.same(["SET", "k", denseOf(value)], "PFCOUNT k", ...stateOf("k"), "PFCOUNT k", "PFCOUNT k none");
    await both.same(["PFADD", "k", elementOfRegister(9, 51)], "PFCOUNT k", ["SETRANGE", "k", 2000, "\0".repeat(90)]);
    await both.same("PFADD k a b", "PFCOUNT k", ...stateOf("k"));
  }
  // A count in the header is believed, whatever it says.
  for (
    const count of [
      "\x05\0\0\0\0\0\0\0",
      "\xff\xff\xff\xff\xff\xff\xff\x7f",
      "\0\0\0\0\0\0\x20\0",
      "\0\0\0\0\0\0\0\xff",
    ]
  ) {
    await both.same(["SET", "k", EMPTY], ["SETRANGE", "k", 8, count], "PFCOUNT k", "PFCOUNT k k", ...stateOf("k"));
  }
});

referenceTest("corrupted HyperLogLogs are met as in Redis", async () => {
  await using both = await BothServers.start("hll-sparse-max-bytes 300");
  const registers = [
    "",
    "\x7f",
    "\x7f\xfe",
    "\x7f\xff\0",
    "\x7f\xfe\x80\x80\x7f\xff",
    "\x84",
    "\0\0\0",
    "\x7f\xff\x85",
  ];
  const commands: Request[] = [
    "PFCOUNT k",
    "PFCOUNT k ok",
    "PFCOUNT ok k",
    "PFADD k",
    "PFADD k a",
    "PFADD k a b c d e f g h",
    "PFMERGE k ok",
    "PFMERGE m k",
    "PFDEBUG DECODE k",
    "PFDEBUG GETREG k",
    "PFDEBUG TODENSE k",
    ["PFADD", "k", elementOfRegister(0, 33)],
    ["PFADD", "k", elementOfRegister(16_383, 33)],
  ];
  await both.same("PFADD ok x y z");
  for (const bytes of registers) {
    for (const command of commands) {
      await both.same(["SET", "k", HEADER + bytes], command, ...stateOf("k", "m"), "DEL m");
    }
  }
  const random = new SeededRandom(3000);
  for (let round = 0; round < 300; round++) {
    await both.same("DEL k", ["PFADD", "k", ...numbered("r", random.integer(0, 9999), random.integer(0, 120))]);
    const length = random.pick([18, 60, 250]);
    for (let change = random.integer(1, 3); change > 0; change--) {
      await both.same(["SETRANGE", "k", random.integer(16, length), random.binary(1)]);
    }
    for (let step = 0; step < 3; step++) await both.same(random.pick(commands), ...stateOf("k"), "DEL m");
  }
});
