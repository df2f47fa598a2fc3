import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { ByteWriter } from "../../../../src/bytes/byte_writer.ts";
import { RdbFormatError } from "../../../../src/rdb/rdb_format_error.ts";
import { RdbParser } from "../../../../src/rdb/rdb_parser.ts";
import { RdbWriter } from "../../../../src/rdb/rdb_writer.ts";
import { saveSortedSet } from "../../../../src/rdb/types/sorted_set.ts";
import { KIND_ZSET } from "../../../../src/values/kind.ts";
import { createListpack, exportListpack, listpackAppend } from "../../../../src/values/listpack_edit.ts";
import { SortedSetValue } from "../../../../src/values/sorted_set_value.ts";
import { DEFAULT_HASH_LIMITS, parseFile, type ParseOptions, Recorder, sliceOf, writeFile } from "../recorder.ts";
import { ziplistOf } from "../ziplist_maker.ts";

type Pair = readonly [member: string, score: number];

const PAIRS: Pair[] = [["low", -Infinity], ["7", -3], ["", 0.1], ["\xff\0", 2], ["b", 2.5], ["high", Infinity]];

/** A file with one sorted set of that type. */
function fileOf(type: number, write: (writer: RdbWriter) => void): Uint8Array<ArrayBuffer> {
  return writeFile((writer) => {
    writer.type(type);
    writer.text("k");
    write(writer);
  });
}

function readSortedSet(file: Uint8Array, options: ParseOptions = {}): Pair[] {
  return (parseFile(file, options).keys[0]!.value as { zset: [string, number][] }).zset;
}

/** The encoding a sorted set from that file has under those limits. */
function encodingOf(file: Uint8Array, maxListpackEntries: number, maxListpackValue = 64): string {
  const recorder = new Recorder(512, DEFAULT_HASH_LIMITS, { maxListpackEntries, maxListpackValue });
  let encoding = "";
  recorder.onKey = (entry) => {
    if (entry.kind === KIND_ZSET) encoding = entry.value.encoding;
  };
  new RdbParser(recorder, { ...recorder.context, verifyChecksum: true }).feed(file);
  return encoding;
}

function textScore(score: number): Uint8Array {
  if (Number.isNaN(score)) return Uint8Array.of(253);
  if (Math.abs(score) === Infinity) return Uint8Array.of(score > 0 ? 254 : 255);
  const text = String(score);
  return Uint8Array.of(text.length, ...[...text].map((digit) => digit.charCodeAt(0)));
}

function binaryScore(score: number): Uint8Array {
  const bytes = new DataView(new ArrayBuffer(8));
  bytes.setFloat64(0, score, true);
  return new Uint8Array(bytes.buffer);
}

function writePairs(pairs: readonly Pair[], encode: (score: number) => Uint8Array): (writer: RdbWriter) => void {
  return (writer) => {
    writer.length(pairs.length);
    for (const [member, score] of pairs) {
      writer.text(member);
      const bytes = encode(score);
      writer.raw(bytes, 0, bytes.length);
    }
  };
}

function writeListpack(elements: readonly string[]): (writer: RdbWriter) => void {
  return (writer) => {
    const { arena } = new Recorder().context;
    let handle = createListpack(arena);
    for (const element of elements) handle = listpackAppend(arena, handle, sliceOf(element));
    const blob = exportListpack(arena, handle);
    writer.string(blob, 0, blob.length);
  };
}

function writeZiplist(elements: readonly string[]): (writer: RdbWriter) => void {
  return (writer) => {
    const blob = ziplistOf(elements);
    writer.string(blob, 0, blob.length);
  };
}

function flat(pairs: readonly Pair[]): string[] {
  return pairs.flatMap(([member, score]) => [member, String(score).replace("Infinity", "inf")]);
}

Deno.test("loadSortedSet() reads every form sorted sets ever had", () => {
  for (const chunkBytes of [1, 100_000]) {
    assertEquals(readSortedSet(fileOf(3, writePairs(PAIRS.toReversed(), textScore)), { chunkBytes }), PAIRS);
    assertEquals(readSortedSet(fileOf(5, writePairs(PAIRS.toReversed(), binaryScore)), { chunkBytes }), PAIRS);
    assertEquals(readSortedSet(fileOf(12, writeZiplist(flat(PAIRS))), { chunkBytes }), PAIRS);
    assertEquals(readSortedSet(fileOf(17, writeListpack(flat(PAIRS))), { chunkBytes }), PAIRS);
  }
});

Deno.test("loadSortedSet() gives a sorted set the encoding that its members and the limits ask for", () => {
  const count = PAIRS.length;
  for (const file of [fileOf(5, writePairs(PAIRS, binaryScore)), fileOf(12, writeZiplist(flat(PAIRS)))]) {
    assertEquals([encodingOf(file, count), encodingOf(file, count - 1)], ["listpack", "skiplist"]);
  }
  assertEquals(encodingOf(fileOf(5, writePairs(PAIRS, binaryScore)), count, 3), "skiplist");
  assertEquals(encodingOf(fileOf(12, writeZiplist(flat(PAIRS))), count, 3), "listpack");
  assertEquals(encodingOf(fileOf(17, writeListpack(flat(PAIRS))), count, 3), "listpack");
  assertEquals(encodingOf(fileOf(17, writeListpack(flat(PAIRS))), count - 1), "skiplist");
});

Deno.test("loadSortedSet() keeps the sign of a zero where a later member is too long for a listpack", () => {
  const file = fileOf(5, writePairs([["a", -0], ["b".repeat(100), 1]], binaryScore));
  assert(Object.is(readSortedSet(file)[0]![1], -0));
});

Deno.test("loadSortedSet() refuses repeated members, scores that are no numbers and unsound blobs", () => {
  const failure = (file: Uint8Array) => assertThrows(() => readSortedSet(file), RdbFormatError).message;
  const repeated: Pair[] = [["a", 1], ["b", 1], ["a", 2]];
  assertStringIncludes(failure(fileOf(5, writePairs(repeated, binaryScore))), "-> Duplicate zset fields detected");
  for (const encode of [textScore, binaryScore]) {
    const file = fileOf(encode === textScore ? 3 : 5, writePairs([["a", NaN]], encode));
    assertStringIncludes(failure(file), "-> Zset with NAN score detected");
  }
  const many = Array.from({ length: 50 }, (_, index) => `m${index}`).flatMap((member) => [member, "1"]);
  for (const elements of [["a"], ["a", "1", "b"], ["a", "1", "a", "2"], [...many, "m3", "2"]]) {
    assertStringIncludes(failure(fileOf(17, writeListpack(elements))), "-> Zset listpack integrity check failed.");
    assertStringIncludes(failure(fileOf(12, writeZiplist(elements))), "-> Zset ziplist integrity check failed.");
  }
});

Deno.test("loadSortedSet() reads scores of a listpack that are no numbers as far as they go", () => {
  assertEquals(readSortedSet(fileOf(17, writeListpack(["a", "nan", "b", "x"]))), [["a", 0], ["b", 0]]);
});

Deno.test("loadSortedSet() reports a sorted set without members as an empty key", () => {
  for (
    const file of [fileOf(3, writePairs([], textScore)), fileOf(17, writeListpack([])), fileOf(12, writeZiplist([]))]
  ) {
    const recorder = parseFile(file);
    assertEquals([recorder.keys.length, recorder.emptyKeys], [0, ["k"]]);
    assertEquals(recorder.context.arena.usedBytes, 0);
  }
});

Deno.test("saveSortedSet() pauses now and then", () => {
  const { context } = new Recorder();
  const set = new SortedSetValue(context.arena, context.hash);
  for (let index = 0; index < 10_000; index++) set.put(sliceOf(`member:${index}`), index, 0, context.sortedSetLimits);
  const writer = new RdbWriter(new ByteWriter(), { compression: false, checksum: false });
  let pauses = 0;
  for (const saver = saveSortedSet(writer, set); !saver.next().done;) pauses++;
  assert(pauses >= 5 && pauses <= 40, `${pauses} pauses`);
  set.free();
  assertEquals(context.arena.usedBytes, 0);
});
