import { assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../../src/bytes/byte_writer.ts";
import { RdbFormatError } from "../../../../src/rdb/rdb_format_error.ts";
import type { RdbWriter } from "../../../../src/rdb/rdb_writer.ts";
import { exportListpack } from "../../../../src/values/listpack_edit.ts";
import { StreamId } from "../../../../src/values/stream_id.ts";
import { StreamValue } from "../../../../src/values/stream_value.ts";
import { parseFile, Recorder, sliceOf, streamContent, writeFile } from "../recorder.ts";
import { writeKey } from "../sample_values.ts";

const LIMITS = { maxNodeBytes: 4096, maxNodeEntries: 2 };
const SEEN_MS = 1_700_000_000_000;

/** Entries 1-0, 2-0 and 3-0 in two nodes. */
function threeEntries(): StreamValue {
  const stream = new StreamValue(new Recorder().context.arena);
  for (let ms = 1; ms <= 3; ms++) {
    stream.append(new StreamId(ms, 0), { parts: [sliceOf("n"), sliceOf(`${ms}`)], first: 0, pairCount: 1 }, LIMITS);
  }
  return stream;
}

function keyOf(id: StreamId): Uint8Array<ArrayBuffer> {
  const key = new Uint8Array(16);
  id.writeKey(key, 0);
  return key;
}

/** Writes nodes, length and last id, which all types begin with. */
function writeStart(writer: RdbWriter, stream: StreamValue, type: number): void {
  writer.type(type);
  writer.text("k");
  writer.length(stream.nodes.size);
  for (const node of stream.nodes) {
    writer.string(keyOf(node.id), 0, 16);
    const listpack = exportListpack(stream.arena, node.handle);
    writer.string(listpack, 0, listpack.length);
  }
  writer.length(stream.length);
  writeId(writer, 3, 0);
}

function writeId(writer: RdbWriter, ms: number, seq: number): void {
  writer.length(ms);
  writer.length(seq);
}

/** Writes group "g" with entry 1-0 pending for consumer "c". */
function writeGroup(writer: RdbWriter, type: number, pendingIds: number[] = [1], ownedIds: number[] = [1]): void {
  writer.length(1);
  writer.text("g");
  writeId(writer, 3, 0);
  if (type > 15) writer.length64(2n ** 64n - 1n);
  writer.length(pendingIds.length);
  for (const ms of pendingIds) {
    writer.raw(keyOf(new StreamId(ms, 0)), 0, 16);
    writer.int64(SEEN_MS + ms);
    writer.length(5);
  }
  writer.length(1);
  writer.text("c");
  writer.int64(SEEN_MS);
  if (type > 19) writer.int64(SEEN_MS + 1000);
  writer.length(ownedIds.length);
  for (const ms of ownedIds) writer.raw(keyOf(new StreamId(ms, 0)), 0, 16);
}

function readStream(file: Uint8Array, chunkBytes = file.length): Record<string, unknown> {
  return (parseFile(file, { chunkBytes }).keys[0]!.value as { stream: Record<string, unknown> }).stream;
}

Deno.test("loadStream() reads the forms of 5.0, 7.0 and 7.2", () => {
  const stream = threeEntries();
  for (const type of [15, 19, 21]) {
    const file = writeFile((writer) => {
      writeStart(writer, stream, type);
      if (type > 15) {
        writeId(writer, 1, 0);
        writeId(writer, 0, 0);
        writer.length(3);
      }
      writeGroup(writer, type);
    });
    for (const chunkBytes of [1, 5, file.length]) {
      assertEquals(readStream(file, chunkBytes), {
        ...streamContent(stream),
        groups: [{
          name: "g",
          lastId: "3-0",
          // The older form does not say, and the group has read up to the last entry.
          entriesRead: type === 15 ? "3" : "-1",
          pending: [["1-0", "c", SEEN_MS + 1, 5]],
          consumers: [["c", SEEN_MS, ["1-0"]]],
        }],
      }, `type ${type} in chunks of ${chunkBytes}`);
    }
  }
});

Deno.test("saveStream() and loadStream() keep ids and counters of 64 bits", () => {
  const stream = new StreamValue(new Recorder().context.arena);
  stream.lastId.set(2n ** 64n - 1n, 2n ** 63n);
  stream.maxDeletedId.set(2n ** 63n - 1n, 2 ** 53 - 1);
  stream.entriesAdded = 2n ** 64n - 2n;
  const file = writeFile((writer) => writeKey(writer, "k", "stream", stream));
  assertEquals(readStream(file), streamContent(stream));
});

Deno.test("loadStream() puts right a length and a last id that contradict the entries, and times beyond reason", () => {
  const stream = threeEntries();
  const file = writeFile((writer) => {
    writer.type(15);
    writer.text("k");
    writer.length(stream.nodes.size);
    for (const node of stream.nodes) {
      writer.string(keyOf(node.id), 0, 16);
      const listpack = exportListpack(stream.arena, node.handle);
      writer.string(listpack, 0, listpack.length);
    }
    writer.length64(2n ** 63n);
    writeId(writer, 1, 5);
    writer.length(1);
    writer.text("g");
    writeId(writer, 3, 0);
    writer.length(1);
    writer.raw(keyOf(new StreamId(1, 0)), 0, 16);
    writer.int64(-(2n ** 63n));
    writer.length(1);
    writer.length(1);
    writer.text("c");
    writer.int64(2n ** 63n - 1n);
    writer.length(1);
    writer.raw(keyOf(new StreamId(1, 0)), 0, 16);
  });
  assertEquals(readStream(file), {
    ...streamContent(stream),
    groups: [{
      name: "g",
      lastId: "3-0",
      entriesRead: "3",
      pending: [["1-0", "c", -(2 ** 51), 1]],
      consumers: [["c", 2 ** 51, ["1-0"]]],
    }],
  });
});

Deno.test("loadStream() refuses what contradicts itself in Redis's words", () => {
  const stream = threeEntries();
  const failure = (write: (writer: RdbWriter) => void) => {
    return assertThrows(() => readStream(writeFile(write)), RdbFormatError).message;
  };
  const withGroup = (pendingIds: number[], ownedIds: number[]) => {
    return failure((writer) => {
      writeStart(writer, stream, 15);
      writeGroup(writer, 15, pendingIds, ownedIds);
    });
  };
  assertStringIncludes(withGroup([1, 2], [1]), "-> Stream CG PEL entry without consumer");
  assertStringIncludes(withGroup([1], [1, 2]), "-> Consumer entry not found in group global PEL");
  assertStringIncludes(withGroup([1], [1, 1]), "-> Duplicated consumer PEL entry  loading a stream consumer group");
  assertStringIncludes(withGroup([1, 1], [1]), "-> Duplicated global PEL entry loading stream consumer group");
  const withNode = (key: Uint8Array, listpack: Uint8Array, count = 1) => {
    return failure((writer) => {
      writer.type(19);
      writer.text("k");
      writer.length(count);
      for (let rest = count; rest > 0; rest--) {
        writer.string(key, 0, key.length);
        writer.string(listpack, 0, listpack.length);
      }
    });
  };
  const key = keyOf(new StreamId(1, 0));
  const sound = exportListpack(stream.arena, stream.nodes.first!.handle);
  assertStringIncludes(withNode(key.subarray(1), sound), "-> Stream node key entry is not the size of a stream ID");
  assertStringIncludes(withNode(key, sound, 2), "-> Listpack re-added with existing key");
  const unsound = sound.slice();
  unsound[6] = 9;
  // One entry of two is said to be deleted, and both are alive.
  const miscounted = sound.slice();
  miscounted[6] = miscounted[8] = 1;
  assertStringIncludes(withNode(key, miscounted), "-> Stream listpack integrity check failed.");
  assertStringIncludes(withNode(key, unsound), "-> Stream listpack integrity check failed.");
  const withoutNodes = (writer: RdbWriter) => {
    const out = new ByteWriter();
    out.bytes(new Uint8Array([19, 1, 0x6b, 0, 5]));
    writer.raw(out.view(), 0, out.length);
  };
  assertStringIncludes(failure(withoutNodes), "-> Stream length inconsistent with rax entries");
});
