/**
 * LATENCY DOCTOR: what the samples of the latency monitor suggest to do, in words.
 */

import { analyzeLatency, type LatencySeries } from "../../metrics/latency_monitor.ts";
import type { Services } from "../services.ts";

type Advice =
  | "slowlogOff"
  | "slowlogThreshold"
  | "slowlogRead"
  | "largeKeys"
  | "scheduler"
  | "disk"
  | "fsyncDuringRewrite"
  | "fsyncAlways"
  | "hz"
  | "eviction";

/** What each event hints at; those of the slow log depend on its configuration. */
const ADVICE: Readonly<Record<string, readonly Advice[]>> = {
  "command": ["slowlogRead", "largeKeys"],
  "fast-command": ["scheduler"],
  "aof-write-pending-fsync": ["disk"],
  "aof-write-active-child": ["fsyncDuringRewrite", "disk"],
  "aof-write-alone": ["disk"],
  "aof-fsync-always": ["fsyncAlways"],
  "aof-fstat": ["disk"],
  "aof-rename": ["disk"],
  "rdb-unlink-temp-file": ["disk"],
  "expire-cycle": ["hz", "largeKeys"],
  "eviction-del": ["largeKeys"],
  "eviction-cycle": ["eviction"],
};

/** The report on one server. */
export function latencyReport(services: Services): string {
  const { metrics: { latency }, clock } = services;
  const series = latency.series();
  if (series.length === 0) {
    return latency.thresholdMs === 0
      ? "The latency monitor is off. Turn it on with CONFIG SET latency-monitor-threshold <milliseconds>.\n"
      : "No delay has reached the threshold of the latency monitor so far.\n";
  }
  const lines = series.map((one, index) => describeSeries(one, index + 1, clock.now));
  const advice = new Set(series.flatMap(({ event }) => adviceFor(services, event)));
  const advised = [...advice].map((one) => `- ${adviceText(services, one)}\n`).join("");
  const suggestions = advised === "" ? "There is no simple advice for these events.\n" : `What may help:\n\n${advised}`;
  return `These events have held the server up:\n\n${lines.join("")}\n${suggestions}`;
}

function describeSeries(series: LatencySeries, number: number, nowMs: number): string {
  const { sampleCount, averageMs, deviationMs, periodSeconds } = analyzeLatency(series, nowMs);
  return `${number}. ${series.event}: ${sampleCount} latency spikes (average ${averageMs}ms, mean deviation ${deviationMs}ms,` +
    ` period ${(periodSeconds / sampleCount).toFixed(2)} sec). Worst all time event ${series.maxMs}ms.\n`;
}

function adviceFor({ metrics: { slowlog, latency } }: Services, event: string): readonly Advice[] {
  const advice = ADVICE[event] ?? [];
  if (event !== "command") return advice;
  if (slowlog.thresholdUs === Infinity) return ["slowlogOff", ...advice];
  return slowlog.thresholdUs / 1000 > latency.thresholdMs ? ["slowlogThreshold", ...advice] : advice;
}

function adviceText({ metrics: { latency } }: Services, advice: Advice): string {
  const setSlowlog = `CONFIG SET slowlog-log-slower-than ${latency.thresholdMs * 1000}`;
  switch (advice) {
    case "slowlogOff":
      return `The slow log is off, so nobody knows which commands were slow. Turn it on: ${setSlowlog}.`;
    case "slowlogThreshold":
      return `The slow log leaves out commands that the latency monitor sees. Lower its threshold: ${setSlowlog}.`;
    case "slowlogRead":
      return "SLOWLOG GET shows the slow commands with their arguments.";
    case "largeKeys":
      return "Reading, deleting or expiring very large values takes long: split them, or delete them with UNLINK.";
    case "scheduler":
      return "Even simple commands were slow: the machine is overloaded or gives this process too little time.";
    case "disk":
      return "Writing to the disk takes long: use a local solid-state disk that few others write to.";
    case "fsyncDuringRewrite":
      return "Consider no-appendfsync-on-rewrite, if you can afford to lose what it does not sync during a rewrite.";
    case "fsyncAlways":
      return "appendfsync is 'always', which waits for the disk at each write: 'everysec' does not.";
    case "hz":
      return "More rounds a second make expiry smoother: CONFIG SET hz 100.";
    case "eviction":
      return "Much had to be evicted at once: lower maxmemory in steps, and avoid commands that store very large results.";
  }
}
