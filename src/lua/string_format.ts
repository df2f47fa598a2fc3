/**
 * `string.format`, which prints as C does.
 */

import { numberArgument, stringArgument } from "./arguments.ts";
import type { NativeCall } from "./native_call.ts";
import { formatExponent, formatFixed, formatGeneral } from "./number_text.ts";
import type { LuaValue } from "./value.ts";

const FLAGS = "-+ #0";
/** Longer strings are not padded, where no precision is given. */
const MAX_PADDED_LENGTH = 100;
const TWO_63 = 2 ** 63;
const SMALL_D = 0x64;
const SMALL_S = 0x73;

interface Directive {
  readonly flags: string;
  readonly width: number;
  /** -1 where none is given. */
  readonly precision: number;
  readonly letter: string;
  /** The index after the letter. */
  readonly end: number;
}

/** The first argument with its directives replaced by the others. */
export function formatString(args: readonly LuaValue[], call: NativeCall): string {
  const format = stringArgument(args, 0, call);
  const pieces: string[] = [];
  let index = 0;
  let at = 0;
  while (at < format.length) {
    const percent = format.indexOf("%", at);
    if (percent < 0) break;
    pieces.push(format.slice(at, percent));
    if (format[percent + 1] === "%") {
      pieces.push("%");
      at = percent + 2;
      continue;
    }
    if (++index >= args.length) throw call.argumentError(index, "no value");
    const usual = formatUsual(format.charCodeAt(percent + 1), args[index]);
    if (usual !== null) {
      pieces.push(usual);
      at = percent + 2;
      continue;
    }
    const directive = readDirective(format, percent + 1, call);
    pieces.push(formatOne(directive, args, index, call));
    at = directive.end;
  }
  pieces.push(format.slice(at));
  return pieces.join("");
}

/** What a bare "%d" makes of a safe integer and a bare "%s" of a string without zeros; null for all others. */
function formatUsual(letter: number, value: LuaValue): string | null {
  if (letter === SMALL_D && Number.isSafeInteger(value)) return String(value);
  return letter === SMALL_S && typeof value === "string" && !value.includes("\0") ? value : null;
}

function readDirective(format: string, start: number, call: NativeCall): Directive {
  let at = start;
  const digits = () => {
    const first = at;
    while (at < first + 2 && isDigit(format[at])) at++;
    return format.slice(first, at);
  };
  while (at < format.length && FLAGS.includes(format[at]!)) at++;
  const flags = format.slice(start, at);
  if (flags.length > FLAGS.length) throw call.error("invalid format (repeated flags)");
  const width = Number(digits());
  let precision = -1;
  if (format[at] === ".") {
    at++;
    precision = Number(digits());
  }
  if (isDigit(format[at])) throw call.error("invalid format (width or precision too long)");
  return { flags, width, precision, letter: format[at] ?? "\0", end: at + 1 };
}

function formatOne(directive: Directive, args: readonly LuaValue[], index: number, call: NativeCall): string {
  const { letter } = directive;
  switch (letter) {
    case "c": {
      const code = Math.trunc(numberArgument(args, index, call)) & 255;
      return beforeZero(pad(String.fromCharCode(code), directive));
    }
    case "d":
    case "i":
      return formatInteger(toInt64(numberArgument(args, index, call)), directive);
    case "o":
    case "u":
    case "x":
    case "X":
      return formatUnsigned(toUint64(numberArgument(args, index, call)), directive);
    case "e":
    case "E":
    case "f":
    case "g":
    case "G":
      return formatFloat(numberArgument(args, index, call), directive);
    case "q":
      return quote(stringArgument(args, index, call));
    case "s": {
      const text = stringArgument(args, index, call);
      if (directive.precision < 0 && text.length >= MAX_PADDED_LENGTH) return text;
      const shown = beforeZero(text);
      return pad(directive.precision < 0 ? shown : shown.slice(0, directive.precision), directive);
    }
  }
  throw call.error(`invalid option '%${letter === "\0" ? "" : letter}' to 'format'`);
}

function isDigit(char: string | undefined): boolean {
  return char !== undefined && char >= "0" && char <= "9";
}

/** What C sees of a string. */
function beforeZero(text: string): string {
  const zero = text.indexOf("\0");
  return zero < 0 ? text : text.slice(0, zero);
}

/** A double as x86 makes it a signed 64-bit integer. */
function toInt64(value: number): bigint {
  if (!(value >= -TWO_63 && value < TWO_63)) return -(2n ** 63n);
  return BigInt(Math.trunc(value));
}

/** A double as x86 makes it an unsigned one. */
function toUint64(value: number): bigint {
  if (value < TWO_63 || value !== value) return BigInt.asUintN(64, toInt64(value));
  return BigInt.asUintN(64, toInt64(value - TWO_63)) ^ (1n << 63n);
}

function formatInteger(value: bigint, directive: Directive): string {
  const { flags, precision } = directive;
  const magnitude = value < 0n ? -value : value;
  const sign = value < 0n ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  return padNumber(sign, withPrecision(String(magnitude), precision), directive, precision < 0);
}

function formatUnsigned(value: bigint, directive: Directive): string {
  const { flags, precision, letter } = directive;
  const base = letter === "o" ? 8 : letter === "u" ? 10 : 16;
  let digits = withPrecision(value.toString(base), precision);
  let prefix = "";
  if (flags.includes("#") && value !== 0n) {
    if (base === 16) prefix = "0x";
    else if (base === 8 && !digits.startsWith("0")) digits = "0" + digits;
  }
  const text = padNumber(prefix, digits, directive, precision < 0);
  return letter === "X" ? text.toUpperCase() : text;
}

/** At least `precision` digits; none at all for a zero with precision zero. */
function withPrecision(digits: string, precision: number): string {
  return precision === 0 && digits === "0" ? "" : digits.padStart(precision, "0");
}

function formatFloat(value: number, directive: Directive): string {
  const { flags, letter } = directive;
  const precision = directive.precision < 0 ? 6 : directive.precision;
  const kind = letter.toLowerCase();
  let text: string;
  if (kind === "f") text = formatFixed(value, precision);
  else if (kind === "e") text = formatExponent(value, precision);
  else text = formatGeneral(value, Math.max(1, precision));
  const isNegative = text.startsWith("-");
  const sign = isNegative ? "-" : flags.includes("+") ? "+" : flags.includes(" ") ? " " : "";
  const digits = isNegative ? text.slice(1) : text;
  const shown = flags.includes("#") && Number.isFinite(value) ? withPoint(digits, kind, precision) : digits;
  const padded = padNumber(sign, shown, directive, Number.isFinite(value));
  return letter === kind ? padded : padded.toUpperCase();
}

/** The form of "#": always with a point, and for "%g" with all its digits. */
function withPoint(digits: string, kind: string, precision: number): string {
  const [mantissa, exponent] = digits.split("e") as [string, string?];
  let shown = mantissa.includes(".") ? mantissa : mantissa + ".";
  if (kind === "g") {
    const significant = shown.replace(".", "").replace(/^0+(?=.)/, "").length;
    shown += "0".repeat(Math.max(0, Math.max(1, precision) - significant));
  }
  return exponent === undefined ? shown : `${shown}e${exponent}`;
}

/** Pads a number: with zeros behind its sign where the flag says so. */
function padNumber(sign: string, digits: string, directive: Directive, allowsZeros: boolean): string {
  const { flags, width } = directive;
  if (flags.includes("0") && !flags.includes("-") && allowsZeros) {
    return sign + digits.padStart(width - sign.length, "0");
  }
  return pad(sign + digits, directive);
}

function pad(text: string, { flags, width }: Directive): string {
  return flags.includes("-") ? text.padEnd(width) : text.padStart(width);
}

/** A string as Lua reads it back. */
function quote(text: string): string {
  const inner = text.replace(/["\\\n]/g, "\\$&").replaceAll("\r", "\\r").replaceAll("\0", "\\000");
  return `"${inner}"`;
}
