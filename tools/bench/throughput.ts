/**
 * Requests per second and latency by redis-benchmark, the two servers in turn, so that a slow minute of the machine
 * meets both.
 */
import { runProgram } from "../conformance/child_process.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { type Contender, median, type Pair, sidesInTurn, startContender } from "./contender.ts";

/** How much to measure. */
export interface ThroughputOptions {
  pipelines: readonly number[];
  rounds: number;
  /** Multiplies every count of requests. */
  scale: number;
  /** Size of the values: redis-benchmark's `-d`. */
  dataBytes: number;
  /** Whether each server has one core for itself and redis-benchmark another. */
  isPinned: boolean;
  /** The tests to run, as redis-benchmark's `-t` names them, and those that share its data with them; none: all. */
  tests: readonly string[];
}

/** One line of redis-benchmark. */
export interface Rate {
  requestsPerSecond: number;
  p50Ms: number;
  p99Ms: number;
  /** The part of its time for which redis-benchmark, which has one thread, ran: near 1 the server had to wait for it. */
  clientShare: number;
}

/** A test at one pipeline depth: medians over the rounds; `ratio` is the median of the rounds' ratios. */
export interface ThroughputRow {
  test: string;
  pipeline: number;
  ratio: number;
  rates: Pair<Rate>;
}

// redis-benchmark's default list. One request of LRANGE and MSET makes hundreds of elements or ten keys; pops take what the
// pushes beside them have put.
const GROUPS = [
  { tests: "ping_inline,ping_mbulk", share: 1 },
  { tests: "set", share: 1 },
  { tests: "get", share: 1 },
  { tests: "incr", share: 1 },
  { tests: "lpush,lpop", share: 1 },
  { tests: "rpush,rpop", share: 1 },
  { tests: "sadd,spop", share: 1 },
  { tests: "hset", share: 1 },
  { tests: "zadd,zpopmin", share: 1 },
  { tests: "lrange_100", share: 0.1 },
  { tests: "lrange_300", share: 0.05 },
  { tests: "lrange_500,lrange_600", share: 0.03 },
  { tests: "mset", share: 0.1 },
];
const REQUESTS_AT_PIPELINE_1 = 100_000;
// A round that does not count: every table has its size, and the compiler has seen every command.
const WARM_UP_PIPELINE = 16;
const WARM_UP_SCALE = 1;

/** Runs all rounds, after one that does not count; `onRound` hears how far it is. */
export async function measureThroughput(
  pair: Pair<Contender>,
  options: ThroughputOptions,
  onRound: (text: string) => void,
): Promise<ThroughputRow[]> {
  const { isPinned } = options;
  await using ours = await startContender(isPinned ? pinned(pair.ours) : pair.ours);
  await using reference = await startContender(isPinned ? pinned(pair.reference) : pair.reference);
  const rows: ThroughputRow[] = [];
  onRound("warm-up");
  const warmUp = { ...options, pipeline: WARM_UP_PIPELINE, scale: WARM_UP_SCALE, isOursFirst: true };
  await runRound({ ours, reference }, warmUp);
  for (const pipeline of options.pipelines) {
    const rounds: Pair<Map<string, Rate>>[] = [];
    for (let round = 1; round <= options.rounds; round++) {
      onRound(`pipeline ${pipeline}, round ${round} of ${options.rounds}`);
      // Who begins alternates as well.
      rounds.push(
        await runRound({ ours, reference }, { ...options, pipeline, isOursFirst: round % 2 === 1 }),
      );
    }
    rows.push(...rowsOf(rounds, pipeline));
  }
  return rows;
}

async function runRound(
  servers: Pair<ServerProcess>,
  options: ThroughputOptions & { pipeline: number; isOursFirst: boolean },
): Promise<Pair<Map<string, Rate>>> {
  const { pipeline, scale, isOursFirst, dataBytes, isPinned, tests: wanted } = options;
  const round: Pair<Map<string, Rate>> = { ours: new Map(), reference: new Map() };
  const order = sidesInTurn(isOursFirst);
  for (const side of order) await flush(servers[side]);
  for (const { tests, share } of GROUPS.filter((group) => hasAnyOf(group.tests, wanted))) {
    const requests = Math.round(REQUESTS_AT_PIPELINE_1 * Math.min(pipeline, 20) * scale * share);
    for (const side of order) {
      const rates = await benchmarkRates(servers[side].port, { what: tests, pipeline, requests, dataBytes, isPinned });
      for (const [test, rate] of rates) round[side].set(test, rate);
    }
  }
  return round;
}

/** Whether a group has one of the wanted tests; without any all are wanted. */
function hasAnyOf(tests: string, wanted: readonly string[]): boolean {
  return wanted.length === 0 || tests.split(",").some((test) => wanted.includes(test));
}

async function flush(server: ServerProcess): Promise<void> {
  using client = await server.connect({ timeoutMs: 60_000 });
  await client.expect("FLUSHALL");
}

/** What redis-benchmark is to run. */
export interface BenchmarkRun {
  /** Names of its tests, joined by commas, or one command with its arguments. */
  what: string | readonly string[];
  pipeline: number;
  requests: number;
  /** 50 unless said otherwise. */
  connections?: number;
  /** Size of the values of its tests; 3 unless said otherwise. */
  dataBytes?: number;
  /** Whether it has a core for itself. */
  isPinned?: boolean;
}

/** Runs redis-benchmark; its tests with their rates. */
export async function benchmarkRates(
  port: number,
  { what, pipeline, requests, connections = 50, dataBytes = 3, isPinned = false }: BenchmarkRun,
): Promise<[string, Rate][]> {
  const timed = [
    ...["bash", "-c", 'TIMEFORMAT="client %R %U %S"; time "$@"', "bash"],
    ...(isPinned ? onCore(1) : []),
    ...["redis-benchmark", "-h", "127.0.0.1", "-p", String(port), "-c", String(connections), "-P", String(pipeline)],
    ...["-r", "1000000", "-n", String(requests), "-d", String(dataBytes), "--csv"],
    ...(typeof what === "string" ? ["-t", what] : what),
  ];
  const [program = "", ...args] = timed;
  const { code, stdout, stderr } = await runProgram(program, args);
  if (code !== 0) throw new Error(`redis-benchmark exited with code ${code}: ${stdout}${stderr}`);
  const [, elapsed, user, system] = /^client (\S+) (\S+) (\S+)$/m.exec(stderr) ?? [];
  return [...parseCsv(stdout, (Number(user) + Number(system)) / Number(elapsed))];
}

function pinned(contender: Contender): Contender {
  return { ...contender, command: [...onCore(0), ...contender.command] };
}

function onCore(core: number): string[] {
  return ["taskset", "-c", String(core)];
}

/** Reads `"test","rps","avg","min","p50","p95","p99","max"`. */
function* parseCsv(text: string, clientShare: number): Generator<[string, Rate]> {
  for (const line of text.split("\n")) {
    const cells = [...line.matchAll(/"([^"]*)"/g)].map((match) => match[1]!);
    const [test = "", rate, , , p50, , p99] = cells;
    if (cells.length < 8 || test === "test" || test.includes("needed to benchmark")) continue;
    const name = test.replace(/ \(.*$/, "");
    yield [name, { requestsPerSecond: Number(rate), p50Ms: Number(p50), p99Ms: Number(p99), clientShare }];
  }
}

function rowsOf(rounds: readonly Pair<Map<string, Rate>>[], pipeline: number): ThroughputRow[] {
  const tests = [...rounds[0]?.ours.keys() ?? []];
  return tests.map((test) => {
    const both = rounds.map((round) => ({ ours: round.ours.get(test)!, reference: round.reference.get(test)! }));
    return {
      test,
      pipeline,
      ratio: median(both.map((rates) => rates.ours.requestsPerSecond / rates.reference.requestsPerSecond)),
      rates: {
        ours: medianRate(both.map((rates) => rates.ours)),
        reference: medianRate(both.map((rates) => rates.reference)),
      },
    };
  });
}

function medianRate(rates: readonly Rate[]): Rate {
  return {
    requestsPerSecond: median(rates.map((rate) => rate.requestsPerSecond)),
    p50Ms: median(rates.map((rate) => rate.p50Ms)),
    p99Ms: median(rates.map((rate) => rate.p99Ms)),
    clientShare: median(rates.map((rate) => rate.clientShare)),
  };
}
