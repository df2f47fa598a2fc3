/**
 * Signed 64-bit integers, as listpacks, intsets and streams store them.
 *
 * - An `Int64` is a number when it is a safe integer and a bigint only when it is not: one value has one form, so
 *   `===` within a form and `<` across forms are exact, and ordinary values never allocate a bigint.
 * - `NaN` stands for "not an integer".
 */

import { parseInteger, parseSafeInteger, writeBigInteger, writeInteger } from "../bytes/integer.ts";

/** A signed 64-bit integer: a bigint only beyond `Number.MAX_SAFE_INTEGER`. */
export type Int64 = number | bigint;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const ZERO = 0x30;
const TWO_32 = 0x1_0000_0000;
/** Shorter text than this is safe or no integer at all. */
const WIDE_TEXT_MIN = 16;

/** The value in its one form: a number if it is safe, else the bigint. */
export function canonicalInt64(value: bigint): Int64 {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** The sum of two 64-bit integers, or null where it has more bits. */
export function addInt64(a: Int64, b: Int64): Int64 | null {
  if (typeof a === "number" && typeof b === "number") {
    const sum = a + b;
    if (Number.isSafeInteger(sum)) return sum;
  }
  const sum = BigInt(a) + BigInt(b);
  return sum < INT64_MIN || sum > INT64_MAX ? null : canonicalInt64(sum);
}

/**
 * Reads decimal text that prints back to the same bytes; anything else (a plus sign, leading zeros, `-0`, spaces, out
 * of range) is `NaN`. As Redis's `string2ll`.
 */
export function parseInt64(bytes: Uint8Array, start: number, end: number): Int64 {
  // Most text is no integer: its last byte tells, and a longer look is saved.
  const last = bytes[end - 1]! - ZERO;
  if (end <= start || last < 0 || last > 9) return NaN;
  const safe = parseSafeInteger(bytes, start, end);
  if (safe === safe || end - start < WIDE_TEXT_MIN) return safe;
  return parseInteger(bytes, start, end) ?? NaN;
}

/** Writes the decimal text of `value` at `at` and returns where it ends: at most `MAX_INTEGER_LENGTH` bytes on. */
export function writeInt64Text(target: Uint8Array, at: number, value: Int64): number {
  return typeof value === "number" ? writeInteger(target, at, value) : writeBigInteger(target, at, value);
}

/** Reads eight little-endian bytes. */
export function readInt64(bytes: Uint8Array, at: number): Int64 {
  const low = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
  const high = bytes[at + 4]! | bytes[at + 5]! << 8 | bytes[at + 6]! << 16 | bytes[at + 7]! << 24;
  // Most integers have 32 bits, and those need no floating point.
  if (high === low >> 31) return low;
  const value = high * TWO_32 + (low >>> 0);
  return Number.isSafeInteger(value) ? value : (BigInt(high) << 32n) | BigInt(low >>> 0);
}

/** Writes eight little-endian bytes. */
export function writeInt64(bytes: Uint8Array, at: number, value: Int64): void {
  let low: number;
  let high: number;
  if (typeof value === "bigint") {
    low = Number(BigInt.asIntN(32, value));
    high = Number(BigInt.asIntN(32, value >> 32n));
  } else if ((value | 0) === value) {
    low = value;
    high = value >> 31;
  } else {
    low = value | 0;
    high = Math.floor(value / TWO_32) | 0;
  }
  bytes[at] = low;
  bytes[at + 1] = low >>> 8;
  bytes[at + 2] = low >>> 16;
  bytes[at + 3] = low >>> 24;
  bytes[at + 4] = high;
  bytes[at + 5] = high >>> 8;
  bytes[at + 6] = high >>> 16;
  bytes[at + 7] = high >>> 24;
}
