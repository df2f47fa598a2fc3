/**
 * Readers of the arguments of native functions, with Lua's own texts for what does not fit.
 *
 * - `index` counts from 0.
 */

import type { NativeCall } from "./native_call.ts";
import { formatNumber, parseNumber } from "./number_text.ts";
import { LuaTable } from "./table.ts";
import { LuaThread } from "./thread.ts";
import { LuaFunction, LuaUserdata, type LuaValue } from "./value.ts";

/** The name of a value's type, as `type()` gives it. */
export function typeName(value: LuaValue): string {
  switch (typeof value) {
    case "undefined":
      return "nil";
    case "boolean":
    case "number":
    case "string":
      return typeof value;
  }
  if (value instanceof LuaTable) return "table";
  if (value instanceof LuaFunction) return "function";
  if (value instanceof LuaUserdata) return "userdata";
  return "thread";
}

/** The error of an argument that is not of type `expected`. */
export function typeError(args: readonly LuaValue[], index: number, expected: string, call: NativeCall): Error {
  const actual = index < args.length ? typeName(args[index]) : "no value";
  return call.argumentError(index, `${expected} expected, got ${actual}`);
}

/** Refuses a missing argument; nil is one. */
export function checkAny(args: readonly LuaValue[], index: number, call: NativeCall): LuaValue {
  if (index >= args.length) throw call.argumentError(index, "value expected");
  return args[index];
}

/** A number, or a string that spells one. */
export function numberArgument(args: readonly LuaValue[], index: number, call: NativeCall): number {
  const value = args[index];
  if (typeof value === "number") return value;
  const parsed = typeof value === "string" ? parseNumber(value) : undefined;
  if (parsed === undefined) throw typeError(args, index, "number", call);
  return parsed;
}

/** A number without its fraction, as C converts a double to a 64-bit integer (what does not fit becomes the least). */
export function integerArgument(args: readonly LuaValue[], index: number, call: NativeCall): number {
  return toInteger(numberArgument(args, index, call));
}

/** A number as C converts a double to a 64-bit integer and that to a 32-bit one. */
export function int32Argument(args: readonly LuaValue[], index: number, call: NativeCall): number {
  const value = integerArgument(args, index, call);
  return (value | 0) === value ? value : Number(BigInt.asIntN(32, BigInt(value)));
}

/** An integer argument, or `fallback` where it is nil or missing. */
export function optionalInteger(args: readonly LuaValue[], index: number, fallback: number, call: NativeCall): number {
  return args[index] === undefined ? fallback : integerArgument(args, index, call);
}

/** As `int32Argument`, or `fallback` where the argument is nil or missing. */
export function optionalInt32(args: readonly LuaValue[], index: number, fallback: number, call: NativeCall): number {
  return args[index] === undefined ? fallback : int32Argument(args, index, call);
}

/** A string, or a number as its text. */
export function stringArgument(args: readonly LuaValue[], index: number, call: NativeCall): string {
  const value = args[index];
  if (typeof value === "string") return value;
  if (typeof value === "number") return formatNumber(value);
  throw typeError(args, index, "string", call);
}

/** A string argument, or `fallback` where it is nil or missing. */
export function optionalString(args: readonly LuaValue[], index: number, fallback: string, call: NativeCall): string {
  return args[index] === undefined ? fallback : stringArgument(args, index, call);
}

/** A table. */
export function tableArgument(args: readonly LuaValue[], index: number, call: NativeCall): LuaTable {
  const value = args[index];
  if (!(value instanceof LuaTable)) throw typeError(args, index, "table", call);
  return value;
}

/** A function. */
export function functionArgument(args: readonly LuaValue[], index: number, call: NativeCall): LuaFunction {
  const value = args[index];
  if (!(value instanceof LuaFunction)) throw typeError(args, index, "function", call);
  return value;
}

/** A coroutine. */
export function threadArgument(args: readonly LuaValue[], index: number, call: NativeCall): LuaThread {
  const value = args[index];
  if (!(value instanceof LuaThread)) throw call.argumentError(index, "coroutine expected");
  return value;
}

/** A double as C converts it to a 64-bit integer. */
export function toInteger(value: number): number {
  if (value > -0x8000_0000_0000_0000 && value < 0x8000_0000_0000_0000) return Math.trunc(value) + 0;
  return -0x8000_0000_0000_0000;
}
