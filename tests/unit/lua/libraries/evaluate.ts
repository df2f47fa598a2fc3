/** Runs a script with a library among its globals. */
import { LuaState } from "../../../../src/lua/state.ts";
import type { LuaTable } from "../../../../src/lua/table.ts";
import type { LuaValue } from "../../../../src/lua/value.ts";

/** The first result of a script, or the text of its error. */
export function evaluate(script: string, libraries: Readonly<Record<string, LuaTable>>): LuaValue {
  const state = new LuaState();
  for (const [name, library] of Object.entries(libraries)) state.globals.set(name, library);
  const run = state.start(state.load(script, "@script"), []);
  while (!run.resume(1_000_000));
  return run.error === undefined ? run.results[0] : run.error.message;
}
