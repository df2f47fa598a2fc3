import type { Players } from "../../support/players.ts";
import { referenceTest } from "../../support/reference.ts";
import { assertSameTranscript } from "../connection/same_transcript.ts";

const END = "end-of-the-script";

async function listen(players: Players, pattern: string): Promise<void> {
  await players.call("listener", `psubscribe ${pattern}`);
}

/** Notes all messages up to that of the end. */
async function hear(players: Players): Promise<void> {
  await players.call("a", `publish ${END} ${END}`);
  const listener = await players.client("listener");
  for (let message = ""; !message.includes(END);) players.transcript.push(message = await listener.readRaw());
}

async function play(players: Players): Promise<void> {
  await players.call("a", "set k v", "set k w", "append k x", "get none", "del k none", "expire none 10");
  await players.call("a", "set k 1 px 100000", "incr k", "persist k", "rename k j", "copy j k", "move k 1", "getdel j");
  await players.call("a", "rpush l a b c", "lpop l 2", "lrem l 1 c", "sadd s a b", "srem s a", "spop s", "hset h f v");
  await players.call("a", "hincrby h n 2", "hdel h f n", "zadd z 1 a 2 b", "zrem z a", "zremrangebyscore z 0 9");
  await players.call(
    "a",
    "xadd x 1-1 f v",
    "xtrim x maxlen 0",
    "sort none store dest",
    "rpush l 3 1 2",
    "sort l store dest",
  );
  await players.call(
    "a",
    "multi",
    "set in multi",
    "lpush l 1",
    "exec",
    "select 3",
    "set other 1",
    "swapdb 0 3",
    "flushall",
  );
}

for (const flags of ["KEA", "KA", "EA", "A", "KEg", "E$", "Kl", "KEsh", "Ez", "Kt", "KEm", "KEn", "KEAmn"]) {
  referenceTest(`notify-keyspace-events ${flags}: the messages are those of the reference`, async () => {
    await assertSameTranscript(async (players) => {
      await players.call("a", `config set notify-keyspace-events ${flags}`, "config get notify-keyspace-events");
      await listen(players, "*");
      await play(players);
      await hear(players);
    });
  });
}

referenceTest("the parameter counts from the start, and may be changed at any time", async () => {
  await assertSameTranscript(async (players) => {
    await listen(players, "__key*");
    await listen(players, END);
    await players.call("a", "set k v", ["CONFIG", "SET", "notify-keyspace-events", ""], "set k v");
    await players.call("a", "config set notify-keyspace-events KEx", "set k v", "config set notify-keyspace-events K$");
    await players.call("a", "set k v", "config set notify-keyspace-events Q", "set k v");
    await hear(players);
  }, { "notify-keyspace-events": "E$" });
});

referenceTest("channels of keys are bytes, and exact channels work as patterns do", async () => {
  await assertSameTranscript(async (players) => {
    const key = "\0 \xff[*]";
    await players.call("listener", ["SUBSCRIBE", `__keyspace@9__:${key}`], ["SUBSCRIBE", END]);
    await players.call("a", "config set notify-keyspace-events KEA", "select 9", ["SET", key, "v"], ["DEL", key, "x"]);
    await hear(players);
  });
});

referenceTest("keys that expire are told when they are deleted, by a command or by the cron", async () => {
  await assertSameTranscript(async (players) => {
    await players.call("a", "config set notify-keyspace-events KEx", "debug set-active-expire 0");
    await listen(players, "*");
    await players.call("a", "set k v px 1", "set j v px 1");
    await new Promise((resolve) => setTimeout(resolve, 20));
    await players.call("a", "get k", "exists k");
    await (await players.client("listener")).readRaw();
    await players.call("a", "debug set-active-expire 1");
    for (let i = 0; i < 3; i++) await players.reply("listener");
  }, { "enable-debug-command": "yes" });
});

/** Writes of each kind. Pops of sorted sets are not among them: Redis puts their event into the middle of the reply. */
const WRITES = [
  [
    "SET k v",
    "SET k v EX 100",
    "EXPIRE k 10",
    "EXPIRE k -1",
    "INCR n",
    "APPEND n x",
    "MSET a 1 b 2",
    "RENAME a c",
    "DEL c b",
  ],
  ["LPUSH l a b", "RPOP l", "LMOVE l m LEFT LEFT", "LMPOP 1 m LEFT", "RPUSH l 2 1", "SORT l STORE sorted"],
  ["SADD s a b", "SMOVE s t a", "SUNIONSTORE u s t", "SINTERSTORE u s t", "SREM s b"],
  ["HSET h f v g w", "HMSET h f v", "HSETNX h x 1", "HINCRBY h x 1", "HINCRBYFLOAT h x 1.5", "HDEL h f g x"],
  ["ZADD z 1 a 2 b", "ZINCRBY z 1 a", "ZUNIONSTORE y 1 z", "ZRANGESTORE y z 0 0", "ZDIFFSTORE y 2 z z", "ZREM z a b"],
  ["XADD x 1-1 f v", "XGROUP CREATE x g 0", "XREADGROUP GROUP g c STREAMS x >", "XDEL x 1-1", "GET none"],
];

referenceTest(
  "a RESP3 client that listens to its own keys gets events and replies in the order of the reference",
  async () => {
    await assertSameTranscript(async (players) => {
      await players.call("a", "hello 3", "config set notify-keyspace-events KEAmn", "psubscribe __key*");
      const client = await players.client("a");
      for (const request of WRITES.flat()) {
        await client.send(...request.split(" "));
        await client.send("ECHO", "done");
        let bytes = "";
        while (!bytes.endsWith("$4\r\ndone\r\n")) bytes += await client.readBytes(1);
        players.transcript.push(`${request}: ${bytes}`);
      }
    });
  },
);
