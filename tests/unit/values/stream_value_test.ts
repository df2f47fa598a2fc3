import { assert, assertEquals } from "@std/assert";
import { Arena } from "../../../src/values/arena.ts";
import { StreamCursor } from "../../../src/values/stream_cursor.ts";
import { ENTRIES_READ_UNKNOWN, StreamGroup } from "../../../src/values/stream_group.ts";
import { addUint64, MAX_STREAM_ID, MIN_STREAM_ID, StreamId, UINT64_MAX } from "../../../src/values/stream_id.ts";
import { type StreamLimits, validateStreamListpack } from "../../../src/values/stream_node.ts";
import { StreamValue } from "../../../src/values/stream_value.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { randomElement, sliceOf, textOf } from "./elements.ts";

interface ModelEntry {
  id: StreamId;
  fields: string[];
}

const LIMITS: StreamLimits = { maxNodeBytes: 4096, maxNodeEntries: 7 };

function append(stream: StreamValue, id: StreamId, fields: string[], limits = LIMITS): string {
  return stream.append(id, { parts: fields.map(sliceOf), first: 0, pairCount: fields.length / 2 }, limits);
}

function rangeOf(stream: StreamValue, from: StreamId, to: StreamId, isReverse = false): string[] {
  const cursor = new StreamCursor();
  const seen: string[] = [];
  cursor.seek(stream, from, to, isReverse);
  while (cursor.next()) {
    const texts = [cursor.id.toString()];
    // Every third entry is left half read.
    while ((seen.length % 3 !== 2 || texts.length < 2) && cursor.nextField()) {
      texts.push(textOf(cursor.field), textOf(cursor.value));
    }
    seen.push(texts.join("\u0001"));
  }
  return seen;
}

function rangeOfModel(model: ModelEntry[], from: StreamId, to: StreamId, isReverse = false): string[] {
  const entries = model.filter(({ id }) => id.compare(from) >= 0 && id.compare(to) <= 0);
  if (isReverse) entries.reverse();
  return entries.map(({ id, fields }, index) =>
    [id.toString(), ...(index % 3 !== 2 ? fields : fields.slice(0, 2))].join("\u0001")
  );
}

function assertStream(stream: StreamValue, model: ModelEntry[]): void {
  assertEquals(stream.length, model.length);
  assertEquals(stream.firstId.toString(), (model[0]?.id ?? MIN_STREAM_ID).toString());
  for (const isReverse of [false, true]) {
    assertEquals(
      rangeOf(stream, MIN_STREAM_ID, MAX_STREAM_ID, isReverse),
      rangeOfModel(model, MIN_STREAM_ID, MAX_STREAM_ID, isReverse),
    );
  }
  for (const node of stream.nodes) {
    const start = stream.arena.offsetOf(node.handle);
    assert(validateStreamListpack(stream.arena.bytesOf(node.handle), start, start + node.sizeBytes, true));
  }
}

Deno.test("streams agree with an array under random changes", () => {
  for (let seed = 1; seed <= 6; seed++) runAgainstArray(seed);
});

function runAgainstArray(seed: number): void {
  const random = new SeededRandom(seed);
  const arena = new Arena();
  const stream = new StreamValue(arena);
  let model: ModelEntry[] = [];
  const id = new StreamId();
  if (seed > 3) id.set(2 ** 53 - 200, seed === 5 ? UINT64_MAX - 100n : 5);
  const anyId = () => (model.length > 0 && random.chance(0.9) ? random.pick(model).id.clone() : id.clone());
  for (let step = 0; step < 1500; step++) {
    switch (random.integer(0, 9)) {
      default: {
        if (random.chance(0.4)) id.increment();
        else id.set(addUint64(id.ms, random.integer(1, 5)), random.integer(0, 3));
        const pairs = random.integer(1, 3);
        const fields = Array.from(
          { length: pairs * 2 },
          (_, at) => (at % 2 === 0 && random.chance(0.8) ? `field${at}` : randomElement(random)),
        );
        assertEquals(append(stream, id, fields), "added");
        model.push({ id: id.clone(), fields });
        break;
      }
      case 6: {
        const victim = anyId();
        const index = model.findIndex((entry) => entry.id.equals(victim));
        assertEquals(stream.has(victim), index >= 0);
        assertEquals(stream.delete(victim), index >= 0);
        if (index >= 0) model.splice(index, 1);
        break;
      }
      case 7: {
        const kept = Math.max(0, model.length - random.integer(0, 20));
        assertEquals(stream.trimByLength(kept, false, 0), model.length - kept);
        model = model.slice(model.length - kept);
        break;
      }
      case 8: {
        if (random.chance(0.8)) break;
        const min = anyId();
        const after = model.filter((entry) => entry.id.compare(min) >= 0);
        assertEquals(stream.trimById(min, false, 0), model.length - after.length);
        model = after;
        break;
      }
      case 9: {
        const [from, to] = [anyId(), anyId()];
        const isReverse = random.chance(0.5);
        assertEquals(rangeOf(stream, from, to, isReverse), rangeOfModel(model, from, to, isReverse), `seed ${seed}`);
      }
    }
    if (step % 50 === 0) assertStream(stream, model);
  }
  assertStream(stream, model);
  const copy = stream.duplicate();
  assertStream(copy, model);
  const last = new StreamId();
  assertEquals(stream.lastValidId(last), model.length > 0);
  if (model.length > 0) assertEquals(last.toString(), model.at(-1)!.id.toString());
  stream.free();
  copy.free();
  assertEquals(arena.usedBytes, 0, `seed ${seed}`);
}

Deno.test("append() refuses an id that is not larger than the last one", () => {
  const stream = new StreamValue(new Arena());
  assertEquals(append(stream, new StreamId(5, 1), ["a", "1"]), "added");
  for (const id of [new StreamId(5, 1), new StreamId(5, 0), new StreamId(4, 9)]) {
    assertEquals(append(stream, id, ["a", "1"]), "id-too-small");
  }
  stream.delete(new StreamId(5, 1));
  assertEquals(append(stream, new StreamId(5, 1), ["a", "1"]), "id-too-small");
  assertEquals([stream.length, stream.entriesAdded, stream.nodes.size], [0, 1, 0]);
});

Deno.test("nextId() follows the clock but never goes back", () => {
  const stream = new StreamValue(new Arena());
  const id = new StreamId();
  assert(stream.nextId(100, id));
  assertEquals(id.toString(), "100-0");
  append(stream, id, ["a", "1"]);
  assert(stream.nextId(50, id));
  assertEquals(id.toString(), "100-1");
  append(stream, new StreamId(UINT64_MAX, UINT64_MAX), ["a", "1"]);
  assert(!stream.nextId(200, id));
});

Deno.test("approximate trimming takes whole nodes and stays within the limit", () => {
  const stream = new StreamValue(new Arena());
  for (let ms = 1; ms <= 70; ms++) append(stream, new StreamId(ms, 0), ["a", `${ms}`]);
  assertEquals(stream.trimByLength(60, true, 0), 7);
  assertEquals(stream.trimByLength(0, true, 15), 14);
  assertEquals(stream.trimById(new StreamId(30, 0), true, 0), 7);
  assertEquals([stream.length, stream.firstId.toString()], [42, "29-0"]);
});

Deno.test("lagOf() knows what it cannot know", () => {
  const stream = new StreamValue(new Arena());
  const group = new StreamGroup(new Uint8Array([1]), MIN_STREAM_ID, 0);
  assertEquals(stream.lagOf(group), 0);
  for (let ms = 1; ms <= 5; ms++) append(stream, new StreamId(ms, 0), ["a", `${ms}`]);
  assertEquals(stream.lagOf(group), 5);
  group.lastId.set(2, 0);
  group.entriesRead = 2;
  assertEquals(stream.lagOf(group), 3);
  stream.delete(new StreamId(4, 0));
  assertEquals(stream.lagOf(group), null);
  group.lastId.set(5, 0);
  group.entriesRead = ENTRIES_READ_UNKNOWN;
  assertEquals(stream.lagOf(group), 0);
  assertEquals(stream.estimateEntriesRead(new StreamId(3, 0)), ENTRIES_READ_UNKNOWN);
});

Deno.test("walks from one id to the next find their place again, whatever became of the entries before it", () => {
  const random = new SeededRandom(11);
  const stream = new StreamValue(new Arena());
  const cursor = new StreamCursor();
  let alive: number[] = [];
  // The count of the node grows wider at 128 entries, and narrower again where many are deleted.
  for (let ms = 1; ms <= 1000; ms++) {
    append(stream, new StreamId(ms, ms % 2), ["f", `${ms}`], { maxNodeBytes: 0, maxNodeEntries: 0 });
    alive.push(ms);
    const isShrinking = ms % 200 > 150;
    for (let left = random.integer(0, isShrinking ? 8 : 1); left > 0 && alive.length > 1; left--) {
      const victim = random.pick(alive);
      assert(stream.delete(new StreamId(victim, victim % 2)));
      alive = alive.filter((other) => other !== victim);
    }
    const from = random.chance(0.1) ? random.integer(1, ms) : ms - random.integer(0, 3);
    cursor.seek(stream, new StreamId(from, from % 2), MAX_STREAM_ID);
    const found = alive.find((other) => other >= from);
    assertEquals(cursor.next() && cursor.nextField() ? textOf(cursor.value) : undefined, found?.toString());
  }
});

Deno.test("validateStreamListpack() refuses damaged nodes, and what it accepts can be walked", () => {
  const random = new SeededRandom(4);
  const arena = new Arena();
  const stream = new StreamValue(arena);
  for (let ms = 1; ms <= 20; ms++) {
    append(stream, new StreamId(ms, 0), ["f", randomElement(random), "g", "2"], { maxNodeBytes: 0, maxNodeEntries: 0 });
  }
  stream.delete(new StreamId(3, 0));
  const node = stream.nodes.first!;
  const start = arena.offsetOf(node.handle);
  const sound = arena.bytesOf(node.handle).slice(start, start + node.sizeBytes);
  assert(validateStreamListpack(sound, 0, sound.length, true));
  for (let round = 0; round < 5000; round++) {
    const damaged = sound.with(random.integer(0, sound.length - 1), random.integer(0, 255));
    if (!validateStreamListpack(damaged, 0, damaged.length, true)) continue;
    const copy = new StreamValue(arena);
    copy.insertNode(new StreamId(1, 0), damaged, 0, damaged.length);
    rangeOf(copy, MIN_STREAM_ID, MAX_STREAM_ID);
    rangeOf(copy, MIN_STREAM_ID, MAX_STREAM_ID, true);
    copy.free();
  }
});
