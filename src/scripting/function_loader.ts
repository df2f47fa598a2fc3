/**
 * Makes libraries of their source: runs it once, for what it registers.
 */

import type { Clock } from "../base/clock.ts";
import { LuaError } from "../lua/lua_error.ts";
import type { LuaRun } from "../lua/state.ts";
import { LuaTable } from "../lua/table.ts";
import { LuaFunction, type LuaValue } from "../lua/value.ts";
import { readError, scriptError, textOf } from "./error_table.ts";
import { FunctionError, type FunctionLibrary, type ScriptFunction } from "./function_set.ts";
import type { FunctionState } from "./sandbox.ts";
import { findScriptFlag, readLibraryText, type ScriptFlag, ShebangError } from "./script_flags.ts";

/** How long a library may take to load when a client sends it. */
export const LOAD_TIMEOUT_MS = 500;

/** Calls and turns of loops between two looks at the clock. */
const STEPS_PER_LOOK = 1000;
const NAME = /^[A-Za-z0-9_]+$/;
const BAD_NAME = "Library names can only contain letters, numbers, or underscores(_) and must be at least one " +
  "character long";

/** Loads libraries into one state. */
export class FunctionLoader {
  readonly #clock: Clock;
  readonly #state: () => FunctionState;
  /** What the library that is being loaded has registered. */
  #registered: Map<string, ScriptFunction> | null = null;

  constructor(clock: Clock, state: () => FunctionState) {
    this.#clock = clock;
    this.#state = state;
  }

  /** The name of a library, of which nothing is run. Throws a `FunctionError`. */
  nameOf(source: string): string {
    return readHeader(source).name;
  }

  /** The library of a source, of one character per byte. `timeoutMs` 0 is no limit. Throws a `FunctionError`. */
  load(source: string, timeoutMs: number): FunctionLibrary {
    const { name, code } = readHeader(source);
    const functions = new Map<string, ScriptFunction>();
    this.#registered = functions;
    try {
      this.#state().duringLoad(() => this.#run(code, timeoutMs));
    } finally {
      this.#registered = null;
    }
    if (functions.size === 0) throw new FunctionError("No functions registered");
    return { name, source, functions };
  }

  /** `redis.register_function`. */
  readonly register = (args: readonly LuaValue[]): void => {
    const functions = this.#registered;
    if (functions === null) throw scriptError("redis.register_function can only be called on FUNCTION LOAD command");
    if (args.length < 1 || args.length > 2) {
      throw scriptError("wrong number of arguments to redis.register_function");
    }
    const added = args.length === 1 ? fromNamedArguments(args[0]) : fromArguments(args[0], args[1]);
    if (!NAME.test(added.name)) throw scriptError(BAD_NAME);
    if (functions.has(added.name)) throw scriptError("Function already exists in the library");
    functions.set(added.name, added);
  };

  #run(code: string, timeoutMs: number): void {
    const { state } = this.#state();
    let run: LuaRun;
    try {
      run = state.start(state.load(code, "@user_function"), []);
    } catch (error) {
      if (!(error instanceof LuaError)) throw error;
      throw new FunctionError(`Error compiling function: ${textOf(error.value)}`);
    }
    const endMs = timeoutMs === 0 ? Infinity : this.#clock.stopwatchMs() + timeoutMs;
    while (!run.resume(STEPS_PER_LOOK)) {
      if (this.#clock.stopwatchMs() > endMs) run.kill(scriptError("FUNCTION LOAD timeout"));
    }
    if (run.error === undefined) return;
    const error = readError(run.error.value);
    throw new FunctionError(`Error registering functions: ${error?.text ?? "(null)"}`);
  }
}

function readHeader(source: string): { readonly name: string; readonly code: string } {
  try {
    const { name, engine, code } = readLibraryText(source);
    if (!NAME.test(name)) throw new FunctionError(BAD_NAME);
    if (engine.toLowerCase() !== "lua") throw new FunctionError(`Engine '${engine}' not found`);
    return { name, code };
  } catch (error) {
    if (error instanceof ShebangError) throw new FunctionError(error.message);
    throw error;
  }
}

function fromArguments(name: LuaValue, callee: LuaValue): ScriptFunction {
  const text = textOf(name);
  if (text === null) throw scriptError("first argument to redis.register_function must be a string");
  if (!(callee instanceof LuaFunction)) {
    throw scriptError("second argument to redis.register_function must be a function");
  }
  return { name: text, callee, description: null, flags: new Set() };
}

function fromNamedArguments(table: LuaValue): ScriptFunction {
  if (!(table instanceof LuaTable)) {
    throw scriptError(
      "calling redis.register_function with a single argument is only applicable to Lua table (representing named " +
        "arguments).",
    );
  }
  let name: string | null = null;
  let description: string | null = null;
  let callee: LuaFunction | null = null;
  let flags: ReadonlySet<ScriptFlag> = new Set();
  for (let at = table.positionAfter(-1); at >= 0; at = table.positionAfter(at)) {
    const key = textOf(table.keyAt(at));
    const value = table.valueAt(at);
    if (key === null) throw scriptError("named argument key given to redis.register_function is not a string");
    switch (key.toLowerCase()) {
      case "function_name":
        name = textArgument("function_name", value);
        break;
      case "description":
        description = textArgument("description", value);
        break;
      case "callback":
        if (!(value instanceof LuaFunction)) {
          throw scriptError("callback argument given to redis.register_function must be a function");
        }
        callee = value;
        break;
      case "flags":
        flags = readFlags(value);
        break;
      default:
        throw scriptError("unknown argument given to redis.register_function");
    }
  }
  if (name === null) throw scriptError("redis.register_function must get a function name argument");
  if (callee === null) throw scriptError("redis.register_function must get a callback argument");
  return { name, description, callee, flags };
}

function textArgument(name: string, value: LuaValue): string {
  const text = textOf(value);
  if (text === null) throw scriptError(`${name} argument given to redis.register_function must be a string`);
  return text;
}

function readFlags(value: LuaValue): ReadonlySet<ScriptFlag> {
  if (!(value instanceof LuaTable)) {
    throw scriptError("flags argument to redis.register_function must be a table representing function flags");
  }
  const flags = new Set<ScriptFlag>();
  for (let index = 1;; index++) {
    const name = value.get(index);
    if (name === undefined) return flags;
    const flag = findScriptFlag(textOf(name) ?? "", true);
    if (flag === undefined) throw scriptError("unknown flag given");
    flags.add(flag);
  }
}
