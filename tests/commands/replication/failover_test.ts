/**
 * FAILOVER against the real server: every refusal, and what else is refused while it goes on.
 */
import { BothServers } from "../../support/both_servers.ts";
import { eventually } from "../../support/eventually.ts";
import { referenceTest } from "../../support/reference.ts";

const REPLICA_PORT = 7777;

referenceTest("failover() refuses what Redis refuses without replicas", async () => {
  await using both = await BothServers.start();
  await both.same(
    "FAILOVER",
    "FAILOVER ABORT",
    "failover abort",
    "FAILOVER ABORT TIMEOUT 1",
    "FAILOVER TIMEOUT",
    "FAILOVER TIMEOUT 0",
    "FAILOVER TIMEOUT -1",
    "FAILOVER TIMEOUT x",
    "FAILOVER TIMEOUT 9223372036854775808",
    "FAILOVER TIMEOUT 9223372036854775807",
    "FAILOVER TIMEOUT 1 TIMEOUT 1",
    "FAILOVER TO host",
    "FAILOVER TO host x",
    "FAILOVER TO host 1 TO host 1",
    "FAILOVER FORCE FORCE",
    "FAILOVER FORCE TIMEOUT 100",
    "FAILOVER NOW",
    "PSYNC 0000000000000000000000000000000000000000 1 FAILOVER",
    "REPLICAOF 127.0.0.1 1",
    "FAILOVER",
    "FAILOVER TO 127.0.0.1 1",
    "PSYNC 0000000000000000000000000000000000000000 1 FAILOVER",
  );
});

referenceTest("failover() with a replica that has not caught up waits, and others are refused", async () => {
  // The replica waits for its file as long as the test runs.
  await using both = await BothServers.start("repl-diskless-sync-delay 1000");
  const replicas = [await both.ours.connect(), await both.reference.connect()];
  for (const replica of replicas) {
    await replica.expect("REPLCONF", "listening-port", REPLICA_PORT);
    await replica.expect("REPLCONF", "capa", "eof", "capa", "psync2");
    await replica.send("PSYNC", "?", -1);
  }
  for (const server of [both.ours, both.reference]) await hasReplica(server);
  await both.same(
    "SET key value",
    "FAILOVER FORCE",
    "FAILOVER FORCE TIMEOUT 100",
    `FAILOVER TO 127.0.0.1 ${REPLICA_PORT} FORCE`,
    `FAILOVER TO 127.0.0.1 ${REPLICA_PORT}`,
    `FAILOVER TO 127.0.0.2 ${REPLICA_PORT}`,
    "FAILOVER TO 127.0.0.1 1",
    "FAILOVER",
    "FAILOVER",
    "FAILOVER TO 127.0.0.1 1",
    "REPLICAOF NO ONE",
    "SLAVEOF 127.0.0.1 1",
    "PSYNC ? -1",
    "SYNC",
    "GET key",
    "FAILOVER ABORT",
    "FAILOVER ABORT",
    "SET key other",
    "FAILOVER TIMEOUT 100000",
    "FAILOVER ABORT",
    "REPLICAOF NO ONE",
  );
  for (const replica of replicas) replica.close();
});

function hasReplica(server: BothServers["ours"]): Promise<boolean> {
  return eventually(async () => {
    using client = await server.connect();
    const text = String(await client.expect("INFO", "replication"));
    return text.includes(`slave0:ip=127.0.0.1,port=${REPLICA_PORT},state=wait_bgsave`);
  }, { what: "the replica" });
}
