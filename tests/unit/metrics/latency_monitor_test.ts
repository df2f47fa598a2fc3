import { assertEquals } from "@std/assert";
import { analyzeLatency, LATENCY_TS_LEN, LatencyMonitor } from "../../../src/metrics/latency_monitor.ts";

function monitor(): LatencyMonitor {
  const latency = new LatencyMonitor();
  latency.thresholdMs = 10;
  return latency;
}

Deno.test("add() records nothing while the monitor is off or below the threshold", () => {
  const latency = new LatencyMonitor();
  latency.add("command", 1000, 0);
  latency.thresholdMs = 10;
  latency.add("command", 9.99, 0);
  assertEquals(latency.series(), []);
});

Deno.test("add() keeps the longest of one second", () => {
  const latency = monitor();
  for (const [ms, atMs] of [[20.7, 1000], [30, 1500], [25, 1999], [11, 2000]] as const) {
    latency.add("command", ms, atMs);
  }
  const series = latency.seriesOf("command")!;
  assertEquals(series.samples, [{ timeSeconds: 1, latencyMs: 30 }, { timeSeconds: 2, latencyMs: 11 }]);
  assertEquals(series.maxMs, 30);
});

Deno.test("add() keeps 160 samples and the longest ever", () => {
  const latency = monitor();
  latency.add("fork", 500, 0);
  for (let second = 1; second <= LATENCY_TS_LEN; second++) latency.add("fork", 20, second * 1000);
  const series = latency.seriesOf("fork")!;
  assertEquals(series.samples.length, LATENCY_TS_LEN);
  assertEquals(series.samples[0], { timeSeconds: 1, latencyMs: 20 });
  assertEquals(series.maxMs, 500);
});

Deno.test("reset() forgets one event in any case of letters, or all", () => {
  const latency = monitor();
  for (const event of ["command", "fork", "expire-cycle"]) latency.add(event, 50, 0);
  assertEquals(latency.reset("FORK"), 1);
  assertEquals(latency.reset("fork"), 0);
  assertEquals(latency.reset(), 2);
  assertEquals(latency.seriesOf("command"), null);
});

Deno.test("analyzeLatency() rounds down as integers do", () => {
  const latency = monitor();
  for (const [index, ms] of [10, 20, 31].entries()) latency.add("command", ms, index * 1000);
  assertEquals(analyzeLatency(latency.seriesOf("command")!, 9_999), {
    sampleCount: 3,
    averageMs: 20,
    deviationMs: 7,
    minMs: 10,
    maxMs: 31,
    periodSeconds: 9,
  });
});
