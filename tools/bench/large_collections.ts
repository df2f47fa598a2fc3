/**
 * Requests on one large collection of each type.
 */
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { type Contender, median, type Pair, sidesInTurn, startContender } from "./contender.ts";
import { digits, type LargeCollection, loadLargeCollection } from "./key_load.ts";
import { benchmarkRates } from "./throughput.ts";

/** A command, and the requests a second of both servers. */
export interface LargeRow {
  name: string;
  ratio: number;
  rates: Pair<number>;
}

const MEMBERS = 1_000_000;
const SMALLER = 100_000;
const REQUESTS = 400_000;

// redis-benchmark puts 12 digits below a million in the place of __rand_int__. The shares make the rows take about as long.
const ROWS: readonly { readonly name: string; readonly command: readonly string[]; readonly share: number }[] = [
  { name: "ZADD", command: ["ZADD", "zset", "__rand_int__", "member:__rand_int__"], share: 0.5 },
  { name: "ZRANK", command: ["ZRANK", "zset", "member:__rand_int__"], share: 0.5 },
  { name: "ZRANGE of 10 by rank", command: ["ZRANGE", "zset", "500000", "500009"], share: 0.5 },
  { name: "HGET", command: ["HGET", "hash", "member:__rand_int__"], share: 1 },
  { name: "XADD", command: ["XADD", "stream", "*", "field", "value"], share: 1 },
  {
    name: "XREADGROUP",
    command: ["XREADGROUP", "GROUP", "group", "consumer", "COUNT", "1", "STREAMS", "stream", ">"],
    share: 0.5,
  },
  { name: "SINTER of two of 100,000, 1,000 in both", command: ["SINTER", "one", "two"], share: 0.0005 },
  { name: "SORT of 100,000, the first 10", command: ["SORT", "list", "LIMIT", "0", "10"], share: 0.0001 },
];

/** How much to measure: `scale` multiplies every count of requests. */
export interface LargeOptions {
  rounds: number;
  scale: number;
}

/** Measures every row at `-P 16` on both servers in turn; who begins alternates. */
export async function measureLargeCollections(
  pair: Pair<Contender>,
  { rounds, scale }: LargeOptions,
): Promise<LargeRow[]> {
  await using ours = await startContender(pair.ours);
  await using reference = await startContender(pair.reference);
  const servers = { ours, reference };
  await fill(ours);
  await fill(reference);
  const rows: LargeRow[] = [];
  for (const { name, command, share } of ROWS) {
    const rates: Pair<number[]> = { ours: [], reference: [] };
    const requests = Math.max(16, Math.round(REQUESTS * share * scale));
    // The first round warms both up.
    for (let round = 0; round <= rounds; round++) {
      for (const side of sidesInTurn(round % 2 === 1)) {
        const rate = await rateOf(servers[side], command, requests);
        if (round > 0) rates[side].push(rate);
      }
    }
    const ratio = median(rates.ours.map((rate, round) => rate / rates.reference[round]!));
    rows.push({ name, ratio, rates: { ours: median(rates.ours), reference: median(rates.reference) } });
  }
  return rows;
}

async function rateOf(server: ServerProcess, command: readonly string[], requests: number): Promise<number> {
  const rates = await benchmarkRates(server.port, { what: command, pipeline: 16, requests });
  return rates[0]![1].requestsPerSecond;
}

async function fill(server: ServerProcess): Promise<void> {
  const add = (count: number, head: LargeCollection["head"], makeElement: LargeCollection["makeElement"]) =>
    loadLargeCollection(server, { head, makeElement }, count);
  await add(MEMBERS, ["ZADD", "zset"], (digits, index) => [scattered(index), `member:${digits}`]);
  await add(MEMBERS, ["HSET", "hash"], (digits, index) => [`member:${digits}`, `value:${index}`]);
  await add(SMALLER, ["SADD", "one"], (digits) => [`member:${digits}`]);
  await add(SMALLER, ["SADD", "two"], (_, index) => [`member:${digits(index + SMALLER - 1000)}`]);
  await add(SMALLER, ["RPUSH", "list"], (_, index) => [scattered(index)]);
  using client = await server.connect({ timeoutMs: 60_000 });
  await client.expect("XGROUP", "CREATE", "stream", "group", "$", "MKSTREAM");
}

/** A permutation of the first million numbers: 7919 shares no factor with it. */
function scattered(index: number): number {
  return index * 7919 % MEMBERS;
}
