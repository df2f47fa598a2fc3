/**
 * How long a client waits while a save is under way: one connection pings every millisecond, others set keys.
 */
import type { RawClient } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { loadKeys } from "./key_load.ts";

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
  const load = new Deno.Command("redis-benchmark", {
    args: [
      ...["-h", "127.0.0.1", "-p", String(server.port), "-c", "10", "-r", String(keyCount)],
      ...["-n", "1000000000", "-t", "set", "-q"],
    ],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    using pinging = await server.connect({ timeoutMs: 60_000 });
    using watching = await server.connect({ timeoutMs: 60_000 });
    const baselineEndMs = performance.now() + BASELINE_MS;
    const beforeMs = await longestPing(pinging, () => performance.now() >= baselineEndMs);
    let isSaving = true;
    const startMs = performance.now();
    const saved = (async () => {
      await watching.expect("BGSAVE");
      while (String(await watching.expect("INFO", "persistence")).includes("rdb_bgsave_in_progress:1")) await turn(20);
      isSaving = false;
      return performance.now() - startMs;
    })();
    const duringMs = await longestPing(pinging, () => !isSaving);
    return { beforeMs, duringMs, saveMs: await saved };
  } finally {
    load.kill("SIGKILL");
    await load.status;
  }
}

async function longestPing(client: RawClient, isOver: () => boolean): Promise<number> {
  let longestMs = 0;
  while (!isOver()) {
    const startMs = performance.now();
    await client.expect("PING");
    longestMs = Math.max(longestMs, performance.now() - startMs);
    await turn(1);
  }
  return longestMs;
}

function turn(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
