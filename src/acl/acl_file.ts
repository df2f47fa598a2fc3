/**
 * The text of an ACL file: a line `user name rule...` for each user, empty lines between them at will.
 *
 * - Words are separated by single blanks and not quoted; comments are errors, for they would be lost with the next save.
 * - A file is taken as a whole or not at all: every line that is wrong adds to one message.
 */

import { untilNul } from "../config/byte_text.ts";
import { refusalText } from "./rule_refusal.ts";
import { hasSpaces } from "./selector.ts";
import { mergeSelectorArguments } from "./selector_arguments.ts";
import type { User } from "./user.ts";
import type { UserRegistry } from "./user_registry.ts";

/** What a file says: its users, or all that is wrong with it in Redis's words. */
export type AclFileContent = { readonly users: ReadonlyMap<string, User> } | { readonly errors: string };

/** Reads the text of a file, one character per byte. `path` is how the messages name it. */
export function parseAclFile(text: string, path: string, registry: UserRegistry): AclFileContent {
  const users = new Map<string, User>();
  let errors = "";
  for (const [index, line] of withoutNul(text).split("\n").entries()) {
    errors += readLine(trim(line, " \t\r\n"), { users, registry, path, number: index + 1 });
  }
  return errors === "" ? { users } : {
    errors: `${errors}WARNING: ACL errors detected, no change to the previously active ACL rules was performed`,
  };
}

/** Where a line stands and what has been read so far. */
interface LineSetting {
  readonly users: Map<string, User>;
  readonly registry: UserRegistry;
  readonly path: string;
  readonly number: number;
}

/** Adds the user of a line; the empty string, or what is wrong with it. */
function readLine(line: string, { users, registry, path, number }: LineSetting): string {
  if (line === "") return "";
  const [keyword, name, ...args] = line.split(" ");
  const place = `${path}:${number}`;
  if (keyword !== "user" || name === undefined) {
    return `${place} should start with user keyword followed by the username. `;
  }
  // The quote that is never closed is Redis's.
  if (hasSpaces(name)) return `'${place}: username '${name}' contains invalid characters. `;
  if (users.has(name)) return `WARNING: Duplicate user '${name}' found on line ${number}. `;
  const user = registry.newUser(name);
  users.set(name, user);
  const merged = mergeSelectorArguments(args);
  if ("openIndex" in merged) return `${place}: Unmatched parenthesis in selector definition.`;
  return applyRules(user, merged.rules, place);
}

/** Only unknown commands are all named: after another error the rest may be wrong just because of it. */
function applyRules(user: User, rules: readonly string[], place: string): string {
  let errors = "";
  let hasOtherError = false;
  for (const argument of rules) {
    const rule = trim(argument, "\t\r\n");
    const refusal = user.apply(rule);
    if (refusal === "unknown-command") {
      errors += `${place}: Error in applying operation '${untilNul(rule)}': ${refusalText(refusal)}. `;
    } else if (refusal !== null && !hasOtherError) {
      errors += `${place}: ${refusalText(refusal)}. `;
      hasOtherError = true;
    }
  }
  return errors;
}

/** A zero byte hides the rest of its line from Redis, and the line's end. */
function withoutNul(text: string): string {
  return text.replace(/\0[^\n]*\n?/g, "");
}

function trim(text: string, characters: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && characters.includes(text[start]!)) start++;
  while (end > start && characters.includes(text[end - 1]!)) end--;
  return text.slice(start, end);
}
