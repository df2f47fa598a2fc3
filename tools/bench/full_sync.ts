/**
 * What a new replica costs: how long its full synchronisation takes, how long clients of the master wait meanwhile, how much
 * memory the master takes for it, and how far a replica is behind a master that writes as fast as it can.
 */
import type { RawClient } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { type Contender, peakResidentBytes, residentBytes, startContender } from "./contender.ts";
import { loadKeys } from "./key_load.ts";
import { pingTimes, quantile, RequestLoad, turn } from "./ping_times.ts";

/** One full synchronisation; under load also the answers that a client of the master got meanwhile. */
export interface FullSync {
  syncMs: number;
  /** The longest answer before the replica came, for comparison. */
  beforeMs: number;
  longestMs: number;
  p999Ms: number;
  /** Resident bytes that the master took on top; with a child process also what that copied. */
  grownBytes: number;
}

/** What to measure. */
export interface FullSyncOptions {
  master: Contender;
  replica: Contender;
  keyCount: number;
  isDiskless: boolean;
  isUnderLoad: boolean;
}

/** Milliseconds that a replica needs to apply what the master has just written. */
export interface ReplicationLag {
  medianMs: number;
  longestMs: number;
  /** Bytes of the stream a second. */
  bytesPerSecond: number;
}

const SYNC_MAX_MS = 120_000;
const LOAD_LEAD_MS = 1_000;
const BEFORE_MS = 2_000;
const LAG_MS = 5_000;
/** What waits while the replica loads is no reason to drop it. */
const UNBOUNDED_OUTPUT = "replica 0 0 0";

/** Starts two servers, fills the master, and attaches the replica. */
export async function measureFullSync(options: FullSyncOptions): Promise<FullSync> {
  const { keyCount, isDiskless, isUnderLoad } = options;
  await using master = await startMaster(options.master, isDiskless);
  await using replica = await startContender(options.replica);
  await loadKeys(master, keyCount);
  await using loads = new AsyncDisposableStack();
  if (isUnderLoad) loads.use(new RequestLoad(master, { what: "set", keyCount, clients: 10, pipeline: 1 }));
  await turn(LOAD_LEAD_MS);
  using pinging = await master.connect({ timeoutMs: SYNC_MAX_MS });
  const beforeEndMs = performance.now() + BEFORE_MS;
  const before = await pingTimes(pinging, () => performance.now() > beforeEndMs);
  const startBytes = await residentBytes(master.pid);
  let isSyncing = true;
  const growth = peakResidentBytes(master.pid, () => !isSyncing);
  const synced = attach(replica, master).finally(() => isSyncing = false);
  const times = await pingTimes(pinging, () => !isSyncing);
  const copied = Number(await infoField(pinging, "persistence", "rdb_last_cow_size"));
  const hasChild = options.master.name === "redis-server";
  return {
    syncMs: await synced,
    beforeMs: quantile(before, 1),
    longestMs: quantile(times, 1),
    p999Ms: quantile(times, 0.999),
    grownBytes: await growth - startBytes + (hasChild ? copied : 0),
  };
}

/** Attaches a replica to an empty master and writes through as many connections as it takes to keep the master busy. */
export async function measureLag(master: Contender, replica: Contender): Promise<ReplicationLag> {
  await using source = await startMaster(master, true);
  await using target = await startContender(replica);
  await attach(target, source);
  const full = { what: "set", keyCount: 100_000, clients: 50, pipeline: 16, isYielding: false };
  await using _load = new RequestLoad(source, full);
  await turn(LOAD_LEAD_MS);
  using asking = await source.connect();
  using waiting = await target.connect();
  const lagsMs: number[] = [];
  const startMs = performance.now();
  const startOffset = Number(await infoField(asking, "replication", "master_repl_offset"));
  while (performance.now() - startMs < LAG_MS) {
    const offset = Number(await infoField(asking, "replication", "master_repl_offset"));
    const sinceMs = performance.now();
    while (Number(await infoField(waiting, "replication", "slave_repl_offset")) < offset);
    lagsMs.push(performance.now() - sinceMs);
    await turn(10);
  }
  const endOffset = Number(await infoField(asking, "replication", "master_repl_offset"));
  lagsMs.sort((a, b) => a - b);
  return {
    medianMs: quantile(lagsMs, 0.5),
    longestMs: quantile(lagsMs, 1),
    bytesPerSecond: (endOffset - startOffset) / (performance.now() - startMs) * 1000,
  };
}

async function startMaster(contender: Contender, isDiskless: boolean): Promise<ServerProcess> {
  const server = await startContender(contender);
  using client = await server.connect();
  await client.expect("CONFIG", "SET", "repl-diskless-sync", isDiskless ? "yes" : "no");
  await client.expect("CONFIG", "SET", "repl-diskless-sync-delay", 0);
  await client.expect("CONFIG", "SET", "client-output-buffer-limit", UNBOUNDED_OUTPUT);
  return server;
}

/** Milliseconds until the link is up. */
async function attach(replica: ServerProcess, master: ServerProcess): Promise<number> {
  using client = await replica.connect({ timeoutMs: SYNC_MAX_MS });
  const startMs = performance.now();
  await client.expect("REPLICAOF", "127.0.0.1", master.port);
  while (await infoField(client, "replication", "master_link_status") !== "up") {
    if (performance.now() - startMs > SYNC_MAX_MS) throw new Error("Cannot synchronise: the link did not come up");
    await turn(5);
  }
  return performance.now() - startMs;
}

/** A field of INFO, as it is printed. */
export async function infoField(client: RawClient, section: string, name: string): Promise<string> {
  const text = String(await client.expect("INFO", section));
  return new RegExp(`^${name}:(.*)\r$`, "m").exec(text)?.[1] ?? "";
}
