/**
 * What a background save costs: how long clients wait meanwhile, how long it takes, and how much memory.
 *
 * - The data are many small keys, and in the harder case one large hash beside them; all are written to all the while.
 */
import type { RawClient } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { type Contender, peakResidentBytes, residentBytes, startContender } from "./contender.ts";
import { infoField } from "./full_sync.ts";
import { loadKeys, loadLargeCollection } from "./key_load.ts";
import { pingTimes, quantile, RequestLoad, turn } from "./ping_times.ts";

/** The figures of one server. */
export interface SaveStall {
  /** The longest answer to a PING before the save, for comparison, and the 99.9th percentile of them. */
  beforeMs: number;
  beforeP999Ms: number;
  /** The same during the first save of the process. */
  longestMs: number;
  p999Ms: number;
  saveMs: number;
  /** Resident bytes on top while it saves; with a child process also what that copied. */
  grownBytes: number;
  /** How long a save takes when nobody sends anything. */
  idleSaveMs: number;
}

const BASELINE_MS = 2_000;
const HASH = "large:hash";

/** What is saved. */
export interface SavedData {
  keyCount: number;
  /** Whether there is a hash of as many fields beside the keys, which is written to as well. */
  hasHash: boolean;
}

/** Measures one server: waits under load without a save and during its first BGSAVE, memory during another, and BGSAVE alone. */
export async function measureSaveStall(contender: Contender, data: SavedData): Promise<SaveStall> {
  const { keyCount, hasHash } = data;
  await using server = await startContender(contender);
  await loadKeys(server, keyCount);
  const hash = { head: ["HSET", HASH], makeElement: (digits: string) => [`field:${digits}`, "value"] };
  if (hasHash) await loadLargeCollection(server, hash, keyCount);
  using watching = await server.connect({ timeoutMs: 60_000 });
  const waits = await underLoad(server, data, () => measureWaits(server, watching));
  const grownBytes = await underLoad(server, data, () => measureGrowth(server, watching));
  const copiedBytes = Number(await infoField(watching, "persistence", "rdb_last_cow_size"));
  return {
    ...waits,
    grownBytes: grownBytes + (contender.name === "redis-server" ? copiedBytes : 0),
    idleSaveMs: await saveInBackground(watching),
  };
}

async function underLoad<T>(
  server: ServerProcess,
  { keyCount, hasHash }: SavedData,
  measure: () => Promise<T>,
): Promise<T> {
  await using _load = new RequestLoad(server, { what: "set", keyCount, clients: 10, pipeline: 1 });
  const what = ["HSET", HASH, "field:__rand_int__", "other"];
  await using _hashLoad = hasHash ? new RequestLoad(server, { what, keyCount, clients: 1, pipeline: 1 }) : null;
  return await measure();
}

async function measureWaits(
  server: ServerProcess,
  watching: RawClient,
): Promise<Omit<SaveStall, "grownBytes" | "idleSaveMs">> {
  using pinging = await server.connect({ timeoutMs: 60_000 });
  const baselineEndMs = performance.now() + BASELINE_MS;
  const before = await pingTimes(pinging, () => performance.now() >= baselineEndMs);
  let isSaving = true;
  const saved = saveInBackground(watching).finally(() => isSaving = false);
  const during = await pingTimes(pinging, () => !isSaving);
  return {
    beforeMs: quantile(before, 1),
    beforeP999Ms: quantile(before, 0.999),
    longestMs: quantile(during, 1),
    p999Ms: quantile(during, 0.999),
    saveMs: await saved,
  };
}

/** Apart from the waits, which looking at the memory would lengthen. */
async function measureGrowth(server: ServerProcess, watching: RawClient): Promise<number> {
  const startBytes = await residentBytes(server.pid);
  let isSaving = true;
  const peak = peakResidentBytes(server.pid, () => !isSaving);
  await saveInBackground(watching).finally(() => isSaving = false);
  return await peak - startBytes;
}

/** Milliseconds that a BGSAVE takes. */
async function saveInBackground(client: RawClient): Promise<number> {
  const startMs = performance.now();
  await client.expect("BGSAVE");
  while (await infoField(client, "persistence", "rdb_bgsave_in_progress") === "1") await turn(20);
  return performance.now() - startMs;
}
