/**
 * What a script returns, as a reply: the other direction of `lua_reply.ts`, and the errors that scripts end with.
 *
 * - A table is what the first of these fields says it is: err, ok, double, big_number, verbatim_string, map, set; else an array
 *   up to its first nil.
 * - What lies on Lua's stack meanwhile is counted: a table within itself ends as on the real server.
 */

import { toInteger } from "../lua/arguments.ts";
import { LuaTable } from "../lua/table.ts";
import type { LuaValue } from "../lua/value.ts";
import type { DeferredToken, Reply } from "../resp/reply.ts";
import { cText, readError } from "./error_table.ts";

/** Values that the stack of the conversion holds, those that lie there at its beginning included. */
const MAX_STACK = 8000;
const SPARE_STACK = 4;
/** The error handler and the result. */
const FIRST_SLOTS = 2;
const ARRAY_SLOTS = 1;
const PAIR_SLOTS = 3;

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** Writes what a script returned; `protocol` is the one that the script has chosen. */
export function replyWith(value: LuaValue, reply: Reply, protocol: 2 | 3): void {
  new ResultWriter(reply, protocol).write(value, FIRST_SLOTS);
}

/** Writes the error that the script `name` failed with. */
export function replyWithFailure(value: LuaValue, reply: Reply, name: string): void {
  const error = readError(value);
  if (error === null) return reply.error(`ERR Error running script ${name}, execution failure`);
  const { place } = error;
  const suffix = place === null ? "" : ` script: ${name}, on ${place.source}:${place.line}.`;
  reply.error(error.text + suffix, error.isCounted);
}

/** A table whose values are being written. */
interface OpenTable {
  readonly kind: "array" | "map" | "set";
  readonly table: LuaTable;
  readonly token: DeferredToken;
  /** What lies on the stack while its values are written. */
  readonly stack: number;
  /** The position of the last field, or the last index of an array. */
  at: number;
  /** Elements that were written. */
  count: number;
  /** The key of a map has been written and its value has not. */
  isAtValue: boolean;
}

/** Walks without recursion: thousands of tables may lie within each other. */
class ResultWriter {
  readonly #reply: Reply;
  readonly #protocol: 2 | 3;
  readonly #open: OpenTable[] = [];

  constructor(reply: Reply, protocol: 2 | 3) {
    this.#reply = reply;
    this.#protocol = protocol;
  }

  write(value: LuaValue, stack: number): void {
    this.#put(value, stack);
    for (let open = this.#open.at(-1); open !== undefined; open = this.#open.at(-1)) {
      if (open.kind === "array") this.#continueArray(open);
      else this.#continueFields(open);
    }
  }

  #continueArray(open: OpenTable): void {
    const value = open.table.get(open.at + 1);
    if (value === undefined) return this.#close(open);
    open.at++;
    open.count++;
    this.#put(value, open.stack);
  }

  #continueFields(open: OpenTable): void {
    const { table, kind, stack } = open;
    if (open.isAtValue) {
      open.isAtValue = false;
      return this.#put(table.valueAt(open.at), stack);
    }
    const at = table.positionAfter(open.at);
    if (at < 0) return this.#close(open);
    open.at = at;
    open.count++;
    open.isAtValue = kind === "map";
    this.#put(table.keyAt(at), kind === "map" ? stack + 1 : stack);
  }

  #close({ token, count }: OpenTable): void {
    this.#reply.endDeferred(token, count);
    this.#open.pop();
  }

  #put(value: LuaValue, stack: number): void {
    const reply = this.#reply;
    if (stack + SPARE_STACK > MAX_STACK) return reply.error("ERR reached lua stack limit");
    if (typeof value === "string") reply.bulkText(value);
    else if (typeof value === "number") this.#integer(value);
    else if (typeof value === "boolean") this.#boolean(value);
    else if (value instanceof LuaTable) this.#table(value, stack);
    else reply.nil();
  }

  #integer(value: number): void {
    const integer = toInteger(value);
    this.#reply.integer(Math.abs(integer) <= MAX_SAFE ? integer : BigInt(integer));
  }

  #boolean(value: boolean): void {
    if (this.#protocol === 3) this.#reply.boolean(value);
    else if (value) this.#reply.integer(1);
    else this.#reply.nil();
  }

  #table(table: LuaTable, stack: number): void {
    const reply = this.#reply;
    if (typeof table.get("err") === "string") {
      const { text, isCounted } = readError(table)!;
      return reply.error(text, isCounted);
    }
    const status = table.get("ok");
    if (typeof status === "string") return reply.simple(oneLine(cText(status)));
    const double = table.get("double");
    if (typeof double === "number") return reply.double(double);
    const bigNumber = table.get("big_number");
    if (typeof bigNumber === "string") return reply.bigNumber(oneLine(bigNumber));
    const verbatim = table.get("verbatim_string");
    if (verbatim instanceof LuaTable) {
      const format = verbatim.get("format");
      const text = verbatim.get("string");
      if (typeof format === "string" && typeof text === "string") return reply.verbatim(cText(format), text);
    }
    const map = table.get("map");
    if (map instanceof LuaTable) return this.#begin("map", map, reply.deferredMap(), stack + PAIR_SLOTS);
    const set = table.get("set");
    if (set instanceof LuaTable) return this.#begin("set", set, reply.deferredSet(), stack + PAIR_SLOTS);
    this.#begin("array", table, reply.deferredArray(), stack + ARRAY_SLOTS);
  }

  #begin(kind: OpenTable["kind"], table: LuaTable, token: DeferredToken, stack: number): void {
    this.#open.push({ kind, table, token, stack, at: kind === "array" ? 0 : -1, count: 0, isAtValue: false });
  }
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}
