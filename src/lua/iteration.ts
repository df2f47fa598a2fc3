/**
 * The step of a traversal, written straight to registers.
 */

import type { LuaTable } from "./table.ts";
import type { LuaValue } from "./value.ts";

/** Writes the field after `key` to `count` places from `place` on: key, value, nils; all nil after the last. */
export function nextField(stack: LuaValue[], place: number, count: number, table: LuaTable, key: LuaValue): void {
  const position = table.positionAfter(table.positionOf(key));
  const isEnd = position < 0;
  stack[place] = isEnd ? undefined : table.keyAt(position);
  if (count > 1) stack[place + 1] = isEnd ? undefined : table.valueAt(position);
  for (let i = 2; i < count; i++) stack[place + i] = undefined;
}
