import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

const INTEGERS = ["0", "1", "-1", "4", "5", "6", "-5", "-6", "100", "-100", "4294967295", "4294967296", "-4294967297"];
const WIDE = ["9007199254740993", "-9007199254740993", "9223372036854775807", "-9223372036854775808"];
const NO_INTEGERS = ["", "x", "1.5", "9223372036854775808", " 1"];

function stateOf(key: string): Request[] {
  return [`GET ${key}`, `STRLEN ${key}`, `OBJECT ENCODING ${key}`, `PEXPIRETIME ${key}`];
}

referenceTest("GETRANGE and SUBSTR answer as Redis", async () => {
  await using both = await BothServers.start();
  await both.same(
    "FLUSHALL",
    "RPUSH list a",
    "SET text abcde",
    "SET number 12345",
    "SET empty x",
    "SETRANGE empty 0 y",
  );
  await both.same(["SET", "none", ""], ["SET", "wide", "-9223372036854775808"]);
  for (const command of ["GETRANGE", "SUBSTR"]) {
    const all = [...INTEGERS, ...WIDE];
    for (const start of all) {
      const keys = ["text", "number", "none", "wide", "absent"];
      await both.same(...all.flatMap((end) => keys.map((key) => [command, key, start, end])));
    }
    for (const text of NO_INTEGERS) {
      await both.same([command, "text", text, "1"], [command, "text", "1", text], [command, "list", text, "1"]);
      await both.same([command, "absent", "0", text]);
    }
    await both.same(`${command} list 0 1`, `${command} text`, `${command} text 1`, `${command} text 1 2 3`);
  }
});

referenceTest("APPEND, SETRANGE and STRLEN answer as Redis", async () => {
  await using both = await BothServers.start("proto-max-bulk-len 1mb");
  await both.same("RPUSH list a", "STRLEN absent", "STRLEN list", "STRLEN", "STRLEN a b");
  await both.same("APPEND a 12", ...stateOf("a"), "APPEND a 3", ...stateOf("a"), ["APPEND", "a", ""], ...stateOf("a"));
  await both.same(["APPEND", "b", ""], ...stateOf("b"), "SET c 5", ["APPEND", "c", ""], ...stateOf("c"), "INCR c");
  await both.same(...stateOf("c"), "SET e v EXAT 9000000000", "APPEND e w", ...stateOf("e"), "SETRANGE e 5 z");
  await both.same(...stateOf("e"), "APPEND list x", "APPEND a", "APPEND a b c");
  await both.same("SETRANGE new 3 x", ...stateOf("new"), ["SETRANGE", "none", "3", ""], "EXISTS none");
  await both.same(
    ["SETRANGE", "none", "-1", ""],
    ["SETRANGE", "none", "x", ""],
    "SETRANGE none -1 x",
    "SETRANGE list 0 x",
  );
  await both.same(
    ["SETRANGE", "list", "0", ""],
    "SETRANGE list -1 x",
    ["SETRANGE", "new", "99", ""],
    ...stateOf("new"),
  );
  await both.same("SET i 12345", ["SETRANGE", "i", "9", ""], ...stateOf("i"), "SETRANGE i 1 9", ...stateOf("i"));
  await both.same("SETRANGE i 1 9 9", "SETRANGE i 1", "SET w -9223372036854775808", "SETRANGE w 19 7", ...stateOf("w"));
  for (const offset of [...INTEGERS, ...WIDE, ...NO_INTEGERS, "1048575", "1048576", "2147483648"]) {
    await both.same(["SETRANGE", "s", offset, "x"], ["SETRANGE", "i", offset, "xy"], "STRLEN i", "STRLEN s", "DEL s");
  }
  const almost = "m".repeat(1024 * 1024 - 1);
  await both.same(["SET", "m", almost], "APPEND m 12", "APPEND m 1", "APPEND m 2", ["APPEND", "m", ""], "STRLEN m");
  await both.same("SETRANGE m 1048576 x", "SETRANGE m 1048575 x", "SETRANGE m 1048575 xy", [
    "SETRANGE",
    "m",
    "2000000",
    "",
  ]);
});

referenceTest("random edits of a string leave the same bytes as in Redis", async () => {
  await using both = await BothServers.start();
  const random = new SeededRandom(31_415);
  for (let round = 0; round < 1500; round++) {
    const key = random.pick(["a", "b"]);
    const text = random.binary(random.integer(0, random.pick([3, 50, 700])));
    const offset = random.integer(0, random.pick([10, 100, 5000]));
    const requests: Request[] = [
      ["APPEND", key, text],
      ["SETRANGE", key, offset, text],
      ["SET", key, text],
      ["SET", key, random.integer(-1000, 1000)],
      ["DEL", key],
    ];
    await both.same(random.pick(requests.slice(0, random.chance(0.2) ? 5 : 2)), ["GET", key], [
      "OBJECT",
      "ENCODING",
      key,
    ]);
  }
});
