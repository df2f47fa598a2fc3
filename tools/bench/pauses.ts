/**
 * The longest time for which a client gets no answer while others make the server do large things: it pings every millisecond.
 */
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { runProgram } from "../conformance/child_process.ts";
import { type Contender, startContender } from "./contender.ts";
import { LARGE_COLLECTIONS, loadLargeCollection } from "./key_load.ts";
import { pingTimes, quantile, turn, WHEN_IDLE } from "./ping_times.ts";

/** Longest pings in milliseconds. */
export interface Pauses {
  loadMs: number;
  expiryMs: number;
  flushMs: number;
  deleteMs: number;
  unlinkMs: number;
}

/** Share of the load that tells how long all of it will take, and by how much it may take longer. */
const TRIAL_SHARE = 0.05;
const LOAD_MARGIN = 2;
/** How long after a command its work in the background is watched at most. */
const AFTERMATH_MS = 3_000;
const MEMBERS = 1_000_000;

/** Measures one server with about `keyCount` keys, and with sorted sets of a million members. */
export async function measurePauses(contender: Contender, keyCount: number): Promise<Pauses> {
  await using server = await startContender(contender);
  using client = await server.connect({ timeoutMs: 600_000 });
  const requests = keyCount * 2;
  const startMs = Date.now();
  await loadExpiring(server, { keyCount, requests: requests * TRIAL_SHARE, dueMs: startMs + 3_600_000 });
  const dueMs = Date.now() + (Date.now() - startMs) / TRIAL_SHARE * LOAD_MARGIN;
  await client.expect("FLUSHALL");
  const loadMs = await longestPing(server, () => loadExpiring(server, { keyCount, requests, dueMs }));
  if (Date.now() >= dueMs) throw new Error("The keys expired while they were loaded: the machine is too slow");
  await turn(dueMs - 1000 - Date.now());
  const expiryMs = await longestPing(server, () => isEmpty(server, dueMs));
  await client.expect("DEBUG", "POPULATE", keyCount, "key", 16);
  const flushMs = await longestPing(server, () => client.expect("FLUSHALL", "ASYNC"));
  const [deleteMs, unlinkMs] = [await removal(server, "DEL"), await removal(server, "UNLINK")];
  return { loadMs, expiryMs, flushMs, deleteMs, unlinkMs };
}

/** The longest ping while `work` is done and a little longer. */
async function longestPing(server: ServerProcess, work: () => Promise<unknown>): Promise<number> {
  using pinging = await server.connect({ timeoutMs: 600_000 });
  let overMs = Infinity;
  const working = work().finally(() => overMs = performance.now() + AFTERMATH_MS);
  const times = await pingTimes(pinging, () => performance.now() >= overMs);
  await working;
  return quantile(times, 1);
}

async function loadExpiring(
  { port }: ServerProcess,
  { keyCount, requests, dueMs }: { keyCount: number; requests: number; dueMs: number },
): Promise<void> {
  const { code, stderr } = await runProgram("chrt", [
    ...WHEN_IDLE,
    ...["redis-benchmark", "-h", "127.0.0.1", "-p", String(port), "-P", "16"],
    ...["-r", String(keyCount), "-n", String(requests), "--csv"],
    ...["SET", "key:__rand_int__", "value", "PXAT", String(Math.round(dueMs))],
  ]);
  if (code !== 0) throw new Error(`redis-benchmark exited with code ${code}: ${stderr}`);
}

async function isEmpty(server: ServerProcess, dueMs: number): Promise<void> {
  using client = await server.connect({ timeoutMs: 600_000 });
  await turn(dueMs - Date.now());
  const deadlineMs = Date.now() + 60_000;
  while (Number(await client.expect("DBSIZE")) > 0 && Date.now() < deadlineMs) await turn(20);
}

async function removal(server: ServerProcess, command: "DEL" | "UNLINK"): Promise<number> {
  using client = await server.connect({ timeoutMs: 600_000 });
  await loadLargeCollection(server, LARGE_COLLECTIONS["sorted set"]!, MEMBERS);
  return await longestPing(server, () => client.expect(command, "zset"));
}
