/**
 * Metatables, and the functions in them that stand in for what an operation cannot do.
 */

import type { LuaState } from "./state.ts";
import { hashString, LuaTable } from "./table.ts";
import { LuaUserdata, type LuaValue } from "./value.ts";

/** Objects that `__index` and `__newindex` may lead through: Lua's `MAXTAGLOOP`. */
export const MAX_CHAIN = 100;

/** The name of a field of metatables, with its hash. */
export interface MetatableEvent {
  readonly name: string;
  readonly hash: number;
}

function event(name: string): MetatableEvent {
  return { name, hash: hashString(name) };
}

/** The events that the engine knows. */
export const EVENTS = {
  index: event("__index"),
  newIndex: event("__newindex"),
  call: event("__call"),
  equal: event("__eq"),
  less: event("__lt"),
  lessOrEqual: event("__le"),
  concat: event("__concat"),
  length: event("__len"),
  negate: event("__unm"),
  add: event("__add"),
  subtract: event("__sub"),
  multiply: event("__mul"),
  divide: event("__div"),
  modulo: event("__mod"),
  power: event("__pow"),
  tostring: event("__tostring"),
  metatable: event("__metatable"),
} as const;

/** The metatable of a value. */
export function metatableOf(value: LuaValue, state: LuaState): LuaTable | undefined {
  if (value instanceof LuaTable || value instanceof LuaUserdata) return value.metatable;
  return typeof value === "string" ? state.stringMetatable : undefined;
}

/** What the metatable of a value has for an event, or nil. */
export function metamethod(value: LuaValue, { name, hash }: MetatableEvent, state: LuaState): LuaValue {
  return metatableOf(value, state)?.getString(name, hash);
}
