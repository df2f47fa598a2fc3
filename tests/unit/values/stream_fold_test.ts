import { assert, assertEquals } from "@std/assert";
import { Arena } from "../../../src/values/arena.ts";
import { StreamCursor } from "../../../src/values/stream_cursor.ts";
import { foldStream, unfoldStream } from "../../../src/values/stream_fold.ts";
import { StreamGroup } from "../../../src/values/stream_group.ts";
import { MAX_STREAM_ID, MIN_STREAM_ID, StreamId } from "../../../src/values/stream_id.ts";
import { DEFAULT_STREAM_LIMITS } from "../../../src/values/stream_node.ts";
import { StreamValue } from "../../../src/values/stream_value.ts";
import { sliceOf, textOf } from "./elements.ts";

const NOW_MS = 1_700_000_000_000;

function append(stream: StreamValue, id: StreamId, value: string): void {
  const parts = ["field", value].map(sliceOf);
  assertEquals(stream.append(id, { parts, first: 0, pairCount: 1 }, DEFAULT_STREAM_LIMITS), "added");
}

function describe(stream: StreamValue): unknown {
  const { length, lastId, firstId, maxDeletedId, entriesAdded } = stream;
  const entries: string[] = [];
  const cursor = new StreamCursor();
  cursor.seek(stream, MIN_STREAM_ID, MAX_STREAM_ID);
  while (cursor.next()) {
    cursor.nextField();
    entries.push(`${cursor.id} ${textOf(cursor.field)} ${textOf(cursor.value)}`);
  }
  return { length, ids: [lastId, firstId, maxDeletedId].map(String), entriesAdded, entries };
}

function makeStream(arena: Arena, count: number): StreamValue {
  const stream = new StreamValue(arena);
  for (let index = 0; index < count; index++) append(stream, new StreamId(NOW_MS + index, index % 3), `value ${index}`);
  return stream;
}

Deno.test("a stream that was folded is the same again, and can be changed and folded anew", () => {
  const arena = new Arena();
  let stream = makeStream(arena, 10);
  stream.delete(new StreamId(NOW_MS, 0));
  stream.delete(new StreamId(NOW_MS + 5, 2));
  for (let round = 0; round < 80; round++) {
    const before = describe(stream);
    const block = foldStream(stream);
    assert(block > 0);
    stream = unfoldStream(arena, block);
    assertEquals(describe(stream), before);
    append(stream, new StreamId(NOW_MS + 100 + round, 7), "x".repeat(round % 50));
  }
  assertEquals([stream.length, stream.entriesAdded, stream.nodes.size], [88, 90, 1]);
  assertEquals(stream.trimByLength(3, false, 0), 85);
  stream = unfoldStream(arena, foldStream(stream));
  assertEquals([stream.length, stream.firstId.toString()], [3, `${NOW_MS + 177}-7`]);
  stream.free();
  assertEquals(arena.usedBytes, 0);
});

Deno.test("a stream that is folded gives back what its node was allocated in advance", () => {
  const arena = new Arena();
  const stream = makeStream(arena, 10);
  assert(arena.usedBytes >= 4096);
  const block = foldStream(stream);
  assert(arena.usedBytes < 400, `${arena.usedBytes}`);
  unfoldStream(arena, block).free();
});

Deno.test("a stream without entries is folded as well", () => {
  const arena = new Arena();
  const stream = makeStream(arena, 1);
  stream.delete(stream.firstId.clone());
  const before = describe(stream);
  const copy = unfoldStream(arena, foldStream(stream));
  assertEquals([describe(copy), copy.nodes.size], [before, 0]);
  copy.free();
  assertEquals(arena.usedBytes, 0);
});

Deno.test("foldStream() leaves streams alone that have a group, several nodes, a large one or wide numbers", () => {
  const arena = new Arena();
  const grouped = makeStream(arena, 2);
  grouped.groups.insert(new StreamGroup(new Uint8Array([1]), MIN_STREAM_ID, 0));
  const wideId = makeStream(arena, 2);
  append(wideId, new StreamId(2n ** 60n, 0), "value");
  const wideCount = makeStream(arena, 2);
  wideCount.entriesAdded = 2n ** 60n;
  const wideSeq = makeStream(arena, 1);
  wideSeq.maxDeletedId.set(1, 2n ** 60n);
  const large = makeStream(arena, 1);
  append(large, new StreamId(NOW_MS + 1, 0), "x".repeat(40_000));
  for (const stream of [grouped, wideId, wideCount, wideSeq, large, makeStream(arena, 101)]) {
    const before = describe(stream);
    assertEquals(foldStream(stream), 0);
    assertEquals(describe(stream), before);
    stream.free();
  }
  assertEquals(arena.usedBytes, 0);
});
