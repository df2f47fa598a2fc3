/** The CRCs of cluster slots and of RDB files. */
import { assertEquals } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { crc16, keySlot, SLOT_COUNT } from "../../../src/bytes/crc16.ts";
import { Crc64, crc64 } from "../../../src/bytes/crc64.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { digestsOf, textOf } from "./seeded_cases.ts";

/** Bit by bit, as the polynomial is published. */
function slowCrc64(bytes: Uint8Array): bigint {
  let crc = 0n;
  for (const byte of bytes) {
    crc ^= BigInt(byte);
    for (let bit = 0; bit < 8; bit++) crc = crc & 1n ? (crc >> 1n) ^ 0x95ac9329ac4bc9b5n : crc >> 1n;
  }
  return crc;
}

Deno.test("crc64() gives the published check values", () => {
  assertEquals(crc64(ascii("123456789")), 0xe9c6d914c4b8d9can);
  assertEquals(crc64(ascii("x123456789x"), 1, 10), 0xe9c6d914c4b8d9can);
  assertEquals(crc64(ascii("")), 0n);
});

Deno.test("Crc64 gives the same value however the bytes are cut and aligned", () => {
  const random = new SeededRandom(8);
  const bytes = ascii(random.binary(3000));
  for (const [start, end] of [[0, 3000], [1, 2999], [2, 1000], [3, 260], [5, 270], [7, 20]] as [number, number][]) {
    const expected = slowCrc64(bytes.subarray(start, end));
    assertEquals(crc64(bytes, start, end), expected);
    assertEquals(crc64(bytes.subarray(start, end)), expected);
    for (let round = 0; round < 20; round++) {
      const crc = new Crc64();
      for (let at = start; at < end;) {
        const next = Math.min(end, at + random.integer(0, random.pick([3, 600])));
        crc.update(bytes, at, next);
        at = next;
      }
      assertEquals(crc.value, expected, `seed 8, from ${start} to ${end}`);
    }
  }
});

Deno.test("Crc64 writes its value with the low byte first, and resets", () => {
  const crc = new Crc64();
  crc.update(ascii("123456789"));
  const target = new Uint8Array(10);
  assertEquals(crc.writeTo(target, 1), 9);
  assertEquals([...target], [0, 0xca, 0xd9, 0xb8, 0xc4, 0x14, 0xd9, 0xc6, 0xe9, 0]);
  crc.reset();
  assertEquals(crc.value, 0n);
});

Deno.test("crc16() is XMODEM", () => {
  assertEquals(crc16(ascii("123456789")), 0x31c3);
  assertEquals(crc16(ascii("x123456789x"), 1, 10), 0x31c3);
  assertEquals(crc16(ascii("")), 0);
});

function slotOf(key: string): number {
  return keySlot(new Slice(ascii(`{${key}}`), 1, 1 + key.length));
}

Deno.test("keySlot() hashes the tag between the first { and the next }", () => {
  assertEquals(slotOf("foo"), 12182);
  assertEquals(slotOf("{foo}bar"), 12182);
  assertEquals(slotOf("a{foo}{bar}"), 12182);
  assertEquals(slotOf("foo{{bar}}zap"), slotOf("{bar"));
  assertEquals(slotOf("foo{}{bar}"), crc16(ascii("foo{}{bar}")) % SLOT_COUNT);
  assertEquals(slotOf("{foo"), crc16(ascii("{foo")) % SLOT_COUNT);
  assertEquals(slotOf(""), 0);
});

Deno.test("keySlot() gives 2,000 random keys the slots that Redis gave them", () => {
  const random = new SeededRandom(20_240_105);
  const answers: string[] = [];
  for (let round = 0; round < 2000; round++) {
    answers.push(String(slotOf(textOf(random, random.pick(["ab{}", "a{}xyz", "abc\x80\xff\0"]), 12))));
  }
  // Recorded from CLUSTER KEYSLOT of Redis 7.0.15.
  assertEquals(digestsOf(answers), ["5042d062c7bcdf88", "901c7732268475a1", "312840f1275de003", "d05de5a35f01e044"]);
});
