import { assert, assertEquals } from "@std/assert";
import { ByteWriter } from "../../../src/bytes/byte_writer.ts";
import { crc64 } from "../../../src/bytes/crc64.ts";
import { drain, RdbWriter } from "../../../src/rdb/rdb_writer.ts";
import { bytesOfText, textOfBytes } from "../../support/byte_text.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { compressible } from "../bytes/seeded_cases.ts";

const PLAIN = { compression: false, checksum: true };

/** What a writer writes, as text of one character per byte. */
function written(write: (writer: RdbWriter) => void, options = PLAIN): string {
  const writer = new RdbWriter(new ByteWriter(), options);
  write(writer);
  return textOfBytes(writer.take());
}

Deno.test("RdbWriter writes lengths in 6, 14, 32 and 64 bits", () => {
  const cases: [number | bigint, string][] = [
    [0, "\x00"],
    [63, "\x3f"],
    [64, "\x40\x40"],
    [16_383, "\x7f\xff"],
    [16_384, "\x80\x00\x00\x40\x00"],
    [0xffff_ffff, "\x80\xff\xff\xff\xff"],
    [0x1_0000_0000, "\x81\x00\x00\x00\x01\x00\x00\x00\x00"],
    [2n ** 64n - 1n, "\x81\xff\xff\xff\xff\xff\xff\xff\xff"],
  ];
  for (const [value, expected] of cases) assertEquals(written((writer) => writer.length64(value)), expected);
});

Deno.test("RdbWriter writes short decimal integers of 32 bits as integers and other text as it is", () => {
  const cases: [string, string][] = [
    ["0", "\xc0\x00"],
    ["-128", "\xc0\x80"],
    ["128", "\xc1\x80\x00"],
    ["-32768", "\xc1\x00\x80"],
    ["32768", "\xc2\x00\x80\x00\x00"],
    ["-2147483648", "\xc2\x00\x00\x00\x80"],
    ["2147483648", "\x0a2147483648"],
    ["007", "\x03007"],
    ["-0", "\x02-0"],
    ["+1", "\x02+1"],
    ["", "\x00"],
  ];
  for (const [text, expected] of cases) assertEquals(written((writer) => writer.text(text)), expected);
});

Deno.test("RdbWriter.integerString() writes the same as the text of the integer", () => {
  for (const value of [0, -1, 127, 128, -129, 32768, 2 ** 31, -(2 ** 31), 2 ** 53 - 1, 2n ** 63n - 1n, -(2n ** 63n)]) {
    const text = String(value);
    assertEquals(written((writer) => writer.integerString(value)), written((writer) => writer.text(text)));
  }
});

Deno.test("RdbWriter compresses strings over 20 bytes when that saves four bytes or more", () => {
  const options = { compression: true, checksum: true };
  assertEquals(written((writer) => writer.text("a".repeat(20)), options), "\x14" + "a".repeat(20));
  const compressed = written((writer) => writer.text("a".repeat(100)), options);
  assertEquals(compressed.slice(0, 1), "\xc3");
  assert(compressed.length < 20);
  const random = "q8Xv0kLmZr2TyWb5NcEaHj";
  assertEquals(written((writer) => writer.text(random), options), "\x16" + random);
});

Deno.test("RdbWriter writes header, notes, hints and attributes", () => {
  assertEquals(written((writer) => writer.header()), "REDIS0010");
  assertEquals(written((writer) => writer.aux("redis-bits", 64)), "\xfa\x0aredis-bits\xc0\x40");
  assertEquals(written((writer) => writer.selectDb(15)), "\xfe\x0f");
  assertEquals(written((writer) => writer.resizeDb(300, 2)), "\xfb\x41\x2c\x02");
  assertEquals(written((writer) => writer.expiry(1_700_000_000_000)), "\xfc\x00h\xe5\xcf\x8b\x01\x00\x00");
  assertEquals(written((writer) => writer.expiry(-1000)), "\xfc\x18\xfc\xff\xff\xff\xff\xff\xff");
  assertEquals(written((writer) => writer.idle(100)), "\xf8\x40\x64");
  assertEquals(written((writer) => writer.frequency(255)), "\xf9\xff");
  assertEquals(written((writer) => writer.functionLibrary(bytesOfText("#!lua"))), "\xf5\x05#!lua");
});

Deno.test("RdbWriter ends the file with the checksum of all pieces taken, or with zeros", () => {
  for (const checksum of [true, false]) {
    const writer = new RdbWriter(new ByteWriter(), { compression: false, checksum });
    const pieces: Uint8Array[] = [];
    writer.header();
    pieces.push(writer.take());
    writer.selectDb(3);
    writer.text("some text");
    pieces.push(writer.take());
    writer.text("more");
    pieces.push(writer.end());
    const file = bytesOfText(pieces.map(textOfBytes).join(""));
    assertEquals(writer.totalBytes, file.length);
    const stored = new DataView(file.buffer).getBigUint64(file.length - 8, true);
    assertEquals(stored, checksum ? crc64(file, 0, file.length - 8) : 0n);
    assertEquals(file[file.length - 9], 0xff);
  }
});

Deno.test("RdbWriter.endSlice() holds once for every 16 KiB of strings", () => {
  const writer = new RdbWriter(new ByteWriter(), { compression: true, checksum: false });
  let slices = 0;
  for (let count = 0; count < 100; count++) {
    writer.text("a".repeat(4096 - 8));
    if (writer.endSlice()) slices++;
  }
  assertEquals(slices, 25);
});

Deno.test("drain() runs a saver to its end", () => {
  let steps = 0;
  drain((function* () {
    for (; steps < 10; steps++) yield;
  })());
  assertEquals(steps, 10);
});

Deno.test("RdbWriter.longString() writes the same as string(), between other strings of another writer", () => {
  const random = new SeededRandom(77);
  const incompressible = Uint8Array.from({ length: 200_000 }, () => random.integer(0, 255));
  const sources = [compressible(random, 400_000), incompressible, new Uint8Array(65_536), new Uint8Array(65_535)];
  const other = new RdbWriter(new ByteWriter(), { compression: true, checksum: false });
  for (const compression of [true, false]) {
    for (const source of [...sources, bytesOfText("12")]) {
      const options = { compression, checksum: true };
      let pauses = 0;
      const inSlices = written((writer) => {
        for (const _ of writer.longString(source, 1, source.length)) {
          other.string(source, 0, 300);
          pauses++;
        }
      }, options);
      assertEquals(inSlices, written((writer) => writer.string(source, 1, source.length), options));
      assertEquals(pauses > 0, source.length > 65_536, `${source.length}`);
    }
  }
});
