import { assert, assertEquals, assertThrows } from "@std/assert";
import { crc64 } from "../../../src/bytes/crc64.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { dumpPayload, isIntactDumpPayload, parseDumpPayload } from "../../../src/rdb/dump_payload.ts";
import { RdbFormatError } from "../../../src/rdb/rdb_format_error.ts";
import { KIND_HASH, KIND_LIST, KIND_SET, KIND_STREAM, KIND_STRING, KIND_ZSET } from "../../../src/values/kind.ts";
import { ListValue } from "../../../src/values/list_value.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { textOfBytes } from "../../support/byte_text.ts";
import {
  hashPairs,
  listElements,
  Recorder,
  setMembers,
  sliceOf,
  sortedSetPairs,
  streamContent,
  textOf,
} from "./recorder.ts";
import { sampleHash, sampleList, sampleSet, sampleSortedSet, sampleStream } from "./sample_values.ts";

/** `payload` with the right checksum for its other bytes. */
function signed(payload: Uint8Array<ArrayBuffer>): Slice {
  new DataView(payload.buffer).setBigUint64(payload.length - 8, crc64(payload, 0, payload.length - 8), true);
  return new Slice(payload);
}

Deno.test("dumpPayload() writes the bytes that Redis 7.0 answers to DUMP", () => {
  const { context } = new Recorder();
  const list = new ListValue(context.arena, context.listLimits);
  for (const element of ["a", "1", "hello hello hello hello hello hello"]) list.pushTail(sliceOf(element));
  assertEquals(
    textOfBytes(dumpPayload("string", sliceOf("10"), true)),
    "\x00\xc0\x0a\x0a\x00n\x9fWE\x0e\xaec\xbb",
  );
  assertEquals(
    textOfBytes(dumpPayload("list", list, true)),
    "\x12\x01\x02\xc3\x191\x111\x00\x00\x00\x03\x00\x81a\x02\x01\x01\xa3hello \xe0\x14\x05\x01$\xff" +
      "\x0a\x00n\xa2\xdf\xb6\x0d\x8a\xe6u",
  );
});

Deno.test("parseDumpPayload() reads what dumpPayload() wrote, also in the middle of other bytes", () => {
  const { context } = new Recorder();
  for (let seed = 1; seed <= 20; seed++) {
    const random = new SeededRandom(seed);
    const list = sampleList(context, random, 50);
    const set = sampleSet(context, random, 50);
    const hash = sampleHash(context, random, 50);
    const sortedSet = sampleSortedSet(context, random, 50);
    const stream = sampleStream(context, random, 30);
    const text = random.binary(30);
    const isCompressed = random.chance(0.5);
    const payloads = [
      dumpPayload("string", sliceOf(text), isCompressed),
      dumpPayload("list", list, isCompressed),
      dumpPayload("set", set, isCompressed),
      dumpPayload("hash", hash, isCompressed),
      dumpPayload("zset", sortedSet, isCompressed),
      dumpPayload("stream", stream, isCompressed),
    ];
    for (const payload of payloads) {
      const around = new Uint8Array(payload.length + 9);
      around.set(payload, 4);
      const slice = new Slice(around, 4, 4 + payload.length);
      assert(isIntactDumpPayload(slice), `seed ${seed}`);
      const dumped = parseDumpPayload(slice, context);
      if (dumped.kind === KIND_STRING) assertEquals(textOf(dumped.value), text);
      if (dumped.kind === KIND_LIST) assertEquals(listElements(dumped.value), listElements(list));
      if (dumped.kind === KIND_SET) assertEquals(setMembers(dumped.value), setMembers(set));
      if (dumped.kind === KIND_HASH) assertEquals(hashPairs(dumped.value), hashPairs(hash));
      if (dumped.kind === KIND_ZSET) assertEquals(sortedSetPairs(dumped.value), sortedSetPairs(sortedSet));
      if (dumped.kind === KIND_STREAM) assertEquals(streamContent(dumped.value), streamContent(stream));
    }
  }
});

Deno.test("isIntactDumpPayload() refuses short payloads, later versions and false checksums", () => {
  const payload = dumpPayload("string", sliceOf("value"), true);
  for (let length = 0; length < payload.length; length++) {
    assert(!isIntactDumpPayload(new Slice(payload, 0, length)), `${length} bytes`);
  }
  const later = payload.slice();
  later[later.length - 10] = 13;
  assert(!isIntactDumpPayload(signed(later)));
  later[later.length - 10] = 12;
  assert(isIntactDumpPayload(signed(later)));
  const flipped = payload.slice();
  flipped[2]! ^= 1;
  assert(!isIntactDumpPayload(new Slice(flipped)));
  assert(isIntactDumpPayload(new Slice(flipped), false));
});

Deno.test("parseDumpPayload() throws nothing but RdbFormatError and leaves no memory behind", () => {
  const source = new Recorder().context;
  const random = new SeededRandom(5);
  const payloads = [
    dumpPayload("list", sampleList(source, random, 30), false),
    dumpPayload("set", sampleSet(source, random, 30), false),
    dumpPayload("hash", sampleHash(source, random, 20), false),
    dumpPayload("hash", sampleHash(source, random, 30), false),
    dumpPayload("zset", sampleSortedSet(source, random, 20), false),
    dumpPayload("zset", sampleSortedSet(source, random, 30), false),
    dumpPayload("stream", sampleStream(source, random, 30), false),
  ];
  const { context } = new Recorder();
  for (let round = 0; round < 3000; round++) {
    const whole = random.pick(payloads);
    const payload = whole.slice(0, random.chance(0.3) ? random.integer(10, whole.length) : whole.length);
    payload[random.integer(0, payload.length - 11)]! ^= 1 << random.integer(0, 7);
    try {
      const dumped = parseDumpPayload(new Slice(payload), context);
      if (dumped.kind !== KIND_STRING) dumped.value.free();
    } catch (error) {
      if (!(error instanceof RdbFormatError)) throw new Error(`round ${round}: ${error}`, { cause: error });
    }
    assertEquals(context.arena.usedBytes, 0, `round ${round}`);
  }
});

Deno.test("parseDumpPayload() refuses aggregates without elements and types it does not know", () => {
  const { context } = new Recorder();
  for (const body of [[1, 0], [2, 0], [4, 0], [99, 0], []]) {
    const payload = new Uint8Array([...body, 10, 0, 0, 0, 0, 0, 0, 0, 0, 0]);
    assertThrows(() => parseDumpPayload(signed(payload), context), RdbFormatError);
  }
});
