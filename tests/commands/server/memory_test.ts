import { assert, assertEquals, assertMatch } from "@std/assert";
import { referenceTest, startReference } from "../../support/reference.ts";
import type { ReplyValue } from "../../support/reply_reader.ts";
import { startRedeno } from "../../support/test_server.ts";
import { BothServers } from "../../support/both_servers.ts";

referenceTest("MEMORY answers as the reference", async () => {
  await using servers = await BothServers.start();
  await servers.same(
    "MEMORY",
    "MEMORY nosuch",
    "MEMORY USAGE",
    "MEMORY USAGE nosuch",
    "SET a b",
    "MEMORY USAGE a SAMPLES",
    "MEMORY USAGE a SAMPLES x",
    "MEMORY USAGE a SAMPLES -1",
    "MEMORY USAGE a nosuch 1",
    "MEMORY USAGE a SAMPLES 1 nosuch",
    "MEMORY PURGE",
    "MEMORY PURGE x",
    "MEMORY DOCTOR x",
    "MEMORY HELP",
  );
});

referenceTest("MEMORY STATS has the fields of the reference", async () => {
  const names: ReplyValue[] = [];
  for (const start of [startRedeno, startReference]) {
    await using server = await start();
    using client = await server.connect();
    await client.expect("SET", "a", "b");
    await client.expect("SELECT", "2");
    await client.expect("SET", "a", "b");
    const stats = await client.expect("MEMORY", "STATS") as ReplyValue[];
    names.push(stats.filter((_, index) => index % 2 === 0));
  }
  assertEquals(names[0], names[1]);
});

Deno.test("MEMORY USAGE counts the key, the value and what grows with them", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  const usage = async (key: string) => Number(await client.expect("MEMORY", "USAGE", key, "SAMPLES", "0"));
  await client.expect("SET", "text", "x".repeat(10_000));
  const text = await usage("text");
  assert(text >= 10_000 && text < 20_000, `${text} bytes`);
  for (let i = 0; i < 100; i++) await client.expect("RPUSH", "list", "x".repeat(1000));
  const list = await usage("list");
  assert(list >= 100_000 && list < 200_000, `${list} bytes`);
});

Deno.test("MEMORY DOCTOR and MALLOC-STATS say something", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  assertMatch(String(await client.expect("MEMORY", "DOCTOR")), /too little data/);
  await client.expect("DEBUG", "POPULATE", "100000", "key", "100");
  assert(String(await client.expect("MEMORY", "DOCTOR")).length > 20);
  assertMatch(String(await client.expect("MEMORY", "MALLOC-STATS")), /^arena: [\d.]+M in use\n/);
});
