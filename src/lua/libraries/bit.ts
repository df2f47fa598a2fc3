/**
 * The library `bit`: operations on 32 bits, as Lua BitOp 1.0.2.
 */

import { typeError } from "../arguments.ts";
import type { NativeCall } from "../native_call.ts";
import { parseNumber } from "../number_text.ts";
import { LuaTable } from "../table.ts";
import { type LuaValue, NativeFunction } from "../value.ts";

/** Added to a number it leaves the number's 32 lowest bits in the lowest bits of the double: 2^52 + 2^51. */
const ALIGNMENT = 6755399441055744;
const MAX_HEX_DIGITS = 8;

const double = new Float64Array(1);
const halves = new Int32Array(double.buffer);

/** The library's table. */
export function bitLibrary(): LuaTable {
  const library = new LuaTable();
  const add = (name: string, body: (args: readonly LuaValue[], call: NativeCall) => number | string) => {
    library.set(name, new NativeFunction(name, (args, call) => [body(args, call)]));
  };
  add("tobit", (args, call) => bitsAt(args, 0, call));
  add("bnot", (args, call) => ~bitsAt(args, 0, call));
  add("band", (args, call) => fold(args, call, (a, b) => a & b));
  add("bor", (args, call) => fold(args, call, (a, b) => a | b));
  add("bxor", (args, call) => fold(args, call, (a, b) => a ^ b));
  add("lshift", (args, call) => shift(args, call, (bits, count) => bits << count));
  add("rshift", (args, call) => shift(args, call, (bits, count) => (bits >>> count) | 0));
  add("arshift", (args, call) => shift(args, call, (bits, count) => bits >> count));
  add("rol", (args, call) => shift(args, call, (bits, count) => (bits << count) | (bits >>> (32 - count))));
  add("ror", (args, call) => shift(args, call, (bits, count) => (bits << (32 - count)) | (bits >>> count)));
  add("bswap", (args, call) => swapBytes(bitsAt(args, 0, call)));
  add("tohex", toHex);
  return library;
}

function bitsAt(args: readonly LuaValue[], index: number, call: NativeCall): number {
  const value = args[index];
  const number = typeof value === "string" ? parseNumber(value) : value;
  if (typeof number !== "number") throw typeError(args, index, "number", call);
  double[0] = number + ALIGNMENT;
  return halves[0]!;
}

/** The last argument is looked at first after the first one, as errors tell. */
function fold(args: readonly LuaValue[], call: NativeCall, combine: (a: number, b: number) => number): number {
  let bits = bitsAt(args, 0, call);
  for (let index = args.length - 1; index > 0; index--) bits = combine(bits, bitsAt(args, index, call));
  return bits;
}

function shift(args: readonly LuaValue[], call: NativeCall, move: (bits: number, count: number) => number): number {
  const bits = bitsAt(args, 0, call);
  return move(bits, bitsAt(args, 1, call) & 31);
}

function swapBytes(bits: number): number {
  return (bits >>> 24) | ((bits >> 8) & 0xff00) | ((bits & 0xff00) << 8) | (bits << 24);
}

/** A negative number of digits asks for capital letters. */
function toHex(args: readonly LuaValue[], call: NativeCall): string {
  const bits = bitsAt(args, 0, call);
  const wanted = args.length < 2 ? MAX_HEX_DIGITS : bitsAt(args, 1, call);
  const count = Math.min(MAX_HEX_DIGITS, Math.abs(wanted));
  const text = (bits >>> 0).toString(16).padStart(MAX_HEX_DIGITS, "0").slice(MAX_HEX_DIGITS - count);
  return wanted < 0 ? text.toUpperCase() : text;
}
