/**
 * Errors of scripts: any Lua value can be one.
 */

import type { LuaValue } from "./value.ts";

/** What `error()` throws: `value` is what `pcall` returns. Native functions may throw it too. */
export class LuaError extends Error {
  override readonly name = "LuaError";
  readonly value: LuaValue;

  constructor(value: LuaValue) {
    super(typeof value === "string" ? value : "(error object is no string)");
    this.value = value;
  }
}

/** A source that does not compile; `message` is Lua's text with its position. */
export class LuaSyntaxError extends LuaError {}
