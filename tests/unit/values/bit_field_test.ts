import { assertEquals } from "@std/assert";
import { Slice } from "../../../src/bytes/slice.ts";
import {
  addToBitField,
  type BitFieldType,
  fitBitField,
  type OverflowRule,
  readBitField,
  writeBitField,
} from "../../../src/values/bit_field.ts";
import { canonicalInt64, type Int64 } from "../../../src/values/int64.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;

const TYPES: BitFieldType[] = [
  ...Array.from({ length: 64 }, (_, i) => ({ isSigned: true, bits: i + 1 })),
  ...Array.from({ length: 63 }, (_, i) => ({ isSigned: false, bits: i + 1 })),
];

function randomInt64(random: SeededRandom): bigint {
  const wide = (BigInt(random.word()) << 32n) | BigInt(random.word());
  return BigInt.asIntN(64, wide) >> BigInt(random.integer(0, 63));
}

function lowest({ isSigned, bits }: BitFieldType): bigint {
  return isSigned ? -(2n ** BigInt(bits - 1)) : 0n;
}

function highest({ isSigned, bits }: BitFieldType): bigint {
  return 2n ** BigInt(isSigned ? bits - 1 : bits) - 1n;
}

function cut(value: bigint, { isSigned, bits }: BitFieldType): bigint {
  return isSigned ? BigInt.asIntN(bits, value) : BigInt.asUintN(bits, value);
}

/** The bits of a string as one large number. */
function asNumber({ bytes, start, end }: Slice): bigint {
  let value = 0n;
  for (let i = start; i < end; i++) value = (value << 8n) | BigInt(bytes[i]!);
  return value;
}

Deno.test("readBitField() and writeBitField() handle every type at every bit", () => {
  const random = new SeededRandom(201);
  for (const type of TYPES) {
    const bits = BigInt(type.bits);
    for (let offset = 0; offset < 9; offset++) {
      const string = new Slice(new Uint8Array(16).map(() => random.word()), 2, 14);
      const around = string.bytes.slice();
      const shift = 96n - BigInt(offset) - bits;
      const before = asNumber(string);
      assertEquals(readBitField(string, offset, type), canonicalInt64(cut(before >> shift, type)));
      for (const value of [lowest(type), highest(type), 0n, cut(randomInt64(random), type)]) {
        writeBitField(string, offset, type.bits, canonicalInt64(value));
        assertEquals(readBitField(string, offset, type), canonicalInt64(value), `${JSON.stringify(type)} at ${offset}`);
        const mask = ((1n << bits) - 1n) << shift;
        assertEquals(asNumber(string) & ~mask, before & ~mask);
      }
      assertEquals([string.bytes.slice(0, 2), string.bytes.slice(14)], [around.slice(0, 2), around.slice(14)]);
    }
  }
});

Deno.test("readBitField() reads zeros beyond the end", () => {
  const string = new Slice(new Uint8Array([0xff, 0xff, 0xff]), 0, 2);
  assertEquals(readBitField(string, 8, { isSigned: false, bits: 16 }), 0xff00);
  assertEquals(readBitField(string, 12, { isSigned: true, bits: 8 }), -16);
  assertEquals(readBitField(string, 16, { isSigned: true, bits: 64 }), 0);
  assertEquals(readBitField(string, 2 ** 32 - 3, { isSigned: false, bits: 63 }), 0);
  assertEquals(readBitField(string, 8, { isSigned: true, bits: 64 }), -(2n ** 56n));
});

function expectedSum(sum: bigint, type: BitFieldType, rule: OverflowRule): Int64 | null {
  const [min, max] = [lowest(type), highest(type)];
  if (sum >= min && sum <= max) return canonicalInt64(sum);
  if (rule === "fail") return null;
  return canonicalInt64(rule === "wrap" ? cut(sum, type) : sum < min ? min : max);
}

Deno.test("addToBitField() agrees with integers of any size", () => {
  const random = new SeededRandom(202);
  for (const type of TYPES) {
    const [min, max] = [lowest(type), highest(type)];
    const increments = [0n, 1n, -1n, max, min, INT64_MIN, INT64_MAX, ...[1, 2, 3].map(() => randomInt64(random))];
    for (const value of [min, max, 0n, cut(randomInt64(random), type)]) {
      for (const increment of increments.filter((number) => number >= INT64_MIN && number <= INT64_MAX)) {
        for (const rule of ["wrap", "saturate", "fail"] as const) {
          const sum = addToBitField(canonicalInt64(value), canonicalInt64(increment), type, rule);
          const what = `${value} + ${increment} as ${JSON.stringify(type)}, ${rule}`;
          assertEquals(sum, expectedSum(value + increment, type, rule), what);
        }
      }
    }
  }
});

Deno.test("fitBitField() cuts, saturates or refuses", () => {
  const u8 = { isSigned: false, bits: 8 };
  const i8 = { isSigned: true, bits: 8 };
  assertEquals([fitBitField(255, u8, "fail"), fitBitField(256, u8, "fail"), fitBitField(256, u8, "wrap")], [
    255,
    null,
    0,
  ]);
  assertEquals([fitBitField(-128, i8, "fail"), fitBitField(-129, i8, "wrap"), fitBitField(300, i8, "saturate")], [
    -128,
    127,
    127,
  ]);
  assertEquals(fitBitField(-129, i8, "saturate"), -128);
  assertEquals(fitBitField(INT64_MIN, { isSigned: true, bits: 64 }, "fail"), INT64_MIN);
  assertEquals(fitBitField(INT64_MAX, { isSigned: false, bits: 63 }, "fail"), INT64_MAX);
});

Deno.test("fitBitField() saturates as Redis where distances wrap at 64 bits", () => {
  assertEquals(fitBitField(-1, { isSigned: false, bits: 8 }, "saturate"), 255);
  assertEquals(fitBitField(-1, { isSigned: false, bits: 8 }, "wrap"), 255);
  assertEquals(fitBitField(-1, { isSigned: false, bits: 8 }, "fail"), null);
  assertEquals(fitBitField(INT64_MIN, { isSigned: true, bits: 8 }, "saturate"), 127);
  assertEquals(fitBitField(INT64_MIN + 127n, { isSigned: true, bits: 8 }, "saturate"), 127);
  assertEquals(fitBitField(INT64_MIN + 128n, { isSigned: true, bits: 8 }, "saturate"), -128);
});
