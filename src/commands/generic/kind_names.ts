/**
 * The names of the kinds of value by their numbers, as TYPE prints them.
 */

import { type Kind, KIND_CODES } from "../../values/kind.ts";

const NAMES: readonly string[] = namesByCode();

/** The name of a kind, given by its `KIND_` number. */
export function kindName(code: number): string {
  return NAMES[code]!;
}

function namesByCode(): string[] {
  const names: string[] = [];
  for (const name of Object.keys(KIND_CODES) as Kind[]) names[KIND_CODES[name]] = name;
  return names;
}
