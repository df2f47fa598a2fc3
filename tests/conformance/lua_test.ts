/**
 * The Lua engine against the real redis-server: the same scripts, the same values and the same error texts.
 */
import { assertEquals } from "@std/assert";
import { LuaState } from "../../src/lua/state.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { ErrorReply } from "../support/reply_reader.ts";
import { ERROR_SCRIPTS, EXPRESSION_SCRIPTS, METATABLE_SCRIPTS, STATEMENT_SCRIPTS } from "./lua/language_scripts.ts";
import { BASE_SCRIPTS, ORDER_SCRIPTS, STRING_SCRIPTS, TABLE_AND_MATH_SCRIPTS } from "./lua/library_scripts.ts";
import { SOURCES } from "./lua/syntax_scripts.ts";

/** Shows results with their types; addresses differ from process to process. */
const SHOW =
  "local types = {table = 'T', ['function'] = 'F', thread = 'C'} local function show(...) local r = {} for i = 1, select('#', ...) do local v = select(i, ...) " +
  "r[i] = type(v) .. ':' .. (types[type(v)] or tostring(v)) end return (table.concat(r, ' | ')) end ";

const STEPS_PER_SLICE = 1000;
const MAX_SLICES = 10_000;
const PROTECTED_LIBRARIES = ["string", "table", "math", "coroutine", "_G"];

function asCall(body: string): string {
  return `${SHOW} return show(pcall(function(...) ${body}\nend))`;
}

function asSource(source: string): string {
  return `${SHOW} return show(loadstring(${quote(source)}))`;
}

/** A Lua literal of any bytes. */
function quote(text: string): string {
  return `'${text.replace(/[^ -&(-[\]-~]/g, (char) => `\\${char.charCodeAt(0).toString().padStart(3, "0")}`)}'`;
}

/** A state with the protections that Redis puts on its libraries. */
function protectedState(): LuaState {
  const state = new LuaState();
  const { globals } = state;
  for (const name of PROTECTED_LIBRARIES) {
    const library = globals.get(name);
    if (typeof library === "object" && "isReadOnly" in library) library.isReadOnly = true;
  }
  state.stringMetatable!.isReadOnly = true;
  return state;
}

function runHere(script: string): string {
  const state = protectedState();
  const run = state.start(state.load(script, "@user_script"), []);
  for (let slice = 0; !run.resume(STEPS_PER_SLICE); slice++) {
    if (slice === MAX_SLICES) return "it does not end";
  }
  return run.error === undefined ? String(run.results[0]) : `error: ${run.error.message}`;
}

function withoutNanSign(text: string): string {
  return text.replaceAll("-nan", "nan");
}

function compareAll(name: string, scripts: readonly string[]): void {
  referenceTest(`the engine and redis-server agree on ${scripts.length} scripts: ${name}`, async () => {
    await using server = await startReference();
    using client = await server.connect();
    const differences: unknown[] = [];
    for (const script of scripts) {
      const reply = await client.call("EVAL", script, 0);
      const expected = reply instanceof ErrorReply ? `error: ${reply.text}` : String(reply);
      const actual = runHere(script);
      // JavaScript does not tell the sign of a NaN.
      if (withoutNanSign(actual) !== withoutNanSign(expected)) differences.push({ script, actual, expected });
    }
    assertEquals(differences, []);
  });
}

compareAll("expressions", EXPRESSION_SCRIPTS.map(asCall));
compareAll("statements", STATEMENT_SCRIPTS.map(asCall));
compareAll("errors", ERROR_SCRIPTS.map(asCall));
compareAll("metatables", METATABLE_SCRIPTS.map(asCall));
compareAll("base library and coroutines", BASE_SCRIPTS.map(asCall));
compareAll("string library", STRING_SCRIPTS.map(asCall));
compareAll("table and math libraries", TABLE_AND_MATH_SCRIPTS.map(asCall));
compareAll("order of traversal", ORDER_SCRIPTS.map(asCall));
compareAll("syntax", SOURCES.map(asSource));
