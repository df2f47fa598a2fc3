/**
 * Decimal integers as Redis reads and prints them.
 *
 * - `parseSafeInteger` is the fast way (a JS number); `parseInteger` covers all of int64 with a bigint.
 * - Reading is strict, as Redis 7.0's string2ll: no space, no plus, no leading zero, no "-0", at most 20 characters.
 * - Writing allocates nothing for safe integers.
 */

import { latin1 } from "./ascii.ts";

const MINUS = 0x2d;
const ZERO = 0x30;

/** The longest text of a 64-bit integer: a minus and 19 digits, or 20 digits without a sign. */
export const MAX_INTEGER_LENGTH = 20;

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
const UINT64_MAX = 2n ** 64n - 1n;

/** The digits that `|0` arithmetic holds without overflow. */
const INT32_DIGITS = 9;
const SAFE_DIGITS = 16;
const TEN_TO_THE_8TH = 100_000_000;

/**
 * The integer spelled by `[start, end)`, or NaN when it is none or lies outside +-(2^53 - 1).
 *
 * As Redis 7.0's string2ll, so `"+1"`, `" 1"`, `"01"` and `"-0"` are none.
 *
 * @example
 * ```ts
 * import { ascii } from "./ascii.ts";
 * import { parseSafeInteger } from "./integer.ts";
 * console.log(parseSafeInteger(ascii("-42"), 0, 3)); // -42
 * console.log(parseSafeInteger(ascii("042"), 0, 3)); // NaN
 * ```
 */
export function parseSafeInteger(bytes: Uint8Array, start: number, end: number): number {
  if (start >= end) return NaN;
  const isNegative = bytes[start] === MINUS;
  let at = isNegative ? start + 1 : start;
  const digitCount = end - at;
  if (digitCount === 0 || digitCount > SAFE_DIGITS) return NaN;
  let value = bytes[at]! - ZERO;
  if (value <= 0 || value > 9) return value === 0 && end - start === 1 ? 0 : NaN;
  const int32End = digitCount > INT32_DIGITS ? at + INT32_DIGITS : end;
  for (at++; at < int32End; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    value = (Math.imul(value, 10) + digit) | 0;
  }
  if (at === end) return isNegative ? -value : value;
  let large = value;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return NaN;
    large = large * 10 + digit;
  }
  if (large > Number.MAX_SAFE_INTEGER) return NaN;
  return isNegative ? -large : large;
}

/** The signed 64-bit integer spelled by `[start, end)`, or null. Strict, as Redis 7.0's string2ll. */
export function parseInteger(bytes: Uint8Array, start: number, end: number): bigint | null {
  const safe = parseSafeInteger(bytes, start, end);
  if (!Number.isNaN(safe)) return BigInt(safe);
  const length = end - start;
  // Whatever is shorter than 16 digits has been judged already.
  if (length < SAFE_DIGITS || length > MAX_INTEGER_LENGTH) return null;
  let at = bytes[start] === MINUS ? start + 1 : start;
  if (bytes[at] === ZERO) return null;
  for (; at < end; at++) {
    const digit = bytes[at]! - ZERO;
    if (digit < 0 || digit > 9) return null;
  }
  const value = BigInt(latin1(bytes, start, end));
  return value < INT64_MIN || value > INT64_MAX ? null : value;
}

/** Whether C's isspace holds in the C locale. */
function isSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

/**
 * The unsigned 64-bit integer spelled by `[start, end)`, or null.
 *
 * As Redis 7.0's string2ull, which falls back on strtoull: leading spaces, a sign and leading zeros are accepted
 * ("-01" wraps to 2^64 - 1, while a plain "-1" is refused), and a NUL ends the text.
 */
export function parseUnsignedInteger(bytes: Uint8Array, start: number, end: number): bigint | null {
  let textEnd = start;
  while (textEnd < end && bytes[textEnd] !== 0) textEnd++;
  const strict = parseInteger(bytes, start, textEnd);
  if (strict !== null) return strict < 0n ? null : strict;
  let at = start;
  while (at < textEnd && isSpace(bytes[at]!)) at++;
  const sign = bytes[at];
  const isNegative = at < textEnd && sign === MINUS;
  if (at < textEnd && (isNegative || sign === 0x2b)) at++;
  if (at === textEnd) return null;
  let value = 0n;
  while (at < textEnd) {
    // In groups of 15 digits: a bigint per digit would be wasteful, and one of all digits of a long text a bomb.
    const groupEnd = Math.min(at + 15, textEnd);
    let group = 0;
    let scale = 1;
    for (; at < groupEnd; at++) {
      const digit = bytes[at]! - ZERO;
      if (digit < 0 || digit > 9) return null;
      group = group * 10 + digit;
      scale *= 10;
    }
    value = value * BigInt(scale) + BigInt(group);
    if (value > UINT64_MAX) return null;
  }
  return isNegative && value !== 0n ? UINT64_MAX + 1n - value : value;
}

/** The number of characters of a safe integer in decimal, its sign included. */
export function integerLength(value: number): number {
  return value < 0 ? 1 + digitCountOf(-value) : digitCountOf(value);
}

function digitCountOf(value: number): number {
  if (value < 10) return 1;
  if (value < 100) return 2;
  if (value < 1000) return 3;
  if (value < 10_000) return 4;
  if (value < 100_000) return 5;
  if (value < 1_000_000) return 6;
  if (value < 10_000_000) return 7;
  let count = 8;
  for (let bound = TEN_TO_THE_8TH; value >= bound; bound *= 10) count++;
  return count;
}

/**
 * Writes a safe integer in decimal at `at` and returns the position after it. At most 17 bytes; allocates nothing.
 *
 * @example
 * ```ts
 * import { latin1 } from "./ascii.ts";
 * import { writeInteger } from "./integer.ts";
 * const target = new Uint8Array(20);
 * const end = writeInteger(target, 0, -1234);
 * console.log(latin1(target, 0, end)); // -1234
 * ```
 */
export function writeInteger(target: Uint8Array, at: number, value: number): number {
  if (value < 0) {
    target[at++] = MINUS;
    value = -value;
  }
  if (value < 100) return writeShortInteger(target, at, value);
  const end = at + digitCountOf(value);
  if (value < TEN_TO_THE_8TH) {
    writeDigits(target, at, end, value);
    return end;
  }
  // Both halves fit in 31 bits: a safe integer has at most 16 digits.
  const high = Math.floor(value / TEN_TO_THE_8TH);
  writeDigits(target, at, end - 8, high);
  writeDigits(target, end - 8, end, value - high * TEN_TO_THE_8TH);
  return end;
}

/**
 * As `writeInteger`, for a value from 0 to 99: for lengths, which are hardly ever longer. In a loop that calls `writeInteger`
 * the compiler would have to find room for all that long integers need.
 */
export function writeShortInteger(target: Uint8Array, at: number, value: number): number {
  if (value >= 10) {
    writePair(target, at, value);
    return at + 2;
  }
  target[at] = ZERO + value;
  return at + 1;
}

/** Fills `[at, end)` with the last digits of a 31-bit value, zeros in front. */
function writeDigits(target: Uint8Array, at: number, end: number, value: number): void {
  let rest = value | 0;
  let position = end - 2;
  for (; position >= at; position -= 2) {
    // Two at a time.
    const quotient = (rest / 100) | 0;
    writePair(target, position, rest - quotient * 100);
    rest = quotient;
  }
  if (position === at - 1) target[at] = ZERO + rest;
}

/** Writes a value below 100 as two digits: the multiplication divides by 10. */
function writePair(target: Uint8Array, at: number, pair: number): void {
  const tens = (pair * 205) >>> 11;
  target[at] = ZERO + tens;
  target[at + 1] = ZERO + pair - tens * 10;
}

/** Writes a bigint in decimal at `at` and returns the position after it. */
export function writeBigInteger(target: Uint8Array, at: number, value: bigint): number {
  const text = value.toString();
  for (let index = 0; index < text.length; index++) target[at + index] = text.charCodeAt(index);
  return at + text.length;
}
