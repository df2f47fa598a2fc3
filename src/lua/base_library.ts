/**
 * The functions of Lua's base library that Redis 7.0 leaves to scripts.
 */

import {
  checkAny,
  functionArgument,
  integerArgument,
  optionalInteger,
  optionalString,
  stringArgument,
  tableArgument,
  typeName,
} from "./arguments.ts";
import { type CallSite, ControlFunction } from "./control_function.ts";
import { LuaError, LuaSyntaxError } from "./lua_error.ts";
import type { Machine } from "./machine.ts";
import { EVENTS, metamethod, metatableOf } from "./metatable.ts";
import type { NativeCall } from "./native_call.ts";
import { nextField } from "./iteration.ts";
import { parseInteger, parseNumber } from "./number_text.ts";
import type { LuaState } from "./state.ts";
import { LuaTable } from "./table.ts";
import { FrameKind } from "./thread.ts";
import { type LuaValue, type NativeBody, NativeFunction, type NativeSteps } from "./value.ts";
import { plainText } from "./value_text.ts";

/** What a native function may return at most: Lua's `LUAI_MAXCSTACK`. */
const MAX_RESULTS = 8000;

const GC_OPTIONS = ["stop", "restart", "collect", "count", "step", "setpause", "setstepmul"];
/** What `setpause` and `setstepmul` return the first time. */
const GC_DEFAULT = 200;

const PCALL = new ControlFunction("pcall", beginPcall);

/** Refuses a change of a table that Redis protects. */
export function checkWritable(table: LuaTable): void {
  if (table.isReadOnly) throw new LuaError("Attempt to modify a readonly table");
}

/** Adds functions to a table, by name. */
export function register(table: LuaTable, functions: Readonly<Record<string, NativeBody>>): void {
  for (const [name, body] of Object.entries(functions)) table.set(name, new NativeFunction(name, body));
}

/** Opens the base library in the globals of `state`. */
export function openBase(state: LuaState): void {
  const { globals } = state;
  register(globals, FUNCTIONS);
  globals.set("_G", globals);
  globals.set("_VERSION", "Lua 5.1");
  globals.set("pcall", PCALL);
  globals.set("xpcall", new ControlFunction("xpcall", beginXpcall));
  const next = new NativeFunction("next", nextPair);
  globals.set("next", next);
  state.nextFunction = next;
  register(globals, {
    pairs: (args, call) => [next, tableArgument(args, 0, call), undefined],
    ipairs: (args, call) => [ipairsStep, tableArgument(args, 0, call), 0],
  });
}

const ipairsStep = new NativeFunction("ipairs", (args, call) => {
  const table = tableArgument(args, 0, call);
  const index = integerArgument(args, 1, call) + 1;
  const value = table.getNumber(index);
  return value === undefined ? [] : [index, value];
});

const FUNCTIONS: Readonly<Record<string, NativeBody>> = {
  assert(args, call) {
    const condition = checkAny(args, 0, call);
    if (condition !== undefined && condition !== false) return args;
    throw call.error(optionalString(args, 1, "assertion failed!", call));
  },
  collectgarbage,
  error(args, call) {
    const level = optionalInteger(args, 1, 1, call);
    const [value] = args;
    const isText = typeof value === "string" || typeof value === "number";
    throw new LuaError(isText && level > 0 ? call.where(level) + plainText(value) : value);
  },
  gcinfo: (_args, call) => [Math.floor(call.state.memoryBytes / 1024)],
  getmetatable(args, call) {
    const metatable = metatableOf(checkAny(args, 0, call), call.state);
    return [metatable?.get(EVENTS.metatable.name) ?? metatable];
  },
  load: loadPieces,
  loadstring(args, call) {
    const source = stringArgument(args, 0, call);
    return loadChunk(source, optionalString(args, 1, source, call), call.state);
  },
  rawequal(args, call) {
    return [checkAny(args, 0, call) === checkAny(args, 1, call)];
  },
  rawget(args, call) {
    const table = tableArgument(args, 0, call);
    return [table.get(checkAny(args, 1, call))];
  },
  rawset(args, call) {
    const table = tableArgument(args, 0, call);
    const key = checkAny(args, 1, call);
    const value = checkAny(args, 2, call);
    checkWritable(table);
    table.set(key, value);
    return [table];
  },
  select(args, call) {
    const count = args.length;
    if (typeof args[0] === "string" && args[0].startsWith("#")) return [count - 1];
    let index = integerArgument(args, 0, call);
    if (index < 0) index += count;
    else if (index > count) index = count;
    if (index < 1) throw call.argumentError(0, "index out of range");
    return args.slice(index);
  },
  setmetatable(args, call) {
    const table = tableArgument(args, 0, call);
    const metatable = args[1];
    if (args.length < 2 || (metatable !== undefined && !(metatable instanceof LuaTable))) {
      throw call.argumentError(1, "nil or table expected");
    }
    if (metamethod(table, EVENTS.metatable, call.state) !== undefined) {
      throw call.error("cannot change a protected metatable");
    }
    checkWritable(table);
    table.metatable = metatable;
    return [table];
  },
  tonumber(args, call) {
    const base = optionalInteger(args, 1, 10, call);
    if (base === 10) {
      const value = checkAny(args, 0, call);
      return [typeof value === "number" ? value : typeof value === "string" ? parseNumber(value) : undefined];
    }
    const text = stringArgument(args, 0, call);
    if (base < 2 || base > 36) throw call.argumentError(1, "base out of range");
    return [parseInteger(text, base)];
  },
  tostring(args, call) {
    const value = checkAny(args, 0, call);
    const handler = metamethod(value, EVENTS.tostring, call.state);
    return handler === undefined ? [plainText(value)] : firstResult(handler, [value]);
  },
  type: (args, call) => [typeName(checkAny(args, 0, call))],
  unpack(args, call) {
    const table = tableArgument(args, 0, call);
    const first = optionalInteger(args, 1, 1, call);
    const last = args[2] === undefined ? table.length() : integerArgument(args, 2, call);
    if (first > last) return [];
    const count = last - first + 1;
    if (count + args.length > MAX_RESULTS) throw call.error("too many results to unpack");
    // Nearly every script that passes its arguments on does it this way; `Array.from` takes four times as long.
    const values: LuaValue[] = [];
    for (let at = 0; at < count; at++) values.push(table.getNumber(first + at));
    return values;
  },
};

/** Calls a function and keeps its first result. */
export function* firstResult(callee: LuaValue, args: readonly LuaValue[]): NativeSteps {
  const results = yield { callee, args };
  return [results[0]];
}

function nextPair(args: readonly LuaValue[], call: NativeCall): LuaValue[] {
  const pair: LuaValue[] = [];
  nextField(pair, 0, 2, tableArgument(args, 0, call), args[1]);
  return pair[0] === undefined ? [undefined] : pair;
}

function collectgarbage(args: readonly LuaValue[], call: NativeCall): LuaValue[] {
  const option = optionalString(args, 0, "collect", call);
  if (!GC_OPTIONS.includes(option)) throw call.argumentError(0, `invalid option '${option}'`);
  optionalInteger(args, 1, 0, call);
  switch (option) {
    case "count":
      return [call.state.memoryBytes / 1024];
    case "step":
      return [true];
    case "setpause":
    case "setstepmul":
      return [GC_DEFAULT];
  }
  return [0];
}

function loadChunk(source: string, chunkName: string, state: LuaState): LuaValue[] {
  try {
    return [state.load(source, chunkName)];
  } catch (error) {
    if (!(error instanceof LuaSyntaxError)) throw error;
    return [undefined, error.value];
  }
}

function* loadPieces(args: readonly LuaValue[], call: NativeCall): NativeSteps {
  const callee = functionArgument(args, 0, call);
  const chunkName = optionalString(args, 1, "=(load)", call);
  const pieces: string[] = [];
  for (;;) {
    const [isFine, piece] = yield { callee: PCALL, args: [callee] };
    if (!isFine) return [undefined, piece];
    if (piece === undefined || piece === "") break;
    if (typeof piece !== "string" && typeof piece !== "number") {
      return [undefined, call.error("reader function must return a string").value];
    }
    pieces.push(plainText(piece));
  }
  return loadChunk(pieces.join(""), chunkName, call.state);
}

function beginPcall(machine: Machine, args: readonly LuaValue[], site: CallSite): void {
  machine.pushNative(FrameKind.Protected, site.place, site.wanted, site.mode, site.data);
  // Without an argument Redis's pcall calls the result that it has prepared.
  machine.call(site.place + 1, args.length === 0 ? true : args[0], args.slice(1));
}

function beginXpcall(machine: Machine, args: readonly LuaValue[], site: CallSite): void {
  checkAny(args, 1, machine.context);
  const frame = machine.pushNative(FrameKind.Protected, site.place, site.wanted, site.mode, site.data);
  // Without a handler the error is one in error handling.
  frame.handler = args[1] ?? false;
  machine.call(site.place + 1, args[0], []);
}
