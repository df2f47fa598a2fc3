import { assertEquals } from "@std/assert";
import type { Int64 } from "../../../src/values/int64.ts";
import {
  backlenBytes,
  encodedBytes,
  entryBytes,
  integerBytes,
  ListpackEntry,
  readBacklen,
  readEntry,
  readInteger,
  stringBytes,
  writeBacklen,
  writeIntegerEntry,
  writeStringEntry,
} from "../../../src/values/listpack_encoding.ts";
import { textOf } from "./elements.ts";

/** The first and the last integers of every width, with the first byte and the length of encoding and data. */
const INTEGER_WIDTHS: readonly [min: bigint, max: bigint, length: number, isFirst: (byte: number) => boolean][] = [
  [0n, 127n, 1, (byte) => byte < 0x80],
  [-4096n, -1n, 2, (byte) => byte >> 5 === 0b110],
  [128n, 4095n, 2, (byte) => byte >> 5 === 0b110],
  [-32768n, -4097n, 3, (byte) => byte === 0xf1],
  [4096n, 32767n, 3, (byte) => byte === 0xf1],
  [-8388608n, -32769n, 4, (byte) => byte === 0xf2],
  [32768n, 8388607n, 4, (byte) => byte === 0xf2],
  [-2147483648n, -8388609n, 5, (byte) => byte === 0xf3],
  [8388608n, 2147483647n, 5, (byte) => byte === 0xf3],
  [-9223372036854775808n, -2147483649n, 9, (byte) => byte === 0xf4],
  [2147483648n, 9223372036854775807n, 9, (byte) => byte === 0xf4],
];

/** Around the edges of the three headers and of the backlen's first three widths. */
const STRING_LENGTHS = [
  ...[0, 1, 62, 63, 64, 65, 125, 126, 127],
  ...[4094, 4095, 4096, 4097, 16_377, 16_378, 16_379],
  ...[2_097_145, 2_097_146, 2_097_147],
];

function int64(value: bigint): Int64 {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

/** The bytes of a backlen: groups of seven bits, the highest first, all but the first marked. */
function modelBacklen(length: number, width: number): number[] {
  return Array.from({ length: width }, (_, at) => {
    const group = Math.floor(length / 128 ** (width - 1 - at)) % 128;
    return at === 0 ? group : group | 0x80;
  });
}

Deno.test("writeIntegerEntry() takes the narrowest of the widths, and all are read back", () => {
  const bytes = new Uint8Array(32);
  const entry = new ListpackEntry();
  for (const [min, max, length, isFirst] of INTEGER_WIDTHS) {
    const middle = (min + max) / 2n;
    for (const value of new Set([min, min + 1n, middle, max - 1n, max])) {
      if (value < min || value > max) continue;
      assertEquals(writeIntegerEntry(bytes, 7, int64(value)), 7 + length + 1, `${value}`);
      assertEquals([isFirst(bytes[7]!), bytes[7 + length]], [true, length], `${value}`);
      assertEquals([integerBytes(int64(value)), encodedBytes(bytes, 7), entryBytes(bytes, 7)], [
        length,
        length,
        length + 1,
      ]);
      assertEquals([readInteger(bytes, 7), readBacklen(bytes, 7 + length)], [int64(value), length]);
      assertEquals([readEntry(bytes, 7, entry), entry.isInteger, textOf(entry)], [length + 1, true, `${value}`]);
    }
  }
});

Deno.test("writeStringEntry() takes the header that the length needs, and all are read back", () => {
  const entry = new ListpackEntry();
  for (const length of STRING_LENGTHS) {
    const text = Uint8Array.from({ length }, (_, index) => index * 31);
    const bytes = new Uint8Array(length + 32).fill(0xaa);
    const header = length < 64 ? 1 : length < 4096 ? 2 : 5;
    const encoded = header + length;
    const end = writeStringEntry(bytes, 7, text, 0, length);
    assertEquals(end, 7 + encoded + backlenBytes(encoded), `${length}`);
    assertEquals(
      [stringBytes(length), encodedBytes(bytes, 7), entryBytes(bytes, 7)],
      [encoded, encoded, end - 7],
      `${length}`,
    );
    assertEquals([readEntry(bytes, 7, entry), entry.isInteger], [end - 7, false]);
    assertEquals([entry.start, entry.length], [7 + header, length]);
    assertEquals(entry.copy(), text);
    assertEquals([readBacklen(bytes, end - 1), readInteger(bytes, 7)], [encoded, NaN]);
    assertEquals([bytes[6], bytes[end]], [0xaa, 0xaa]);
  }
});

Deno.test("backlens of one to five bytes have the bytes of the format and are read backwards", () => {
  const widths: readonly [width: number, edges: number[]][] = [
    [1, [0, 1, 126, 127]],
    [2, [128, 129, 16_381, 16_382]],
    // The format spends a byte too many on the last number of each width.
    [3, [16_383, 16_384, 2_097_149, 2_097_150]],
    [4, [2_097_151, 2_097_152, 268_435_453, 268_435_454]],
    [5, [268_435_455, 268_435_456, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1]],
  ];
  for (const [width, lengths] of widths) {
    for (const length of lengths) {
      const bytes = new Uint8Array(16).fill(0xff);
      assertEquals(backlenBytes(length), width, `${length}`);
      assertEquals(writeBacklen(bytes, 4, length), 4 + width);
      assertEquals([...bytes.subarray(4, 4 + width)], modelBacklen(length, width), `${length}`);
      assertEquals([readBacklen(bytes, 3 + width), bytes[3], bytes[4 + width]], [length, 0xff, 0xff]);
    }
  }
  assertEquals(readBacklen(new Uint8Array(8).fill(0xff), 7), -1);
});
