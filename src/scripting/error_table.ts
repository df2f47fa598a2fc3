/**
 * The errors of scripts as Redis's library makes them: tables with the text in `err`, and where they happened beside it.
 */

import { LuaError } from "../lua/lua_error.ts";
import { formatNumber } from "../lua/number_text.ts";
import { LuaTable } from "../lua/table.ts";
import { type LuaValue, NativeFunction } from "../lua/value.ts";

/** An error that a script ended with. */
export interface ScriptError {
  /** With its code. */
  readonly text: string;
  /** " script: name, on source:line." or nothing. */
  readonly place: { readonly source: string; readonly line: string } | null;
  /** Whether the statistics know of it already. */
  readonly isCounted: boolean;
}

const MARK = "ignore_error_stats_update";

/** The table of an error. A text that begins with `-` brings its code, every other one gets `ERR`. */
export function errorTable(text: string): LuaTable {
  const table = new LuaTable();
  table.set("err", cText(withCode(text)));
  return table;
}

/** As `errorTable`, of an error that the statistics have counted. */
export function countedErrorTable(text: string): LuaTable {
  const table = errorTable(text);
  table.set(MARK, true);
  return table;
}

/** An error of the library to be thrown; see `errorTable`. */
export function scriptError(text: string): LuaError {
  return new LuaError(errorTable(text));
}

/** What the value that a script failed with says; null for a value that says nothing. */
export function readError(value: LuaValue): ScriptError | null {
  const message = textOf(value);
  if (message !== null) return { text: `ERR ${cText(message)}`, place: null, isCounted: false };
  if (!(value instanceof LuaTable)) return null;
  const source = textOf(value.get("source"));
  const line = textOf(value.get("line"));
  return {
    text: cText(textOf(value.get("err")) ?? "(null)"),
    place: source === null || line === null ? null : { source: cText(source), line: cText(line) },
    isCounted: value.get(MARK) === true,
  };
}

/** Whether a table is an error, by what a script has put in it. */
export function isErrorTable(table: LuaTable): boolean {
  return typeof table.get("err") === "string";
}

/**
 * Is called where an error happens, before the stack unwinds, and notes the place in it: that of the function that failed, or
 * of its caller where that function is native.
 */
export const ERROR_HANDLER: NativeFunction = new NativeFunction("__redis__err__handler", ([value], call) => {
  let place = call.info(1);
  if (place?.what === "C") place = call.info(2);
  const error = value instanceof LuaTable ? value : new LuaTable();
  if (error !== value) error.set("err", `ERR ${shown(value)}`);
  if (place !== undefined && !error.isReadOnly) {
    error.set("source", place.source);
    error.set("line", place.currentLine);
  }
  return [error];
});

/** A text up to its first NUL, as C takes it. */
export function cText(text: string): string {
  const end = text.indexOf("\0");
  return end < 0 ? text : text.slice(0, end);
}

/** A string, or a number as its text; null for everything else. */
export function textOf(value: LuaValue): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" ? formatNumber(value) : null;
}

function shown(value: LuaValue): string {
  return textOf(value) ?? (value === undefined ? "nil" : String(value));
}

function withCode(text: string): string {
  if (!text.startsWith("-")) return `ERR ${trimLineBreaks(text)}`;
  const space = text.indexOf(" ");
  if (space < 0) return `ERR ${trimLineBreaks(text.slice(1))}`;
  return `${text.slice(1, space)} ${trimLineBreaks(text.slice(space + 1))}`;
}

function trimLineBreaks(text: string): string {
  return text.replace(/^[\r\n]+|[\r\n]+$/g, "");
}
