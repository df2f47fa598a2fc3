/**
 * The Lua states that scripts and functions run in: Redis's libraries, and globals that nobody can change.
 *
 * - Reading a global that does not exist is an error, writing one that every table refuses which is reachable from the globals.
 * - Functions see an empty table of globals; what it falls back to is another one while a library is loaded, with nothing but
 *   `redis.register_function` and the log.
 */

import { stringArgument } from "../lua/arguments.ts";
import { bitLibrary } from "../lua/libraries/bit.ts";
import { cjsonLibrary } from "../lua/libraries/cjson.ts";
import { cmsgpackLibrary } from "../lua/libraries/cmsgpack.ts";
import { structLibrary } from "../lua/libraries/struct.ts";
import { LuaState } from "../lua/state.ts";
import { LuaTable } from "../lua/table.ts";
import { NativeFunction } from "../lua/value.ts";
import { ERROR_HANDLER } from "./error_table.ts";

/** What Lua has and scripts do not. */
const REMOVED = ["dofile", "loadfile", "print", "require", "module", "package", "os", "io", "debug"];

/** A state for EVAL, with the table `redis` of its scripts. */
export function scriptState(redis: LuaTable): LuaState {
  const state = new LuaState();
  const { globals } = state;
  addLibraries(globals, redis);
  globals.set(ERROR_HANDLER.name, ERROR_HANDLER);
  globals.metatable = missingGlobalMetatable();
  protect(globals);
  return state;
}

/** A state for functions, and what its globals fall back to. */
export interface FunctionState {
  readonly state: LuaState;
  /** Runs `work` while chunks see the globals of the loading of a library. */
  duringLoad(work: () => void): void;
}

/** A state for functions, with their table `redis` and that of libraries which are being loaded. */
export function functionState(redis: LuaTable, loadApi: LuaTable): FunctionState {
  const state = new LuaState();
  const inner = new LuaTable();
  const { globals } = state;
  addLibraries(globals, redis);
  for (let at = globals.positionAfter(-1); at >= 0; at = globals.positionAfter(at)) {
    inner.set(globals.keyAt(at), globals.valueAt(at));
    globals.set(globals.keyAt(at), undefined);
  }
  inner.set("_G", inner);
  inner.metatable = missingGlobalMetatable();
  protect(inner);
  const loading = new LuaTable();
  loadApi.metatable = missingGlobalMetatable();
  loading.set("redis", loadApi);
  loading.metatable = missingGlobalMetatable();
  protect(loading);
  const fallback = new LuaTable();
  fallback.set("__index", inner);
  globals.metatable = fallback;
  protect(globals);
  return {
    state,
    duringLoad(work) {
      fallback.set("__index", loading);
      try {
        work();
      } finally {
        fallback.set("__index", inner);
      }
    },
  };
}

function addLibraries(globals: LuaTable, redis: LuaTable): void {
  for (const name of REMOVED) globals.set(name, undefined);
  globals.set("cjson", cjsonLibrary());
  globals.set("struct", structLibrary());
  globals.set("cmsgpack", cmsgpackLibrary());
  globals.set("bit", bitLibrary());
  globals.set("redis", redis);
}

/** Makes reading a field that a table lacks an error. */
function missingGlobalMetatable(): LuaTable {
  const metatable = new LuaTable();
  metatable.set(
    "__index",
    new NativeFunction("__index", (args, call) => {
      if (args.length !== 2) throw call.error("Wrong number of arguments to luaProtectedTableError");
      const key = args[1];
      if (typeof key !== "string" && typeof key !== "number") {
        throw call.error("Second argument to luaProtectedTableError must be a string or number");
      }
      const name = stringArgument(args, 1, call);
      throw call.error(`Script attempted to access nonexistent global variable '${name}'`);
    }),
  );
  return metatable;
}

/** Makes a table and all that is reachable from it through fields and metatables read-only. */
function protect(table: LuaTable): void {
  if (table.isReadOnly) return;
  table.isReadOnly = true;
  for (let at = table.positionAfter(-1); at >= 0; at = table.positionAfter(at)) {
    const value = table.valueAt(at);
    if (value instanceof LuaTable) protect(value);
  }
  if (table.metatable !== undefined) protect(table.metatable);
}
