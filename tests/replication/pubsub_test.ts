/**
 * Messages and keyspace events on a replica, one of the two servers or both being the real redis-server.
 */
import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import { follow, QUICK_SYNC } from "./topology.ts";

type Starter = (configLines: readonly string[]) => Promise<ServerProcess>;

const redeno: Starter = (configLines) => startRedeno({ configLines });
const redis: Starter = (configLines) => startReference({ configLines });

/** What a listener of the replica hears while the master is written to. */
async function heardOn(startMaster: Starter, startReplica: Starter): Promise<string[]> {
  await using master = await startMaster(QUICK_SYNC);
  using client = await master.connect();
  await client.expect("SET", "before", "the sync");
  await using replica = await startReplica(["notify-keyspace-events KEA"]);
  await follow(replica, master);
  using listener = await replica.connect();
  await listener.expect("PSUBSCRIBE", "*");
  using shardListener = await replica.connect();
  await shardListener.expect("SSUBSCRIBE", "shard");
  for (
    const request of [
      "PUBLISH c m1",
      "SET k v",
      "SPUBLISH shard m2",
      "SET k v PX 30",
      "SELECT 2",
      "LPUSH l a",
      "MULTI",
      "PUBLISH c m3",
      "DEL l",
      "EXEC",
    ]
  ) await client.expect(...request.split(" "));
  await client.expect("SELECT", 0);
  await eventually(async () => await client.expect("EXISTS", "k") === 0);
  // Published on the replica itself: heard there and nowhere else.
  using local = await replica.connect();
  const heard: string[] = [];
  const hear = async (count: number) => {
    for (let i = 0; i < count; i++) heard.push((await listener.read() as string[]).slice(2).join(" "));
  };
  // Two messages, and two notifications of set, set, expire, lpush, del and of the end of k.
  await hear(2 + 12);
  assertEquals(await local.expect("PUBLISH", "local", "m4"), 1);
  await hear(1);
  heard.push((await shardListener.read() as string[]).join(" "));
  await listener.expectSilence(50);
  return heard;
}

referenceTest("a replica's listeners hear what the master publishes and the events of its writes", async () => {
  const expected = await heardOn(redis, redis);
  assertEquals(expected.length, 16);
  assertEquals(await heardOn(redis, redeno), expected);
  assertEquals(await heardOn(redeno, redis), expected);
  assertEquals(await heardOn(redeno, redeno), expected);
});
