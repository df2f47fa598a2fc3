/**
 * Lua values to JSON.
 *
 * - A table with none but positive whole numbers as keys is an array as long as the largest of them, every other one, and the
 *   empty one, an object.
 * - What lies on Lua's stack meanwhile is counted: what nests too deep fails as on the real server.
 */

import { typeName } from "../arguments.ts";
import type { NativeCall } from "../native_call.ts";
import { formatGeneral } from "../number_text.ts";
import { LuaTable } from "../table.ts";
import type { LuaValue } from "../value.ts";
import { JSON_NULL, type JsonConfig } from "./json_config.ts";

/** Values that the stack of a native function holds. */
const MAX_STACK = 8000;
/** Values beside a table that must find room while it is encoded. */
const SPARE_STACK = 3;

// deno-lint-ignore no-control-regex
const ESCAPED = /[\x00-\x1f"\\/\x7f]/g;
const ESCAPES: Readonly<Record<string, string>> = {
  "\b": "\\b",
  "\t": "\\t",
  "\n": "\\n",
  "\f": "\\f",
  "\r": "\\r",
  '"': '\\"',
  "/": "\\/",
  "\\": "\\\\",
};

/** A table whose values are being encoded. */
interface OpenTable {
  readonly table: LuaTable;
  /** Elements of an array; an object has none. */
  readonly length: number;
  /** The index, or the position of the field, that came last. */
  at: number;
  /** What lay on the stack when it began. */
  readonly stack: number;
}

/** Encodes one value, without recursion: thousands of tables may lie within each other. */
export class JsonEncoder {
  readonly #config: JsonConfig;
  readonly #call: NativeCall;
  #text = "";
  readonly #open: OpenTable[] = [];

  constructor(config: JsonConfig, call: NativeCall) {
    this.#config = config;
    this.#call = call;
  }

  /** The JSON of `value`. Throws a `LuaError`. */
  encode(value: LuaValue): string {
    this.#value(value, 1);
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open.at(-1)) {
      if (open.length > 0) this.#continueArray(open);
      else this.#continueObject(open);
    }
    return this.#text;
  }

  #value(value: LuaValue, stack: number): void {
    if (typeof value === "string") this.#string(value);
    else if (typeof value === "number") this.#number(value);
    else if (typeof value === "boolean") this.#text += value ? "true" : "false";
    else if (value === undefined || value === JSON_NULL) this.#text += "null";
    else if (value instanceof LuaTable) this.#begin(value, stack);
    else throw this.#failure(value, "type not supported");
  }

  #begin(table: LuaTable, stack: number): void {
    const depth = this.#open.length + 1;
    if (depth > this.#config.encodeMaxDepth || stack + SPARE_STACK > MAX_STACK) {
      throw this.#call.error(`Cannot serialise, excessive nesting (${depth})`);
    }
    const length = this.#arrayLength(table);
    this.#open.push({ table, length, at: length > 0 ? 0 : -1, stack });
    this.#text += length > 0 ? "[" : "{";
  }

  #continueArray(open: OpenTable): void {
    if (open.at === open.length) {
      this.#text += "]";
      this.#open.pop();
      return;
    }
    if (open.at > 0) this.#text += ",";
    open.at++;
    this.#value(open.table.get(open.at), open.stack + 1);
  }

  #continueObject(open: OpenTable): void {
    const { table } = open;
    const at = table.positionAfter(open.at);
    if (at < 0) {
      this.#text += "}";
      this.#open.pop();
      return;
    }
    if (open.at >= 0) this.#text += ",";
    open.at = at;
    this.#key(table.keyAt(at));
    this.#value(table.valueAt(at), open.stack + 2);
  }

  #key(key: LuaValue): void {
    if (typeof key === "string") {
      this.#string(key);
      this.#text += ":";
    } else if (typeof key === "number") {
      this.#text += '"';
      this.#number(key);
      this.#text += '":';
    } else {
      throw this.#failure(key, "table key must be a number or string");
    }
  }

  /** The largest key, or -1 for an object. */
  #arrayLength(table: LuaTable): number {
    const { sparseRatio, sparseSafe, convertsSparseArrays } = this.#config;
    let max = 0;
    let count = 0;
    for (let at = table.positionAfter(-1); at >= 0; at = table.positionAfter(at)) {
      const key = table.keyAt(at);
      if (typeof key !== "number" || key < 1 || Math.floor(key) !== key) return -1;
      if (key > max) max = key;
      count++;
    }
    if (sparseRatio === 0 || max <= count * sparseRatio || max <= sparseSafe) return max;
    if (!convertsSparseArrays) throw this.#failure(table, "excessively sparse array");
    return -1;
  }

  #string(text: string): void {
    this.#text += `"${text.replace(ESCAPED, escape)}"`;
  }

  #number(value: number): void {
    const { invalidNumbers, precision } = this.#config;
    if (!Number.isFinite(value)) {
      if (invalidNumbers === "off") throw this.#failure(value, "must not be NaN or Inf");
      this.#text += invalidNumbers === "null" ? "null" : value !== value ? "nan" : formatGeneral(value, precision);
      return;
    }
    this.#text += formatGeneral(value, precision);
  }

  #failure(value: LuaValue, reason: string): Error {
    return this.#call.error(`Cannot serialise ${typeName(value)}: ${reason}`);
  }
}

function escape(character: string): string {
  return ESCAPES[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
