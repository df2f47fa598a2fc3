import { assert, assertEquals } from "@std/assert";
import { type StreamConsumer, StreamGroup } from "../../../src/values/stream_group.ts";
import { MIN_STREAM_ID, StreamId } from "../../../src/values/stream_id.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { sliceOf } from "./elements.ts";

interface ModelEntry {
  consumer: string;
  deliveries: number;
}

interface Model {
  consumers: Set<string>;
  /** By the milliseconds of the id. */
  pending: Map<number, ModelEntry>;
}

function check(group: StreamGroup, { consumers, pending }: Model): void {
  assertEquals([...group.consumers].map(({ name }) => textOfBytes(name)), [...consumers].sort());
  const expected = [...pending].sort(([a], [b]) => a - b);
  const seen = [...group.pending].map((entry) =>
    [entry.id.ms, { consumer: textOfBytes(entry.consumer.name), deliveries: entry.deliveryCount }] as const
  );
  assertEquals(seen, expected);
  for (const consumer of group.consumers) {
    const own = expected.filter(([, entry]) => entry.consumer === textOfBytes(consumer.name)).map(([ms]) => ms);
    assertEquals([...consumer.pending].map(({ id }) => id.ms), own);
    // One object in both indexes.
    for (const entry of consumer.pending) {
      assert(group.pending.get(entry.id) === entry && entry.consumer === consumer);
    }
  }
}

Deno.test("groups agree with maps under random deliveries, claims and acknowledgements", () => {
  for (let seed = 1; seed <= 4; seed++) {
    const random = new SeededRandom(seed);
    const group = new StreamGroup(bytesOfText("group"), MIN_STREAM_ID, 0);
    const model: Model = { consumers: new Set(), pending: new Map() };
    const emptyBytes = group.sizeBytes;
    for (let step = 0; step < 3000; step++) {
      const name = `${random.letters(random.integer(0, 1))}\xff`;
      const consumer: StreamConsumer | null = group.consumers.get(sliceOf(name));
      assertEquals(consumer !== null, model.consumers.has(name));
      const ms = random.integer(0, 900);
      const id = new StreamId(ms, 0);
      const choice = random.integer(0, 11);
      if (consumer === null) {
        assert(group.createConsumer(sliceOf(name), step) !== null);
        model.consumers.add(name);
      } else if (choice === 0 && random.chance(0.1)) {
        const own = [...model.pending].filter(([, entry]) => entry.consumer === name);
        assertEquals(group.deleteConsumer(consumer), own.length);
        for (const [key] of own) model.pending.delete(key);
        model.consumers.delete(name);
      } else if (choice < 6) {
        assertEquals(group.createConsumer(sliceOf(name), step), null);
        assertEquals(group.addPending(id, consumer, step, 1) !== null, !model.pending.has(ms));
        if (!model.pending.has(ms)) model.pending.set(ms, { consumer: name, deliveries: 1 });
      } else if (choice < 9) {
        const entry = group.pending.get(id);
        assertEquals(entry !== null, model.pending.has(ms));
        if (entry === null) continue;
        group.assign(entry, consumer);
        entry.countDelivery();
        model.pending.set(ms, { consumer: name, deliveries: model.pending.get(ms)!.deliveries + 1 });
      } else {
        assertEquals(group.acknowledge(id), model.pending.delete(ms));
      }
      if (step % 250 === 0) check(group, model);
    }
    check(group, model);
    const copy = group.duplicate();
    check(copy, model);
    assertEquals(copy.sizeBytes, group.sizeBytes);
    for (const consumer of [...group.consumers]) group.deleteConsumer(consumer);
    check(group, { consumers: new Set(), pending: new Map() });
    check(copy, model);
    assertEquals(group.sizeBytes, emptyBytes, `seed ${seed}`);
  }
});
