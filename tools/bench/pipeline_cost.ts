/**
 * What the web streams cost: PING to two servers that differ in nothing else, in turn.
 */
import { ServerProcess } from "../../tests/support/server_process.ts";
import { programCommand } from "../../tests/support/test_server.ts";
import { runProgram } from "../conformance/child_process.ts";
import { median } from "./contender.ts";
import { benchmarkRates } from "./throughput.ts";

const KINDS = ["streams", "bare"] as const;
const PIPELINES = [1, 16];
const REQUESTS_AT_PIPELINE_1 = 100_000;
const TICKS_PER_SECOND = 100; // `sysconf(_SC_CLK_TCK)` of Linux.

/** Medians of the rounds, of a server with streams and of one without. */
export interface PipelineCost {
  pipeline: number;
  requestsPerSecond: Record<typeof KINDS[number], number>;
  /** Processor time of one request in nanoseconds. */
  requestNs: Record<typeof KINDS[number], number>;
}

/** Measures each pipeline depth for so many rounds. */
export async function measurePipelineCost(rounds: number, scale: number): Promise<PipelineCost[]> {
  await using streams = await startServer("streams");
  await using bare = await startServer("bare");
  const servers = { streams, bare };
  const costs: PipelineCost[] = [];
  for (const pipeline of PIPELINES) {
    const requests = REQUESTS_AT_PIPELINE_1 * pipeline * scale;
    const rates: Record<typeof KINDS[number], number[]> = { streams: [], bare: [] };
    const times: Record<typeof KINDS[number], number[]> = { streams: [], bare: [] };
    // The first round does not count: the code is compiled in it.
    for (let round = 0; round <= rounds; round++) {
      for (const kind of round % 2 === 0 ? KINDS : KINDS.toReversed()) {
        const { port, pid } = servers[kind];
        const startUs = await processorUs(pid);
        const [[, rate] = []] = await benchmarkRates(port, { what: ["PING"], pipeline, requests });
        if (round === 0) continue;
        rates[kind].push(rate!.requestsPerSecond);
        times[kind].push((await processorUs(pid) - startUs) * 1000 / requests);
      }
    }
    costs.push({
      pipeline,
      requestsPerSecond: { streams: median(rates.streams), bare: median(rates.bare) },
      requestNs: { streams: median(times.streams), bare: median(times.bare) },
    });
  }
  return costs;
}

function startServer(kind: typeof KINDS[number]): Promise<ServerProcess> {
  const command = [...programCommand("tools/bench/pong_server.ts", ["--allow-net=127.0.0.1"]), kind];
  return ServerProcess.start({ command, hasConfigFile: false });
}

async function processorUs(pid: number): Promise<number> {
  const { stdout } = await runProgram("cat", [`/proc/${pid}/stat`]);
  // The name in brackets may hold blanks; `utime` and `stime` are the 12th and 13th field behind it.
  const fields = stdout.slice(stdout.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND * 1e6;
}
