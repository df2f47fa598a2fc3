/**
 * The library `table`.
 */

import {
  functionArgument,
  int32Argument,
  optionalInt32,
  optionalString,
  tableArgument,
  typeName,
} from "./arguments.ts";
import { checkWritable, register } from "./base_library.ts";
import { checkStringLength } from "./concatenation.ts";
import type { NativeCall } from "./native_call.ts";
import type { LuaState } from "./state.ts";
import { sort } from "./table_sort.ts";
import { LuaTable } from "./table.ts";
import type { LuaValue, NativeBody, NativeSteps } from "./value.ts";
import { plainText } from "./value_text.ts";

/** Opens the library in the globals of `state`. */
export function openTable(state: LuaState): void {
  const table = new LuaTable();
  register(table, FUNCTIONS);
  state.globals.set("table", table);
}

const FUNCTIONS: Readonly<Record<string, NativeBody>> = {
  concat,
  foreach,
  foreachi,
  getn: (args, call) => [tableArgument(args, 0, call).length()],
  insert(args, call) {
    const table = tableArgument(args, 0, call);
    let end = table.length() + 1;
    if (args.length !== 2 && args.length !== 3) throw call.error("wrong number of arguments to 'insert'");
    const position = args.length === 2 ? end : int32Argument(args, 1, call);
    checkWritable(table);
    if (position > end) end = position;
    for (let at = end; at > position; at--) table.set(at, table.getNumber(at - 1));
    table.set(position, args[args.length - 1]);
  },
  maxn(args, call) {
    const table = tableArgument(args, 0, call);
    let max = 0;
    for (let at = table.positionAfter(-1); at >= 0; at = table.positionAfter(at)) {
      const key = table.keyAt(at);
      if (typeof key === "number" && key > max) max = key;
    }
    return [max];
  },
  remove(args, call) {
    const table = tableArgument(args, 0, call);
    const end = table.length();
    const position = optionalInt32(args, 1, end, call);
    if (position < 1 || position > end) return [];
    checkWritable(table);
    const removed = table.getNumber(position);
    for (let at = position; at < end; at++) table.set(at, table.getNumber(at + 1));
    table.set(end, undefined);
    return [removed];
  },
  setn(args, call) {
    tableArgument(args, 0, call);
    throw call.error("'setn' is obsolete");
  },
  sort,
};

function concat(args: readonly LuaValue[], call: NativeCall): LuaValue[] {
  const separator = optionalString(args, 1, "", call);
  const table = tableArgument(args, 0, call);
  const first = optionalInt32(args, 2, 1, call);
  const last = args[3] === undefined ? table.length() : int32Argument(args, 3, call);
  const pieces: string[] = [];
  let length = 0;
  for (let at = first; at <= last; at++) {
    const value = table.getNumber(at);
    if (typeof value !== "string" && typeof value !== "number") {
      throw call.error(`invalid value (${typeName(value)}) at index ${at} in table for 'concat'`);
    }
    const piece = plainText(value);
    length += piece.length + separator.length;
    checkStringLength(length);
    pieces.push(piece);
  }
  return [pieces.join(separator)];
}

function* foreach(args: readonly LuaValue[], call: NativeCall): NativeSteps {
  const table = tableArgument(args, 0, call);
  const callee = functionArgument(args, 1, call);
  for (let pair = table.next(undefined); pair !== undefined; pair = table.next(pair[0])) {
    const [result] = yield { callee, args: pair };
    if (result !== undefined) return [result];
  }
}

function* foreachi(args: readonly LuaValue[], call: NativeCall): NativeSteps {
  const table = tableArgument(args, 0, call);
  const count = table.length();
  const callee = functionArgument(args, 1, call);
  for (let at = 1; at <= count; at++) {
    const [result] = yield { callee, args: [at, table.getNumber(at)] };
    if (result !== undefined) return [result];
  }
}
