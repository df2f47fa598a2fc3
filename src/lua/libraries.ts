/**
 * The libraries of Lua, as Redis 7.0 opens them.
 */

import { openBase } from "./base_library.ts";
import { openCoroutine } from "./coroutine_library.ts";
import { openMath } from "./math_library.ts";
import type { LuaState } from "./state.ts";
import { openString } from "./string_library.ts";
import { openTable } from "./table_library.ts";

/** Puts the libraries into the globals of a state. */
export function openLibraries(state: LuaState): void {
  openBase(state);
  openCoroutine(state);
  openString(state);
  openTable(state);
  openMath(state);
}
