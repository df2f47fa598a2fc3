/**
 * The Lua engine as its users see it: a state with globals, chunks loaded into it, and runs that can be paused.
 */

import { LuaError } from "./lua_error.ts";
import { LuaTable } from "./table.ts";
import { LuaFunction, LuaValue } from "./value.ts";

/** How a run starts. */
export interface RunOptions {
  /** Called with the error value where it happened, before the stack unwinds; its first result is the run's error. */
  readonly errorHandler?: LuaFunction;
}

/** All that scripts share: globals and what is reachable from them. The libraries of Lua are in `globals`. */
export class LuaState {
  readonly globals: LuaTable = new LuaTable();
  /** The metatable of all strings. */
  stringMetatable: LuaTable | undefined = undefined;

  /** Compiles a chunk; a name such as "@user_script" is shown as "user_script". Throws a `LuaSyntaxError`. */
  load(_source: string, _chunkName: string): LuaFunction {
    throw new Error("Not written yet");
  }

  /** Prepares a call of `callee`; nothing runs before `resume`. */
  start(_callee: LuaValue, _args: readonly LuaValue[], _options: RunOptions = {}): LuaRun {
    throw new Error("Not written yet");
  }

  /** About the bytes of all that is reachable from the globals: a walk over it. */
  get memoryBytes(): number {
    return 0;
  }
}

/** One call from outside into a state: it runs in slices until it has returned, failed or been killed. */
export class LuaRun {
  isDone = false;
  /** What the function returned, once it has. */
  results: readonly LuaValue[] = [];
  /** What the function failed with, or was killed with. */
  error: LuaError | undefined = undefined;

  /** Runs on for up to `maxSteps` (calls and turns of loops); true when the run is over. */
  resume(_maxSteps: number): boolean {
    return this.isDone;
  }

  /** Ends the run, paused or inside one of its native functions; no `pcall` catches this. */
  kill(error: LuaError): void {
    this.error = error;
    this.isDone = true;
  }
}
