/**
 * Memory of a server: empty, filled, and after everything was deleted again.
 */
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { residentBytes } from "./contender.ts";
import { loadKeys, warmUp } from "./key_load.ts";
import { turn } from "./ping_times.ts";

/** What a server takes at one moment: of the system, and by its own count. */
export interface Memory {
  residentBytes: number;
  usedBytes: number;
}

/** The memory with a first part of the data, and with all. */
export interface Footprint {
  begun: Memory;
  filled: Memory;
}

/** The first part of the data, for which the code of their type is compiled: what that takes it takes once. */
export const BEGUN_SHARE = 0.1;

/** How long a server has to give memory back: ours waits for 20 s of rest, redis-server's allocator for 10. */
const REST_MS = 30_000;

/** Makes `count` pieces of data but for the first `from`, which are there. */
export type Fill = (server: ServerProcess, count: number, from: number) => Promise<void>;

/** Warms the server up and fills it. */
export async function measureFootprint(server: ServerProcess, count: number, fill: Fill): Promise<Footprint> {
  await warmUp(server);
  const first = count * BEGUN_SHARE;
  await fill(server, first, 0);
  const begun = await memoryOf(server);
  await fill(server, count, first);
  return { begun, filled: await memoryOf(server) };
}

/** Resident bytes of a server that was not used yet, was filled with strings, rested, and was emptied by FLUSHALL. */
export interface StringsFootprint {
  unusedBytes: number;
  filledBytes: number;
  restedBytes: number;
  flushedBytes: number;
}

/** Fills the server with strings and empties it again. */
export async function measureStrings(
  server: ServerProcess,
  { count, valueBytes }: { count: number; valueBytes: number },
): Promise<StringsFootprint> {
  const unusedBytes = await residentBytes(server.pid);
  await loadKeys(server, count, 0, "x".repeat(valueBytes));
  const filledBytes = await residentBytes(server.pid);
  await turn(REST_MS);
  const restedBytes = await residentBytes(server.pid);
  using client = await server.connect({ timeoutMs: 60_000 });
  await client.expect("FLUSHALL");
  await turn(REST_MS);
  return { unusedBytes, filledBytes, restedBytes, flushedBytes: await residentBytes(server.pid) };
}

async function memoryOf(server: ServerProcess): Promise<Memory> {
  return { usedBytes: await usedMemory(server), residentBytes: await residentBytes(server.pid) };
}

/** `used_memory` of INFO. */
export async function usedMemory(server: ServerProcess): Promise<number> {
  using client = await server.connect({ timeoutMs: 60_000 });
  return Number(/^used_memory:(\d+)/m.exec(String(await client.expect("INFO", "memory")))?.[1]);
}
