/**
 * What native functions need of metatables while they run in steps: reading a field.
 */

import { typeName } from "./arguments.ts";
import { LuaError } from "./lua_error.ts";
import { EVENTS, MAX_CHAIN, metamethod } from "./metatable.ts";
import type { NativeCall } from "./native_call.ts";
import { LuaTable } from "./table.ts";
import { type CallRequest, LuaFunction, type LuaValue } from "./value.ts";

/** A part of a native function's course that ends with a value. */
export type PartialSteps<T> = Generator<CallRequest, T, readonly LuaValue[]>;

/** `holder[key]`, as a script would read it. */
export function* readField(holder: LuaValue, key: LuaValue, call: NativeCall): PartialSteps<LuaValue> {
  let object = holder;
  for (let link = 0; link < MAX_CHAIN; link++) {
    const value = object instanceof LuaTable ? object.get(key) : undefined;
    if (value !== undefined) return value;
    const handler = metamethod(object, EVENTS.index, call.state);
    if (handler instanceof LuaFunction) return (yield { callee: handler, args: [object, key] })[0];
    if (handler === undefined) {
      if (object instanceof LuaTable) return undefined;
      throw new LuaError(`attempt to index a ${typeName(object)} value`);
    }
    object = handler;
  }
  throw new LuaError("loop in gettable");
}
