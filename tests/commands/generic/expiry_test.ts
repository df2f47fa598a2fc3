import { assert, assertEquals } from "@std/assert";
import { eventually } from "../../support/eventually.ts";
import { referenceTest } from "../../support/reference.ts";
import { startRedeno } from "../../support/test_server.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

/** Far in the future, in seconds. */
const LATER = 9_000_000_000;
const COMMANDS = ["EXPIRE", "PEXPIRE", "EXPIREAT", "PEXPIREAT"];

referenceTest("EXPIREAT, PEXPIREAT, TTL, PTTL, EXPIRETIME, PEXPIRETIME and PERSIST answer as Redis", async (t) => {
  await using both = await BothServers.start();
  const times: Request[] = ["EXPIRETIME k", "PEXPIRETIME k", "EXISTS k", "TYPE k"];
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}`, async () => {
      for (const set of ["SET k v", "SET k 12", "RPUSH k a b", "SADD k 1", "XADD k 1-1 f v"]) {
        await both.same("FLUSHALL", set, ...times, "TTL k", "PTTL k", "PERSIST k");
        await both.same(`EXPIREAT k ${LATER}`, ...times, `PEXPIREAT k ${LATER}999`, ...times, "PERSIST k", ...times);
        for (const command of ["EXPIRE k 1000", "PEXPIRE k 1000000", "expire k 86400"]) {
          await both.same(command);
          await both.sameExpiry("k");
        }
        await both.same("EXPIRE k 0", ...times, set, "EXPIREAT k 1", ...times, set, "PEXPIRE k -1", ...times);
      }
      await both.same("TTL none", "PTTL none", "EXPIRETIME none", "PEXPIRETIME none", "PERSIST none", "EXPIRE none 10");
      for (const ms of ["9007199254740993", "9223372036854775807", "9223372036854775000", "9007199254740991"]) {
        await both.same("FLUSHALL", "SET k v", `PEXPIREAT k ${ms}`, ...times, "PERSIST k", ...times);
      }
    });
  }
});

referenceTest("EXPIRE and its kin give Redis's errors", async () => {
  await using both = await BothServers.start();
  const times = ["x", "", "1.5", " 1", "01", "9223372036854775807", "9223372036854775808", "-9223372036854775808"];
  times.push("9223372036854775", "9223372036854776", "-9223372036854775", "-9223372036854776", "9223370399119966");
  for (const command of COMMANDS) {
    for (const time of times) {
      await both.same("SET k v", [command, "k", time], "EXISTS k", [command, "none", time], [
        command,
        "k",
        time,
        "FOO",
      ]);
    }
    await both.same(command, `${command} k`, `${command} k x NX`, `${command} k 1 AB`, `${command} k x AB`);
    for (const first of ["NX", "xx", "GT", "Lt"]) {
      for (const second of ["NX", "XX", "gt", "LT"]) {
        await both.same("SET k v", `${command} k ${LATER}000 ${first} ${second}`);
      }
    }
    await both.same(`${command} k ${LATER}000 NX XX GT LT`, `${command} k ${LATER}000 NX NX`, ["TTL"], "TTL a b");
  }
  await both.same("PERSIST", "PTTL", "EXPIRETIME", "PEXPIRETIME", "PERSIST a b");
});

referenceTest("EXPIRE and its kin keep their conditions as Redis", async () => {
  await using both = await BothServers.start();
  for (const command of ["EXPIREAT", "PEXPIREAT"]) {
    const unit = command === "EXPIREAT" ? "" : "000";
    for (const condition of ["NX", "XX", "GT", "LT", "XX GT", "XX LT"]) {
      for (const time of [LATER - 1, LATER, LATER + 1, 1]) {
        const request = `${command} k ${time}${unit} ${condition}`;
        await both.same("SET k v", request, "PEXPIRETIME k");
        await both.same("SET k v", `EXPIREAT k ${LATER}`, request, "PEXPIRETIME k");
        await both.same("DEL k", request);
      }
    }
  }
});

Deno.test("keys that have expired are deleted in the background", async () => {
  await using server = await startRedeno();
  using client = await server.connect();
  await client.pipeline(Array.from({ length: 2000 }, (_, index) => ["SET", `k${index}`, "v", "PX", 50]));
  await client.expect("SET", "stays", "v", "EX", 1000);
  await eventually(async () => await client.expect("DBSIZE") === 1, { what: "the expired keys to go" });
  const stats = String(await client.expect("INFO", "stats"));
  assert(/expired_keys:2000\r/.test(stats), stats);
  assertEquals(await client.expect("GET", "stays"), "v");
});

referenceTest("an expiry beyond the integers of JavaScript is saved and loaded as it is", async () => {
  await using both = await BothServers.start();
  for (
    const [key, atMs] of [["last", "9223372036854775807"], ["wide", "9007199254740993"], ["near", "4102444800001"]]
  ) {
    await both.same(["SET", key!, "v"], ["PEXPIREAT", key!, atMs!], "DEBUG RELOAD", ["PEXPIRETIME", key!]);
  }
});
