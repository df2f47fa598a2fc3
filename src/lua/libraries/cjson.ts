/**
 * The library `cjson`: JSON, as lua-cjson 2.1.0 the way Redis builds it, with the functions that configure it.
 *
 * - What is configured holds for all scripts of a state, and for no other state.
 */

import { integerArgument, stringArgument } from "../arguments.ts";
import type { NativeCall } from "../native_call.ts";
import { LuaTable } from "../table.ts";
import { type LuaValue, NativeFunction, type NativeResults } from "../value.ts";
import { JSON_NULL, type JsonConfig } from "./json_config.ts";
import { JsonDecoder } from "./json_decoder.ts";
import { JsonEncoder } from "./json_encoder.ts";

const MAX_INT = 2 ** 31 - 1;
const MAX_PRECISION = 14;

/** The library's table. */
export function cjsonLibrary(): LuaTable {
  const config: JsonConfig = {
    convertsSparseArrays: false,
    sparseRatio: 2,
    sparseSafe: 10,
    encodeMaxDepth: 1000,
    decodeMaxDepth: 1000,
    invalidNumbers: "off",
    decodesInvalidNumbers: true,
    precision: MAX_PRECISION,
    keepsBuffer: true,
  };
  const library = new LuaTable();
  const add = (name: string, body: (args: readonly LuaValue[], call: NativeCall) => NativeResults) => {
    library.set(name, new NativeFunction(name, body));
  };
  add("encode", (args, call) => {
    if (args.length !== 1) throw call.argumentError(0, "expected 1 argument");
    return [new JsonEncoder(config, call).encode(args[0])];
  });
  add("decode", (args, call) => {
    if (args.length !== 1) throw call.argumentError(0, "expected 1 argument");
    return [new JsonDecoder(stringArgument(args, 0, call), config, call).decode()];
  });
  addConfiguration(add, config);
  add("new", () => [cjsonLibrary()]);
  library.set("null", JSON_NULL);
  library.set("_NAME", "cjson");
  library.set("_VERSION", "2.1.0");
  return library;
}

type AddFunction = (name: string, body: (args: readonly LuaValue[], call: NativeCall) => NativeResults) => void;

function addConfiguration(add: AddFunction, config: JsonConfig): void {
  const option = (name: string, body: (args: readonly LuaValue[], call: NativeCall) => LuaValue) => {
    add(name, (args, call) => {
      refuseMore(args, 1, call);
      return [body(args, call)];
    });
  };
  add("encode_sparse_array", (args, call) => {
    refuseMore(args, 3, call);
    config.convertsSparseArrays = readSwitch(args, 0, config.convertsSparseArrays, call);
    config.sparseRatio = readInteger(args, 1, { value: config.sparseRatio, min: 0, max: MAX_INT }, call);
    config.sparseSafe = readInteger(args, 2, { value: config.sparseSafe, min: 0, max: MAX_INT }, call);
    return [config.convertsSparseArrays, config.sparseRatio, config.sparseSafe];
  });
  option("encode_max_depth", (args, call) => {
    return config.encodeMaxDepth = readInteger(args, 0, { value: config.encodeMaxDepth, min: 1, max: MAX_INT }, call);
  });
  option("decode_max_depth", (args, call) => {
    return config.decodeMaxDepth = readInteger(args, 0, { value: config.decodeMaxDepth, min: 1, max: MAX_INT }, call);
  });
  option("encode_number_precision", (args, call) => {
    return config.precision = readInteger(args, 0, { value: config.precision, min: 1, max: MAX_PRECISION }, call);
  });
  option("encode_keep_buffer", (args, call) => config.keepsBuffer = readSwitch(args, 0, config.keepsBuffer, call));
  option("encode_invalid_numbers", (args, call) => {
    const value = args[0];
    if (typeof value === "boolean") config.invalidNumbers = value ? "on" : "off";
    else if (value !== undefined) config.invalidNumbers = readWord(args, 0, ["off", "on", "null"], call);
    return config.invalidNumbers === "null" ? "null" : config.invalidNumbers === "on";
  });
  option("decode_invalid_numbers", (args, call) => {
    return config.decodesInvalidNumbers = readSwitch(args, 0, config.decodesInvalidNumbers, call);
  });
}

function refuseMore(args: readonly LuaValue[], max: number, call: NativeCall): void {
  if (args.length > max) throw call.argumentError(max, "found too many arguments");
}

function readSwitch(args: readonly LuaValue[], index: number, old: boolean, call: NativeCall): boolean {
  const value = args[index];
  if (value === undefined) return old;
  return typeof value === "boolean" ? value : readWord(args, index, ["off", "on"], call) === "on";
}

function readWord<W extends string>(
  args: readonly LuaValue[],
  index: number,
  words: readonly W[],
  call: NativeCall,
): W {
  const value = stringArgument(args, index, call);
  const word = words.find((known) => known === value);
  if (word === undefined) throw call.argumentError(index, `invalid option '${value}'`);
  return word;
}

function readInteger(
  args: readonly LuaValue[],
  index: number,
  { value, min, max }: { readonly value: number; readonly min: number; readonly max: number },
  call: NativeCall,
): number {
  if (args[index] === undefined) return value;
  // As C takes it: the lowest 32 bits.
  const given = integerArgument(args, index, call) | 0;
  if (given < min || given > max) {
    throw call.argumentError(0, `expected integer between ${min} and ${max}`);
  }
  return given;
}
