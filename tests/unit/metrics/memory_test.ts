import { assertEquals } from "@std/assert";
import { MemoryMeter } from "../../../src/metrics/memory.ts";

Deno.test("usedBytes() adds the parts up and raises the peak", () => {
  const meter = new MemoryMeter();
  let valueBytes = 100;
  meter.add("values", { bytes: () => valueBytes, isOverhead: false });
  meter.add("tables", { bytes: () => 20, isOverhead: true });
  assertEquals([meter.usedBytes(), meter.overheadBytes()], [120, 20]);
  valueBytes = 10;
  assertEquals([meter.usedBytes(), meter.peakBytes], [30, 120]);
  meter.resetPeak();
  assertEquals(meter.peakBytes, 30);
});

Deno.test("add() takes the place of the part of that name", () => {
  const meter = new MemoryMeter();
  meter.add("clients", { bytes: () => 1, isOverhead: true });
  meter.add("clients", { bytes: () => 2, isOverhead: true });
  assertEquals([meter.usedBytes(), meter.bytesOf("clients"), meter.bytesOf("nobody")], [2, 2, 0]);
});
