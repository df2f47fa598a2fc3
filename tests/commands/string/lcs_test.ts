import { referenceTest } from "../../support/reference.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { BothServers, type Request } from "../../support/both_servers.ts";

function allForms(first: string, second: string): Request[] {
  return ["", "LEN", "IDX", "IDX WITHMATCHLEN", "IDX MINMATCHLEN 3 WITHMATCHLEN", "WITHMATCHLEN", "MINMATCHLEN -1 idx"]
    .map((options) => `LCS ${first} ${second} ${options}`.trimEnd());
}

referenceTest("LCS answers as Redis", async (t) => {
  await using both = await BothServers.start("proto-max-bulk-len 1mb");
  for (const protocol of [2, 3] as const) {
    await both.useProtocol(protocol);
    await t.step(`RESP${protocol}: forms`, async () => {
      await both.same("FLUSHALL", "RPUSH list a", "SET a ohmytext", "SET b mynewtext", "SET n 12345", "SET m 2346");
      const keys = ["a", "b", "n", "m", "list", "absent"];
      await both.same(...keys.flatMap((first) => keys.flatMap((second) => allForms(first, second))));
    });
    await t.step(`RESP${protocol}: random strings`, async () => {
      const random = new SeededRandom(1_618);
      for (let round = 0; round < 150; round++) {
        const text = () => {
          let made = "";
          for (let left = random.integer(0, 60); left > 0; left--) made += random.pick(["a", "b", "c"]);
          return made;
        };
        await both.same(["SET", "x", text()], ["SET", "y", text()], ...allForms("x", "y"), `LCS x x IDX`);
      }
    });
  }
});

referenceTest("LCS gives Redis's errors", async () => {
  await using both = await BothServers.start("proto-max-bulk-len 1mb");
  await both.same("SET a ohmytext", "SET b mynewtext", "RPUSH list a");
  await both.same("LCS a b LEN IDX", "LCS a b foo", "LCS a b MINMATCHLEN", "LCS a b MINMATCHLEN x", "LCS a", "LCS");
  await both.same("LCS a b MINMATCHLEN 9223372036854775807 IDX", "LCS a b MINMATCHLEN 9223372036854775808 IDX");
  await both.same("LCS list b foo", "LCS a list LEN IDX", ["LCS", "a", "b", ""]);
  await both.same(
    ["SET", "x", "x".repeat(511)],
    ["SET", "y", "y".repeat(511)],
    "LCS x y LEN",
    "APPEND y y",
    "LCS x y LEN",
  );
  await both.same("SET gone v PXAT 1", "LCS a gone", "LCS gone a IDX");
});
