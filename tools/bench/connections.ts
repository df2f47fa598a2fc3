/**
 * Many connections: requests a second and waits while all are busy, and the memory of those that do nothing.
 */
import type { RawClient } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { type Contender, type Pair, residentBytes, startContender } from "./contender.ts";
import { turn } from "./ping_times.ts";
import { benchmarkRates, type Rate } from "./throughput.ts";

/** One number of connections. */
export interface ConnectionsRow {
  connections: number;
  rates: Pair<Rate>;
}

const COUNTS = [1, 50, 500, 5000];
const REQUESTS = 200_000;
const SETTLE_MS = 2_000;

/** PING at `-P 1` by each number of connections. */
export async function measureConnections(pair: Pair<Contender>, scale: number): Promise<ConnectionsRow[]> {
  await using ours = await startContender(pair.ours);
  await using reference = await startContender(pair.reference);
  const rows: ConnectionsRow[] = [];
  for (const connections of COUNTS) {
    const rate = async (server: ServerProcess) => {
      const requests = REQUESTS * scale * (connections === 1 ? 0.2 : 1);
      const rates = await benchmarkRates(server.port, { what: ["PING"], pipeline: 1, requests, connections });
      return rates[0]![1];
    };
    // The first one warms the server up.
    if (rows.length === 0) await Promise.all([rate(ours), rate(reference)]);
    rows.push({ connections, rates: { ours: await rate(ours), reference: await rate(reference) } });
  }
  return rows;
}

/** Resident bytes that each of `count` connections takes which has pinged once and then does nothing. */
export async function measureIdleConnections(server: ServerProcess, count: number): Promise<number> {
  const clients: RawClient[] = [];
  try {
    const before = await residentBytes(server.pid);
    for (let index = 0; index < count; index++) {
      const client = await server.connect({ timeoutMs: 60_000 });
      clients.push(client);
      await client.expect("PING");
    }
    await turn(SETTLE_MS);
    return (await residentBytes(server.pid) - before) / count;
  } finally {
    for (const client of clients) client[Symbol.dispose]();
  }
}
