import { referenceTest } from "../../support/reference.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

const LATER = 9_000_000_000;

function stateOf(key: string): Request[] {
  return [`GET ${key}`, `PEXPIRETIME ${key}`, `OBJECT ENCODING ${key}`];
}

referenceTest("GET, GETDEL and GETEX answer as Redis", async (t) => {
  await using both = await BothServers.start();
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}`, async () => {
      await both.same("FLUSHALL", "RPUSH list a", "SET k v", "SET n -17", `SET e v EXAT ${LATER}`);
      await both.same("GET k", "GET n", "GET absent", "GET list");
      await both.same("GETDEL k", "GETDEL k", "GETDEL n", "EXISTS n", "GETDEL list", "EXISTS list", "GETDEL absent");
      await both.same("SET k 55", `GETEX k EXAT ${LATER}`, ...stateOf("k"), "GETEX k", ...stateOf("k"));
      await both.same(`GETEX k PXAT ${LATER}321`, ...stateOf("k"), "GETEX k PERSIST", ...stateOf("k"));
      for (const options of ["PERSIST PERSIST", "EX 1000", "PX 100000", "EX 5 EX 5000", "PXAT 9223372036854775807"]) {
        await both.same(`GETEX k ${options}`);
        await both.sameExpiry("k");
      }
      await both.same("GETEX k EXAT 1", "EXISTS k", "SET k v", "GETEX k PXAT 1", "EXISTS k");
      await both.same("GETEX absent", "GETEX absent EX 5", "GETEX list", "GETEX list EX 0", "GETEX absent EX 0");
      await both.same("SET k v", "SET k w PXAT 1", "GET k", "GETDEL k", "GETEX k", "DBSIZE");
    });
  }
});

referenceTest("GETEX gives Redis's errors", async () => {
  await using both = await BothServers.start();
  await both.same("SET k v");
  const times = ["0", "-1", "x", "9223372036854775807", "9223372036854775808", "9223372036854775", "9223372036854776"];
  for (const time of times) {
    for (const option of ["EX", "PX", "EXAT", "PXAT"]) {
      await both.same(["GETEX", "k", option, time], "GET k");
      await both.sameExpiry("k");
    }
  }
  const options = ["NX", "XX", "GET", "KEEPTTL", "PERSIST", "EX", "PX", "EXAT", "PXAT", "foo", ""];
  for (const first of options) {
    await both.same(["GETEX", "k", first], ["GETEX", "k", first, "9000000000"], ["GETEX", "absent", first]);
    for (const second of options) {
      await both.same(
        ["GETEX", "k", first, second],
        ["GETEX", "k", first, "9000000000", second, "9000000000"],
        ["GETEX", "k", first, "9000000000", second],
        ["GETEX", "k", first, second, "9000000000"],
      );
      await both.sameExpiry("k");
      await both.same("SET k v");
    }
  }
  await both.same("GET", "GET a b", "GETDEL", "GETDEL a b", "GETEX");
});

referenceTest("MSET, MSETNX and MGET answer as Redis", async (t) => {
  await using both = await BothServers.start();
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}`, async () => {
      await both.same("FLUSHALL", "RPUSH list a", `SET e v EXAT ${LATER}`);
      await both.same("MSET a 1 b x a 2 list v", "MGET a b list absent", "MSET e w", ...stateOf("e"), ...stateOf("a"));
      await both.same("RPUSH other a", "MGET other a other", "MGET absent");
      await both.same(
        "MSETNX a 5 z 1",
        "MSETNX z 1 a 5",
        "EXISTS z",
        "MSETNX z 1 y 2 z 3",
        "MGET z y",
        "MSETNX other v",
      );
      await both.same("MSET", "MSET a", "MSET a 1 b", "MSETNX a 1 b", "MSETNX a", "MGET");
      await both.same("SET gone v PXAT 1", "MSETNX gone 1 n 2", "MGET gone n");
    });
  }
});
