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

/** The memory before the server had any work, with no data, with a first part of them, and with all. */
export interface Footprint {
  unused: Memory;
  empty: Memory;
  begun: Memory;
  filled: Memory;
}

/** The first part of the data, for which the code of their type is compiled: what that takes it takes once. */
export const BEGUN_SHARE = 0.1;

/** How long a server has to give memory back. */
const SETTLE_MS = 3_000;

/** Makes `count` pieces of data but for the first `from`, which are there. */
export type Fill = (server: ServerProcess, count: number, from: number) => Promise<void>;

/** Warms the server up and fills it. */
export async function measureFootprint(server: ServerProcess, count: number, fill: Fill): Promise<Footprint> {
  const unused = await memoryOf(server);
  await warmUp(server);
  const empty = await memoryOf(server);
  const first = count * BEGUN_SHARE;
  await fill(server, first, 0);
  const begun = await memoryOf(server);
  await fill(server, count, first);
  return { unused, empty, begun, filled: await memoryOf(server) };
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
