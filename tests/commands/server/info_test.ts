import { assert, assertEquals, assertMatch } from "@std/assert";
import { referenceTest, startReference } from "../../support/reference.ts";
import { startRedeno } from "../../support/test_server.ts";
import type { RawClient } from "../../support/raw_client.ts";

const WAYS = [
  [],
  ["default"],
  ["all"],
  ["everything"],
  ["server", "memory"],
  ["MEMORY", "memory", "nosuch"],
  ["modules"],
  ["module_list"],
  ["default", "commandstats"],
  ["nosuch"],
];

/** Titles and names of fields; what depends on what happened before is left out. */
async function shapeOf(client: RawClient, words: readonly string[]): Promise<string> {
  const text = String(await client.expect("INFO", ...words));
  return text.replace(/^(cmdstat|errorstat|latency_percentiles_usec)_.*\r\n/gm, "").replace(/^([a-z0-9_]+):.*/gm, "$1");
}

referenceTest("INFO has the sections and fields of the reference in its order", async () => {
  await using ours = await startRedeno();
  await using reference = await startReference();
  using ourClient = await ours.connect();
  using referenceClient = await reference.connect();
  for (const words of WAYS) {
    assertEquals(await shapeOf(ourClient, words), await shapeOf(referenceClient, words), `INFO ${words.join(" ")}`);
  }
});

referenceTest("INFO commandstats and errorstats count as the reference", async () => {
  const texts: string[] = [];
  for (const start of [startRedeno, startReference]) {
    await using server = await start();
    using client = await server.connect();
    await client.expect("CONFIG", "RESETSTAT");
    for (
      const argv of [
        ["SET", "a", "b"],
        ["LPUSH", "a", "x"],
        ["GET"],
        ["nosuch"],
        ["CONFIG", "GET", "hz"],
        ["CONFIG", "nosuch"],
        ["INCR", "a"],
      ]
    ) await client.call(...argv);
    const commands = String(await client.expect("INFO", "commandstats")).replace(
      /usec=\d+,usec_per_call=[\d.]+/g,
      "usec",
    );
    texts.push(commands.split("\r\n").sort().join("\n") + await client.expect("INFO", "errorstats"));
  }
  assertEquals(texts[0], texts[1]);
});

Deno.test("INFO latencystats shows the configured percentiles", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await client.expect("CONFIG", "RESETSTAT");
  await client.expect("CONFIG", "SET", "latency-tracking-info-percentiles", "10 99.99");
  assertMatch(
    String(await client.expect("INFO", "latencystats")),
    /\r\nlatency_percentiles_usec_config\|set:p10=[\d.]+,p99\.99=[\d.]+\r\n/,
  );
  await client.expect("CONFIG", "SET", "latency-tracking", "no");
  assertEquals(await client.expect("INFO", "latencystats"), "# Latencystats\r\n");
});

Deno.test("INFO works with the permission for the network alone", async () => {
  await using server = await startRedeno({ permissions: ["--allow-net"] });
  using client = await server.connect();
  const text = String(await client.expect("INFO", "everything"));
  assertMatch(text, /\r\nos:\w+ unknown \w+\r\n/);
  assertMatch(text, /\r\ntotal_system_memory:0\r\n/);
});

Deno.test("INFO memory goes back exactly when data goes", async () => {
  await using server = await startRedeno({ configLines: ['save ""'] });
  using client = await server.connect();
  const used = async () => Number(/used_memory_dataset:(\d+)/.exec(String(await client.expect("INFO", "memory")))![1]);
  const before = await used();
  await client.expect("DEBUG", "POPULATE", "1000", "key", "500");
  const full = await used();
  assert(full > before + 500_000, `${full} after ${before}`);
  for (let i = 0; i < 1000; i++) await client.expect("DEL", `key:${i}`);
  assertEquals(await used(), before);
});
