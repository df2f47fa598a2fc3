/**
 * The arguments of `redis.call` as those of a request.
 *
 * - The memory is used again by the next call: whoever keeps an argument copies it, as with those of a client.
 */

import { Buffer } from "node:buffer";
import { formatDouble } from "../bytes/double.ts";
import { Slice } from "../bytes/slice.ts";
import type { LuaValue } from "../lua/value.ts";
import { Args } from "../resp/request_batch.ts";
import { scriptError } from "./error_table.ts";

const INITIAL_BYTES = 4 * 1024;
/** What is longer is not kept for the next call. */
const MAX_KEPT_BYTES = 64 * 1024;
const MAX_KEPT_SLICES = 1024;
/** Up to this length a loop is quicker than the call into native code. */
const SHORT_TEXT = 24;

/** Makes requests of values, one at a time. */
export class ScriptArguments {
  readonly #args = new Args();
  #slices: Slice[] = [];
  #buffer = Buffer.alloc(INITIAL_BYTES);

  /** The request that `values` spell, valid until the next one. Throws a `LuaError`. */
  read(values: readonly LuaValue[]): Args {
    if (values.length === 0) throw scriptError("Please specify at least one argument for this redis lib call");
    const texts = values.map(argumentText);
    this.#makeRoom(texts);
    let at = 0;
    for (let index = 0; index < texts.length; index++) {
      const end = this.#write(texts[index]!, at);
      const slice = this.#slices[index] ??= new Slice(this.#buffer);
      slice.bytes = this.#buffer;
      slice.start = at;
      slice.end = at = end;
    }
    this.#args.point(this.#slices, 0, texts.length);
    return this.#args;
  }

  #makeRoom(texts: readonly string[]): void {
    let size = 0;
    for (const text of texts) size += text.length;
    const isKept = this.#buffer.length <= MAX_KEPT_BYTES && this.#slices.length <= MAX_KEPT_SLICES;
    if (isKept && size <= this.#buffer.length) return;
    this.#buffer = Buffer.alloc(Math.max(size, INITIAL_BYTES));
    this.#slices = [];
  }

  #write(text: string, at: number): number {
    const buffer = this.#buffer;
    const { length } = text;
    if (length > SHORT_TEXT) buffer.write(text, at, "latin1");
    else for (let index = 0; index < length; index++) buffer[at + index] = text.charCodeAt(index);
    return at + length;
  }
}

function argumentText(value: LuaValue): string {
  if (typeof value === "string") return value;
  // Not as Lua prints numbers, which loses digits.
  if (typeof value === "number") return value === value ? formatDouble(value) : "-nan";
  throw scriptError("Lua redis lib command arguments must be strings or integers");
}
