import { referenceTest } from "../../support/reference.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

/** A moment in the far future, in seconds. */
const LATER = 9_000_000_000;

/** What the family can tell of a key. */
function stateOf(key: string): Request[] {
  return [`GET ${key}`, `PEXPIRETIME ${key}`, `OBJECT ENCODING ${key}`, `TYPE ${key}`];
}

referenceTest("SET, SETNX, SETEX, PSETEX and GETSET answer as Redis", async (t) => {
  await using both = await BothServers.start();
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}: conditions and GET`, async () => {
      await both.same("FLUSHALL", "RPUSH list a");
      await both.same("SET k v", "SET k w NX", "SET k w nx get", "SET k w XX", "SET k x xx GET", ...stateOf("k"));
      await both.same("SET new v XX", "SET new v XX GET", "SET new v GET NX", "SET new w GET NX", ...stateOf("new"));
      await both.same("SET list v GET", "SET list v NX", "SET list v NX GET", "LRANGE list 0 -1", "SET list v XX");
      await both.same(...stateOf("list"), "SET k y GET GET get", ...stateOf("k"), "SET k z XX XX", "SET k z NX NX");
    });
    await t.step(`RESP${protocol}: expiry`, async () => {
      await both.same("FLUSHALL", "RPUSH list a");
      await both.same(`SET k v EXAT ${LATER}`, ...stateOf("k"), "SET k w KEEPTTL", ...stateOf("k"));
      await both.same(`SET k v PXAT ${LATER}123`, ...stateOf("k"), "SET k w", ...stateOf("k"));
      await both.same(`SET k 12 EXAT 5 exat ${LATER}`, ...stateOf("k"), "SET k v EXAT 1", ...stateOf("k"));
      await both.same(`SET list v GET EXAT ${LATER}`, `SET list v EXAT ${LATER}`, ...stateOf("list"));
      await both.same("SET list w KEEPTTL KEEPTTL GET", ...stateOf("list"), "GETSET list x", ...stateOf("list"));
      await both.same("SET k v PXAT 9223372036854775807", ...stateOf("k"), "SET k v EXAT 9223372036854775");
      await both.same(...stateOf("k"));
      for (const request of ["SET k v EX 100000", "SETEX k 1000 10", "PSETEX k 1000000 w", "SET k v PX 1000001 GET"]) {
        await both.same(request, "GET k", "OBJECT ENCODING k");
        await both.sameExpiry("k");
      }
      await both.same("SET gone v PXAT 1", "SET gone w XX", "SET gone w NX GET", ...stateOf("gone"));
    });
  }
});

referenceTest("SET and its kin give Redis's errors", async () => {
  await using both = await BothServers.start();
  await both.same("SET k v", "RPUSH list a");
  const times = ["0", "-1", "1.5", "x", "9223372036854775807", "9223372036854775808", "-9223372036854775808"];
  times.push("9223372036854775", "9223372036854776", "10000000000000000", " 1", "01", "+1");
  for (const time of times) {
    for (const option of ["EX", "PX", "EXAT", "PXAT"]) {
      await both.same(
        ["SET", "k", "v", option, time],
        ["SET", "list", "v", "GET", option, time],
      );
      await both.sameExpiry("k");
      await both.same("DEL k", "SET k v", "DEL list", "RPUSH list a");
    }
    await both.same(["SETEX", "k", time, "v"], ["PSETEX", "k", time, "v"], "GET k", "SET k v");
  }
  const options = ["NX", "XX", "GET", "KEEPTTL", "PERSIST", "EX", "PX", "EXAT", "PXAT", "foo", "", "E", "EXX", "N"];
  for (const first of options) {
    await both.same(["SET", "k", "v", first], ["SET", "k", "v", first, "9000000000"], "SET k v");
    for (const second of options) {
      await both.same(
        ["SET", "k", "v", first, second],
        ["SET", "k", "v", first, "9000000000", second, "9000000000"],
        ["SET", "k", "v", first, "9000000000", second],
        ["SET", "k", "v", first, second, "9000000000"],
      );
      await both.sameExpiry("k");
      await both.same("SET k v");
    }
  }
  await both.same(
    "GETSET list v",
    "SETNX list v",
    "SETNX fresh 5",
    "SETNX fresh 6",
    "OBJECT ENCODING fresh",
    "GET fresh",
  );
  await both.same("SET", "SET k", "SETNX k", "SETNX k v x", "SETEX k 1", "SETEX k 1 v x", "PSETEX k 1", "GETSET k");
  await both.same("GETSET k v w", "GETSET absent v", "GETSET absent w");
});

referenceTest("SET keeps every byte of keys and values", async () => {
  await using both = await BothServers.start();
  const binary = String.fromCharCode(...Array.from({ length: 256 }, (_, code) => code));
  const values = ["", "\0", "\r\n", binary, "x".repeat(44), "x".repeat(45), "x".repeat(100_000), "y".repeat(3_000_000)];
  values.push("9223372036854775807", "-9223372036854775808", "9223372036854775808", "-0", "007", "1e5", " 7");
  for (const value of values) {
    for (const key of ["k", binary, ""]) {
      await both.same(["SET", key, value], ["GET", key], ["STRLEN", key], ["OBJECT", "ENCODING", key]);
    }
  }
});

referenceTest("SET's keys are reported as Redis does", async () => {
  await using both = await BothServers.start();
  await both.same("COMMAND GETKEYSANDFLAGS SET k v", "COMMAND GETKEYSANDFLAGS SET k v EX 5 gEt");
  await both.same("COMMAND GETKEYSANDFLAGS SET GET GET", "COMMAND GETKEYS SET k v GET");
});
