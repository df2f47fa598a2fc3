/**
 * The spellings of floating point numbers that C's strtod and strtold accept, taken apart for both.
 *
 * - Decimal, hexadecimal and infinite; never nan, which Redis refuses wherever it reads a float.
 * - The rounding to a format is `roundSignificand`: round to nearest, ties to even, denormals included.
 */

import { latin1 } from "./ascii.ts";

// Written so that no input makes them backtrack: each digit can be taken by one part of the pattern only.
const DECIMAL = /^([+-]?)(?:(\d+)(?:\.(\d*))?|\.(\d+))(?:[eE]([+-]?\d+))?$/;
const HEXADECIMAL = /^([+-]?)0[xX](?:([\da-fA-F]+)(?:\.([\da-fA-F]*))?|\.([\da-fA-F]+))(?:[pP]([+-]?\d+))?$/;
const INFINITE = /^([+-]?)[iI][nN][fF](?:[iI][nN][iI][tT][yY])?$/;

/** Longer texts are no numbers here: Redis would read on, for as long as it takes. */
export const MAX_FLOAT_TEXT_LENGTH = 1 << 20;

/** A number as spelled: `digits * base^exponent`, where the exponent of a hexadecimal one counts powers of two. */
export interface FloatText {
  readonly kind: "decimal" | "hexadecimal" | "infinite";
  readonly text: string;
  readonly isNegative: boolean;
  /** Without leading zeros; empty for zero and for infinity. */
  readonly digits: string;
  readonly exponent: number;
}

/** Takes apart the number spelled by the whole of `[start, end)`, or null when it spells none. */
export function readFloatText(bytes: Uint8Array, start: number, end: number): FloatText | null {
  if (end <= start || end - start > MAX_FLOAT_TEXT_LENGTH) return null;
  const text = latin1(bytes, start, end);
  const decimal = DECIMAL.exec(text);
  if (decimal !== null) return fromParts("decimal", text, decimal);
  const hexadecimal = HEXADECIMAL.exec(text);
  if (hexadecimal !== null) return fromParts("hexadecimal", text, hexadecimal);
  const infinite = INFINITE.exec(text);
  if (infinite === null) return null;
  return { kind: "infinite", text, isNegative: infinite[1] === "-", digits: "", exponent: 0 };
}

function fromParts(kind: "decimal" | "hexadecimal", text: string, parts: RegExpExecArray): FloatText {
  const fraction = parts[3] ?? parts[4] ?? "";
  const digits = ((parts[2] ?? "") + fraction).replace(/^0+/, "");
  const exponent = Number(parts[5] ?? 0) - fraction.length * (kind === "decimal" ? 1 : 4);
  return { kind, text, isNegative: parts[1] === "-", digits, exponent };
}

/** A binary floating point format: numbers `significand * 2^exponent` with the significand below `2^precision`. */
export interface FloatFormat {
  readonly precision: number;
  readonly minExponent: number;
  /** The power of two that is the first too large. */
  readonly overflowExponent: number;
}

/** A rounded magnitude, or null for one too large. */
export type Significand = { readonly significand: bigint; readonly exponent: number } | null;

/** Number of bits of a bigint that is not negative. */
export function bitLength(value: bigint): number {
  if (value === 0n) return 0;
  const hex = value.toString(16);
  return hex.length * 4 - Math.clz32(parseInt(hex[0]!, 16)) + 28;
}

/**
 * Rounds `magnitude * 2^exponent` to a format: to nearest, ties to even.
 *
 * - `isTruncated` says that the true magnitude is a little larger, by less than 1 in `magnitude`'s last place; then
 *   `magnitude` has at least two bits more than the format.
 */
export function roundSignificand(
  magnitude: bigint,
  exponent: number,
  isTruncated: boolean,
  format: FloatFormat,
): Significand {
  const excess = Math.max(bitLength(magnitude) - format.precision, format.minExponent - exponent);
  let significand = magnitude;
  let rounded = exponent;
  if (excess > 0) {
    const shift = BigInt(excess);
    significand = magnitude >> shift;
    const rest = magnitude - (significand << shift);
    const half = 1n << (shift - 1n);
    if (rest > half || (rest === half && (isTruncated || (significand & 1n) === 1n))) significand += 1n;
    rounded += excess;
  }
  if (significand !== 0n && bitLength(significand) + rounded > format.overflowExponent) return null;
  return { significand, exponent: rounded };
}
