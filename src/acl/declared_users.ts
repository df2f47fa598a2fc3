/**
 * The users that redis.conf declares: checked as far as that can be done when the file is read, made when the server
 * starts.
 *
 * - Which commands there are is not known while the file is read, so rules about unknown ones pass until the start.
 */

import { CommandRegistry } from "../command/registry.ts";
import { refusalText, type RuleRefusal } from "./rule_refusal.ts";
import { hasSpaces } from "./selector.ts";
import { mergeSelectorArguments } from "./selector_arguments.ts";
import { User } from "./user.ts";
import { DEFAULT_USER_NAME, type UserRegistry } from "./user_registry.ts";

/** A `user` line: the name, and the rules in which selectors are whole. Byte text. */
export interface DeclaredUser {
  readonly name: string;
  readonly rules: readonly string[];
}

/** Why a `user` line is refused. */
export interface DeclarationRefusal {
  /** The argument that the report names, counted from the name; -1 is the word `user`. */
  readonly argumentIndex: number;
  readonly reason: string;
}

/** The `user` lines read so far. */
export class DeclaredUsers {
  readonly #declared: DeclaredUser[] = [];

  /** In the order of the file. */
  get list(): readonly DeclaredUser[] {
    return this.#declared;
  }

  /** Takes the arguments of a `user` line; null, or why it is refused. */
  declare(args: readonly string[]): DeclarationRefusal | null {
    const [name = "", ...rest] = args;
    if (this.#declared.some((one) => one.name === name)) return refused(0, "duplicate-user");
    const merged = mergeSelectorArguments(rest);
    // As Redis, which then names an argument two places before, and the reason that it has met last.
    if ("openIndex" in merged) return refused(merged.openIndex - 1, "unknown-command");
    const draft = new User(name, {
      registry: new CommandRegistry([]),
      startsWithAllChannels: false,
      warn: () => {},
    });
    for (const [index, rule] of merged.rules.entries()) {
      const refusal = draft.apply(rule);
      // As Redis, which counts from the rules and looks among all words of the line.
      if (refusal !== null && refusal !== "unknown-command") return refused(index - 1, refusal);
    }
    this.#declared.push({ name, rules: merged.rules });
    return null;
  }
}

/** Makes declared users those of a server, in order; the lines for the log up to the first that fails. */
export function makeDeclaredUsers(
  declared: readonly DeclaredUser[],
  registry: UserRegistry,
): { readonly notices: readonly string[]; readonly failure: string | null } {
  const notices: string[] = [];
  for (const { name, rules } of declared) {
    if (hasSpaces(name)) return { notices, failure: "Spaces not allowed in ACL usernames" };
    const user = name === DEFAULT_USER_NAME ? registry.defaultUser : registry.newUser(name);
    if (name === DEFAULT_USER_NAME) user.apply("reset");
    for (const rule of rules) {
      const refusal = user.apply(rule);
      if (refusal === null) continue;
      const failure = `Error loading ACL rule '${rule}' for the user named '${name}': ${refusalText(refusal)}`;
      return { notices, failure };
    }
    registry.adopt(user);
    if (user.isEnabled) continue;
    notices.push(
      `The user '${name}' is disabled (there is no 'on' modifier in the user description). Make sure this is not a ` +
        "configuration error.",
    );
  }
  return { notices, failure: null };
}

function refused(argumentIndex: number, refusal: RuleRefusal): DeclarationRefusal {
  return { argumentIndex, reason: refusalText(refusal) };
}
