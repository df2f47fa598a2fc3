/**
 * Resident memory of a server: empty, filled, and after everything was deleted again.
 */
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { residentBytes } from "./contender.ts";
import { turn } from "./ping_times.ts";

/** Resident bytes at the three moments, and what the server itself counts while it is filled. */
export interface Footprint {
  emptyBytes: number;
  filledBytes: number;
  deletedBytes: number;
  usedBytes: number;
}

/** How long a server has to give memory back. */
const SETTLE_MS = 3_000;

/** Fills the server and empties it by FLUSHALL. */
export async function measureFootprint(server: ServerProcess, fill: () => Promise<void>): Promise<Footprint> {
  using client = await server.connect({ timeoutMs: 60_000 });
  const emptyBytes = await residentBytes(server.pid);
  await fill();
  const filledBytes = await residentBytes(server.pid);
  const usedBytes = await usedMemory(server);
  await client.expect("FLUSHALL");
  await turn(SETTLE_MS);
  return { emptyBytes, filledBytes, usedBytes, deletedBytes: await residentBytes(server.pid) };
}

/** `used_memory` of INFO. */
export async function usedMemory(server: ServerProcess): Promise<number> {
  using client = await server.connect({ timeoutMs: 60_000 });
  return Number(/^used_memory:(\d+)/m.exec(String(await client.expect("INFO", "memory")))?.[1]);
}
