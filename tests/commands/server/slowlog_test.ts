import { assertEquals } from "@std/assert";
import { referenceTest } from "../../support/reference.ts";
import type { ReplyValue } from "../../support/reply_reader.ts";
import { startRedeno } from "../../support/test_server.ts";
import { BothServers } from "../../support/both_servers.ts";

/** The arguments of every entry, newest first. */
function argvsOf(reply: ReplyValue): ReplyValue[] {
  return (reply as ReplyValue[][]).map((entry) => entry[3]!);
}

referenceTest("SLOWLOG answers as the reference", async () => {
  await using servers = await BothServers.start("slowlog-log-slower-than -1");
  await servers.same(
    "SLOWLOG",
    "SLOWLOG nosuch",
    "SLOWLOG LEN",
    "SLOWLOG LEN x",
    "SLOWLOG GET",
    "SLOWLOG GET -1",
    "SLOWLOG GET -2",
    "SLOWLOG GET x",
    "SLOWLOG GET 9223372036854775808",
    "SLOWLOG GET 1 2",
    "SLOWLOG RESET",
    "SLOWLOG RESET x",
    "SLOWLOG HELP",
  );
});

referenceTest("SLOWLOG GET shows what the reference shows", async () => {
  await using servers = await BothServers.start("slowlog-log-slower-than 0", "slowlog-max-len 20");
  const requests = [
    ["SET", "a", "b"],
    ["GET"],
    ["nosuch", "x"],
    ["SET", "long", "x".repeat(200)],
    ["MSET", ...Array.from({ length: 60 }, (_, index) => `v${index}`)],
    ["CONFIG", "SET", "requirepass", ""],
    ["CONFIG", "SET", "hz", "10"],
    ["INCR", "a"],
  ];
  const seen: ReplyValue[] = [];
  for (const server of [servers.ours, servers.reference]) {
    using client = await server.connect();
    await client.expect("SLOWLOG", "RESET");
    for (const argv of requests) await client.call(...argv);
    seen.push(argvsOf(await client.expect("SLOWLOG", "GET", "-1")));
  }
  assertEquals(seen[0], seen[1]);
});

Deno.test("SLOWLOG shows a blocked command only when it is over", async () => {
  await using server = await startRedeno({ configLines: ["slowlog-log-slower-than 0"] });
  using client = await server.connect();
  using waiter = await server.connect();
  await client.expect("SLOWLOG", "RESET");
  await waiter.send("BLPOP", "list", "0");
  await client.expect("DEBUG", "SLEEP", "0.05");
  assertEquals(argvsOf(await client.expect("SLOWLOG", "GET")).some((argv) => String(argv).startsWith("BLPOP")), false);
  await client.expect("RPUSH", "list", "x");
  await waiter.read();
  assertEquals(argvsOf(await client.expect("SLOWLOG", "GET")).some((argv) => String(argv).startsWith("BLPOP")), true);
});
