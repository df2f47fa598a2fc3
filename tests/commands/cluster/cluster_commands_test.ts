import { referenceTest } from "../../support/reference.ts";
import { BothServers } from "../../support/both_servers.ts";

referenceTest("CLUSTER, ASKING, READONLY and READWRITE answer as a reference outside of a cluster", async () => {
  await using servers = await BothServers.start();
  await servers.same(
    "CLUSTER",
    "CLUSTER nosuch",
    "CLUSTER HELP",
    "CLUSTER INFO",
    "CLUSTER INFO x",
    "CLUSTER MYID",
    "CLUSTER SLOTS",
    "CLUSTER SHARDS",
    "CLUSTER NODES",
    "CLUSTER LINKS",
    "CLUSTER KEYSLOT",
    "CLUSTER KEYSLOT key",
    "CLUSTER COUNTKEYSINSLOT 0",
    "CLUSTER GETKEYSINSLOT 0 10",
    "CLUSTER MEET 127.0.0.1 6379",
    "CLUSTER ADDSLOTS 1 2",
    "CLUSTER SETSLOT 1 STABLE",
    "CLUSTER RESET HARD",
    "CLUSTER FAILOVER",
    "ASKING",
    "ASKING x",
    "READONLY",
    "READWRITE",
    "COMMAND COUNT",
    "COMMAND GETKEYS CLUSTER KEYSLOT key",
    "EVAL \"return redis.call('cluster', 'reset')\" 0",
    "EVAL \"return redis.pcall('cluster', 'info')\" 0",
  );
});

referenceTest("CLUSTER and READONLY are queued and denied as in the reference", async () => {
  await using servers = await BothServers.start();
  await servers.same(
    "MULTI",
    "CLUSTER MYID",
    "READONLY",
    "EXEC",
    "ACL SETUSER reader on nopass +cluster|info",
    "ACL GETUSER reader",
    // Redis names several rules in the order of a hash table whose seed it draws.
    "ACL SETUSER reader +readonly",
    "AUTH reader x",
    "READONLY",
    "READWRITE",
    "CLUSTER INFO",
    "CLUSTER MYID",
  );
});
