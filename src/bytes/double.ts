/**
 * Doubles as Redis reads and prints them.
 *
 * - `parseDouble` is strict, as scores and increments are read; `parseLenientDouble` is plain strtod, as the bounds
 *   of ranges are.
 * - `formatDouble` is the "%.17g" of replies; `formatStoredDouble` is the form that sorted sets keep in their
 *   listpacks. They differ for integers from 1e17 on.
 * - The arithmetic of INCRBYFLOAT is in `long_double.ts`; its functions are also reachable from here.
 */

import { latin1 } from "./ascii.ts";
import { type FloatFormat, readFloatText, roundSignificand } from "./float_text.ts";
import { formatLongDouble } from "./long_double.ts";

export { addLongDouble, formatLongDouble, longDoubleFromInteger, parseLongDouble } from "./long_double.ts";
export type { LongDouble } from "./long_double.ts";

const FORMAT: FloatFormat = { precision: 53, minExponent: -1074, overflowExponent: 1024 };

const MINUS = 0x2d;
const PLUS = 0x2b;
const POINT = 0x2e;
const LOWER_E = 0x65;
const MAX_PLAIN_LENGTH = 64;

/** With up to 15 digits and a power of ten up to 22 both are exact doubles, so that one division rounds correctly. */
const MAX_EXACT_DIGITS = 15;
const POWERS_OF_TEN = Float64Array.from({ length: MAX_EXACT_DIGITS + 1 }, (_, power) => 10 ** power);

/** The integers that Redis prints as such: half of int64. */
const MAX_STORED_INTEGER = 2 ** 62;

/** A plain decimal of at most 15 digits, or NaN for whatever needs a closer look. */
function parseShortDecimal(bytes: Uint8Array, start: number, end: number): number {
  let at = start;
  const first = bytes[at];
  if (first === MINUS || first === PLUS) at++;
  if (end - at > MAX_EXACT_DIGITS + 1) return NaN;
  let value = 0;
  let digitCount = 0;
  let fractionStart = -1;
  for (; at < end; at++) {
    const byte = bytes[at]!;
    const digit = byte - 0x30;
    if (digit >= 0 && digit <= 9) {
      value = value * 10 + digit;
      digitCount++;
    } else if (byte === POINT && fractionStart < 0) {
      fractionStart = digitCount;
    } else {
      return NaN;
    }
  }
  if (digitCount === 0 || digitCount > MAX_EXACT_DIGITS) return NaN;
  if (fractionStart >= 0) value /= POWERS_OF_TEN[digitCount - fractionStart]!;
  return first === MINUS ? -value : value;
}

/** A decimal that is neither zero nor too large, with or without exponent, or NaN for whatever needs a closer look. */
function parsePlainDecimal(bytes: Uint8Array, start: number, end: number): number {
  if (end === start || end - start > MAX_PLAIN_LENGTH) return NaN;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    const isDigit = byte >= 0x30 && byte <= 0x39;
    if (!isDigit && byte !== POINT && byte !== MINUS && byte !== PLUS && (byte | 0x20) !== LOWER_E) return NaN;
  }
  // Of these characters JavaScript and C make the same numbers.
  const value = Number(latin1(bytes, start, end));
  return value === 0 || value === Infinity || value === -Infinity ? NaN : value;
}

/** As strtod: what is too large becomes infinite and what is too small zero. */
function parseAny(bytes: Uint8Array, start: number, end: number): { value: number; isZeroText: boolean } | null {
  const float = readFloatText(bytes, start, end);
  if (float === null) return null;
  const isZeroText = float.kind !== "infinite" && float.digits === "";
  let value: number;
  if (float.kind === "decimal") value = Math.abs(Number(float.text));
  else if (float.kind === "infinite") value = Infinity;
  else value = isZeroText ? 0 : fromHexadecimal(float.digits, float.exponent);
  return { value: float.isNegative ? -value : value, isZeroText };
}

function fromHexadecimal(digits: string, exponent: number): number {
  const leadingExponent = exponent + digits.length * 4;
  if (leadingExponent > FORMAT.overflowExponent + 4) return Infinity;
  if (leadingExponent < FORMAT.minExponent - 4) return 0;
  const rounded = roundSignificand(BigInt("0x" + digits), exponent, false, FORMAT);
  if (rounded === null) return Infinity;
  // Exact: the significand was rounded to what this exponent can hold, and the exponent lies within -1074 and 971.
  return Number(rounded.significand) * 2 ** rounded.exponent;
}

/**
 * The double spelled by the whole of `[start, end)`, or null when it spells none.
 *
 * As Redis 7.0's string2d: "inf", "+Infinity", hexadecimal and exponents are accepted; the empty text, spaces, nan,
 * numbers too large and numbers too small to differ from zero are refused.
 *
 * @example
 * ```ts
 * import { ascii } from "./ascii.ts";
 * import { parseDouble } from "./double.ts";
 * console.log(parseDouble(ascii("1.5e3"), 0, 5)); // 1500
 * console.log(parseDouble(ascii("nan"), 0, 3)); // null
 * ```
 */
export function parseDouble(bytes: Uint8Array, start: number, end: number): number | null {
  const short = parseShortDecimal(bytes, start, end);
  if (!Number.isNaN(short)) return short;
  const plain = parsePlainDecimal(bytes, start, end);
  if (!Number.isNaN(plain)) return plain;
  const parsed = parseAny(bytes, start, end);
  if (parsed === null) return null;
  const { value, isZeroText } = parsed;
  if (value === 0 && !isZeroText) return null;
  if (Math.abs(value) === Infinity && !isInfinityText(bytes, start)) return null;
  return value;
}

/** Whether a text that parsed as infinite spells infinity, and is not just a number too large. */
function isInfinityText(bytes: Uint8Array, start: number): boolean {
  const first = bytes[start]!;
  const letter = first === MINUS || first === PLUS ? bytes[start + 1]! : first;
  return (letter | 0x20) === 0x69;
}

/**
 * The double spelled by `[start, end)` by the rules of C's strtod alone, or null.
 *
 * As the bounds of ZRANGEBYSCORE in Redis 7.0: the empty text is 0, leading spaces are skipped, a NUL ends the text,
 * and what is out of range becomes infinite or zero. Nan is refused.
 */
export function parseLenientDouble(bytes: Uint8Array, start: number, end: number): number | null {
  let textEnd = start;
  while (textEnd < end && bytes[textEnd] !== 0) textEnd++;
  if (textEnd === start) return 0;
  let at = start;
  while (at < textEnd && (bytes[at] === 0x20 || (bytes[at]! >= 0x09 && bytes[at]! <= 0x0d))) at++;
  const short = parseShortDecimal(bytes, at, textEnd);
  if (!Number.isNaN(short)) return short;
  return parseAny(bytes, at, textEnd)?.value ?? null;
}

/**
 * `value` as C prints it with "%.17g": what a double is in a reply, in RESP2 and RESP3.
 *
 * @example
 * ```ts
 * import { formatDouble } from "./double.ts";
 * console.log(formatDouble(3), formatDouble(0.1), formatDouble(1e17)); // 3 0.10000000000000001 1e+17
 * ```
 */
export function formatDouble(value: number): string {
  if (Number.isSafeInteger(value)) return Object.is(value, -0) ? "-0" : String(value);
  // With at most 10 binary places and 6 digits before the point the shortest form is the exact one.
  if (value < 1e6 && value > -1e6 && Number.isInteger(value * 1024)) return String(value);
  if (Number.isNaN(value)) return "nan";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  return value < 0 ? "-" + formatGeneral(-value) : formatGeneral(value);
}

/** "%.17g" of a positive finite double. */
function formatGeneral(value: number): string {
  if (value >= 1e-4 && value < 1e17 && !mayBeTie(value)) {
    return trimZeros(value.toPrecision(17));
  }
  const [mantissa, power] = roundedTo17Digits(value).split("e") as [string, string];
  const exponent = Number(power);
  const digits = (mantissa[0]! + mantissa.slice(2)).replace(/0+$/, "");
  if (exponent < -4 || exponent >= 17) {
    const sign = exponent < 0 ? "-" : "+";
    const magnitude = String(Math.abs(exponent)).padStart(2, "0");
    return `${digits[0]!}${digits.length > 1 ? "." + digits.slice(1) : ""}e${sign}${magnitude}`;
  }
  if (exponent < 0) return "0." + "0".repeat(-exponent - 1) + digits;
  if (digits.length <= exponent + 1) return digits.padEnd(exponent + 1, "0");
  return digits.slice(0, exponent + 1) + "." + digits.slice(exponent + 1);
}

/**
 * Whether `value` may lie right between two numbers of 17 digits, which C and JavaScript round differently.
 *
 * A tie has exactly 18 significant digits, so at most 25 binary places: 5^26 alone has more digits than that.
 */
function mayBeTie(value: number): boolean {
  return Number.isInteger(value * 2 ** 25);
}

/** 17 significant digits in exponent form, ties to even where JavaScript rounds them up. */
function roundedTo17Digits(value: number): string {
  if (!mayBeTie(value)) return value.toExponential(16);
  const longer = value.toExponential(17);
  const last = longer.indexOf("e") - 1;
  // A tie is a number of exactly 18 digits that ends in 5; of those, JavaScript goes wrong where the 17th digit is
  // even.
  if (longer[last] !== "5" || Number(longer[last - 1]) % 2 === 1) return value.toExponential(16);
  if (!/^50*e/.test(value.toExponential(100).slice(last))) return value.toExponential(16);
  return longer.slice(0, last) + longer.slice(last + 1);
}

/**
 * `value` as sorted sets keep it in listpacks: "%.17g", but whole numbers up to 2^62 in full, and -0 as 0.
 *
 * As Redis 7.0's zzlInsertAt, which stores whole numbers as integers.
 */
export function formatStoredDouble(value: number): string {
  if (!Number.isInteger(value) || Math.abs(value) > MAX_STORED_INTEGER) return formatDouble(value);
  return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString();
}

/**
 * A finite `value` with up to 17 digits after the point, without trailing zeros, never in exponent form: GEOPOS's
 * coordinates.
 *
 * As Redis 7.0's addReplyHumanLongDouble makes of a double.
 */
export function formatHumanDouble(value: number): string {
  if (Number.isInteger(value)) return Number.isSafeInteger(value) ? String(value) : BigInt(value).toString();
  const scaled = value * 2 ** 18;
  // With 18 binary places there may be a tie at the 17th digit, which C rounds to even and JavaScript rounds up.
  if (Number.isInteger(scaled)) {
    return formatLongDouble({ significand: BigInt(scaled), exponent: -18, isInfinite: false });
  }
  const text = trimZeros(value.toFixed(17));
  return text === "-0" ? "0" : text;
}

/** A decimal that has a point, without the zeros at its end, and without the point when nothing follows it. */
function trimZeros(text: string): string {
  let end = text.length;
  while (text[end - 1] === "0") end--;
  return text.slice(0, text[end - 1] === "." ? end - 1 : end);
}

/**
 * `value` with exactly `fractionDigits` (1 to 17) digits after the point: the distances of GEODIST.
 *
 * As Redis 7.0's fixedpoint_d2string, which scales first and then rounds half to even. The scaled value must be safe.
 */
export function formatFixedPoint(value: number, fractionDigits: number): string {
  const scaled = Math.abs(value) * 10 ** fractionDigits;
  let rounded = Math.floor(scaled);
  const rest = scaled - rounded;
  if (rest > 0.5 || (rest === 0.5 && rounded % 2 === 1)) rounded++;
  const digits = String(rounded).padStart(fractionDigits + 1, "0");
  const sign = value < 0 && rounded !== 0 ? "-" : "";
  return `${sign}${digits.slice(0, -fractionDigits)}.${digits.slice(-fractionDigits)}`;
}

/**
 * `value` as C prints it with "%f": six digits after the point, never in exponent form, ties to even.
 *
 * As Redis 7.0 shows coordinates that it refuses.
 */
export function formatSixPlaces(value: number): string {
  if (!Number.isFinite(value)) return formatDouble(value);
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? "-" : "";
  if (magnitude >= 1e21) return `${sign}${BigInt(magnitude)}.000000`;
  // A tie is an odd multiple of 2^-7; there JavaScript rounds up.
  const scaled = magnitude * 2 ** 7;
  if (!Number.isInteger(scaled) || Number.isInteger(scaled / 2)) return sign + magnitude.toFixed(6);
  const millionths = BigInt(scaled) * 5n ** 6n;
  const lower = millionths >> 1n;
  const digits = String(lower + (lower & 1n)).padStart(7, "0");
  return `${sign}${digits.slice(0, -6)}.${digits.slice(-6)}`;
}
