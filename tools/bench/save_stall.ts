/**
 * How long a client waits while a save is under way.
 */
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { loadKeys } from "./key_load.ts";
import { pingTimes, quantile, SetLoad, turn } from "./ping_times.ts";

/** Longest waits in milliseconds, and how long the save took. */
export interface SaveStall {
  beforeMs: number;
  duringMs: number;
  saveMs: number;
}

const BASELINE_MS = 2_000;

/** Measures one server under SET load: first without a save, then during BGSAVE of `keyCount` keys. */
export async function measureSaveStall(server: ServerProcess, keyCount: number): Promise<SaveStall> {
  await loadKeys(server, keyCount);
  await using _load = new SetLoad(server, { keyCount, clients: 10, pipeline: 1 });
  using pinging = await server.connect({ timeoutMs: 60_000 });
  using watching = await server.connect({ timeoutMs: 60_000 });
  const baselineEndMs = performance.now() + BASELINE_MS;
  const before = await pingTimes(pinging, () => performance.now() >= baselineEndMs);
  let isSaving = true;
  const startMs = performance.now();
  const saved = (async () => {
    await watching.expect("BGSAVE");
    while (String(await watching.expect("INFO", "persistence")).includes("rdb_bgsave_in_progress:1")) await turn(20);
    isSaving = false;
    return performance.now() - startMs;
  })();
  const during = await pingTimes(pinging, () => !isSaving);
  return { beforeMs: quantile(before, 1), duringMs: quantile(during, 1), saveMs: await saved };
}
