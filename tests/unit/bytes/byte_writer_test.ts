/** The writer and the reader of bytes, against each other and against a DataView. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { ascii, latin1 } from "../../../src/bytes/ascii.ts";
import { ByteReader, ShortReadError } from "../../../src/bytes/byte_reader.ts";
import { ByteWriter } from "../../../src/bytes/byte_writer.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

Deno.test("ByteWriter lays numbers out as a DataView does", () => {
  const writer = new ByteWriter(1);
  writer.byte(0x1ff);
  writer.uint16le(0xabcd);
  writer.uint32le(0xdeadbeef);
  writer.uint32be(-2);
  writer.uint64le(-3n);
  writer.uint64be(0x0102030405060708n);
  writer.float64le(-1.5e300);
  const view = new DataView(writer.view().buffer);
  assertEquals(writer.length, 35);
  assertEquals(view.getUint8(0), 0xff);
  assertEquals(view.getUint16(1, true), 0xabcd);
  assertEquals(view.getUint32(3, true), 0xdeadbeef);
  assertEquals(view.getInt32(7), -2);
  assertEquals(view.getBigInt64(11, true), -3n);
  assertEquals(view.getBigUint64(19), 0x0102030405060708n);
  assertEquals(view.getFloat64(27, true), -1.5e300);
});

Deno.test("ByteWriter collects texts, integers and parts of arrays of every length", () => {
  const random = new SeededRandom(7);
  const writer = new ByteWriter();
  let expected = "";
  for (let round = 0; round < 500; round++) {
    const text = random.binary(random.integer(0, 100));
    const start = random.integer(0, text.length);
    const end = random.integer(start, text.length);
    writer.text(text);
    writer.bytes(ascii(text), start, end);
    writer.bytes(ascii(text));
    writer.integerText(round - 250);
    writer.integerText(-(2n ** 63n));
    expected += text + text.slice(start, end) + text + (round - 250) + "-9223372036854775808";
  }
  assertEquals(latin1(writer.view()), expected);
  assertEquals(writer.length, expected.length);
});

Deno.test("take() hands the memory over, clear() keeps it", () => {
  const writer = new ByteWriter();
  writer.text("first");
  const taken = writer.take();
  assertEquals(writer.length, 0);
  writer.text("second");
  assertEquals(latin1(taken), "first");
  const buffer = writer.view().buffer;
  writer.clear();
  assertEquals(writer.length, 0);
  writer.text("third");
  assertEquals(latin1(writer.view()), "third");
  assert(writer.view().buffer === buffer);
});

Deno.test("reserve() writes nothing and spares the growth", () => {
  const writer = new ByteWriter();
  writer.text("a");
  writer.reserve(1000);
  assertEquals(writer.length, 1);
  const buffer = writer.view().buffer;
  writer.bytes(new Uint8Array(1000));
  assert(writer.view().buffer === buffer);
  assertEquals(writer.view()[0], 0x61);
});

Deno.test("ByteReader reads what ByteWriter wrote", () => {
  const writer = new ByteWriter();
  writer.text("<<");
  writer.byte(200);
  writer.uint16le(50_000);
  writer.uint32le(4_000_000_000);
  writer.uint32le(-5);
  writer.uint32be(4_000_000_000);
  writer.uint64le(2n ** 64n - 1n);
  writer.uint64le(-7n);
  writer.uint64be(2n ** 63n);
  writer.float64le(0.1);
  writer.text("abcdefgh");
  const reader = new ByteReader(writer.view(), 2);
  assertEquals(reader.peek(), 200);
  assertEquals(reader.byte(), 200);
  assertEquals(reader.uint16le(), 50_000);
  assertEquals(reader.uint32le(), 4_000_000_000);
  assertEquals(reader.int32le(), -5);
  assertEquals(reader.uint32be(), 4_000_000_000);
  assertEquals(reader.uint64le(), 2n ** 64n - 1n);
  assertEquals(reader.int64le(), -7n);
  assertEquals(reader.uint64be(), 2n ** 63n);
  assertEquals(reader.float64le(), 0.1);
  reader.skip(1);
  assertEquals(reader.text(2), "bc");
  assertEquals(latin1(reader.bytes(2)), "de");
  const copy = reader.copy(2);
  assert(copy.buffer !== writer.view().buffer);
  assertEquals(latin1(copy), "fg");
  assertEquals([reader.position, reader.remaining], [writer.length - 1, 1]);
});

Deno.test("ByteReader throws at its end, which may come before the end of the array, and stays where it was", () => {
  const reader = new ByteReader(new Uint8Array(20), 3, 10);
  const reads: (() => unknown)[] = [
    () => reader.uint64le(),
    () => reader.uint64be(),
    () => reader.int64le(),
    () => reader.float64le(),
    () => reader.bytes(8),
    () => reader.copy(2 ** 40),
    () => reader.text(8),
    () => reader.skip(8),
    () => reader.require(8),
    () => reader.skip(-1),
    () => reader.require(NaN),
    () => reader.bytes(NaN),
  ];
  for (const read of reads) assertThrows(read, ShortReadError);
  assertEquals(reader.position, 3);
  reader.skip(7);
  for (const read of [() => reader.byte(), () => reader.peek(), () => reader.uint16le(), () => reader.uint32be()]) {
    assertThrows(read, ShortReadError, "0 are left");
  }
  reader.require(0);
});
