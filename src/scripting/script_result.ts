/**
 * What a script returns, as a reply: the other direction of `lua_reply.ts`, and the errors that scripts end with.
 *
 * - A table is what the first of these fields says it is: err, ok, double, big_number, verbatim_string, map, set; else an array
 *   up to its first nil.
 * - What lies on Lua's stack meanwhile is counted: a table within itself ends as on the real server.
 */

import { ascii } from "../bytes/ascii.ts";
import { toInteger } from "../lua/arguments.ts";
import { LuaTable } from "../lua/table.ts";
import type { LuaValue } from "../lua/value.ts";
import type { Reply } from "../resp/reply.ts";
import { cText, readError, type ScriptError } from "./error_table.ts";

/** Values that the stack of the conversion holds, those that lie there at its beginning included. */
const MAX_STACK = 8000;
const SPARE_STACK = 4;
const ARRAY_SLOTS = 1;
const PAIR_SLOTS = 3;

const MAX_SAFE = Number.MAX_SAFE_INTEGER;

/** Writes what a script returned; `protocol` is the one that the script has chosen. */
export function replyWith(value: LuaValue, reply: Reply, protocol: 2 | 3): void {
  new ResultWriter(reply, protocol).write(value, 1);
}

/** Writes the error that the script `name` failed with. */
export function replyWithFailure(value: LuaValue, reply: Reply, name: string): void {
  const error = readError(value);
  if (error === null) return reply.error(`ERR Error running script ${name}, execution failure`);
  const { place } = error;
  const suffix = place === null ? "" : ` script: ${name}, on ${place.source}:${place.line}.`;
  replyWithError({ ...error, text: error.text + suffix }, reply);
}

/** An error that was counted when a command gave it is not counted once more. */
function replyWithError({ text, isCounted }: ScriptError, reply: Reply): void {
  if (!isCounted) return reply.error(text);
  reply.raw(ascii(`-${text.replace(/[\r\n]+$/, "").replace(/[\r\n]/g, " ")}\r\n`));
}

class ResultWriter {
  readonly #reply: Reply;
  readonly #protocol: 2 | 3;

  constructor(reply: Reply, protocol: 2 | 3) {
    this.#reply = reply;
    this.#protocol = protocol;
  }

  write(value: LuaValue, stack: number): void {
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
    if (typeof table.get("err") === "string") return replyWithError(readError(table)!, reply);
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
    if (map instanceof LuaTable) return this.#map(map, stack);
    const set = table.get("set");
    if (set instanceof LuaTable) return this.#set(set, stack);
    this.#array(table, stack);
  }

  #map(map: LuaTable, stack: number): void {
    const token = this.#reply.deferredMap();
    let count = 0;
    for (let at = map.positionAfter(-1); at >= 0; at = map.positionAfter(at), count++) {
      this.write(map.keyAt(at), stack + PAIR_SLOTS + 1);
      this.write(map.valueAt(at), stack + PAIR_SLOTS);
    }
    this.#reply.endDeferred(token, count);
  }

  #set(set: LuaTable, stack: number): void {
    const token = this.#reply.deferredSet();
    let count = 0;
    for (let at = set.positionAfter(-1); at >= 0; at = set.positionAfter(at), count++) {
      this.write(set.keyAt(at), stack + PAIR_SLOTS);
    }
    this.#reply.endDeferred(token, count);
  }

  #array(table: LuaTable, stack: number): void {
    const token = this.#reply.deferredArray();
    let count = 0;
    for (let value = table.get(1); value !== undefined; value = table.get(count + 1)) {
      this.write(value, stack + ARRAY_SLOTS);
      count++;
    }
    this.#reply.endDeferred(token, count);
  }
}

function oneLine(text: string): string {
  return text.replace(/[\r\n]/g, " ");
}
