/**
 * Fills a server with many small keys.
 */
import type { Argument } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";

const BATCH_COUNT = 5_000;

/** Sets `count` keys of 16 bytes (those of redis-benchmark's `-r`) to values of 16 bytes. */
export async function loadKeys(server: ServerProcess, count: number): Promise<void> {
  using client = await server.connect({ timeoutMs: 60_000 });
  for (let start = 0; start < count; start += BATCH_COUNT) {
    const batch: Argument[][] = [];
    for (let index = start; index < Math.min(start + BATCH_COUNT, count); index++) {
      const digits = String(index).padStart(12, "0");
      batch.push(["SET", `key:${digits}`, `val:${digits}`]);
    }
    await client.pipeline(batch);
  }
}
