/**
 * Every command of the server: the one list that the registry is made of.
 *
 * - A new family is one more line here.
 */

import type { CommandSpec } from "../command/command_spec.ts";
import { aclCommands } from "./acl/acl.ts";
import { bitmapCommands } from "./bitmap/bitmap_commands.ts";
import { clusterCommands } from "./cluster/cluster_commands.ts";
import { authenticationCommands } from "./connection/authentication.ts";
import { clientCommands } from "./connection/client.ts";
import { pingCommands } from "./connection/ping.ts";
import { sessionCommands } from "./connection/session.ts";
import { geoCommands } from "./geo/geo_commands.ts";
import { publishCommands } from "./pubsub/publish.ts";
import { pubsubCommands } from "./pubsub/pubsub.ts";
import { subscribeCommands } from "./pubsub/subscribe.ts";
import { transactionCommands } from "./transactions/transactions.ts";
import { hashCommands } from "./hash/hash_commands.ts";
import { hyperLogLogCommands } from "./hyperloglog/hyperloglog_commands.ts";
import { listCommands } from "./list/list_commands.ts";
import { setGroupCommands } from "./set/set_commands.ts";
import { sortedSetCommands } from "./sorted_set/sorted_set_commands.ts";
import { streamCommands } from "./stream/stream_commands.ts";
import { counterCommands } from "./string/counter.ts";
import { getCommands } from "./string/get.ts";
import { lcsCommands } from "./string/lcs.ts";
import { multipleStringCommands } from "./string/multiple.ts";
import { rangeCommands } from "./string/range.ts";
import { setCommands } from "./string/set.ts";
import { failoverCommands } from "./replication/failover.ts";
import { replicaofCommands } from "./replication/replicaof.ts";
import { syncCommands } from "./replication/sync.ts";
import { waitCommands } from "./replication/wait.ts";
import { commandCommands } from "./server/command.ts";
import { configCommands } from "./server/config.ts";
import { debugCommands } from "./server/debug.ts";
import { infoCommands } from "./server/info.ts";
import { latencyCommands } from "./server/latency.ts";
import { lolwutCommands } from "./server/lolwut.ts";
import { memoryCommands } from "./server/memory.ts";
import { moduleCommands } from "./server/module.ts";
import { monitorCommands } from "./server/monitor.ts";
import { saveCommands } from "./server/save.ts";
import { shutdownCommands } from "./server/shutdown.ts";
import { slowlogCommands } from "./server/slowlog.ts";
import { timeCommands } from "./server/time.ts";
import { dumpCommands } from "./generic/dump.ts";
import { expiryCommands } from "./generic/expiry.ts";
import { listingCommands } from "./generic/listing.ts";
import { lookupCommands } from "./generic/lookup.ts";
import { migrateCommands } from "./generic/migrate.ts";
import { movingCommands } from "./generic/moving.ts";
import { objectCommands } from "./generic/object.ts";
import { removalCommands } from "./generic/removal.ts";
import { scanCommands } from "./generic/scan.ts";
import { sortCommands } from "./generic/sort.ts";
import { ttlCommands } from "./generic/ttl.ts";
import { databaseCommands } from "./server/databases.ts";
import { scriptingCommands } from "./scripting/scripting_commands.ts";
import type { Services } from "./services.ts";

/** The declarations of all commands, for a server made of `services`. */
export function allCommandSpecs(services: Services): CommandSpec[] {
  return [
    ...aclCommands(services),
    ...bitmapCommands(services),
    ...clusterCommands,
    ...authenticationCommands(services),
    ...clientCommands(services),
    ...pingCommands,
    ...sessionCommands(services),
    ...geoCommands(services),
    ...publishCommands(services),
    ...pubsubCommands(services),
    ...subscribeCommands(services),
    ...transactionCommands(services),
    ...hashCommands(services),
    ...hyperLogLogCommands(services),
    ...listCommands(services),
    ...scriptingCommands(services),
    ...setGroupCommands(services),
    ...sortedSetCommands(services),
    ...streamCommands(services),
    ...counterCommands,
    ...getCommands(services),
    ...lcsCommands(services),
    ...multipleStringCommands,
    ...rangeCommands(services),
    ...setCommands,
    ...failoverCommands(services),
    ...replicaofCommands(services),
    ...syncCommands(services),
    ...waitCommands(services),
    ...commandCommands(() => services.registry),
    ...configCommands(services),
    ...debugCommands(services),
    ...infoCommands(services),
    ...latencyCommands(services),
    ...lolwutCommands(services),
    ...memoryCommands(services),
    ...moduleCommands,
    ...monitorCommands(services),
    ...saveCommands(services),
    ...shutdownCommands(services),
    ...slowlogCommands(services),
    ...timeCommands(services),
    ...databaseCommands(services),
    ...dumpCommands(services),
    ...expiryCommands(services),
    ...listingCommands,
    ...lookupCommands,
    ...migrateCommands(services),
    ...movingCommands(services),
    ...objectCommands(services),
    ...removalCommands,
    ...scanCommands,
    ...sortCommands(services),
    ...ttlCommands,
  ];
}
