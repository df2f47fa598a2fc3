import { assert, assertMatch } from "@std/assert";
import { referenceTest } from "../../support/reference.ts";
import { startRedeno } from "../../support/test_server.ts";
import { BothServers } from "../../support/both_servers.ts";

referenceTest("TIME, LOLWUT and MODULE answer as the reference", async () => {
  await using servers = await BothServers.start("enable-module-command yes");
  await servers.same(
    "TIME x",
    "LOLWUT",
    "LOLWUT x",
    "LOLWUT VERSION",
    "LOLWUT VERSION x",
    "LOLWUT VERSION 7",
    "LOLWUT VERSION 3",
    "LOLWUT VERSION 5 x",
    "MODULE",
    "MODULE nosuch",
    "MODULE LIST",
    "MODULE LIST x",
    "MODULE LOAD /nosuch.so",
    "MODULE LOADEX /nosuch.so",
    "MODULE UNLOAD nosuch",
    "MODULE HELP",
  );
});

Deno.test("TIME is the time in seconds and microseconds", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  const [seconds, microseconds] = (await client.expect("TIME") as string[]).map(Number) as [number, number];
  assert(Math.abs(seconds * 1000 - Date.now()) < 5000);
  assert(microseconds >= 0 && microseconds < 1e6);
});

Deno.test("LOLWUT VERSION 5 draws in the size that is asked for", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  const text = String(await client.expect("LOLWUT", "VERSION", "5", "20", "4"));
  assertMatch(text, /^(([\xe2][\xa0-\xa3][\x80-\xbf]){20}\n){4}\nRipples on a pond\. Redis ver\. 7\.0\.15\n$/);
});
