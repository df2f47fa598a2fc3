import { assertEquals } from "@std/assert";
import { Slice } from "../../../src/bytes/slice.ts";
import {
  type BitOperation,
  combineBits,
  countBitRange,
  countBits,
  findBitInRange,
  invertBits,
} from "../../../src/values/bit_operations.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

/** Lengths around those where words take over from bytes, and where the tree of adders has a rest. */
const LENGTHS = [1, 2, 3, 4, 7, 31, 32, 100, 255, 256, 257, 259, 260, 287, 288, 300, 1023, 4099];

/** A string at an odd place of its buffer, amid bytes that are not its own. */
function stringAt(random: SeededRandom, offset: number, length: number, fill: () => number): Slice {
  const buffer = new Uint8Array(offset + length + 8).map(() => random.word());
  for (let i = 0; i < length; i++) buffer[offset + i] = fill();
  return new Slice(buffer, offset, offset + length);
}

function bitAt({ bytes, start }: Slice, position: number): number {
  return (bytes[start + (position >>> 3)]! >>> (7 - (position & 7))) & 1;
}

function countOneByOne(string: Slice, first: number, last: number): number {
  let count = 0;
  for (let i = first; i <= last; i++) count += bitAt(string, i);
  return count;
}

function findOneByOne(string: Slice, bit: number, first: number, last: number): number {
  for (let i = first; i <= last; i++) if (bitAt(string, i) === bit) return i;
  return -1;
}

Deno.test("countBits() and countBitRange() count what single looks count", () => {
  const random = new SeededRandom(101);
  for (const length of LENGTHS) {
    for (let offset = 0; offset < 8; offset++) {
      const string = stringAt(random, offset, length, () => random.word() & 0xff);
      const { bytes, start, end } = string;
      const total = length * 8;
      assertEquals(countBits(bytes, start, end), countOneByOne(string, 0, total - 1), `length ${length} at ${offset}`);
      for (let round = 0; round < 4; round++) {
        const first = random.integer(0, total - 1);
        const last = random.integer(first, total - 1);
        const expected = countOneByOne(string, first, last);
        assertEquals(countBitRange(string, first, last), expected, `${length} at ${offset}: ${first}-${last}`);
      }
    }
  }
});

Deno.test("countBits() of nothing is 0, and of ones all of them, also in a view of a buffer", () => {
  assertEquals(countBits(new Uint8Array(0), 0, 0), 0);
  const ones = new Uint8Array(new ArrayBuffer(1 << 20), 3, (1 << 20) - 10).fill(0xff);
  assertEquals(countBits(ones, 1, ones.length), (ones.length - 1) * 8);
});

Deno.test("findBitInRange() finds the first bit within its range alone", () => {
  const random = new SeededRandom(102);
  for (const bit of [0, 1]) {
    const skipped = bit === 1 ? 0 : 0xff;
    for (const length of LENGTHS) {
      for (let offset = 0; offset < 8; offset++) {
        const string = stringAt(random, offset, length, () => skipped);
        const total = length * 8;
        const first = random.integer(0, total - 1);
        const last = random.integer(first, total - 1);
        const where = `bit ${bit}, length ${length} at ${offset}: ${first}-${last}`;
        assertEquals(findBitInRange(string, bit, first, last), -1, where);
        for (const position of [first, last, random.integer(0, total - 1), random.integer(first, last)]) {
          string.bytes[string.start + (position >>> 3)]! ^= 0x80 >>> (position & 7);
          assertEquals(findBitInRange(string, bit, first, last), findOneByOne(string, bit, first, last), where);
        }
      }
    }
  }
});

Deno.test("combineBits() pads the shorter string with zeros", () => {
  const random = new SeededRandom(103);
  const operations: Record<BitOperation, (a: number, b: number) => number> = {
    and: (a, b) => a & b,
    or: (a, b) => a | b,
    xor: (a, b) => a ^ b,
  };
  for (const [name, combine] of Object.entries(operations)) {
    for (const length of [0, ...LENGTHS]) {
      for (let offset = 0; offset < 8; offset++) {
        const source = stringAt(random, offset, length, () => random.word() & 0xff);
        const target = new Uint8Array(length + random.integer(0, 300)).map(() => random.word());
        const expected = target.map((byte, i) => combine(byte, i < length ? source.bytes[offset + i]! : 0));
        combineBits(name as BitOperation, target, source);
        assertEquals(target, expected, `${name} of ${length} bytes at ${offset} and ${target.length}`);
      }
    }
  }
});

Deno.test("combineBits() and invertBits() take targets that are not aligned to words", () => {
  const random = new SeededRandom(104);
  const source = stringAt(random, 3, 700, () => random.word() & 0xff);
  const target = new Uint8Array(new ArrayBuffer(800), 1, 700).map(() => random.word());
  const expected = target.map((byte, i) => ~(byte ^ source.bytes[3 + i]!));
  const unaligned = new Uint8Array(new ArrayBuffer(800), 1, 700);
  unaligned.set(target);
  combineBits("xor", unaligned, source);
  invertBits(unaligned);
  assertEquals(unaligned, expected);
});

Deno.test("invertBits() inverts every bit", () => {
  const random = new SeededRandom(105);
  for (const length of [0, ...LENGTHS]) {
    const target = new Uint8Array(length).map(() => random.word());
    const expected = target.map((byte) => byte ^ 0xff);
    invertBits(target);
    assertEquals(target, expected);
  }
});
