/**
 * Integers of 1 to 64 bits at any bit of a string, and what becomes of them when they overflow.
 *
 * - Bit 0 is the highest bit of the first byte; the highest bit of a field comes first.
 * - Unsigned fields have 63 bits at most. A value is a number where that is safe, else a bigint, as every `Int64`.
 */

import type { Slice } from "../bytes/slice.ts";
import { canonicalInt64, type Int64 } from "./int64.ts";

/** What a value that does not fit its field becomes: cut to its bits, the nearest that fits, nothing. */
export type OverflowRule = "wrap" | "saturate" | "fail";

/** The type of a field. */
export interface BitFieldType {
  readonly isSigned: boolean;
  /** Its width: 1 to 64, unsigned 1 to 63. */
  readonly bits: number;
}

/** Up to this width every value, and the sum of two, is exact as a number. */
const NUMBER_BITS_MAX = 52;
const TWO_32 = 0x1_0000_0000;

/** Reads the field at bit `offset` of a string; beyond the string's end there are zeros. */
export function readBitField(string: Slice, offset: number, type: BitFieldType): Int64 {
  const { bits } = type;
  if (bits <= NUMBER_BITS_MAX) {
    const value = readBits(string, offset, bits);
    return type.isSigned && value >= 2 ** (bits - 1) ? value - 2 ** bits : value;
  }
  const highBits = bits - 32;
  const highValue = readBits(string, offset, highBits);
  const high = type.isSigned && highValue >= 2 ** (highBits - 1) ? highValue - 2 ** highBits : highValue;
  const low = readBits(string, offset + highBits, 32);
  const value = high * TWO_32 + low;
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low);
}

/** Writes the low bits of `value` to the field at bit `offset` of a string, which must hold all of it. */
export function writeBitField(string: Slice, offset: number, bits: number, value: Int64): void {
  let low: number;
  let high: number;
  if (typeof value === "number") {
    low = value | 0;
    high = Math.floor(value / TWO_32) | 0;
  } else {
    low = Number(BigInt.asIntN(32, value));
    high = Number(BigInt.asIntN(32, value >> 32n));
  }
  if (bits > 32) writeBits(string, offset, bits - 32, high);
  const lowBits = Math.min(bits, 32);
  writeBits(string, offset + bits - lowBits, lowBits, low);
}

/**
 * The sum of a field's value and an increment, as the field can hold it; null where it overflows and the rule is to fail.
 */
export function addToBitField(value: Int64, increment: Int64, type: BitFieldType, rule: OverflowRule): Int64 | null {
  const { isSigned, bits } = type;
  if (bits <= NUMBER_BITS_MAX && typeof value === "number" && typeof increment === "number") {
    const sum = value + increment;
    if (Number.isSafeInteger(sum)) {
      const min = isSigned ? -(2 ** (bits - 1)) : 0;
      const max = min + 2 ** bits - 1;
      if (sum >= min && sum <= max) return sum;
      if (rule === "fail") return null;
      if (rule === "saturate") return sum > max ? max : min;
      const low = sum - Math.floor(sum / 2 ** bits) * 2 ** bits;
      return low > max ? low - 2 ** bits : low;
    }
  }
  const sum = BigInt(value) + BigInt(increment);
  const min = minOf(type);
  const max = maxOf(type);
  if (sum >= min && sum <= max) return canonicalInt64(sum);
  return overflown(sum, type, rule, sum > max ? max : min);
}

/** What a field holds after being set to any 64-bit `value`; null where that overflows and the rule is to fail. */
export function fitBitField(value: Int64, type: BitFieldType, rule: OverflowRule): Int64 | null {
  if (typeof value === "number" && type.bits <= NUMBER_BITS_MAX && (type.isSigned || value >= 0)) {
    return addToBitField(value, 0, type, rule);
  }
  const wide = BigInt(value);
  const min = minOf(type);
  const max = maxOf(type);
  if (wide >= min && wide <= max) return value;
  // As Redis, whose distances wrap at 64 bits: a negative value counts as above every unsigned field, and one far enough
  // below a signed field counts as above it too.
  const isAbove = !type.isSigned || BigInt.asIntN(64, max - wide) < 0n;
  return overflown(wide, type, rule, isAbove ? max : min);
}

function minOf({ isSigned, bits }: BitFieldType): bigint {
  return isSigned ? -(1n << BigInt(bits - 1)) : 0n;
}

function maxOf({ isSigned, bits }: BitFieldType): bigint {
  return (1n << BigInt(isSigned ? bits - 1 : bits)) - 1n;
}

function overflown(value: bigint, type: BitFieldType, rule: OverflowRule, nearest: bigint): Int64 | null {
  if (rule === "fail") return null;
  if (rule === "saturate") return canonicalInt64(nearest);
  return canonicalInt64(type.isSigned ? BigInt.asIntN(type.bits, value) : BigInt.asUintN(type.bits, value));
}

/** The unsigned value of up to 53 bits. */
function readBits({ bytes, start, end }: Slice, offset: number, bits: number): number {
  let at = start + Math.floor(offset / 8);
  const inFirst = 8 - (offset & 7);
  let value = (at < end ? bytes[at]! : 0) & (0xff >>> (offset & 7));
  if (bits <= inFirst) return value >>> (inFirst - bits);
  let left = bits - inFirst;
  for (at++; left >= 8; at++, left -= 8) value = value * 256 + (at < end ? bytes[at]! : 0);
  return left === 0 ? value : value * 2 ** left + ((at < end ? bytes[at]! : 0) >>> (8 - left));
}

/** Writes the low `bits`, 32 at most, of `value`. */
function writeBits({ bytes, start }: Slice, offset: number, bits: number, value: number): void {
  let at = start + Math.floor(offset / 8);
  let room = 8 - (offset & 7);
  for (let left = bits; left > 0; at++, room = 8) {
    const count = Math.min(room, left);
    const mask = (1 << count) - 1;
    const shift = room - count;
    left -= count;
    bytes[at] = (bytes[at]! & ~(mask << shift)) | (((value >>> left) & mask) << shift);
  }
}
