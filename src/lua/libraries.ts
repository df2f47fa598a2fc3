/**
 * The libraries of Lua, as Redis 7.0 opens them.
 */

import { openBase } from "./base_library.ts";
import { openCoroutine } from "./coroutine_library.ts";
import type { LuaState } from "./state.ts";

/** Puts the libraries into the globals of a state. */
export function openLibraries(state: LuaState): void {
  openBase(state);
  openCoroutine(state);
}
