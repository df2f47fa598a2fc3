/**
 * The two servers of a comparison: ours and the real redis-server, started with the same settings.
 */
import { ServerProcess } from "../../tests/support/server_process.ts";
import { redenoCommand } from "../../tests/support/test_server.ts";
import { runProgram } from "../conformance/child_process.ts";
import { turn } from "./ping_times.ts";

const SAMPLE_INTERVAL_MS = 100;

let pageSize: number | null = null;

/** One of the two. */
export interface Contender {
  name: string;
  /** What starts it, with more arguments behind. */
  command: readonly string[];
}

/** A figure of each. */
export interface Pair<T> {
  ours: T;
  reference: T;
}

/** Both sides in the order of a round: who begins alternates, so that a slow moment meets both. */
export function sidesInTurn(isOursFirst: boolean): readonly (keyof Pair<unknown>)[] {
  return isOursFirst ? ["ours", "reference"] : ["reference", "ours"];
}

/** The two contenders; `ours` can be another server program. */
export function contenders(ours: string | null): Pair<Contender> {
  return {
    ours: { name: "redeno", command: ours === null ? redenoCommand() : [ours] },
    reference: { name: "redis-server", command: ["redis-server"] },
  };
}

/** Starts one without saves. */
export function startContender(contender: Contender): Promise<ServerProcess> {
  return ServerProcess.start({ command: contender.command, configLines: ["enable-debug-command yes"] });
}

/** Runs the same measurement on ours and on the reference, one after the other. */
export async function measureBoth<T>(
  pair: Pair<Contender>,
  measure: (server: ServerProcess) => Promise<T>,
): Promise<Pair<T>> {
  const one = async (contender: Contender) => {
    await using server = await startContender(contender);
    return await measure(server);
  };
  return { ours: await one(pair.ours), reference: await one(pair.reference) };
}

/** What rounds of the same measurement gave: of each figure the middle one and the greatest. */
export interface Rounds<T> {
  median: T;
  greatest: T;
}

/** Measures both in turn, round by round. */
export async function measureRounds<T extends { [Name in keyof T]: number }>(
  pair: Pair<Contender>,
  rounds: number,
  measure: (contender: Contender) => Promise<T>,
): Promise<Pair<Rounds<T>>> {
  const figures: Pair<T[]> = { ours: [], reference: [] };
  for (let round = 0; round < rounds; round++) {
    for (const side of sidesInTurn(round % 2 === 0)) figures[side].push(await measure(pair[side]));
  }
  return { ours: summaryOf(figures.ours), reference: summaryOf(figures.reference) };
}

function summaryOf<T extends { [Name in keyof T]: number }>(rounds: readonly T[]): Rounds<T> {
  const each = (summarize: (values: number[]) => number) => {
    const names = Object.keys(rounds[0]!) as (keyof T)[];
    return Object.fromEntries(names.map((name) => [name, summarize(rounds.map((figures) => figures[name]))])) as T;
  };
  return { median: each(median), greatest: each((values) => Math.max(...values)) };
}

/** The middle value; of an even count the lower of the two. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? NaN;
}

/** Resident memory of a process in bytes. */
export async function residentBytes(pid: number): Promise<number> {
  pageSize ??= Number((await runProgram("getconf", ["PAGESIZE"])).stdout);
  const { stdout } = await runProgram("cat", [`/proc/${pid}/statm`]);
  return Number(stdout.split(" ")[1]) * pageSize;
}

/** The most resident memory that a process has, looked at now and then until `isOver`. */
export async function peakResidentBytes(pid: number, isOver: () => boolean): Promise<number> {
  let peak = 0;
  while (!isOver()) {
    peak = Math.max(peak, await residentBytes(pid));
    await turn(SAMPLE_INTERVAL_MS);
  }
  return peak;
}
