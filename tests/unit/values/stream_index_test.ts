import { assertEquals } from "@std/assert";
import { StreamGroup } from "../../../src/values/stream_group.ts";
import { MIN_STREAM_ID, StreamId } from "../../../src/values/stream_id.ts";
import { type Identified, StreamIndex } from "../../../src/values/stream_index.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { sliceOf } from "./elements.ts";

Deno.test("StreamIndex agrees with a sorted array", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const random = new SeededRandom(seed);
    const index = new StreamIndex<Identified>();
    const model = new Set<number>();
    for (let step = 0; step < 6000; step++) {
      const ms = seed === 1 && step < 3000 ? step : random.integer(0, 3000);
      const id = new StreamId(ms, 0);
      if (random.chance(0.6)) {
        assertEquals(index.insert({ id }), !model.has(ms));
        model.add(ms);
      } else {
        assertEquals(index.delete(id) !== null, model.delete(ms));
      }
      if (step % 200 !== 0) continue;
      const sorted = [...model].sort((left, right) => left - right);
      assertEquals([...index].map((item) => item.id.ms), sorted);
      assertEquals(index.size, sorted.length);
      assertEquals(index.first?.id.ms, sorted[0]);
      assertEquals(index.last?.id.ms, sorted.at(-1));
      for (let probe = 0; probe < 50; probe++) {
        const at = new StreamId(random.integer(0, 3001), random.integer(0, 1));
        const isBefore = (value: number) => value < Number(at.ms) || (value === at.ms && at.seq === 1);
        const atOrBefore = (value: number) => isBefore(value) || value === at.ms;
        assertEquals(index.before(at)?.id.ms, sorted.findLast(isBefore));
        assertEquals(index.atOrBefore(at)?.id.ms, sorted.findLast(atOrBefore));
        assertEquals(index.after(at)?.id.ms, sorted.find((value) => !atOrBefore(value)));
        assertEquals(index.atOrAfter(at)?.id.ms, sorted.find((value) => !isBefore(value)));
      }
    }
  }
});

Deno.test("groups keep pending entries in step with their consumers", () => {
  const group = new StreamGroup(bytesOfText("g"), MIN_STREAM_ID, 0);
  const bob = group.createConsumer(sliceOf("bob"), 1)!;
  const ann = group.createConsumer(sliceOf("ann"), 2)!;
  assertEquals(group.createConsumer(sliceOf("bob"), 3), null);
  assertEquals([...group.consumers].map((consumer) => textOfBytes(consumer.name)), ["ann", "bob"]);
  for (let ms = 1; ms <= 4; ms++) group.addPending(new StreamId(ms, 0), bob, 10, 1);
  assertEquals(group.addPending(new StreamId(1, 0), ann, 10, 1), null);
  group.assign(group.pending.get(new StreamId(2, 0))!, ann);
  assertEquals([bob.pending.size, ann.pending.size], [3, 1]);
  assertEquals([group.acknowledge(new StreamId(1, 0)), group.acknowledge(new StreamId(1, 0))], [true, false]);
  const copy = group.duplicate();
  assertEquals(group.deleteConsumer(bob), 2);
  assertEquals([...group.pending].map((entry) => entry.id.toString()), ["2-0"]);
  assertEquals(copy.pending.size, 3);
  assertEquals(copy.consumers.get(sliceOf("bob"))!.pending.size, 2);
});
