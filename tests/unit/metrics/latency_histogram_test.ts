import { assert, assertEquals } from "@std/assert";
import { LatencyHistogram } from "../../../src/metrics/latency_histogram.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

Deno.test("percentileNs() is exact to two digits", () => {
  const random = new SeededRandom(7);
  const histogram = new LatencyHistogram();
  const values: number[] = [];
  for (let i = 0; i < 5000; i++) {
    const us = Math.floor(10 ** (random.integer(0, 59999) / 10000));
    values.push(us * 1000);
    histogram.record(us);
  }
  values.sort((a, b) => a - b);
  for (const percentile of [1, 25, 50, 90, 99, 99.9, 100]) {
    const exact = values[Math.max(1, Math.floor(percentile / 100 * values.length + 0.5)) - 1]!;
    const found = histogram.percentileNs(percentile);
    assert(found >= exact && found <= exact * 1.01, `p${percentile}: ${found} for ${exact}`);
  }
});

Deno.test("percentileNs() gives the top of the bucket as HdrHistogram does", () => {
  const histogram = new LatencyHistogram();
  histogram.record(1);
  assertEquals(histogram.percentileNs(50), 1003);
  assertEquals(histogram.percentileNs(0), 1000);
});

Deno.test("record() takes what is too short or too long as the shortest and the longest", () => {
  const histogram = new LatencyHistogram();
  histogram.record(0);
  histogram.record(3600e6);
  assertEquals(histogram.percentileNs(1), 1);
  assertEquals(histogram.percentileNs(100), 1_002_438_655);
});

Deno.test("cumulative() doubles its steps and leaves empty ones out", () => {
  const histogram = new LatencyHistogram();
  for (const us of [1, 1, 3, 20, 20, 900]) histogram.record(us);
  assertEquals(histogram.cumulative(), [
    { upToUs: 1, count: 2 },
    { upToUs: 4, count: 3 },
    { upToUs: 33, count: 5 },
    { upToUs: 1056, count: 6 },
  ]);
  assertEquals(histogram.count, 6);
});

Deno.test("cumulative() of nothing is empty", () => assertEquals(new LatencyHistogram().cumulative(), []));
