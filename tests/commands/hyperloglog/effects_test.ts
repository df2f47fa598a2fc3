import { assertSameEffects } from "../../support/effects.ts";
import { elementOfRegister } from "../../support/murmur_hash.ts";
import { referenceTest } from "../../support/reference.ts";

referenceTest("commands on HyperLogLogs raise the events and reach replicas as in Redis", async () => {
  await assertSameEffects(async (players) => {
    await players.call("a", "PFADD k", "PFADD k", "PFADD k a b c", "PFADD k a b c", "PFADD k a d");
    await players.call("a", "PFCOUNT k", "PFCOUNT k", "PFCOUNT none", "PFCOUNT none k", "PFCOUNT k none gone");
    await players.call("a", "PFADD l x y", "PFMERGE k l", "PFMERGE k l", "PFMERGE m", "PFMERGE n k none l");
    await players.call("a", "PFDEBUG ENCODING k", "PFDEBUG DECODE k", "PFDEBUG TODENSE k", "PFDEBUG TODENSE k");
    await players.call("a", "PFDEBUG GETREG k", "PFDEBUG GETREG l", "PFDEBUG GETREG l", "PFCOUNT l", "PFMERGE l n");
    await players.call("a", ["PFADD", "o", elementOfRegister(7, 40)], "PFCOUNT o", "PFDEBUG other none");
    await players.call("a", "SET s text", "PFADD s a", "PFMERGE p s", "PFMERGE s k", "PFCOUNT s", "EXISTS p");
    await players.call("a", "MULTI", "PFADD q a b", "PFCOUNT q", "PFCOUNT q", "PFMERGE q k", "EXEC");
    await players.call("a", "SELECT 3", "PFADD r a", "PFCOUNT r");
  });
});

referenceTest("a corrupted HyperLogLog that was changed in part is told to nobody, as in Redis", async () => {
  await assertSameEffects(async (players) => {
    await players.call("a", ["SET", "k", "HYLL\x01\0\0\0\0\0\0\0\0\0\0\x80\x5f\xff"]);
    await players.call("a", ["PFADD", "k", elementOfRegister(5, 3), elementOfRegister(16_000, 3)], "GET k");
    await players.call("a", "PFCOUNT k", "PFMERGE m k", "PFMERGE k m", "PFDEBUG TODENSE k", "EXISTS m", "GET k");
  });
});

referenceTest("HyperLogLog commands count their changes and touch watchers as in Redis", async () => {
  await assertSameEffects(async (players) => {
    const lines = [
      ...["PFADD k a b c", "PFADD k a", "PFCOUNT k", "PFCOUNT k", "PFADD k d", "PFCOUNT k none", "PFMERGE m k"],
      ...["PFMERGE k m", "PFDEBUG ENCODING k", "PFDEBUG TODENSE k", "PFCOUNT k", "PFDEBUG GETREG k"],
    ];
    for (const line of lines) {
      await players.call("a", "WATCH k", "MULTI", "SET seen yes");
      await players.call("b", line);
      await players.call("a", "EXEC");
    }
  });
});

referenceTest("HyperLogLog commands raise rdb_changes_since_last_save as in Redis", async () => {
  await assertSameEffects(async (players) => {
    const client = await players.client("a");
    const lines = ["PFADD k a b c", "PFADD k a", "PFADD k", "PFCOUNT k", "PFCOUNT k", "PFMERGE k k", "PFMERGE m k"];
    for (const line of [...lines, "PFDEBUG TODENSE k", "PFDEBUG GETREG m", "PFDEBUG GETREG m", "PFADD k a d e f"]) {
      await players.call("a", line);
      const info = String(await client.expect("INFO", "persistence"));
      players.transcript.push(`${line}: ${/rdb_changes_since_last_save:\d+/.exec(info)![0]}`);
    }
  });
});
