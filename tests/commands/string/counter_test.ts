import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

const EDGES = [
  "0",
  "1",
  "-1",
  "9999",
  "10000",
  "4294967296",
  "9007199254740991",
  "9007199254740992",
  "-9007199254740992",
];
const WIDE = ["9223372036854775807", "9223372036854775806", "-9223372036854775808", "-9223372036854775807"];
const NO_INTEGERS = ["", "x", "1.5", "9223372036854775808", "-9223372036854775809", " 1", "1 ", "01", "+1", "-0"];

function stateOf(key: string): Request[] {
  return [`GET ${key}`, `OBJECT ENCODING ${key}`, `PEXPIRETIME ${key}`];
}

referenceTest("INCR, DECR, INCRBY and DECRBY answer as Redis", async (t) => {
  await using both = await BothServers.start();
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}`, async () => {
      await both.same("FLUSHALL", "RPUSH list a");
      const all = [...EDGES, ...WIDE, ...NO_INTEGERS];
      for (const value of all) {
        for (const step of all) {
          for (const command of ["INCRBY", "DECRBY"]) {
            await both.same(["SET", "k", value], [command, "k", step], ...stateOf("k"), [command, "list", step]);
            await both.same("DEL k", [command, "k", step], ...stateOf("k"));
          }
        }
        await both.same(["SET", "k", value], "INCR k", ["SET", "k", value], "DECR k", ...stateOf("k"));
      }
      await both.same(
        "INCR fresh",
        "DECR less",
        "INCR list",
        "DECR list",
        "INCR",
        "INCR a b",
        "DECR",
        "INCRBY a",
        "DECRBY a",
      );
      await both.same("SET e 5 EXAT 9000000000", "INCR e", ...stateOf("e"), "INCRBYFLOAT e 1", ...stateOf("e"));
      await both.same("APPEND t 1", "APPEND t 2", "INCR t", ...stateOf("t"));
    });
  }
});

referenceTest("INCRBYFLOAT answers as Redis", async () => {
  await using both = await BothServers.start();
  await both.same("RPUSH list a", "INCRBYFLOAT list 1", "INCRBYFLOAT list x", "INCRBYFLOAT", "INCRBYFLOAT a");
  const numbers = ["0", "1", "-1", "1.5", "0.1", "-0.1", "3.0e3", "5.0e-20", "1e20", "17976931348623157e290", "0x1p4"];
  numbers.push("1e4000", "1e4932", "-1e4932", "1e4933", "inf", "-inf", "+Infinity", "nan", "", "x", " 1", "1 ", "1.5x");
  numbers.push("9223372036854775807", "0.00000000000000001", "1e-4951", "1e-5000", "-0", "1\0");
  for (const value of numbers) {
    for (const step of numbers) {
      await both.same(["SET", "k", value], ["INCRBYFLOAT", "k", step], ...stateOf("k"));
    }
    await both.same("DEL k", ["INCRBYFLOAT", "k", value], ...stateOf("k"));
  }
  await both.same("SET long 1", `INCRBYFLOAT long 1${"0".repeat(60)}`, ...stateOf("long"));
});

referenceTest("random steps of a float counter stay equal to Redis's", async () => {
  await using both = await BothServers.start();
  const random = new SeededRandom(2_718);
  for (let round = 0; round < 2000; round++) {
    const digits = random.integer(0, 999_999);
    const step = `${random.pick(["", "-"])}${digits}.${random.integer(0, 999_999)}${
      random.pick(["", "", "e5", "e-7"])
    }`;
    await both.same(["INCRBYFLOAT", random.pick(["a", "b"]), step]);
    if (random.chance(0.02)) await both.same(["SET", "a", random.integer(-100, 100)]);
  }
});
