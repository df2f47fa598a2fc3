/**
 * What a background save costs: how long clients wait meanwhile, how long it takes, and how much memory.
 *
 * - The data are many small keys and one large hash, and both are written to all the while.
 */
import type { RawClient } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { type Contender, peakResidentBytes, residentBytes, startContender } from "./contender.ts";
import { infoField } from "./full_sync.ts";
import { loadKeys, loadLargeCollection } from "./key_load.ts";
import { pingTimes, quantile, RequestLoad, turn } from "./ping_times.ts";

/** Waits of a client that pings, in milliseconds. */
export interface Waits {
  longestMs: number;
  p999Ms: number;
}

/** The figures of one server. */
export interface SaveStall {
  before: Waits;
  /** During the first save of the process. */
  during: Waits;
  saveMs: number;
  /** Resident bytes on top while it saves; with a child process also what that copied. */
  grownBytes: number;
  /** How long a save takes when nobody sends anything. */
  idleSaveMs: number;
}

const BASELINE_MS = 2_000;
const HASH = "large:hash";

/** Measures one server under load: first without a save, then during BGSAVE of `keyCount` keys, and then BGSAVE alone. */
export async function measureSaveStall(contender: Contender, keyCount: number): Promise<SaveStall> {
  await using server = await startContender(contender);
  await loadKeys(server, keyCount);
  await loadLargeCollection(
    server,
    { head: ["HSET", HASH], makeElement: (digits) => [`field:${digits}`, "value"] },
    keyCount,
  );
  using watching = await server.connect({ timeoutMs: 60_000 });
  const { grownBytes, ...underLoad } = await saveUnderLoad(server, watching, keyCount);
  const copiedBytes = Number(await infoField(watching, "persistence", "rdb_last_cow_size"));
  return {
    ...underLoad,
    grownBytes: grownBytes + (contender.name === "redis-server" ? copiedBytes : 0),
    idleSaveMs: await saveInBackground(watching),
  };
}

async function saveUnderLoad(
  server: ServerProcess,
  watching: RawClient,
  keyCount: number,
): Promise<Omit<SaveStall, "idleSaveMs">> {
  await using _load = new RequestLoad(server, { what: "set", keyCount, clients: 10, pipeline: 1 });
  const what = ["HSET", HASH, "field:__rand_int__", "other"];
  await using _hashLoad = new RequestLoad(server, { what, keyCount, clients: 1, pipeline: 1 });
  using pinging = await server.connect({ timeoutMs: 60_000 });
  const baselineEndMs = performance.now() + BASELINE_MS;
  const before = await pingTimes(pinging, () => performance.now() >= baselineEndMs);
  const startBytes = await residentBytes(server.pid);
  let isSaving = true;
  const peak = peakResidentBytes(server.pid, () => !isSaving);
  const saved = saveInBackground(watching).finally(() => isSaving = false);
  const during = await pingTimes(pinging, () => !isSaving);
  const saveMs = await saved;
  return {
    before: waitsOf(before),
    during: waitsOf(during),
    saveMs,
    grownBytes: await peak - startBytes,
  };
}

/** Milliseconds that a BGSAVE takes. */
async function saveInBackground(client: RawClient): Promise<number> {
  const startMs = performance.now();
  await client.expect("BGSAVE");
  while (await infoField(client, "persistence", "rdb_bgsave_in_progress") === "1") await turn(20);
  return performance.now() - startMs;
}

function waitsOf(times: readonly number[]): Waits {
  return { longestMs: quantile(times, 1), p999Ms: quantile(times, 0.999) };
}
