/**
 * Values as `tostring` shows them.
 */

import { typeName } from "./arguments.ts";
import { formatNumber } from "./number_text.ts";
import type { LuaValue } from "./value.ts";

/** What addresses of objects begin with. */
const ADDRESS_PREFIX = "0x7f51";

/** A value as text, metamethods left aside; an object as its type and an address that is its own. */
export function plainText(value: LuaValue): string {
  switch (typeof value) {
    case "undefined":
      return "nil";
    case "string":
      return value;
    case "number":
      return formatNumber(value);
    case "boolean":
      return value ? "true" : "false";
  }
  return `${typeName(value)}: ${ADDRESS_PREFIX}${(value.identity * 4).toString(16).padStart(8, "0")}`;
}
