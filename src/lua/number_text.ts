/**
 * Numbers as Lua 5.1 prints and reads them.
 */

import { ascii } from "../bytes/ascii.ts";
import { parseLenientDouble } from "../bytes/double.ts";

const SPACES = /^[ \t-\r]+|[ \t-\r]+$/g;
const DECIMAL = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
const HEXADECIMAL = /^[+-]?0[xX]/;
const INFINITE = /^([+-]?)inf(?:inity)?$/i;
const MAX_UINT64 = 0xffff_ffff_ffff_ffffn;
const NOT_A_NUMBER = /^[+-]?nan(?:\([0-9A-Za-z_]*\))?$/i;

/** `value` as `tostring` shows it: C's "%.14g". */
export function formatNumber(value: number): string {
  if ((value | 0) === value) return value === 0 && 1 / value < 0 ? "-0" : String(value);
  return formatGeneral(value, 14);
}

/** `value` as C prints it with "%.<precision>g"; precision from 1 to 99. */
export function formatGeneral(value: number, precision: number): string {
  // What x86 computes without a result has its sign bit set; JavaScript does not tell that bit.
  if (value !== value) return "-nan";
  if (value === Infinity) return "inf";
  if (value === -Infinity) return "-inf";
  if (value === 0) return 1 / value < 0 ? "-0" : "0";
  const [mantissa, power] = value.toExponential(precision - 1).split("e") as [string, string];
  const exponent = Number(power);
  if (exponent >= -4 && exponent < precision) {
    return withoutTrailingZeros(value.toFixed(Math.max(0, precision - 1 - exponent)));
  }
  const sign = exponent < 0 ? "-" : "+";
  return `${withoutTrailingZeros(mantissa)}e${sign}${String(Math.abs(exponent)).padStart(2, "0")}`;
}

function withoutTrailingZeros(text: string): string {
  return text.includes(".") ? text.replace(/\.?0+$/, "") : text;
}

/** The number that a text spells as C's strtod reads it, with spaces around it allowed; undefined for none. */
export function parseNumber(text: string): number | undefined {
  const zero = text.indexOf("\0");
  const trimmed = (zero < 0 ? text : text.slice(0, zero)).replace(SPACES, "");
  if (DECIMAL.test(trimmed)) return Number(trimmed);
  if (HEXADECIMAL.test(trimmed)) {
    return parseLenientDouble(ascii(trimmed), 0, trimmed.length) ?? undefined;
  }
  const infinite = INFINITE.exec(trimmed);
  if (infinite !== null) return infinite[1] === "-" ? -Infinity : Infinity;
  return NOT_A_NUMBER.test(trimmed) ? NaN : undefined;
}

/** The integer that a text spells in a base from 2 to 36, as C's strtoul reads it (of 64 bits); undefined for none. */
export function parseInteger(text: string, base: number): number | undefined {
  const match = /^[ \t-\r]*([+-]?)(0[xX])?([0-9A-Za-z]*)[ \t-\r]*(?:$|\0)/.exec(text);
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
