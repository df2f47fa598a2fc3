import { assert, assertEquals } from "@std/assert";
import { ByteWriter } from "../../../src/bytes/byte_writer.ts";
import { crc64 } from "../../../src/bytes/crc64.ts";
import { RdbReader, StringSlot } from "../../../src/rdb/rdb_reader.ts";
import { RdbWriter } from "../../../src/rdb/rdb_writer.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { textOf } from "./recorder.ts";
import { sampleText } from "./sample_values.ts";

const LENGTHS = [0, 63, 64, 16_383, 16_384, 0xffff_ffff, 0x1_0000_0000, 2 ** 53 - 1, 2n ** 53n, 2n ** 64n - 1n];

Deno.test("RdbReader.tryLength() reads every length, whole or nothing", () => {
  for (const length of LENGTHS) {
    const writer = new RdbWriter(new ByteWriter(), { compression: false, checksum: false });
    writer.length64(length);
    const bytes = writer.take();
    for (let available = 0; available <= bytes.length; available++) {
      const reader = new RdbReader(false);
      reader.beginChunk(bytes.subarray(0, available));
      assertEquals(reader.tryLength(), available === bytes.length, `${length}`);
      if (available < bytes.length) assertEquals(reader.offset, 0);
      else assertEquals([reader.length64, reader.length, reader.encoding], [length, Number(length), -1]);
    }
  }
});

Deno.test("RdbReader.tryString() reads every encoding across any cut", () => {
  for (let seed = 1; seed <= 30; seed++) {
    const random = new SeededRandom(seed);
    const texts = Array.from({ length: 20 }, () => sampleText(random));
    const writer = new RdbWriter(new ByteWriter(), { compression: true, checksum: true });
    for (const text of texts) writer.text(text);
    const bytes = writer.take();
    const reader = new RdbReader(true);
    const slot = new StringSlot();
    const read: string[] = [];
    for (let at = 0; at < bytes.length;) {
      const size = random.integer(1, 40);
      const chunk = bytes.slice(at, at + size);
      at += size;
      reader.beginChunk(chunk);
      while (read.length < texts.length && reader.tryString(slot)) read.push(textOf(slot));
      reader.endChunk();
      chunk.fill(0xaa);
    }
    assertEquals(read, texts, `seed ${seed}`);
    assertEquals(reader.offset, bytes.length, `seed ${seed}`);
    assertEquals(reader.checksum(), crc64(bytes), `seed ${seed}`);
  }
});

Deno.test("StringSlot.detachFrom() moves a string out of the bytes it lies in and of no others", () => {
  const bytes = new Uint8Array([2, 0x61, 0x62]);
  const reader = new RdbReader(false);
  const slot = new StringSlot();
  reader.beginChunk(bytes);
  assert(reader.tryString(slot));
  slot.detachFrom(new Uint8Array(3));
  assertEquals(slot.bytes, bytes);
  slot.detachFrom(bytes);
  bytes.fill(0);
  assertEquals(textOf(slot), "ab");
});

Deno.test("RdbReader keeps compressed strings in two slots apart, short ones and long ones", () => {
  const texts = ["a".repeat(100), "b".repeat(4096), "c".repeat(4097), "d".repeat(50), "e".repeat(4097)];
  const writer = new RdbWriter(new ByteWriter(), { compression: true, checksum: false });
  for (const text of texts) writer.text(text);
  const reader = new RdbReader(false);
  reader.beginChunk(writer.take());
  const slots = [new StringSlot(), new StringSlot()] as const;
  assert(reader.tryString(slots[0]));
  for (const [index, text] of texts.slice(1).entries()) {
    const [before, after] = index % 2 === 0 ? slots : slots.toReversed();
    assert(reader.tryString(after!));
    assertEquals([textOf(before!), textOf(after!)], [texts[index], text]);
  }
});
