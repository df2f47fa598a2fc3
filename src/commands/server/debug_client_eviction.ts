/**
 * DEBUG CLIENT-EVICTION: how much memory the clients that may be evicted use, by their size.
 */

import type { Client } from "../../clients/client.ts";
import { isEvictable } from "../../clients/client_eviction.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Services } from "../services.ts";

/** Clients below `2 ** MIN_LOG` bytes share a row, and so do those from `2 ** (MAX_LOG - 1)` on: as Redis's buckets. */
const MIN_LOG = 15;
const MAX_LOG = 33;

/** DEBUG CLIENT-EVICTION */
export function replyClientEviction({ clients, clientEviction, clientMemory }: Services, reply: Reply): void {
  if (clientEviction.limitBytes === 0) return reply.error("ERR maxmemory-clients is disabled.");
  const bytes = new Array<number>(MAX_LOG - MIN_LOG + 1).fill(0);
  const counts = [...bytes];
  clientMemory.settle();
  for (const client of clients) {
    if (!isEvictable(client)) continue;
    const row = rowOf(client);
    bytes[row]! += client.share.bytes;
    counts[row]!++;
  }
  reply.verbatim("txt", bytes.map((sum, row) => lineOf(row, sum, counts[row]!)).join(""));
}

function rowOf({ share }: Client): number {
  const log = share.bytes === 0 ? 0 : Math.floor(Math.log2(share.bytes)) + 1;
  return Math.min(Math.max(log, MIN_LOG), MAX_LOG) - MIN_LOG;
}

function lineOf(row: number, bytes: number, count: number): string {
  const first = String(row === 0 ? 0 : 2 ** (row - 1 + MIN_LOG)).padStart(10);
  const last = row === MAX_LOG - MIN_LOG ? "+            " : ` - ${String(2 ** (row + MIN_LOG) - 1).padStart(10)}`;
  return `bucket ${first}${last}: tot-mem: ${String(bytes).padStart(10)}, clients: ${count}\n`;
}
