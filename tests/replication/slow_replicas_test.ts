/**
 * Replicas that stop reading, at any moment: others are served on, the master's memory stays bounded, and who comes back is
 * brought up to date.
 */
import { assert, assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import { assertInSync, follow, infoOf, linkIsUp, QUICK_SYNC } from "./topology.ts";

/** Names of ours and of the reference with what starts them. */
const STARTERS = {
  redeno: (configLines: readonly string[]) => startRedeno({ configLines }),
  redis: (configLines: readonly string[]) => startReference({ configLines }),
};

async function logHas(server: ServerProcess, text: string): Promise<void> {
  await eventually(() => server.log.includes(text), { what: `the log line ${text}` });
}

function countOf(text: string, part: string): number {
  return text.split(part).length - 1;
}

/** Far more than the buffers of sockets hold. */
async function populate(server: ServerProcess): Promise<void> {
  using client = await server.connect();
  await client.expect("DEBUG", "POPULATE", 4_000, "key", 10_000);
}

referenceTest("one walk feeds several replicas, and the timeout drops the one that does not read", async () => {
  await using master = await startRedeno({
    configLines: ["repl-diskless-sync-delay 1", "repl-timeout 2", "rdbcompression no"],
  });
  await populate(master);
  await using first = await startReference();
  await using second = await startRedeno();
  await using stopped = await startReference();
  for (const replica of [first, second, stopped]) {
    using client = await replica.connect();
    await client.expect("REPLICAOF", "127.0.0.1", master.port);
  }
  await logHas(master, "Starting BGSAVE for SYNC with target: replicas sockets");
  stopped.signal("SIGSTOP");
  await logHas(master, "Disconnecting timedout replica (full sync)");
  await linkIsUp(first);
  await linkIsUp(second);
  assertEquals(countOf(master.log, "Starting BGSAVE for SYNC"), 1);
  stopped.signal("SIGCONT");
  await linkIsUp(stopped);
  for (const replica of [first, second, stopped]) await assertInSync(master, replica);
});

referenceTest(
  "a diskless transfer goes on when all but one of its replicas are gone, and stops with the last",
  async () => {
    await using master = await startRedeno({ configLines: ["repl-diskless-sync-delay 1", "rdbcompression no"] });
    await populate(master);
    using client = await master.connect();
    await client.expect("CONFIG", "SET", "rdb-key-save-delay", 500);
    await using staying = await startReference();
    {
      await using leaving = await startRedeno();
      for (const replica of [staying, leaving]) {
        using admin = await replica.connect();
        await admin.expect("REPLICAOF", "127.0.0.1", master.port);
      }
      await logHas(master, "Starting BGSAVE for SYNC with target: replicas sockets");
    }
    await logHas(master, "Diskless rdb transfer, done reading from pipe, 1 replicas still up.");
    await linkIsUp(staying);
    await assertInSync(master, staying);

    await using last = await startRedeno();
    using admin = await last.connect();
    await admin.expect("REPLICAOF", "127.0.0.1", master.port);
    await eventually(() => countOf(master.log, "Background RDB transfer started") === 2);
    await admin.expect("REPLICAOF", "NO", "ONE");
    await logHas(master, "Diskless rdb transfer, last replica dropped, killing fork child.");
    assertEquals(await client.expect("DBSIZE"), 4_000);
  },
);

referenceTest("a replica over the output buffer limit is closed, and its memory is free at once", async () => {
  await using master = await startRedeno({
    configLines: [...QUICK_SYNC, "client-output-buffer-limit replica 4mb 0 0", "repl-backlog-size 1mb"],
  });
  await using replica = await startReference();
  await follow(replica, master);
  const idleBytes = Number((await infoOf(master, "memory"))["used_memory"]);
  replica.signal("SIGSTOP");
  using client = await master.connect();
  const value = "x".repeat(100_000);
  for (let written = 0; written < 300 && !master.log.includes("output buffer limits"); written++) {
    await client.expect("SET", "key", value);
  }
  await logHas(master, "scheduled to be closed ASAP for overcoming of output buffer limits");
  await eventually(async () => (await infoOf(master, "replication"))["connected_slaves"] === "0");
  const { used_memory: usedBytes } = await infoOf(master, "memory");
  assert(Number(usedBytes) < idleBytes + 3_000_000, `${usedBytes} bytes after, ${idleBytes} before`);
  replica.signal("SIGCONT");
  await eventually(async () => (await infoOf(master, "replication"))["connected_slaves"] === "1");
  await linkIsUp(replica);
  await assertInSync(master, replica);
});

for (const [masterName, replicaName] of [["redeno", "redis"], ["redis", "redeno"], ["redeno", "redeno"]] as const) {
  referenceTest(
    `silence for repl-timeout ends a link, ${masterName} to ${replicaName}, which then goes on`,
    async () => {
      await using master = await STARTERS[masterName](["repl-diskless-sync-delay 0", "repl-timeout 2"]);
      await using replica = await STARTERS[replicaName](["repl-timeout 2"]);
      await follow(replica, master);
      using client = await master.connect();
      if (masterName === "redeno") {
        replica.signal("SIGSTOP");
        await logHas(master, "Disconnecting timedout replica (streaming sync)");
        await client.expect("SET", "while", "stopped");
        replica.signal("SIGCONT");
        await eventually(async () => Number((await infoOf(master, "stats"))["sync_partial_ok"]) > 0);
        await linkIsUp(replica);
        await assertInSync(master, replica);
      }
      if (replicaName === "redeno") {
        master.signal("SIGSTOP");
        await logHas(replica, "MASTER timeout: no data nor PING received...");
        master.signal("SIGCONT");
        await linkIsUp(replica);
        await client.expect("SET", "after", "silence");
        await assertInSync(master, replica);
      }
      assertEquals((await infoOf(master, "stats"))["sync_full"], "1");
    },
  );

  referenceTest(`a restart on either end, ${masterName} to ${replicaName}, needs no full synchronisation`, async () => {
    await using master = await STARTERS[masterName](QUICK_SYNC);
    await using replica = await STARTERS[replicaName](QUICK_SYNC);
    await follow(replica, master);
    for (const restarted of [replica, master]) {
      using client = await master.connect();
      for (let index = 0; index < 100; index++) await client.expect("SET", `key:${index}`, restarted.port + index);
      await assertInSync(master, replica);
      using admin = await restarted.connect();
      await admin.expect("CONFIG", "REWRITE");
      await admin.send("SHUTDOWN", "SAVE");
      await restarted.startAgain();
      await linkIsUp(replica);
      await assertInSync(master, replica);
    }
    const { sync_full: full, sync_partial_ok: partial } = await infoOf(master, "stats");
    assertEquals([full, partial], ["0", "1"]);
  });
}
