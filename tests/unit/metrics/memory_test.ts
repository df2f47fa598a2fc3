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

Deno.test("a share of overhead is named and counts no bytes of its own", () => {
  const meter = new MemoryMeter();
  meter.add("data", { bytes: () => 100, isOverhead: false });
  meter.addOverheadShare("tables", () => 30);
  assertEquals([meter.usedBytes(), meter.overheadBytes(), meter.bytesOf("tables")], [100, 30, 30]);
});

Deno.test("uncountedBytes() adds up what is no reason to evict", () => {
  const meter = new MemoryMeter();
  meter.add("data", { bytes: () => 100, isOverhead: false });
  meter.add("replicas", { bytes: () => 50, isOverhead: true, uncountedBytes: () => 40 });
  assertEquals([meter.usedBytes(), meter.uncountedBytes()], [150, 40]);
});
