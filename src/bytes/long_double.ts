/**
 * The 80-bit "long double" of x86-64, which INCRBYFLOAT and HINCRBYFLOAT count in.
 *
 * - A 64-bit significand, exponents down to -16445 (denormals), rounded to nearest, ties to even: exact, by bigints.
 * - The sign of a zero is not kept: no command shows it.
 */

import { bitLength, type FloatFormat, readFloatText, roundSignificand } from "./float_text.ts";

/** `significand * 2^exponent`, the sign in the significand. An infinite one has the significand 1 or -1. */
export interface LongDouble {
  readonly significand: bigint;
  readonly exponent: number;
  readonly isInfinite: boolean;
}

const FORMAT: FloatFormat = { precision: 64, minExponent: -16445, overflowExponent: 16384 };

/** Redis reads the text into a buffer of 5 KiB, a NUL included. */
const MAX_TEXT_LENGTH = 5 * 1024 - 1;
/** Powers of ten beyond these are too large or too small with any digits that fit in the text. */
const MAX_DECIMAL_EXPONENT = 4933;
const MIN_DECIMAL_EXPONENT = -4952;
const FRACTION_DIGITS = 17;
const FRACTION_SCALE = 10n ** 17n;
/** Bits of a quotient that suffice to round it: the precision, and two more. */
const QUOTIENT_BITS = 66;

const ZERO: LongDouble = { significand: 0n, exponent: 0, isInfinite: false };

function finite(isNegative: boolean, magnitude: bigint, exponent: number, isTruncated: boolean): LongDouble | null {
  const rounded = roundSignificand(magnitude, exponent, isTruncated, FORMAT);
  if (rounded === null) return null;
  if (rounded.significand === 0n) return ZERO;
  const significand = isNegative ? -rounded.significand : rounded.significand;
  return { significand, exponent: rounded.exponent, isInfinite: false };
}

/**
 * The long double spelled by `[start, end)`, or null when it spells none.
 *
 * As Redis 7.0's string2ld: infinity is accepted (look at `isInfinite`); nan, spaces, numbers too large and numbers
 * too small to differ from zero are refused.
 */
export function parseLongDouble(bytes: Uint8Array, start: number, end: number): LongDouble | null {
  if (end - start > MAX_TEXT_LENGTH) return null;
  const float = readFloatText(bytes, start, end);
  if (float === null) return null;
  const { digits, exponent, isNegative } = float;
  if (float.kind === "infinite") return { significand: isNegative ? -1n : 1n, exponent: 0, isInfinite: true };
  if (digits === "") return ZERO;
  const value = float.kind === "decimal"
    ? fromDecimal(isNegative, digits, exponent)
    : fromHexadecimal(isNegative, digits, exponent);
  return value === null || value.significand === 0n ? null : value;
}

function fromDecimal(isNegative: boolean, digits: string, exponent: number): LongDouble | null {
  const leadingExponent = exponent + digits.length;
  if (leadingExponent > MAX_DECIMAL_EXPONENT || leadingExponent < MIN_DECIMAL_EXPONENT) return null;
  const mantissa = BigInt(digits);
  if (exponent >= 0) return finite(isNegative, mantissa * 10n ** BigInt(exponent), 0, false);
  const divisor = 10n ** BigInt(-exponent);
  const shift = Math.max(0, QUOTIENT_BITS + bitLength(divisor) - bitLength(mantissa));
  const dividend = mantissa << BigInt(shift);
  const quotient = dividend / divisor;
  return finite(isNegative, quotient, -shift, quotient * divisor !== dividend);
}

function fromHexadecimal(isNegative: boolean, digits: string, exponent: number): LongDouble | null {
  const leadingExponent = exponent + digits.length * 4;
  if (leadingExponent > FORMAT.overflowExponent + 4 || leadingExponent < FORMAT.minExponent - 4) return null;
  return finite(isNegative, BigInt("0x" + digits), exponent, false);
}

/** The long double equal to a 64-bit integer: the value of a key or field that is stored as an integer. */
export function longDoubleFromInteger(value: number | bigint): LongDouble {
  return { significand: BigInt(value), exponent: 0, isInfinite: false };
}

/** The rounded sum, or null when it is infinite or not a number: "increment would produce NaN or Infinity". */
export function addLongDouble(a: LongDouble, b: LongDouble): LongDouble | null {
  if (a.isInfinite || b.isInfinite) return null;
  if (a.significand === 0n) return b;
  if (b.significand === 0n) return a;
  const exponent = Math.min(a.exponent, b.exponent);
  const sum = (a.significand << BigInt(a.exponent - exponent)) + (b.significand << BigInt(b.exponent - exponent));
  return finite(sum < 0n, sum < 0n ? -sum : sum, exponent, false);
}

/**
 * The value with up to 17 digits after the point, without trailing zeros, never in exponent form.
 *
 * As Redis 7.0's ld2string in its human mode; "inf" or "-inf" for an infinite one.
 */
export function formatLongDouble(value: LongDouble): string {
  const { significand, exponent } = value;
  const isNegative = significand < 0n;
  if (value.isInfinite) return isNegative ? "-inf" : "inf";
  const magnitude = isNegative ? -significand : significand;
  let text: string;
  if (exponent >= 0) {
    text = (magnitude << BigInt(exponent)).toString();
  } else {
    const shift = BigInt(-exponent);
    const scaled = magnitude * FRACTION_SCALE;
    let digits = scaled >> shift;
    const rest = scaled - (digits << shift);
    const half = 1n << (shift - 1n);
    if (rest > half || (rest === half && (digits & 1n) === 1n)) digits += 1n;
    const padded = digits.toString().padStart(FRACTION_DIGITS + 1, "0");
    const fraction = padded.slice(-FRACTION_DIGITS).replace(/0+$/, "");
    text = padded.slice(0, -FRACTION_DIGITS) + (fraction === "" ? "" : "." + fraction);
  }
  return isNegative && text !== "0" ? "-" + text : text;
}
