/**
 * The library `struct`: packs values into strings as C lays them out, and unpacks them.
 *
 * ```
 * < >     byte order (little at first)         b B   byte               f d   float, double
 * !n      largest alignment (1 at first)       h H   2 bytes            s     text up to a NUL
 * x       a byte of padding                    i I   4 bytes, or n      cn    n bytes; c0: all, or as many as the number before
 *                                              l L T 8 bytes            lower case: signed
 * ```
 *
 * - Integers have 64 bits: of longer ones (up to 32 bytes) the rest is zero, as on the real server.
 */

import { numberArgument, optionalInteger, stringArgument } from "../arguments.ts";
import type { NativeCall } from "../native_call.ts";
import { parseNumber } from "../number_text.ts";
import { LuaTable } from "../table.ts";
import { type LuaValue, NativeFunction, type NativeResults } from "../value.ts";

const MAX_INTEGER_BYTES = 32;
const DEFAULT_ALIGNMENT = 8;
const MAX_INT = 2 ** 31 - 1;
const TWO_63 = 2 ** 63;
const TWO_64 = 2 ** 64;
const MASK_64 = (1n << 64n) - 1n;
const SIZES: Readonly<Record<string, number>> = { b: 1, B: 1, h: 2, H: 2, l: 8, L: 8, T: 8, f: 4, d: 8, x: 1 };
const INTEGERS = "bBhHlLTiI";
/** Results that fit on the stack of a native function. */
const MAX_RESULTS = 7990;

const scratch = new DataView(new ArrayBuffer(8));

/** The library's table. */
export function structLibrary(): LuaTable {
  const library = new LuaTable();
  library.set("pack", new NativeFunction("pack", pack));
  library.set("unpack", new NativeFunction("unpack", unpack));
  library.set("size", new NativeFunction("size", size));
  return library;
}

/** Walks along a format. */
class Format {
  /** The option's letter. */
  option = "";
  /** Its bytes, where the option says. */
  bytes = 0;
  isLittleEndian = true;
  readonly #text: string;
  readonly #call: NativeCall;
  #at = 0;
  #alignment = 1;

  constructor(text: string, call: NativeCall) {
    const end = text.indexOf("\0");
    this.#text = end < 0 ? text : text.slice(0, end);
    this.#call = call;
  }

  /** Goes to the next option; false at the end. */
  next(): boolean {
    if (this.#at >= this.#text.length) return false;
    this.option = this.#text[this.#at++]!;
    this.bytes = this.#size();
    return true;
  }

  /** Bytes of padding before the option at `position`. */
  padding(position: number): number {
    if (this.bytes === 0 || this.option === "c") return 0;
    const size = Math.min(this.bytes, this.#alignment);
    return (size - (position & (size - 1))) & (size - 1);
  }

  /** Obeys an option that stands for no value. */
  control(): void {
    switch (this.option) {
      case " ":
        return;
      case ">":
      case "<":
        this.isLittleEndian = this.option === "<";
        return;
      case "!": {
        const alignment = this.#number(DEFAULT_ALIGNMENT);
        if (alignment <= 0 || (alignment & (alignment - 1)) !== 0) {
          throw this.#call.error(`alignment ${alignment} is not a power of 2`);
        }
        this.#alignment = alignment;
        return;
      }
      default:
        throw this.#call.argumentError(0, `invalid format option '${this.option}'`);
    }
  }

  #size(): number {
    const { option } = this;
    if (option === "c") return this.#number(1);
    if (option !== "i" && option !== "I") return SIZES[option] ?? 0;
    const bytes = this.#number(4);
    if (bytes > MAX_INTEGER_BYTES) {
      throw this.#call.error(`integral size ${bytes} is larger than limit of ${MAX_INTEGER_BYTES}`);
    }
    return bytes;
  }

  #number(otherwise: number): number {
    const start = this.#at;
    let value = 0;
    for (let digit = this.#digit(); digit >= 0; digit = this.#digit()) {
      if (value * 10 > MAX_INT - digit) throw this.#call.error("integral size overflow");
      value = value * 10 + digit;
      this.#at++;
    }
    return this.#at === start ? otherwise : value;
  }

  #digit(): number {
    const code = this.#text.charCodeAt(this.#at) - 48;
    return code >= 0 && code <= 9 ? code : -1;
  }
}

function pack(args: readonly LuaValue[], call: NativeCall): NativeResults {
  const format = new Format(stringArgument(args, 0, call), call);
  // What is missing counts as nil and not as nothing.
  const values = args.concat(undefined);
  let index = 1;
  let packed = "";
  while (format.next()) {
    packed += "\0".repeat(format.padding(packed.length));
    const { option, bytes, isLittleEndian } = format;
    if (INTEGERS.includes(option)) {
      packed += packInteger(numberArgument(values, index++, call), bytes, isLittleEndian);
    } else if (option === "x") {
      packed += "\0";
    } else if (option === "f" || option === "d") {
      packed += packDouble(numberArgument(values, index++, call), bytes, isLittleEndian);
    } else if (option === "c" || option === "s") {
      const text = stringArgument(values, index++, call);
      const length = bytes === 0 ? text.length : bytes;
      if (text.length < length) throw call.argumentError(index, "string too short");
      packed += text.slice(0, length);
      if (option === "s") packed += "\0";
    } else {
      format.control();
    }
  }
  return [packed];
}

function unpack(args: readonly LuaValue[], call: NativeCall): NativeResults {
  const format = new Format(stringArgument(args, 0, call), call);
  const data = stringArgument(args, 1, call);
  const first = optionalInteger(args, 2, 1, call);
  if (first === 0) throw call.argumentError(2, "offset must be 1 or greater");
  // An offset below zero is a very large one.
  let position = first < 0 ? Infinity : first - 1;
  const results: LuaValue[] = [];
  const mustFit = (bytes: number) => {
    if (!(bytes <= data.length && position <= data.length - bytes)) {
      throw call.argumentError(1, "data string too short");
    }
  };
  while (format.next()) {
    position += format.padding(position);
    const { option, isLittleEndian } = format;
    let { bytes } = format;
    mustFit(bytes);
    if (results.length >= MAX_RESULTS) throw call.error("stack overflow (too many results)");
    if (INTEGERS.includes(option)) {
      results.push(unpackInteger(data, position, bytes, { isLittleEndian, isSigned: option === option.toLowerCase() }));
    } else if (option === "f" || option === "d") {
      results.push(unpackDouble(data, position, bytes, isLittleEndian));
    } else if (option === "c") {
      if (bytes === 0) {
        const last = results.at(-1);
        const length = typeof last === "string" ? parseNumber(last) : last;
        if (typeof length !== "number") throw call.error("format 'c0' needs a previous size");
        results.pop();
        bytes = length < 0 ? Infinity : Math.trunc(length);
        mustFit(bytes);
      }
      results.push(data.slice(position, position + bytes));
    } else if (option === "s") {
      const end = data.indexOf("\0", position);
      if (end < 0) throw call.error("unfinished string in data");
      bytes = end - position + 1;
      results.push(data.slice(position, end));
    } else if (option !== "x") {
      format.control();
    }
    position += bytes;
  }
  results.push(position + 1);
  return results;
}

function size(args: readonly LuaValue[], call: NativeCall): NativeResults {
  const format = new Format(stringArgument(args, 0, call), call);
  let position = 0;
  while (format.next()) {
    position += format.padding(position);
    if (format.option === "s") throw call.argumentError(0, "option 's' has no fixed size");
    if (format.option === "c" && format.bytes === 0) throw call.argumentError(0, "option 'c0' has no fixed size");
    if (!/[0-9A-Za-z]/.test(format.option)) format.control();
    position += format.bytes;
  }
  return [position];
}

/** The 64 bits of a number as C converts it, first to a signed integer when it is negative. */
function toBits(value: number): bigint {
  if (value < 0) return value < -TWO_63 ? 1n << 63n : BigInt.asUintN(64, BigInt(Math.trunc(value)));
  if (value !== value) return 1n << 63n;
  return value >= TWO_64 ? 0n : BigInt(Math.trunc(value));
}

function packInteger(value: number, bytes: number, isLittleEndian: boolean): string {
  let bits = toBits(value);
  let packed = "";
  for (let count = 0; count < bytes; count++, bits >>= 8n) {
    const byte = String.fromCharCode(Number(bits & 0xffn));
    packed = isLittleEndian ? packed + byte : byte + packed;
  }
  return packed;
}

function unpackInteger(
  data: string,
  position: number,
  bytes: number,
  { isLittleEndian, isSigned }: { isLittleEndian: boolean; isSigned: boolean },
): number {
  let bits = 0n;
  for (let count = 0; count < bytes; count++) {
    const at = isLittleEndian ? position + bytes - 1 - count : position + count;
    bits = (bits << 8n | BigInt(data.charCodeAt(at))) & MASK_64;
  }
  if (!isSigned) return Number(bits);
  // The machine takes a shift modulo 64, which shows with integers of other than 1 to 8 bytes.
  const mask = (MASK_64 << BigInt((bytes * 8 - 1) & 63)) & MASK_64;
  if ((bits & mask) !== 0n) bits |= mask;
  return Number(BigInt.asIntN(64, bits));
}

function packDouble(value: number, bytes: number, isLittleEndian: boolean): string {
  if (bytes === 4) scratch.setFloat32(0, value, isLittleEndian);
  else scratch.setFloat64(0, value, isLittleEndian);
  let packed = "";
  for (let at = 0; at < bytes; at++) packed += String.fromCharCode(scratch.getUint8(at));
  return packed;
}

function unpackDouble(data: string, position: number, bytes: number, isLittleEndian: boolean): number {
  for (let at = 0; at < bytes; at++) scratch.setUint8(at, data.charCodeAt(position + at));
  return bytes === 4 ? scratch.getFloat32(0, isLittleEndian) : scratch.getFloat64(0, isLittleEndian);
}
