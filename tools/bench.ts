/**
 * `deno task bench [--quick]`: our server and the real redis-server on this machine in one run, as a table of ratios.
 *
 * - A ratio of requests is ours divided by Redis's (more is better); one of time or memory likewise (less is better).
 */
import { parseArgs } from "@std/cli/parse-args";
import type { ServerProcess } from "../tests/support/server_process.ts";
import { findProgram } from "./conformance/child_process.ts";
import { type Contender, contenders, measureBoth, measureRounds, median } from "./bench/contender.ts";
import { type Pair, residentBytes, startContender } from "./bench/contender.ts";
import { measureConnections, measureIdleConnections } from "./bench/connections.ts";
import { measureDictGrowth } from "./bench/dict_growth.ts";
import { measureFullSync, measureLag } from "./bench/full_sync.ts";
import {
  BEGUN_SHARE,
  type Fill,
  type Footprint,
  measureFootprint,
  measureStrings,
  type StringsFootprint,
  usedMemory,
} from "./bench/footprint.ts";
import { COLLECTIONS, LARGE_COLLECTIONS, loadCollections, loadKeys, loadLargeCollection } from "./bench/key_load.ts";
import { measureLargeCollections } from "./bench/large_collections.ts";
import { measureAofCost, measureFileSpeed } from "./bench/persistence.ts";
import { measurePauses, type Pauses } from "./bench/pauses.ts";
import { measurePipelineCost } from "./bench/pipeline_cost.ts";
import { measureSaveStall } from "./bench/save_stall.ts";
import { measureThroughput, type ThroughputRow } from "./bench/throughput.ts";

const USAGE = `Usage: deno task bench [options]

  --quick          a fifth of the requests, one round, 200,000 keys
  --rounds N       rounds of throughput, large, pipeline, stall, pauses, sync and the append-only file (3)
  --pipelines LIST pipeline depths (1,16,64)
  --data BYTES     size of the values of the throughput tests (3)
  --tests LIST     throughput tests, by redis-benchmark's names (all)
  --pinned         throughput with the servers on one core and redis-benchmark on another
  --only PART      throughput, large, connections, pipeline, memory, stall, pauses, startup, dict, sync or persistence;
                   can be repeated
  --ours PROGRAM   another server in place of ours
`;

const START_TRIES = 5;
const IDLE_CONNECTIONS = 5_000;
const SMALL_COLLECTIONS = 200_000;
/** Of the strings whose memory is measured. */
const VALUE_SIZES = [3, 64];
const POPULATE_MAX_MS = 300_000;

/** What every part needs. */
interface Plan {
  pair: Pair<Contender>;
  isQuick: boolean;
  rounds: number;
  pipelines: number[];
  dataBytes: number;
  isPinned: boolean;
  tests: string[];
  keyCount: number;
}

const PARTS: Record<string, (plan: Plan) => Promise<void>> = {
  throughput: reportThroughput,
  large: reportLarge,
  connections: reportConnections,
  memory: reportMemory,
  stall: reportStall,
  pauses: reportPauses,
  pipeline: reportPipeline,
  startup: reportStartup,
  dict: reportDict,
  sync: reportSync,
  persistence: reportPersistence,
};

async function reportThroughput(plan: Plan): Promise<void> {
  const { pair, pipelines } = plan;
  const options = { ...plan, scale: plan.isQuick ? 0.2 : 1 };
  const rows = await measureThroughput(pair, options, (text) => console.error(text));
  console.log("\n| test | pipeline | redeno req/s | redis req/s | ratio | p50 ms | p99 ms | client busy % |");
  console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const row of rows) console.log(throughputLine(row));
  for (const pipeline of pipelines) {
    const logs = rows.filter((row) => row.pipeline === pipeline).map((row) => Math.log(row.ratio));
    const mean = Math.exp(logs.reduce((sum, log) => sum + log, 0) / logs.length);
    console.log(`| geometric mean | ${pipeline} | | | **${mean.toFixed(2)}** | | | |`);
  }
}

function throughputLine({ test, pipeline, ratio, rates: { ours, reference } }: ThroughputRow): string {
  const cells = [
    test,
    pipeline,
    Math.round(ours.requestsPerSecond),
    Math.round(reference.requestsPerSecond),
    `**${ratio.toFixed(2)}**`,
    `${ours.p50Ms} / ${reference.p50Ms}`,
    `${ours.p99Ms} / ${reference.p99Ms}`,
    `${Math.round(100 * ours.clientShare)} / ${Math.round(100 * reference.clientShare)}`,
  ];
  return `| ${cells.join(" | ")} |`;
}

async function reportLarge({ pair, isQuick, rounds }: Plan): Promise<void> {
  const rows = await measureLargeCollections(pair, { rounds, scale: isQuick ? 0.2 : 1 });
  printHead("one large collection, pipeline 16", "req/s");
  for (const { name, ratio, rates } of rows) {
    console.log(`| ${name} | ${Math.round(rates.ours)} | ${Math.round(rates.reference)} | **${ratio.toFixed(2)}** |`);
  }
}

async function reportConnections({ pair, isQuick }: Plan): Promise<void> {
  printHead("PING by connections", "req/s");
  for (const { connections, rates: { ours, reference } } of await measureConnections(pair, isQuick ? 0.2 : 1)) {
    printRow(`${connections}`, ours.requestsPerSecond, reference.requestsPerSecond);
    printRow("- p99, ms", ours.p99Ms, reference.p99Ms);
  }
  const idle = await measureBoth(pair, (server) => measureIdleConnections(server, IDLE_CONNECTIONS));
  printRow(`resident bytes of each of ${IDLE_CONNECTIONS} idle ones`, idle.ours, idle.reference);
}

async function reportPipeline({ isQuick, rounds }: Plan): Promise<void> {
  console.log("\n| the web streams, PING | with them | bare `conn.read` | ratio |");
  console.log("| --- | ---: | ---: | ---: |");
  for (const { pipeline, requestsPerSecond, requestNs } of await measurePipelineCost(rounds, isQuick ? 0.2 : 1)) {
    printRow(`req/s at -P ${pipeline}`, requestsPerSecond.ours, requestsPerSecond.reference);
    printRow("- processor ns a request", requestNs.ours, requestNs.reference);
  }
}

async function reportMemory({ pair, keyCount, isQuick }: Plan): Promise<void> {
  printHead("resident memory", "MB");
  for (const count of isQuick ? [keyCount] : [keyCount, 10 * keyCount]) {
    for (const valueBytes of VALUE_SIZES) await reportStrings(pair, count, valueBytes);
  }
  printHead("growth of resident memory, without the first tenth", "bytes");
  const strings = await measureBoth(pair, (server) => measureFootprint(server, keyCount, loadKeys));
  printGrowth("a string", strings, keyCount);
  const count = isQuick ? SMALL_COLLECTIONS / 5 : SMALL_COLLECTIONS;
  const report = async (what: string, pieces: number, fill: Fill) =>
    printGrowth(what, await measureBoth(pair, (server) => measureFootprint(server, pieces, fill)), pieces);
  for (const [name, make] of Object.entries(COLLECTIONS)) {
    await report(
      `each of ${count} ${name} of 10`,
      count,
      (server, ...range) => loadCollections(server, make, ...range),
    );
  }
  for (const [name, large] of Object.entries(LARGE_COLLECTIONS)) {
    const fill: Fill = (server, ...range) => loadLargeCollection(server, large, ...range);
    await report(`an element of a ${name} of ${keyCount}`, keyCount, fill);
  }
}

async function reportStrings(pair: Pair<Contender>, count: number, valueBytes: number): Promise<void> {
  const measure = async (contender: Contender) => {
    await using server = await startContender(contender);
    return await measureStrings(server, { count, valueBytes });
  };
  // At the same time, as most of it is rest.
  const [ours, reference] = await Promise.all([measure(pair.ours), measure(pair.reference)]);
  const row = (what: string, figure: keyof StringsFootprint) =>
    printRow(what, ours[figure] / 1e6, reference[figure] / 1e6);
  row("no keys", "unusedBytes");
  row(`${count} keys of 16 + ${valueBytes} bytes, at once`, "filledBytes");
  row("- after 30 s of rest", "restedBytes");
  row("- after FLUSHALL and 30 s", "flushedBytes");
}

/** What the larger part of `count` pieces took of the system, and by the server's own count, for each of them. */
function printGrowth(what: string, { ours, reference }: Pair<Footprint>, count: number): void {
  const measured = count * (1 - BEGUN_SHARE);
  const resident = ({ begun, filled }: Footprint) => (filled.residentBytes - begun.residentBytes) / measured;
  const used = ({ begun, filled }: Footprint) => (filled.usedBytes - begun.usedBytes) / measured;
  printRow(what, resident(ours), resident(reference));
  printRow("- by used_memory", used(ours), used(reference));
}

async function reportDict({ pair, isQuick, rounds }: Plan): Promise<void> {
  console.log("\n| entries | ns an insertion | ns a lookup | longest ms | in all rounds ms | at | bytes each |");
  console.log("| ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
  for (const stage of measureDictGrowth(isQuick ? [1e6, 5e6] : [1e6, 5e6, 10e6, 20e6, 25e6], rounds)) {
    const cells = [
      stage.count,
      ...[stage.insertNs, stage.lookupNs].map(Math.round),
      ...[stage.longestMs, stage.recurringMs].map((ms) => ms.toFixed(1)),
      ...[stage.recurringAt, stage.bytesPerEntry.toFixed(1)],
    ];
    console.log(`| ${cells.join(" | ")} |`);
  }
  const count = isQuick ? 5e6 : 20e6;
  const figures = await measureBoth(pair, async (server) => {
    const [usedBefore, residentBefore] = [await usedMemory(server), await residentBytes(server.pid)];
    using client = await server.connect({ timeoutMs: POPULATE_MAX_MS });
    const startMs = performance.now();
    await client.expect("DEBUG", "POPULATE", count);
    const populateMs = performance.now() - startMs;
    return {
      populateMs,
      used: (await usedMemory(server) - usedBefore) / count,
      resident: (await residentBytes(server.pid) - residentBefore) / count,
    };
  });
  printHead(`DEBUG POPULATE ${count}`, "");
  printRow("bytes of used_memory a key", figures.ours.used, figures.reference.used);
  printRow("resident bytes a key", figures.ours.resident, figures.reference.resident);
  printRow("ns a key", figures.ours.populateMs * 1e6 / count, figures.reference.populateMs * 1e6 / count);
}

async function reportStall({ pair, keyCount, rounds }: Plan): Promise<void> {
  for (const hasHash of [false, true]) {
    const measure = (contender: Contender) => measureSaveStall(contender, { keyCount, hasHash });
    const { ours, reference } = await measureRounds(pair, rounds, measure);
    printHead(`a save of ${keyCount} keys${hasHash ? " and a hash of as many fields" : ""} that are written to`, "");
    printRow("longest PING ms before", ours.median.beforeMs, reference.median.beforeMs);
    printRow("p99.9 PING ms before", ours.median.beforeP999Ms, reference.median.beforeP999Ms);
    printRow("longest PING ms during BGSAVE", ours.median.longestMs, reference.median.longestMs);
    printRow("- the longest of all rounds", ours.greatest.longestMs, reference.greatest.longestMs);
    printRow("p99.9 PING ms during BGSAVE", ours.median.p999Ms, reference.median.p999Ms);
    printRow("MB that it takes", ours.median.grownBytes / 1e6, reference.median.grownBytes / 1e6);
    printRow("ms of the whole BGSAVE", ours.median.saveMs, reference.median.saveMs);
    printRow("ms of a BGSAVE with no other work", ours.median.idleSaveMs, reference.median.idleSaveMs);
  }
}

async function reportPauses({ pair, keyCount, rounds }: Plan): Promise<void> {
  const count = 10 * keyCount;
  const { ours, reference } = await measureRounds(pair, rounds, (contender) => measurePauses(contender, count));
  const rows: Record<keyof Pauses, string> = {
    loadMs: "while redis-benchmark sets them",
    expiryMs: "while they all expire",
    flushMs: "FLUSHALL ASYNC",
    deleteMs: "DEL of a sorted set of 1,000,000",
    unlinkMs: "UNLINK of it",
  };
  printHead(`longest PING, ${count} keys`, "ms");
  for (const [name, label] of Object.entries(rows) as [keyof Pauses, string][]) {
    printRow(label, ours.median[name], reference.median[name]);
    printRow("- the longest of all rounds", ours.greatest[name], reference.greatest[name]);
  }
}

async function reportSync({ pair, keyCount, rounds }: Plan): Promise<void> {
  const { ours, reference } = pair;
  for (const isDiskless of [true, false]) {
    const measure = (isUnderLoad: boolean) => (master: Contender) =>
      measureFullSync({ master, replica: reference, keyCount, isDiskless, isUnderLoad });
    const idle = await measureRounds(pair, rounds, measure(false));
    const busy = await measureRounds(pair, rounds, measure(true));
    printHead(`full synchronisation of ${keyCount} keys, ${isDiskless ? "diskless" : "by a file"}, as the master`, "");
    printRow("ms, no other work", idle.ours.median.syncMs, idle.reference.median.syncMs);
    printRow("MB that it takes", idle.ours.median.grownBytes / 1e6, idle.reference.median.grownBytes / 1e6);
    printRow("ms under SET load", busy.ours.median.syncMs, busy.reference.median.syncMs);
    printRow(
      "MB that it takes under SET load",
      busy.ours.median.grownBytes / 1e6,
      busy.reference.median.grownBytes / 1e6,
    );
    printRow("longest PING ms before", busy.ours.median.beforeMs, busy.reference.median.beforeMs);
    printRow("longest PING ms", busy.ours.median.longestMs, busy.reference.median.longestMs);
    printRow("- the longest of all rounds", busy.ours.greatest.longestMs, busy.reference.greatest.longestMs);
    printRow("p99.9 PING ms", busy.ours.median.p999Ms, busy.reference.median.p999Ms);
    const asReplica = await measureRounds(
      pair,
      rounds,
      (replica) => measureFullSync({ master: reference, replica, keyCount, isDiskless, isUnderLoad: false }),
    );
    printRow("ms, as the replica", asReplica.ours.median.syncMs, asReplica.reference.median.syncMs);
  }
  const [lag, referenceLag] = [await measureLag(ours, ours), await measureLag(reference, reference)];
  printHead("replication at full SET load", "");
  printRow("median lag ms", lag.medianMs, referenceLag.medianMs);
  printRow("longest lag ms", lag.longestMs, referenceLag.longestMs);
  printRow("MB of the stream a second", lag.bytesPerSecond / 1e6, referenceLag.bytesPerSecond / 1e6);
}

async function reportPersistence({ pair, keyCount, rounds }: Plan): Promise<void> {
  const fills: Record<string, (server: ServerProcess) => Promise<void>> = {
    [`${keyCount} strings`]: (server) => loadKeys(server, keyCount),
  };
  for (const name of ["hashes", "sets", "sorted sets"]) {
    const count = keyCount / 4;
    fills[`${count} ${name} of 10`] = (server) => loadCollections(server, COLLECTIONS[name]!, count);
  }
  printHead("an RDB file", "MB/s");
  for (const [name, fill] of Object.entries(fills)) {
    const [ours, reference] = [await measureFileSpeed(pair.ours, fill), await measureFileSpeed(pair.reference, fill)];
    // Of the same data the same bytes.
    const kilobytes = reference.fileBytes / 1e3;
    printRow(`save, ${name}`, kilobytes / ours.saveMs, kilobytes / reference.saveMs);
    printRow(`load, ${name}`, kilobytes / ours.loadMs, kilobytes / reference.loadMs);
  }
  for (const pipeline of [1, 16]) {
    const { ours, reference } = await measureAofCost(pair, { pipeline, rounds });
    printHead(`SET at pipeline ${pipeline}`, "req/s");
    for (const policy of ["no", "everysec", "always"] as const) {
      printRow(`append-only file: ${policy}`, ours[policy], reference[policy]);
    }
    for (const policy of ["everysec", "always"] as const) {
      printRow(`- ${policy}, % of no`, ours[policy] / ours.no * 100, reference[policy] / reference.no * 100);
    }
  }
}

async function reportStartup({ pair }: Plan): Promise<void> {
  const measure = async (contender: Contender) => {
    const timesMs: number[] = [];
    for (let attempt = 0; attempt < START_TRIES; attempt++) {
      const startMs = performance.now();
      await using _server = await startContender(contender);
      timesMs.push(performance.now() - startMs);
    }
    return median(timesMs);
  };
  printHead("start", "ms");
  printRow("to the first PONG", await measure(pair.ours), await measure(pair.reference));
}

function printHead(what: string, unit: string): void {
  console.log(`\n| ${what} | redeno ${unit} | redis ${unit} | ratio |\n| --- | ---: | ---: | ---: |`);
}

function printRow(what: string, ours: number, reference: number): void {
  console.log(`| ${what} | ${ours.toFixed(1)} | ${reference.toFixed(1)} | **${(ours / reference).toFixed(2)}** |`);
}

/** Reads the arguments, measures, and returns the exit code. */
async function main(args: string[]): Promise<number> {
  const parsed = parseArgs(args, {
    boolean: ["quick", "pinned", "help"],
    string: ["rounds", "pipelines", "data", "tests", "only", "ours"],
    collect: ["only"],
  });
  if (parsed["help"]) {
    console.log(USAGE);
    return 0;
  }
  for (const program of ["redis-server", "redis-benchmark"]) {
    if (await findProgram(program) !== null) continue;
    console.error(`Cannot compare: ${program} is not installed`);
    return 1;
  }
  const isQuick = Boolean(parsed["quick"]);
  const plan: Plan = {
    pair: contenders(parsed["ours"] ?? null),
    isQuick,
    rounds: Number(parsed["rounds"] ?? (isQuick ? 1 : 3)),
    pipelines: String(parsed["pipelines"] ?? "1,16,64").split(",").map(Number),
    dataBytes: Number(parsed["data"] ?? 3),
    isPinned: Boolean(parsed["pinned"]),
    tests: parsed["tests"]?.split(",") ?? [],
    keyCount: isQuick ? 200_000 : 1_000_000,
  };
  const chosen = parsed["only"] as string[] ?? [];
  for (const [name, report] of Object.entries(PARTS)) {
    if (chosen.length === 0 || chosen.includes(name)) await report(plan);
  }
  return 0;
}

Deno.exit(await main(Deno.args));
