/**
 * What a native function can ask about the call that it serves.
 */

import type { LuaError } from "./lua_error.ts";
import type { LuaState } from "./state.ts";

/** A function on the call stack, as `debug.getinfo(level, "nSl")` tells it. */
export interface CallInfo {
  /** "Lua", "C", "main" or "tail". */
  readonly what: "Lua" | "C" | "main" | "tail";
  /** The chunk as it was named, such as "@user_script"; "=[C]" for a native function. */
  readonly source: string;
  /** -1 where no line is known. */
  readonly currentLine: number;
}

/** The running call of a native function. One object serves all calls: it is valid until the function returns. */
export interface NativeCall {
  readonly state: LuaState;
  /** The function at `level`: 0 is this one, 1 its caller. Undefined beyond the bottom of the stack. */
  info(level: number): CallInfo | undefined;
  /** "user_script:1: " for the function at `level`, or nothing where that is no Lua code. */
  where(level: number): string;
  /** An error with the position of the caller before its text, as `luaL_error` makes it. */
  error(text: string): LuaError;
  /** "bad argument #1 to 'rep' (...)": `index` counts from 0. */
  argumentError(index: number, text: string): LuaError;
}
