/**
 * About how much memory the values of a state take.
 */

import { LuaClosure } from "./closure.ts";
import { LuaTable } from "./table.ts";
import type { LuaValue } from "./value.ts";

const STRING_BYTES = 24;
const FUNCTION_BYTES = 64;
const UPVALUE_BYTES = 40;
const INSTRUCTION_BYTES = 8;

/** An estimate of the bytes of all that is reachable from `root`. Takes time for each value there. */
export function reachableBytes(root: LuaTable): number {
  const seen = new Set<LuaValue>();
  const waiting: LuaValue[] = [root];
  let bytes = 0;
  const visit = (value: LuaValue) => {
    if (typeof value === "string") bytes += seen.has(value) ? 0 : STRING_BYTES + value.length;
    else if (typeof value !== "object" || seen.has(value)) return;
    else waiting.push(value);
    seen.add(value);
  };
  seen.add(root);
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (value instanceof LuaTable) {
      bytes += value.ownBytes;
      visit(value.metatable);
      for (let at = value.positionAfter(-1); at >= 0; at = value.positionAfter(at)) {
        visit(value.keyAt(at));
        visit(value.valueAt(at));
      }
    } else if (value instanceof LuaClosure) {
      bytes += FUNCTION_BYTES + value.upvalues.length * UPVALUE_BYTES;
      bytes += value.prototype.code.length * INSTRUCTION_BYTES;
      for (const upvalue of value.upvalues) visit(upvalue.get());
    } else {
      bytes += FUNCTION_BYTES;
    }
  }
  return bytes;
}
