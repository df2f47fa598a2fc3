/**
 * What attackers send: bombs, floods, garbage, and clients that never read or never finish.
 *
 * - Where real Redis has an answer to it, ours is the same; where it has none, the server stays up, quick and small.
 */
import { assert, assertEquals, assertLess, assertMatch, assertNotEquals } from "@std/assert";
import { startServer } from "../../src/mod.ts";
import { eventually } from "../support/eventually.ts";
import { Players } from "../support/players.ts";
import { type Argument, encodeRequest, RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";

const MEBIBYTE = 1024 * 1024;
const MAX = "9223372036854775807";
const MIN = "-9223372036854775808";
/** The longest that anybody else may have to wait meanwhile. */
const PATIENCE_MS = 1500;

async function infoNumber(client: RawClient, section: string, field: string): Promise<number> {
  const info = String(await client.expect("INFO", section));
  return Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)![1]);
}

/** Throws where PING is not answered soon. */
async function assertQuick(client: RawClient): Promise<void> {
  const startMs = performance.now();
  assertEquals(await client.call("PING"), "PONG");
  assertLess(performance.now() - startMs, PATIENCE_MS);
}

/** The same requests to both servers, on a connection each, and the same bytes in return. */
async function assertSameReplies(lines: readonly (string | readonly Argument[])[], ...configLines: string[]) {
  const [ours, theirs] = await Promise.all([startRedeno, startReference].map(async (start) => {
    await using server: ServerProcess = await start({ configLines });
    using client = await server.connect();
    const replies: string[] = [];
    for (const line of lines) {
      const argv = typeof line === "string" ? line.split(" ") : [...line];
      await client.sendRaw(encodeRequest(argv));
      replies.push(`${argv.slice(0, 10).map(String).join(" ").slice(0, 80)} -> ${await client.readRaw()}`);
    }
    return replies;
  }));
  assertEquals(ours, theirs);
}

/** Commands with "#" for a number. */
const NUMBER_TEMPLATES = `
  SRANDMEMBER one # | SPOP missing # | SPOP e -1 | LPOP missing # | LPOP l -1 | RPOP l -9 | LRANGE l # #
  LRANGE l 0 # | LINDEX l # | LSET l # v | LREM l # nothing | LTRIM missing # # | LPOS l a RANK #
  LPOS l a COUNT # | LPOS l a MAXLEN # | LMPOP 1 l LEFT COUNT 0 | LMPOP # l LEFT | SINTERCARD # e
  SINTERCARD 1 e LIMIT # | SCAN # COUNT 10000 MATCH nothing | SSCAN e 0 COUNT 0 | XRANGE x - + COUNT #
  XREVRANGE x + - COUNT # | XREAD COUNT # STREAMS x 0 | XTRIM x MAXLEN # LIMIT 1 | XTRIM x MAXLEN ~ 1000 LIMIT #
  XAUTOCLAIM x g c # 0 | XAUTOCLAIM x g c 0 0 COUNT # | XPENDING x g - + # | XSETID x # | XRANGE x # #
  XADD x #-# f v | XCLAIM x g c # 1-1 | XCLAIM x g c 0 1-1 RETRYCOUNT # | GETRANGE s # # | GETRANGE s 0 #
  SETRANGE s # x | SETRANGE missing # x | SETBIT s # 1 | GETBIT s # | BITCOUNT s # # | BITPOS s 1 # #
  BITFIELD s SET u8 # 1 | BITFIELD s GET u8 ## | BITFIELD n INCRBY i64 0 # | INCRBY n # | DECRBY n # | EXPIRE n #
  PEXPIRE n # | EXPIREAT n # | PEXPIREAT s # | SET v 1 EX # | SET v 1 PX # | GETEX l EX # | SETEX v # 1 | WAIT # 1
  SELECT # | SWAPDB # 0 | MOVE n # | COPY n m DB # | OBJECT FREQ n | SLOWLOG GET # | CLIENT KILL ID #
  CLIENT UNBLOCK # | CLIENT PAUSE # | CONFIG SET maxmemory # | CONFIG SET hz # | CONFIG SET timeout #
  LOLWUT VERSION # | HELLO # | LCS s s IDX MINMATCHLEN #
`;

referenceTest("counts, positions and times at the edges of 64 bits get the replies of the reference", async () => {
  const setUp = [
    "SET s hello",
    "SET n 10",
    "RPUSH l a b c",
    "SADD e a b c",
    "SADD one a",
    "XADD x 1-1 f v",
    "XGROUP CREATE x g 0",
  ];
  const edges = [
    MAX,
    MIN,
    "9223372036854775808",
    "-9223372036854775807",
    "-4611686018427387905",
    "18446744073709551616",
  ];
  // Legal, and endless in Redis: a pause of ages, and random members without number. Its -MIN is undefined.
  const isLeftOut = (line: string) =>
    line === `CLIENT PAUSE ${MAX}` || /^SRANDMEMBER one -(?!9223372036854775808)/.test(line) ||
    line === `LPOS l a RANK ${MIN}`;
  const templates = NUMBER_TEMPLATES.trim().split(/\s*[|\n]\s*/);
  const lines = edges.flatMap((edge) => templates.map((template) => template.replaceAll("#", edge)));
  await assertSameReplies([...setUp, ...lines.filter((line) => !isLeftOut(line))]);
});

referenceTest("values past 512 MiB are refused before any memory is asked for", async () => {
  await assertSameReplies([
    "SETRANGE a 536870912 x",
    "SETRANGE a 536870911 xy",
    "SETBIT a 4294967296 1",
    "BITFIELD a SET u8 4294967289 1",
    "BITFIELD a SET u8 #536870912 1",
    "BITFIELD a GET u8 4294967295",
    "GETBIT a 4294967295",
    "EXISTS a",
  ]);
});

referenceTest("names that mean something to JavaScript mean nothing to the server", async () => {
  const names = ["__proto__", "constructor", "toString", "hasOwnProperty", "valueOf", "prototype", "then", "length"];
  await assertSameReplies(
    names.flatMap((name) => [
      name,
      `${name} a b`,
      `CONFIG GET ${name}`,
      `CONFIG SET ${name} 1`,
      `CONFIG ${name}`,
      `CLIENT ${name}`,
      `OBJECT ${name} key`,
      `OBJECT HELP ${name}`,
      `XGROUP ${name} key`,
      `COMMAND INFO ${name}`,
      `COMMAND DOCS ${name}`,
      `COMMAND GETKEYS ${name} a`,
      `COMMAND LIST FILTERBY ACLCAT ${name}`,
      `COMMAND LIST FILTERBY MODULE ${name}`,
      `INFO ${name}`,
      `SET ${name} ${name}`,
      `GET ${name}`,
      `TYPE ${name}`,
      `SCAN 0 TYPE ${name} COUNT 100`,
      `LATENCY HISTORY ${name}`,
      `MEMORY ${name}`,
      `DEBUG ${name}`,
      `SADD set ${name}`,
      `XADD stream 1-* ${name} ${name}`,
      `XINFO ${name} stream`,
      `SCRIPT ${name}`,
      `HELLO 2 SETNAME ${name}`,
      `CLIENT GETNAME`,
    ]).filter((line) => !line.startsWith("SCRIPT") && !line.startsWith("HELLO")),
  );
});

referenceTest("line ends and other bytes in names cannot forge a reply", async () => {
  const names = ["a\r\n+OK", "\r\n", "\n:1\r\n", "\0", "\xff\xfe", "x".repeat(MEBIBYTE), "%s%n", "'\"\\"];
  await assertSameReplies(names.flatMap((name) => [
    [name],
    [name, name, name],
    ["CONFIG", name],
    ["CONFIG", "SET", name, "1"],
    ["CONFIG", "SET", "maxmemory", name],
    ["CLIENT", "SETNAME", name],
    ["OBJECT", "ENCODING", name],
    ["XGROUP", "CREATE", name, name, "$"],
    ["XREADGROUP", "GROUP", name, name, "STREAMS", name, ">"],
    ["SET", "k", "v", name],
    ["AUTH", name, name],
  ]));
});

referenceTest("requests with hundreds of thousands of arguments get the replies of the reference", async () => {
  const many = Array.from({ length: 300_000 }, (_, index) => `k${index}`);
  await assertSameReplies([
    ["NOSUCHCOMMAND", ...many],
    ["DEL", ...many],
    ["SADD", "set", ...many],
    ["SCARD", "set"],
    ["PING", ...many],
    ["OBJECT", ...many],
    ["MSET", ...many],
    ["DBSIZE"],
    ["SINTERCARD", "300000", ...many],
  ]);
});

referenceTest("before AUTH a client gets little: arguments, lengths and lines are limited", async () => {
  const attempts = [
    "*11\r\n",
    "*10\r\n$16385\r\n",
    "*1\r\n$16384\r\n" + "x".repeat(16384) + "\r\n",
    "*2147483647\r\n",
    "x".repeat(70_000),
    "GET a\r\n*1\r\n$4\r\nPING\r\n*11\r\n",
    "MULTI\r\nEXEC\r\nHELLO 3\r\nRESET\r\nQUIT\r\nPING\r\n",
    "HELLO 3 AUTH default wrong\r\nAUTH wrong\r\nAUTH default p\r\nPING\r\n",
  ];
  const [ours, theirs] = await Promise.all([startRedeno, startReference].map(async (start) => {
    await using server = await start({ configLines: ["requirepass p"] });
    const answers: string[] = [];
    for (const attempt of attempts) {
      using client = await server.connect();
      await client.sendRaw(attempt);
      await client.closeWrite();
      answers.push(await client.readToEnd());
    }
    return answers;
  }));
  assertEquals(ours, theirs);
});

Deno.test("before AUTH a client that never reads is closed before its errors take memory", async () => {
  await using server = await startRedeno({ configLines: ["requirepass p"] });
  using admin = await server.connect();
  await admin.expect("AUTH", "p");
  const flood = "GET a\r\n".repeat(200_000);
  for (let count = 0; count < 5; count++) {
    using client = await server.connect();
    await client.sendRaw(flood).catch(() => {});
    // Whoever reads gets its errors until then.
    assertLess((await client.readToEnd()).length, MEBIBYTE);
  }
  await assertQuick(admin);
  assertLess(await infoNumber(admin, "memory", "mem_clients_normal"), MEBIBYTE);
});

Deno.test("announced lengths take no memory until the bytes come", async () => {
  await using server = await startRedeno();
  using admin = await server.connect();
  const before = await infoNumber(admin, "memory", "used_memory_rss");
  const bombs = [
    "*2147483647\r\n",
    "*1\r\n$536870912\r\nabc",
    "*1048576\r\n$536870912\r\nx",
    "*3\r\n$3\r\nSET\r\n$500000000\r\n",
  ];
  const clients: RawClient[] = [];
  try {
    for (let count = 0; count < 200; count++) {
      const client = await server.connect();
      clients.push(client);
      await client.sendRaw(bombs[count % bombs.length]!);
    }
    await assertQuick(admin);
    assertLess(await infoNumber(admin, "memory", "mem_clients_normal"), 8 * MEBIBYTE);
    assertLess(await infoNumber(admin, "memory", "used_memory_rss") - before, 100 * MEBIBYTE);
  } finally {
    for (const client of clients) client.close();
  }
});

Deno.test("globs with many stars take no exponential time", async () => {
  await using server = await startServer({ port: 0 });
  using client = await RawClient.connect({ port: server.port });
  const key = "a".repeat(2000);
  await client.expect("SET", key, "1");
  for (
    const pattern of [
      "a*".repeat(500) + "b",
      "*".repeat(5000) + "b",
      "*a".repeat(300) + "*[b-",
      "[a]*".repeat(300) + "?b",
    ]
  ) {
    for (
      const argv of [["KEYS", pattern], ["SCAN", "0", "MATCH", pattern, "COUNT", "10"], ["CONFIG", "GET", pattern]]
    ) {
      const startMs = performance.now();
      await client.expect(...argv);
      assertLess(performance.now() - startMs, PATIENCE_MS, `${argv[0]} ${pattern.slice(0, 20)}`);
    }
  }
});

Deno.test("the places of keys in the table cannot be foretold", async () => {
  const orders: string[] = [];
  for (let count = 0; count < 3; count++) {
    await using server = await startServer({ port: 0 });
    using client = await RawClient.connect({ port: server.port });
    await client.expect("MSET", ...Array.from({ length: 500 }, (_, index) => [`key:${index}`, "v"]).flat());
    await client.expect("SADD", "set", ...Array.from({ length: 500 }, (_, index) => `member:${index}`));
    orders.push(String(await client.expect("KEYS", "*")), String(await client.expect("SMEMBERS", "set")));
  }
  assertEquals(new Set(orders).size, orders.length);
});

Deno.test("clients that never read hold up nobody else, and what they cost is bounded", async () => {
  await using server = await startRedeno();
  using admin = await server.connect();
  await admin.expect("SET", "big", "x".repeat(MEBIBYTE));
  const clients: RawClient[] = [];
  try {
    for (let count = 0; count < 4; count++) {
      const client = await server.connect();
      clients.push(client);
      // A gigabyte of replies for each.
      await client.sendRaw("GET big\r\n".repeat(1000));
    }
    for (let count = 0; count < 20; count++) await assertQuick(admin);
    // Each may have what is let wait, one reply more, and what the growth of a buffer reserves.
    assertLess(await infoNumber(admin, "memory", "mem_clients_normal"), clients.length * 200 * MEBIBYTE);
    // Who begins to read gets everything.
    assertEquals((await clients[0]!.readBytes(MEBIBYTE)).length, MEBIBYTE);
  } finally {
    for (const client of clients) client.close();
  }
  await eventually(async () => await infoNumber(admin, "clients", "connected_clients") === 1);
  await eventually(async () => await infoNumber(admin, "memory", "mem_clients_normal") < MEBIBYTE);
});

Deno.test("a thousand clients that never finish their request hold up nobody else", async () => {
  await using server = await startRedeno();
  using admin = await server.connect();
  const clients: RawClient[] = [];
  try {
    for (let count = 0; count < 1000; count++) {
      const client = await server.connect();
      clients.push(client);
      await client.sendRaw("*2\r\n$3\r\nGET\r\n$1000\r\nx");
    }
    for (const client of clients) await client.sendRaw("y");
    for (let count = 0; count < 20; count++) await assertQuick(admin);
    assertLess(await infoNumber(admin, "memory", "mem_clients_normal"), 16 * MEBIBYTE);
  } finally {
    for (const client of clients) client.close();
  }
});

referenceTest("timeout spares a client whose request comes slowly, and no other", async () => {
  const seen = [];
  for (const start of [startRedeno, startReference]) {
    await using server = await start({ configLines: ["timeout 1"] });
    using slow = await server.connect();
    using idle = await server.connect();
    await idle.sendRaw("*2\r\n$3\r\nGET");
    const request = "*1\r\n$4\r\nPING\r\n";
    let isServed = true;
    for (const byte of request) {
      await slow.sendRaw(byte).catch(() => isServed = false);
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    const reply = isServed ? await slow.readRaw().catch(String) : "closed";
    seen.push({ reply, idle: await idle.readToEnd() });
  }
  assertEquals(seen[0], seen[1]);
  assertEquals(seen[0], { reply: "+PONG\r\n", idle: "" });
});

Deno.test("a storm of connections holds up nobody who is connected", async () => {
  await using server = await startRedeno();
  using admin = await server.connect();
  // At most 250 wait to be accepted, fewer than tcp-backlog: a system whose queue runs over establishes some connections
  // again, from a SYN cookie, after their client is gone, whatever the server does.
  const storm = Array.from({ length: 50 }, async () => {
    for (let count = 0; count < 12; count++) {
      // Some hang up at once, some send garbage, some a request or a part of one.
      for (const sent of ["", "PING\r\n", "\xff\0*\r\n", "*1\r\n$4\r\nPI"]) {
        const client = await server.connect();
        await client.sendRaw(sent).catch(() => {});
        client.close();
      }
      using last = await server.connect();
      assertEquals(await last.call("PING"), "PONG");
    }
  });
  for (let count = 0; count < 20; count++) await assertQuick(admin);
  await Promise.all(storm);
  await eventually(async () => await infoNumber(admin, "clients", "connected_clients") === 1);
});

Deno.test("garbage ends its own connection at most", async () => {
  await using server = await startRedeno();
  using admin = await server.connect();
  await admin.expect("SET", "key", "value");
  for (let seed = 1; seed <= 150; seed++) {
    const random = new SeededRandom(seed);
    using client = await server.connect();
    const start = random.pick(["", "*3\r\n$3\r\nSET\r\n", "*1\r\n", "$5\r\n", "MULTI\r\n", "GET "]);
    await client.sendRaw(start + random.binary(random.integer(1, 3000))).catch(() => {});
    await client.closeWrite().catch(() => {});
    await client.readToEnd();
  }
  assertEquals(await admin.call("GET", "key"), "value");
  assert(!server.log.includes("internal"), server.log);
  assert(!/Background task|TypeError|RangeError/.test(server.log), server.log);
});

Deno.test("clients that vanish in the middle of everything leave nothing behind", async () => {
  await using server = await startRedeno();
  using admin = await server.connect();
  await admin.expect("SET", "big", "x".repeat(4 * MEBIBYTE));
  const ways = [
    "GET big\r\n".repeat(20),
    "BLPOP list 0\r\n",
    "MULTI\r\nSET a 1\r\n",
    "WATCH a\r\n",
    "MONITOR\r\n",
    "XREAD BLOCK 0 STREAMS x $\r\n",
    "WAIT 1 0\r\n",
    "PSYNC ? -1\r\n",
    "CLIENT REPLY OFF\r\nGET big\r\n",
  ];
  for (let round = 0; round < 5; round++) {
    for (const way of ways) {
      const client = await server.connect();
      await client.sendRaw(way);
      await assertQuick(admin);
      client.close();
    }
  }
  await eventually(async () => await infoNumber(admin, "clients", "connected_clients") === 1);
  await eventually(async () => await infoNumber(admin, "clients", "blocked_clients") === 0);
  assert(!/Background task|TypeError|RangeError/.test(server.log), server.log);
});

referenceTest("kill, unblock and push in one transaction lose no element", async () => {
  const [ours, theirs] = await Promise.all([startRedeno, startReference].map(async (start) => {
    await using server = await start();
    using players = new Players(() => server.connect());
    const idOf = async (name: string) => {
      await players.call(name, "CLIENT ID");
      return /:(\d+)/.exec(players.transcript.pop()!)![1]!;
    };
    for (const [round, command] of ["CLIENT KILL ID", "CLIENT UNBLOCK"].entries()) {
      const waiting = `waiting${round}`;
      const id = await idOf(waiting);
      await players.block(waiting, "BLPOP list 0");
      await players.block(`next${round}`, "BLPOP list 0");
      await players.call(
        "other",
        "MULTI",
        `${command} ${id}`,
        "RPUSH list a b",
        "LLEN list",
        "EXEC",
        "LRANGE list 0 -1",
      );
      await players.reply(`next${round}`);
      await players.call("other", "RPUSH list c", "LRANGE list 0 -1", "DEL list");
    }
    return players.transcript.map((line) => line.replace(/ID \d+|UNBLOCK \d+/, ""));
  }));
  assertEquals(ours, theirs);
  assertNotEquals(ours!.length, 0);
});

referenceTest("HTTP is hung up on, whatever else comes with it", async () => {
  const attacks = [
    "POST / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nSET hacked 1\r\n",
    "GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\nSET hacked 1\r\n",
    "*1\r\n$4\r\npost\r\n*3\r\n$3\r\nSET\r\n$6\r\nhacked\r\n$1\r\n1\r\n",
    "PUT / HTTP/1.1\r\nhOsT: a\r\nSET hacked 1\r\n",
    "MULTI\r\nPOST\r\nSET hacked 1\r\nEXEC\r\n",
  ];
  const [ours, theirs] = await Promise.all([startRedeno, startReference].map(async (start) => {
    await using server = await start();
    const answers: string[] = [];
    for (const attack of attacks) {
      using client = await server.connect();
      await client.sendRaw(attack);
      answers.push(await client.readToEnd());
    }
    using admin = await server.connect();
    answers.push(await admin.callRaw("EXISTS", "hacked"));
    return answers;
  }));
  assertEquals(ours, theirs);
  assertMatch(ours!.at(-1)!, /^:0/);
});
