import { assertAlmostEquals, assertEquals } from "@std/assert";
import { RateMeter } from "../../../src/metrics/rate_meter.ts";

Deno.test("perSecond is the mean of the last 16 samples", () => {
  const meter = new RateMeter(0);
  for (let i = 1; i <= 40; i++) meter.sample(i * 50, i * 100);
  assertAlmostEquals(meter.perSecond, 500);
  for (let i = 41; i <= 48; i++) meter.sample(2000, i * 100);
  assertAlmostEquals(meter.perSecond, 250);
});

Deno.test("sample() at the same moment counts nothing", () => {
  const meter = new RateMeter(100);
  meter.sample(10, 100);
  assertEquals(meter.perSecond, 0);
});

Deno.test("reset() starts again at zero", () => {
  const meter = new RateMeter(0);
  meter.sample(1000, 100);
  meter.reset(200);
  assertEquals(meter.perSecond, 0);
  meter.sample(16, 1200);
  assertAlmostEquals(meter.perSecond, 1);
});
