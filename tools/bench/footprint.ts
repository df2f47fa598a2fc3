/**
 * Memory of a server: empty, filled, and after everything was deleted again.
 */
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { residentBytes } from "./contender.ts";
import { warmUp } from "./key_load.ts";
import { turn } from "./ping_times.ts";

/** What a server takes at one moment: of the system, and by its own count. */
export interface Memory {
  residentBytes: number;
  usedBytes: number;
}

/** The memory before and after, and before the server had any work: what the first work takes it takes once. */
export interface Footprint {
  unused: Memory;
  empty: Memory;
  filled: Memory;
}

/** How long a server has to give memory back. */
const SETTLE_MS = 3_000;

/** Warms the server up and fills it. */
export async function measureFootprint(server: ServerProcess, fill: () => Promise<void>): Promise<Footprint> {
  const unused = await memoryOf(server);
  await warmUp(server);
  const empty = await memoryOf(server);
  await fill();
  return { unused, empty, filled: await memoryOf(server) };
}

/** Empties the server by FLUSHALL; its resident bytes a while later. */
export async function measureFlushed(server: ServerProcess): Promise<number> {
  using client = await server.connect({ timeoutMs: 60_000 });
  await client.expect("FLUSHALL");
  await turn(SETTLE_MS);
  return await residentBytes(server.pid);
}

async function memoryOf(server: ServerProcess): Promise<Memory> {
  return { usedBytes: await usedMemory(server), residentBytes: await residentBytes(server.pid) };
}

/** `used_memory` of INFO. */
export async function usedMemory(server: ServerProcess): Promise<number> {
  using client = await server.connect({ timeoutMs: 60_000 });
  return Number(/^used_memory:(\d+)/m.exec(String(await client.expect("INFO", "memory")))?.[1]);
}
