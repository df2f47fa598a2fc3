import { assert, assertEquals, assertMatch } from "@std/assert";
import { referenceTest } from "../../support/reference.ts";
import { startRedeno } from "../../support/test_server.ts";
import { BothServers } from "../../support/both_servers.ts";

const PROTOCOL_TYPES = "string integer double bignum null array set map attrib push verbatim true false nosuch";

referenceTest("DEBUG PROTOCOL answers as the reference", async () => {
  await using servers = await BothServers.start();
  for (const type of PROTOCOL_TYPES.split(" ")) await servers.same(`DEBUG PROTOCOL ${type}`);
  await servers.useProtocol(3);
  // A push comes beside the reply, which this comparison of one reply for each request cannot take.
  for (const type of PROTOCOL_TYPES.split(" ")) if (type !== "push") await servers.same(`DEBUG PROTOCOL ${type}`);
});

referenceTest("DEBUG DIGEST is bit for bit that of the reference", async () => {
  await using servers = await BothServers.start("list-max-listpack-size 4", "set-max-intset-entries 3");
  await servers.same(
    "DEBUG DIGEST",
    "SET text hello",
    "SET number -12345",
    "SET wide 9223372036854775807",
    "SET expiring x EX 1000",
    "RPUSH list a b 1 2 300000 c d e f",
    "SADD numbers 1 2 3",
    "SADD many 1 2 3 4 x y",
    "XADD stream 1-1 a b c d",
    "XADD stream 1-2 a 1 c 2",
    "XADD stream 5-18446744073709551615 other 1",
    "XDEL stream 1-2",
    "DEBUG DIGEST",
    "DEBUG DIGEST-VALUE text number wide expiring list numbers many stream nosuch",
    "SELECT 3",
    "SET other db",
    "DEBUG DIGEST",
    "DEBUG POPULATE 100",
    "DEBUG POPULATE 10 prefix 30",
    "DEBUG POPULATE 10 short 3",
    "DEBUG DIGEST",
    "DEBUG RELOAD",
    "DEBUG DIGEST",
  );
});

referenceTest("DEBUG subcommands answer as the reference", async () => {
  await using servers = await BothServers.start();
  await servers.same(
    "DEBUG",
    "DEBUG nosuch",
    "DEBUG HELP",
    "DEBUG HELP x",
    "DEBUG SLEEP",
    "DEBUG SLEEP 0.01",
    "DEBUG SLEEP x",
    "DEBUG OBJECT nosuch",
    "DEBUG SDSLEN nosuch",
    "DEBUG LISTPACK nosuch",
    "DEBUG QUICKLIST nosuch",
    "DEBUG HTSTATS-KEY nosuch",
    "SET a b",
    "SET n 5",
    "DEBUG LISTPACK a",
    "DEBUG QUICKLIST a",
    "DEBUG HTSTATS-KEY a",
    "DEBUG SDSLEN n",
    "RPUSH l a",
    "DEBUG QUICKLIST l",
    "DEBUG QUICKLIST l 1",
    "DEBUG HTSTATS x",
    "DEBUG HTSTATS -1",
    "DEBUG HTSTATS 16",
    "DEBUG HTSTATS 5",
    "DEBUG POPULATE x",
    "DEBUG POPULATE -1",
    "DEBUG POPULATE 1 p -1",
    "DEBUG POPULATE 1 p 1 1",
    "DEBUG RELOAD NOSUCH",
    "DEBUG ERROR nosuch",
    ["DEBUG", "ERROR", "CODE with\r\nlines"],
    "DEBUG LOG text",
    "DEBUG LEAK text",
    "DEBUG SET-ACTIVE-EXPIRE 0",
    "DEBUG SET-ACTIVE-EXPIRE 1",
    "DEBUG PAUSE-CRON 1",
    "DEBUG PAUSE-CRON 0",
    "DEBUG SET-SKIP-CHECKSUM-VALIDATION 1",
    "DEBUG SET-DISABLE-DENY-SCRIPTS 1",
    "DEBUG QUICKLIST-PACKED-THRESHOLD 4gb",
    "DEBUG QUICKLIST-PACKED-THRESHOLD x",
    "DEBUG QUICKLIST-PACKED-THRESHOLD 100b",
    "DEBUG QUICKLIST-PACKED-THRESHOLD 0",
    "DEBUG REPLYBUFFER nosuch 1",
    "DEBUG REPLYBUFFER PEAK-RESET-TIME never",
    "DEBUG REPLYBUFFER PEAK-RESET-TIME reset",
    "DEBUG REPLYBUFFER PEAK-RESET-TIME x",
    "DEBUG REPLYBUFFER PEAK-RESET-TIME 100",
    "DEBUG REPLYBUFFER RESIZING 0",
  );
});

Deno.test("DEBUG STRINGMATCH-TEST comes to an end", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  assertEquals(await client.call("DEBUG", "STRINGMATCH-TEST"), "Apparently Redis did not crash: test passed");
});

referenceTest("DEBUG OBJECT tells what the reference tells, but for the address", async () => {
  await using servers = await BothServers.start("list-max-listpack-size 3");
  await servers.same(
    ["SET", "raw", "x".repeat(100)],
    "SET short x",
    "SET small 100",
    "SET large 100000",
    "RPUSH list a b c d e f g",
    "SADD ints 1 2 3",
    "SADD words a b",
    "XADD stream 1-1 a b",
  );
  using ours = await servers.ours.connect();
  using reference = await servers.reference.connect();
  for (const key of ["raw", "short", "small", "large", "list", "ints", "words", "stream"]) {
    const texts = await Promise.all([ours, reference].map((client) => client.expect("DEBUG", "OBJECT", key)));
    const [actual, expected] = texts.map((text) => String(text).replace(/at:0x[0-9a-f]+|lru:\d+|idle:\d+/g, ""));
    assertEquals(actual, expected);
  }
});

referenceTest("DEBUG CLIENT-EVICTION has the rows of the reference", async () => {
  await using servers = await BothServers.start();
  await servers.same("DEBUG CLIENT-EVICTION", "CONFIG SET maxmemory-clients 100mb");
  using ours = await servers.ours.connect();
  using reference = await servers.reference.connect();
  const texts = await Promise.all([ours, reference].map((client) => client.expect("DEBUG", "CLIENT-EVICTION")));
  const [actual, expected] = texts.map((text) => String(text).replace(/tot-mem: [ 0-9]{10}, clients: \d/g, ""));
  assertEquals(actual, expected);
});

Deno.test("DEBUG OBJECT keeps its address while a number is changed in place", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await client.expect("SET", "n", "20000");
  const address = async () => /at:(\w+)/.exec(String(await client.expect("DEBUG", "OBJECT", "n")))![1];
  const before = await address();
  await client.expect("INCR", "n");
  assertEquals(await address(), before);
});

Deno.test("DEBUG is refused unless enable-debug-command allows it", async () => {
  await using closed = await startRedeno({ configLines: ["enable-debug-command no"] });
  using stranger = await closed.connect();
  assertMatch(await stranger.callRaw("DEBUG", "HELP"), /^-ERR DEBUG command not allowed\. If the enable-debug-command/);
  await using open = await startRedeno({ configLines: ["enable-debug-command local"] });
  using friend = await open.connect();
  assertMatch(await friend.callRaw("DEBUG", "DIGEST"), /^\+0{40}\r\n$/);
});

Deno.test("DEBUG SLEEP holds everything up", async () => {
  await using server = await startRedeno();
  using sleeper = await server.connect();
  using other = await server.connect();
  await other.expect("PING");
  const startMs = performance.now();
  await sleeper.send("DEBUG", "SLEEP", "0.3");
  await new Promise((resolve) => setTimeout(resolve, 50));
  await other.expect("PING");
  assert(performance.now() - startMs >= 300);
});

Deno.test("DEBUG RELOAD needs no file where none is permitted", async () => {
  await using server = await startRedeno({
    permissions: ["--allow-net"],
    args: ["--enable-debug-command", "yes"],
  });
  using client = await server.connect();
  await client.expect("RPUSH", "list", "a", "b");
  const before = await client.expect("DEBUG", "DIGEST");
  assertEquals(await client.expect("DEBUG", "RELOAD"), "OK");
  assertEquals(await client.expect("DEBUG", "DIGEST"), before);
});
