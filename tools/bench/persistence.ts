/**
 * How fast a file is saved and loaded, and what an append-only file costs the writers.
 */
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { type Contender, median, type Pair, startContender } from "./contender.ts";
import { turn } from "./ping_times.ts";
import { benchmarkRates } from "./throughput.ts";

/** A dataset on its way to the disk and back. */
export interface FileSpeed {
  fileBytes: number;
  saveMs: number;
  loadMs: number;
}

/** SET requests a second under each policy. */
export type PolicyRates = Record<Policy, number>;

/** What `appendonly` and `appendfsync` say together. */
export type Policy = "no" | "everysec" | "always";

const POLICIES: readonly Policy[] = ["no", "everysec", "always"];
const TRIES = 3;
const MAX_MS = 300_000;
const REQUESTS_AT_PIPELINE_1 = 60_000;
const REQUESTS_AT_PIPELINE_16 = 600_000;

/** Fills a server, saves by SAVE and loads by starting again: the best of three of each. */
export async function measureFileSpeed(
  contender: Contender,
  fill: (server: ServerProcess) => Promise<void>,
): Promise<FileSpeed> {
  await using server = await startContender(contender);
  await fill(server);
  const savesMs: number[] = [];
  for (let attempt = 0; attempt < TRIES; attempt++) {
    using client = await server.connect({ timeoutMs: MAX_MS });
    const startMs = performance.now();
    await client.expect("SAVE");
    savesMs.push(performance.now() - startMs);
  }
  for (let attempt = 0; attempt < TRIES; attempt++) await server.restart();
  const loadsMs = [...server.log.matchAll(/DB loaded from disk: ([0-9.]+) seconds/g)].map(([, seconds]) =>
    Number(seconds) * 1000
  );
  const { size } = await Deno.stat(`${server.directory}/dump.rdb`);
  return { fileBytes: size, saveMs: Math.min(...savesMs), loadMs: Math.min(...loadsMs) };
}

/** SET rates of both servers under each policy, in turn, so that a slow minute of the machine meets all. */
export async function measureAofCost(
  pair: Pair<Contender>,
  { pipeline, rounds }: { pipeline: number; rounds: number },
): Promise<Pair<PolicyRates>> {
  await using ours = await startContender(pair.ours);
  await using reference = await startContender(pair.reference);
  const servers = { ours, reference };
  const rates: Pair<Record<Policy, number[]>> = { ours: noRates(), reference: noRates() };
  const requests = pipeline === 1 ? REQUESTS_AT_PIPELINE_1 : REQUESTS_AT_PIPELINE_16;
  for (let round = 0; round <= rounds; round++) {
    for (const side of ["ours", "reference"] as const) {
      for (const policy of POLICIES) {
        await adopt(servers[side], policy);
        const [rate] = await benchmarkRates(servers[side].port, { what: "set", pipeline, requests });
        // The first round warms up.
        if (round > 0) rates[side][policy].push(rate![1].requestsPerSecond);
      }
    }
  }
  return { ours: mediansOf(rates.ours), reference: mediansOf(rates.reference) };
}

function noRates(): Record<Policy, number[]> {
  return { no: [], everysec: [], always: [] };
}

function mediansOf({ no, everysec, always }: Record<Policy, number[]>): PolicyRates {
  return { no: median(no), everysec: median(everysec), always: median(always) };
}

/** Sets the policy and waits until the file that it begins with is made. */
async function adopt(server: ServerProcess, policy: Policy): Promise<void> {
  using client = await server.connect({ timeoutMs: MAX_MS });
  await client.expect("FLUSHALL");
  if (policy === "no") {
    await client.expect("CONFIG", "SET", "appendonly", "no");
    return;
  }
  await client.expect("CONFIG", "SET", "appendfsync", policy);
  await client.expect("CONFIG", "SET", "appendonly", "yes");
  const isBusy = async () =>
    /aof_rewrite_(in_progress|scheduled):1/.test(String(await client.expect("INFO", "persistence")));
  while (await isBusy()) await turn(20);
}
