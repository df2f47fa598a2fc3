/**
 * Selectors that were given in several arguments, `( +get ~key )`, put together again.
 */

import { untilNul } from "../config/byte_text.ts";

/** The rules as they are applied, or where the parenthesis stands that is never closed. */
export type MergedRules = { readonly rules: readonly string[] } | { readonly openIndex: number };

/** Puts the arguments between parentheses together. As in Redis an open parenthesis forgets one that is open already. */
export function mergeSelectorArguments(args: readonly string[]): MergedRules {
  const rules: string[] = [];
  let selector = "";
  let openIndex = -1;
  for (const [index, argument] of args.entries()) {
    if (argument.startsWith("(") && !argument.endsWith(")")) {
      selector = argument;
      openIndex = index;
    } else if (openIndex >= 0) {
      selector += ` ${untilNul(argument)}`;
      if (!argument.endsWith(")")) continue;
      rules.push(selector);
      openIndex = -1;
    } else {
      rules.push(argument);
    }
  }
  return openIndex >= 0 ? { openIndex } : { rules };
}
