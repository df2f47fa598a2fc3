/**
 * A master and its replica, one of them the real redis-server, under write load and across broken links.
 */
import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import { assertInSync, follow, infoOf, linkIsUp, QUICK_SYNC, WriteLoad } from "./topology.ts";

type Starter = (configLines: readonly string[]) => Promise<ServerProcess>;

const redeno: Starter = (configLines) => startRedeno({ configLines });
const redis: Starter = (configLines) => startReference({ configLines });

const PAIRS: readonly { name: string; master: Starter; replica: Starter }[] = [
  { name: "redeno to redis", master: redeno, replica: redis },
  { name: "redis to redeno", master: redis, replica: redeno },
  { name: "redeno to redeno", master: redeno, replica: redeno },
];

async function writeFor(master: ServerProcess, seed: number, during: () => Promise<void>): Promise<void> {
  using client = await master.connect();
  const load = new WriteLoad(client, seed);
  await eventually(() => load.count > 200, { what: "some writes" });
  await during();
  const before = load.count;
  await eventually(() => load.count > before + 200, { what: "more writes" });
  await load.stop();
}

for (const { name, master: startMaster, replica: startReplica } of PAIRS) {
  referenceTest(`full synchronisation ${name} under write load`, async () => {
    await using master = await startMaster(QUICK_SYNC);
    await using replica = await startReplica([]);
    await writeFor(master, 1, () => follow(replica, master));
    await assertInSync(master, replica);
    const stats = await infoOf(master, "stats");
    assertEquals([stats["sync_full"], stats["sync_partial_ok"]], ["1", "0"]);
  });

  referenceTest(`full synchronisation ${name} through a file`, async () => {
    await using master = await startMaster([...QUICK_SYNC, "repl-diskless-sync no"]);
    await using replica = await startReplica([]);
    await writeFor(master, 2, () => follow(replica, master));
    await assertInSync(master, replica);
  });

  referenceTest(`full synchronisation ${name} beside the old data`, async () => {
    await using master = await startMaster(QUICK_SYNC);
    await using replica = await startReplica(["repl-diskless-load swapdb"]);
    using client = await replica.connect();
    await client.expect("SET", "old", "data");
    await writeFor(master, 3, () => follow(replica, master));
    await assertInSync(master, replica);
  });

  referenceTest(`a link that breaks, ${name}, goes on where it stopped`, async () => {
    await using master = await startMaster(QUICK_SYNC);
    await using replica = await startReplica([]);
    await follow(replica, master);
    await writeFor(master, 4, async () => {
      for (let round = 1; round <= 3; round++) {
        using client = await replica.connect();
        await client.expect("CLIENT", "KILL", "TYPE", "master");
        await eventually(async () => Number((await infoOf(master, "stats"))["sync_partial_ok"]) === round, {
          what: "a partial resynchronisation",
        });
        await linkIsUp(replica);
      }
    });
    await assertInSync(master, replica);
    const stats = await infoOf(master, "stats");
    assertEquals([stats["sync_full"], stats["sync_partial_ok"]], ["1", "3"]);
  });

  referenceTest(`roles change, ${name}, without a full synchronisation`, async () => {
    await using first = await startMaster(QUICK_SYNC);
    await using second = await startReplica(QUICK_SYNC);
    await follow(second, first);
    await writeFor(first, 5, () => Promise.resolve());
    await assertInSync(first, second);
    using client = await second.connect();
    await client.expect("REPLICAOF", "NO", "ONE");
    await follow(first, second);
    await writeFor(second, 6, () => Promise.resolve());
    await assertInSync(second, first);
    assertEquals((await infoOf(second, "stats"))["sync_full"], "0");
    assertEquals((await infoOf(second, "stats"))["sync_partial_ok"], "1");
  });

  referenceTest(`wait() ${name} counts the replicas that have it`, async () => {
    await using master = await startMaster(QUICK_SYNC);
    await using replica = await startReplica([]);
    await follow(replica, master);
    using client = await master.connect();
    await client.expect("SET", "key", "value");
    assertEquals(await client.expect("WAIT", 1, 5000), 1);
    await client.expect("INCR", "counter");
    assertEquals(await client.expect("WAIT", 2, 200), 1);
    replica.signal("SIGSTOP");
    await client.expect("INCR", "counter");
    assertEquals(await client.expect("WAIT", 1, 200), 0);
    replica.signal("SIGCONT");
    assertEquals(await client.expect("WAIT", 1, 5000), 1);
  });
}

referenceTest("a chain redis, redeno, redis has one stream and one set of offsets", async () => {
  await using top = await startReference({ configLines: QUICK_SYNC });
  await using middle = await startRedeno({ configLines: QUICK_SYNC });
  await using bottom = await startReference({ configLines: QUICK_SYNC });
  await follow(middle, top);
  await follow(bottom, middle);
  await writeFor(top, 7, async () => {
    using client = await middle.connect();
    await client.expect("CLIENT", "KILL", "TYPE", "master");
    await linkIsUp(middle);
    await client.expect("CLIENT", "KILL", "TYPE", "replica");
    await linkIsUp(bottom);
  });
  await assertInSync(top, middle);
  await assertInSync(top, bottom);
  const ids = await Promise.all([top, middle, bottom].map((server) => infoOf(server, "replication")));
  assertEquals(new Set(ids.map((fields) => fields["master_replid"])).size, 1);
  assertEquals(new Set(ids.map((fields) => fields["master_repl_offset"])).size, 1);
  assertEquals((await infoOf(top, "stats"))["sync_partial_ok"], "1");
  assertEquals((await infoOf(middle, "stats"))["sync_partial_ok"], "1");

  using client = await middle.connect();
  await client.expect("REPLICAOF", "NO", "ONE");
  await client.expect("SET", "after", "promotion");
  await eventually(async () => {
    using reader = await bottom.connect();
    return await reader.call("GET", "after") === "promotion";
  });
  await assertInSync(middle, bottom);
  assert(Number((await infoOf(middle, "stats"))["sync_partial_ok"]) >= 2);
});

referenceTest("full synchronisation works without any permission but that for the network", async () => {
  await using master = await startRedeno({ permissions: ["--allow-net"], args: ["--repl-diskless-sync", "no"] });
  await using replica = await startReference();
  await using second = await startRedeno({ permissions: ["--allow-net"] });
  using client = await master.connect();
  await client.expect("SET", "key", "value");
  await follow(replica, master);
  await follow(second, replica);
  await client.expect("SET", "other", "value");
  await assertInSync(master, replica);
  await assertInSync(replica, second);
});
