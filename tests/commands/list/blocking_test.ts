import { assertSameEffects } from "../../support/effects.ts";
import { referenceTest } from "../../support/reference.ts";

for (const version of [2, 3]) {
  referenceTest(`waits end by timeout and by CLIENT UNBLOCK as in Redis, RESP${version}`, async () => {
    await assertSameEffects(async (players) => {
      await players.call("a", "CLIENT SETNAME a");
      const client = await players.client("a");
      await client.expect("HELLO", version);
      const id = String(await client.expect("CLIENT", "ID"));
      const waits = ["BLPOP k 0.05", "BRPOPLPUSH k l 0.05", "BLMOVE k l LEFT LEFT 0.05", "BLMPOP 0.05 1 k LEFT"];
      for (const line of waits) {
        await players.call("a", line);
        const words = line.replace("0.05", "0");
        await players.block("a", words);
        await players.call("b", ["CLIENT", "UNBLOCK", id]);
        await players.reply("a");
        await players.block("a", words);
        await players.call("b", ["CLIENT", "UNBLOCK", id, "TIMEOUT"]);
        await players.reply("a");
        await players.block("a", words);
        await players.call("b", ["CLIENT", "UNBLOCK", id, "ERROR"], ["CLIENT", "UNBLOCK", id, "ERROR"]);
        await players.reply("a");
      }
      await players.call("b", "RPUSH k 1", "LRANGE k 0 -1");
      await players.call("a", "PING");
    });
  });
}

referenceTest("a blocked client's next requests run after it was served", async () => {
  await assertSameEffects(async (players) => {
    const client = await players.client("a");
    await client.sendRaw("BLPOP k 0\r\nLLEN k\r\nPING\r\n");
    await players.waitForBlocked(1);
    await players.silent("a");
    await players.call("b", "RPUSH k 1 2 3");
    await players.reply("a");
    await players.reply("a");
    await players.reply("a");
    await client.sendRaw("BLPOP x 0\r\nBLPOP y 0\r\n");
    await players.waitForBlocked(1);
    await players.call("b", "MULTI", "RPUSH y 1", "RPUSH x 1", "EXEC");
    await players.reply("a");
    await players.reply("a");
  });
});

referenceTest("a client that hung up while it waited takes nothing", async () => {
  await assertSameEffects(async (players) => {
    await players.block("a", "BLPOP k 0");
    await players.block("b", "BLPOP k 0");
    await players.block("c", "BLMOVE k l LEFT LEFT 0");
    players.leave("a");
    await players.waitForBlocked(2);
    players.leave("c");
    await players.waitForBlocked(1);
    await players.call("d", "RPUSH k 1 2", "LRANGE k 0 -1");
    await players.reply("b");
  });
});

referenceTest("many clients are served in the order of their arrival", async () => {
  await assertSameEffects(async (players) => {
    const names = Array.from({ length: 12 }, (_, index) => `waiter ${index}`);
    const lines = ["BLPOP k 0", "BRPOP k 0", "BLMPOP 0 1 k LEFT COUNT 2", "BLMOVE k l LEFT RIGHT 0"];
    for (const [index, name] of names.entries()) await players.block(name, lines[index % lines.length]!);
    await players.call("d", "RPUSH k 1 2 3 4 5 6");
    for (const name of names.slice(0, 5)) await players.reply(name);
    for (const name of names.slice(5)) await players.silent(name);
    await players.call("d", "RPUSH k 7 8 9 10 11 12 13 14 15 16");
    for (const name of names.slice(5)) await players.reply(name);
    await players.call("d", "LRANGE k 0 -1", "LRANGE l 0 -1");
  });
});

referenceTest("clients that wait for different types of one key are served by what comes", async () => {
  await assertSameEffects(async (players) => {
    await players.block("a", "BLPOP k 0");
    await players.block("b", "XREAD BLOCK 0 STREAMS k 0");
    await players.call("d", "XADD k 1-1 f v");
    await players.reply("b");
    await players.silent("a");
    await players.call("d", "DEL k", "RPUSH k 1");
    await players.reply("a");
  });
});
