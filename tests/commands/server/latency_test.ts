import { assert, assertEquals, assertMatch } from "@std/assert";
import { referenceTest } from "../../support/reference.ts";
import type { ReplyValue } from "../../support/reply_reader.ts";
import { startRedeno } from "../../support/test_server.ts";
import { BothServers } from "../../support/both_servers.ts";

referenceTest("LATENCY answers as the reference", async () => {
  await using servers = await BothServers.start();
  await servers.same(
    "LATENCY",
    "LATENCY nosuch",
    "LATENCY LATEST",
    "LATENCY LATEST x",
    "LATENCY HISTORY",
    "LATENCY HISTORY nosuch",
    "LATENCY GRAPH nosuch",
    "LATENCY RESET",
    "LATENCY RESET a b",
    "LATENCY HISTOGRAM nosuch",
    "LATENCY DOCTOR x",
    "LATENCY HELP",
    "LATENCY HELP x",
  );
});

Deno.test("LATENCY records what takes longer than the threshold", async () => {
  await using server = await startRedeno({ configLines: ["latency-monitor-threshold 50"] });
  using client = await server.connect();
  await client.expect("DEBUG", "SLEEP", "0.01");
  assertEquals(await client.expect("LATENCY", "LATEST"), []);
  await client.expect("DEBUG", "SLEEP", "0.1");
  const [[event, , latencyMs, maxMs]] = await client.expect("LATENCY", "LATEST") as ReplyValue[][] as [ReplyValue[]];
  assertEquals(event, "command");
  assertEquals(latencyMs, maxMs);
  assert(Number(latencyMs) >= 100 && Number(latencyMs) < 1000, `${latencyMs} ms`);
  assertEquals((await client.expect("LATENCY", "HISTORY", "command") as ReplyValue[]).length, 1);
  assertMatch(String(await client.expect("LATENCY", "GRAPH", "command")), /^command - high \d+ ms, low \d+ ms \(all/);
  assertMatch(String(await client.expect("LATENCY", "DOCTOR")), /command: 1 latency spikes \(average \d+ms/);
  assertEquals(await client.expect("LATENCY", "RESET", "COMMAND"), 1);
});

referenceTest("LATENCY GRAPH draws what the reference draws", async () => {
  await using servers = await BothServers.start("latency-monitor-threshold 1");
  const graphs: string[] = [];
  for (const server of [servers.ours, servers.reference]) {
    using client = await server.connect();
    for (const seconds of ["0.1", "1.1"]) await client.expect("DEBUG", "SLEEP", seconds);
    const text = String(await client.expect("LATENCY", "GRAPH", "command"));
    graphs.push(text.replace(/\d+ ms/g, "ms").replace(/^[\ds ]+$/gm, ""));
  }
  assertEquals(graphs[0], graphs[1]);
});

Deno.test("LATENCY HISTOGRAM counts calls of commands and their subcommands", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await client.expect("CONFIG", "RESETSTAT");
  for (let i = 0; i < 3; i++) await client.expect("SET", "a", "b");
  const histograms = await client.expect("LATENCY", "HISTOGRAM", "set", "config", "nosuch", "get") as ReplyValue[];
  assertEquals(histograms.filter((_, index) => index % 2 === 0), ["set", "config|resetstat"]);
  const [, calls, , steps] = histograms[1] as ReplyValue[];
  assertEquals(calls, 3);
  assertEquals((steps as ReplyValue[]).at(-1), 3);
});
