/**
 * FAILOVER between two servers, one of them the real redis-server: the roles change, no write is lost, nobody starts over.
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import type { RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { ErrorReply } from "../support/reply_reader.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import { assertInSync, follow, infoOf, linkIsUp, QUICK_SYNC } from "./topology.ts";

type Starter = (...configLines: string[]) => Promise<ServerProcess>;

const redeno: Starter = (...lines) => startRedeno({ configLines: [...QUICK_SYNC, ...lines] });
const redis: Starter = (...lines) => startReference({ configLines: [...QUICK_SYNC, ...lines] });

const PAIRS: readonly { name: string; master: Starter; replica: Starter }[] = [
  { name: "redeno to redis", master: redeno, replica: redis },
  { name: "redis to redeno", master: redis, replica: redeno },
  { name: "redeno to redeno", master: redeno, replica: redeno },
];

async function reaches(server: ServerProcess, state: string): Promise<void> {
  await eventually(async () => (await infoOf(server, "replication"))["master_failover_state"] === state, {
    what: `${state} as master_failover_state`,
  });
}

async function roleOf(server: ServerProcess): Promise<string> {
  return (await infoOf(server, "replication"))["role"] ?? "";
}

/** Counts up until it is told that this is a replica; returns how often that was acknowledged. */
async function countUntilRefused(client: RawClient): Promise<number> {
  for (let count = 0;; count++) {
    const reply = await client.call("INCR", "counter");
    if (!(reply instanceof ErrorReply)) continue;
    assertStringIncludes(reply.text, "READONLY");
    return count;
  }
}

for (const { name, master: startMaster, replica: startReplica } of PAIRS) {
  referenceTest(`failover() ${name} and back loses no write`, async () => {
    await using first = await startMaster();
    await using second = await startReplica();
    await follow(second, first);
    using client = await first.connect();
    using writer = await first.connect();
    const counted = countUntilRefused(writer);
    await eventually(async () => Number(await client.call("GET", "counter")) > 100);
    await client.expect("FAILOVER");
    const count = await counted;
    await reaches(first, "no-failover");
    assertEquals([await roleOf(first), await roleOf(second)], ["slave", "master"]);
    await linkIsUp(first);
    using reader = await second.connect();
    assertEquals(await reader.expect("GET", "counter"), String(count));
    await reader.expect("SET", "after", "failover");
    await assertInSync(second, first);
    const { sync_full, sync_partial_ok } = await infoOf(second, "stats");
    assertEquals([sync_full, sync_partial_ok], ["0", "1"]);

    await reader.expect("FAILOVER", "TO", "127.0.0.1", first.port, "TIMEOUT", 10_000);
    await reaches(second, "no-failover");
    assertEquals([await roleOf(first), await roleOf(second)], ["master", "slave"]);
    await linkIsUp(second);
    await client.expect("SET", "after", "both");
    await assertInSync(first, second);
    assertEquals((await infoOf(first, "stats"))["sync_full"], "1");
  });

  referenceTest(`failover() ${name} of a frozen replica: time runs out, is forced, is aborted`, async () => {
    await using master = await startMaster();
    await using replica = await startReplica();
    await follow(replica, master);
    using client = await master.connect();
    using writer = await master.connect();

    replica.signal("SIGSTOP");
    await client.expect("SET", "key", 1);
    await client.expect("FAILOVER", "TO", "127.0.0.1", replica.port, "TIMEOUT", 300);
    assertEquals((await infoOf(master, "replication"))["master_failover_state"], "waiting-for-sync");
    await writer.send("SET", "key", 2);
    await writer.expectSilence(50);
    await reaches(master, "no-failover");
    assertEquals([await writer.read(), await roleOf(master)], ["OK", "master"]);
    assertStringIncludes(master.log, "aborted: Replica never caught up before timeout");

    await client.expect("FAILOVER", "TO", "127.0.0.1", replica.port, "TIMEOUT", 50, "FORCE");
    await reaches(master, "failover-in-progress");
    assertEquals(await roleOf(master), "slave");
    assertStringIncludes(master.log, "time out exceeded, failing over.");
    await client.expect("FAILOVER", "ABORT");
    assertEquals(await roleOf(master), "master");
    replica.signal("SIGCONT");
    await linkIsUp(replica);
    await assertInSync(master, replica);

    replica.signal("SIGSTOP");
    await client.expect("SET", "key", 3);
    await client.expect("FAILOVER", "TO", "127.0.0.1", replica.port, "TIMEOUT", 50, "FORCE");
    await reaches(master, "failover-in-progress");
    await writer.send("SET", "key", 4);
    replica.signal("SIGCONT");
    await reaches(master, "no-failover");
    assertEquals([await roleOf(master), await roleOf(replica)], ["slave", "master"]);
    const refusal = await writer.read();
    assert(refusal instanceof ErrorReply && refusal.text.startsWith("READONLY"), String(refusal));
    await linkIsUp(master);
    await assertInSync(replica, master);
  });

  referenceTest(`failover() ${name} that the replica refuses leaves everything as it was`, async () => {
    await using master = await startMaster();
    await using replica = await startReplica('rename-command PSYNC ""');
    await follow(replica, master);
    using client = await master.connect();
    await client.expect("SET", "key", "value");
    await client.expect("FAILOVER");
    await eventually(() => master.log.includes("aborted: Failover target rejected psync request"));
    await reaches(master, "no-failover");
    assertEquals(await roleOf(master), "master");
    await client.expect("SET", "key", "other");
    await linkIsUp(replica);
    await assertInSync(master, replica);
    assertEquals((await infoOf(master, "stats"))["sync_full"], "1");
  });
}
