/**
 * What the web streams cost: PING to two servers that differ in nothing else, in turn.
 */
import { ServerProcess } from "../../tests/support/server_process.ts";
import { programCommand } from "../../tests/support/test_server.ts";
import { runProgram } from "../conformance/child_process.ts";
import { median, type Pair, sidesInTurn } from "./contender.ts";
import { benchmarkRates } from "./throughput.ts";

const PIPELINES = [1, 16];
const REQUESTS_AT_PIPELINE_1 = 100_000;
const TICKS_PER_SECOND = 100; // `sysconf(_SC_CLK_TCK)` of Linux.

/** Medians of the rounds: `ours` has the streams, the reference has none. */
export interface PipelineCost {
  pipeline: number;
  requestsPerSecond: Pair<number>;
  /** Processor time of one request in nanoseconds. */
  requestNs: Pair<number>;
}

/** Measures each pipeline depth for so many rounds. */
export async function measurePipelineCost(rounds: number, scale: number): Promise<PipelineCost[]> {
  await using ours = await startServer("streams");
  await using reference = await startServer("bare");
  const servers = { ours, reference };
  const costs: PipelineCost[] = [];
  for (const pipeline of PIPELINES) {
    const requests = REQUESTS_AT_PIPELINE_1 * pipeline * scale;
    const rates: Pair<number[]> = { ours: [], reference: [] };
    const timesNs: Pair<number[]> = { ours: [], reference: [] };
    // The first round does not count: the code is compiled in it.
    for (let round = 0; round <= rounds; round++) {
      for (const side of sidesInTurn(round % 2 === 0)) {
        const { port, pid } = servers[side];
        const startNs = await processorNs(pid);
        const [[, rate] = []] = await benchmarkRates(port, { what: ["PING"], pipeline, requests });
        if (round === 0) continue;
        rates[side].push(rate!.requestsPerSecond);
        timesNs[side].push((await processorNs(pid) - startNs) / requests);
      }
    }
    costs.push({
      pipeline,
      requestsPerSecond: { ours: median(rates.ours), reference: median(rates.reference) },
      requestNs: { ours: median(timesNs.ours), reference: median(timesNs.reference) },
    });
  }
  return costs;
}

function startServer(kind: "streams" | "bare"): Promise<ServerProcess> {
  const command = [...programCommand("tools/bench/pong_server.ts", ["--allow-net=127.0.0.1"]), kind];
  return ServerProcess.start({ command, hasConfigFile: false });
}

async function processorNs(pid: number): Promise<number> {
  const { stdout } = await runProgram("cat", [`/proc/${pid}/stat`]);
  // The name in brackets may hold blanks; `utime` and `stime` are the 12th and 13th field behind it.
  const fields = stdout.slice(stdout.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND * 1e9;
}
