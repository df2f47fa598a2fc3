/**
 * Numbers as Lua 5.1 prints and reads them.
 */

import { ascii } from "../bytes/ascii.ts";
import { parseLenientDouble } from "../bytes/double.ts";

/** Characters of a number with at most 14 digits, where the shortest text is also the rounded one. */
const MAX_SHORT_LENGTH = 14;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^[+-]?0[xX]/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;
const NOT_A_NUMBER = /^[+-]?nan(?:\([0-9A-Za-z_]*\))?$/i;

/** `value` as `tostring` shows it: C's "%.14g". */
export function formatNumber(value: number): string {
  if ((value | 0) === value) return value === 0 && 1 / value < 0 ? "-0" : String(value);
  const magnitude = Math.abs(value);
  if (magnitude >= 1e-4 && magnitude < 1e14) {
    const shortest = String(value);
    if (shortest.length <= MAX_SHORT_LENGTH) return shortest;
  }
  return formatGeneral(value, 14);
}

/** `value` as C prints it with "%.<precision>g"; precision from 1 to 99. */
export function formatGeneral(value: number, precision: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  if (value === 0) return 1 / value < 0 ? "-0" : "0";
  const { digits, exponent } = roundToDigits(Math.abs(value), precision);
  const sign = value < 0 ? "-" : "";
  const significant = digits.slice(0, trimmedLength(digits, 1));
  if (exponent < -4 || exponent >= precision) return sign + withExponent(significant, exponent);
  if (exponent < 0) return `${sign}0.${"0".repeat(-exponent - 1)}${significant}`;
  if (significant.length <= exponent + 1) return sign + significant.padEnd(exponent + 1, "0");
  return `${sign}${significant.slice(0, exponent + 1)}.${significant.slice(exponent + 1)}`;
}

/** `value` as C prints it with "%.<fractionDigits>e". */
export function formatExponent(value: number, fractionDigits: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (value === 0) return sign + withExponent("0".repeat(fractionDigits + 1), 0);
  const { digits, exponent } = roundToDigits(Math.abs(value), fractionDigits + 1);
  return sign + withExponent(digits, exponent);
}

/** `value` as C prints it with "%.<fractionDigits>f". */
export function formatFixed(value: number, fractionDigits: number): string {
  const special = formatSpecial(value);
  if (special !== undefined) return special;
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (magnitude >= 1e21) {
    return `${sign}${BigInt(magnitude)}${fractionDigits > 0 ? "." + "0".repeat(fractionDigits) : ""}`;
  }
  const tie = tieAt(magnitude, fractionDigits);
  if (tie === undefined) return sign + magnitude.toFixed(fractionDigits);
  const text = String(tie).padStart(fractionDigits + 1, "0");
  const whole = text.slice(0, text.length - fractionDigits);
  return fractionDigits > 0 ? `${sign}${whole}.${text.slice(-fractionDigits)}` : sign + whole;
}

function formatSpecial(value: number): string | undefined {
  // What x86 computes without a result has its sign bit set; JavaScript does not tell that bit.
  if (value !== value) return "-nan";
  if (value === Infinity) return "inf";
  return value === -Infinity ? "-inf" : undefined;
}

function withExponent(digits: string, exponent: number): string {
  const sign = exponent < 0 ? "-" : "+";
  const fraction = digits.length > 1 ? "." + digits.slice(1) : "";
  return `${digits[0]!}${fraction}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function trimmedLength(digits: string, least: number): number {
  let length = digits.length;
  while (length > least && digits[length - 1] === "0") length--;
  return length;
}

/** The first `count` digits of a positive number, rounded, and the power of ten of the first one. */
function roundToDigits(value: number, count: number): { digits: string; exponent: number } {
  const scale = Number(value.toExponential(20).split("e")[1]);
  const tie = tieAt(value, count - 1 - scale);
  if (tie !== undefined) {
    const digits = String(tie);
    return { digits: digits.slice(0, count), exponent: scale + digits.length - count };
  }
  const [mantissa, power] = value.toExponential(count - 1).split("e") as [string, string];
  return { digits: mantissa.replace(".", ""), exponent: Number(power) };
}

/**
 * `value * 10^places` rounded to even where it lies right between two integers, which JavaScript rounds up; undefined
 * where it does not.
 */
function tieAt(value: number, places: number): bigint | undefined {
  if (places >= 0) {
    // A tie is an odd multiple of 2^-(places + 1).
    const halves = value * 2 ** (places + 1);
    if (halves % 2 !== 1) return undefined;
    return toEven((BigInt(halves) * 5n ** BigInt(places)) >> 1n);
  }
  if (!Number.isInteger(value)) return undefined;
  const unit = 10n ** BigInt(-places);
  const whole = BigInt(value);
  return (whole % unit) * 2n === unit ? toEven(whole / unit) : undefined;
}

function toEven(lower: bigint): bigint {
  return lower + (lower & 1n);
}

/** The number that a text spells as C's strtod reads it, with spaces around it allowed; undefined for none. */
export function parseNumber(text: string): number | undefined {
  const zero = text.indexOf("\0");
  const trimmed = trimSpaces(zero < 0 ? text : text.slice(0, zero));
  if (DECIMAL.test(trimmed)) return Number(trimmed);
  if (HEXADECIMAL.test(trimmed)) {
    return parseLenientDouble(ascii(trimmed), 0, trimmed.length) ?? undefined;
  }
  const infinite = INFINITE.exec(trimmed);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  return NOT_A_NUMBER.test(trimmed) ? NaN : undefined;
}

/** Without C's white space at both ends. Not by a pattern: one would take quadratic time. */
function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isSpace(text.charCodeAt(start))) start++;
  while (end > start && isSpace(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isSpace(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** The integer that a text spells in a base from 2 to 36, as C's strtoul reads it (of 64 bits); undefined for none. */
export function parseInteger(text: string, base: number): number | undefined {
  const zero = text.indexOf("\0");
  const match = /^([+-]?)(0[xX])?([0-9A-Za-z]*)$/.exec(trimSpaces(zero < 0 ? text : text.slice(0, zero)));
  if (match === null) return undefined;
  const prefix = match[2] ?? "";
  const isPrefix = prefix !== "" && base === 16;
  const digits = isPrefix ? match[3]! : prefix + match[3]!;
  if (digits === "") return undefined;
  let value = 0n;
  for (const char of digits.toLowerCase()) {
    const digit = parseInt(char, 36);
    if (digit >= base) return undefined;
    if (value <= MAX_UINT64) value = value * BigInt(base) + BigInt(digit);
  }
  if (value > MAX_UINT64) return Number(MAX_UINT64);
  return Number(match[1] === "-" ? BigInt.asUintN(64, -value) : value);
}
