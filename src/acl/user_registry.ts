/**
 * The users of a server. `default` always exists: clients act as it until they authenticate as somebody else.
 *
 * - A user that changes stays the same object: its clients need not be told.
 */

import { ascii, latin1 } from "../bytes/ascii.ts";
import type { Context } from "../command/context.ts";
import { untilNul } from "../config/byte_text.ts";
import { refusalText } from "./rule_refusal.ts";
import type { RuleSetting } from "./rule_setting.ts";
import { mergeSelectorArguments } from "./selector_arguments.ts";
import { User } from "./user.ts";

/** Name of the user that clients begin as. */
export const DEFAULT_USER_NAME = "default";

const DEFAULT_USER_RULES = ["+@all", "~*", "&*", "on", "nopass"];

/** All users of one server. Names and rules are byte text. */
export class UserRegistry {
  readonly defaultUser: User;
  readonly #setting: RuleSetting;
  #users: Map<string, User>;

  constructor(setting: RuleSetting) {
    this.#setting = setting;
    this.defaultUser = this.newDefaultUser();
    this.#users = new Map([[DEFAULT_USER_NAME, this.defaultUser]]);
  }

  /** The user of a name. */
  find(name: string): User | undefined {
    return this.#users.get(name);
  }

  /** The user a context acts as. */
  of({ userName }: Context): User {
    if (userName === DEFAULT_USER_NAME) return this.defaultUser;
    return this.#users.get(userName) ?? this.defaultUser;
  }

  /** Number of users. */
  get size(): number {
    return this.#users.size;
  }

  /** By name. */
  [Symbol.iterator](): Iterator<User> {
    return [...this.#users.values()].sort((a, b) => a.name < b.name ? -1 : 1)[Symbol.iterator]();
  }

  /** Each user as `name rule...`, by name. */
  describeAll(): string[] {
    return Array.from(this, (user) => `${user.name} ${user.describe()}`);
  }

  /** True while clients have to authenticate before they may do anything. */
  get isAuthenticationRequired(): boolean {
    return !this.defaultUser.hasNoPassword || !this.defaultUser.isEnabled;
  }

  /** False while anybody may act as the default user without a password: protected mode guards against that. */
  get hasPassword(): boolean {
    return !this.defaultUser.hasNoPassword;
  }

  /** Makes `context` as that of a new client. */
  admit(context: Context): void {
    context.userName = DEFAULT_USER_NAME;
    context.isAuthenticated = !this.isAuthenticationRequired;
  }

  /** Whether `context` must authenticate before its next command. */
  mustAuthenticate(context: Context): boolean {
    return !context.isAuthenticated && this.isAuthenticationRequired;
  }

  /** Lets `context` act as the user of these credentials; false when they are wrong. */
  authenticate(context: Context, name: string, password: Uint8Array): boolean {
    const user = this.#users.get(name);
    if (user === undefined || !user.accepts(password)) return false;
    context.userName = user.name;
    context.isAuthenticated = true;
    return true;
  }

  /** Follows `requirepass`: an empty password means that none is needed. */
  setDefaultPassword(password: Uint8Array): void {
    this.defaultUser.applyAll("resetpass", password.length === 0 ? "nopass" : `>${latin1(password)}`);
  }

  /** A user that does not exist yet, with no rights. */
  newUser(name: string): User {
    return new User(name, this.#setting);
  }

  /** What the default user is unless it is declared: it may do everything. */
  newDefaultUser(): User {
    const user = this.newUser(DEFAULT_USER_NAME);
    user.applyAll(...DEFAULT_USER_RULES);
    return user;
  }

  /**
   * What the user of a name, which may be new, is going to be after `args`; or the error, without a code, of the first
   * argument that is refused. Nothing has changed yet: see `adopt`.
   */
  draft(name: string, args: readonly string[]): User | string {
    const merged = mergeSelectorArguments(args);
    if ("openIndex" in merged) {
      return `Unmatched parenthesis in acl selector starting at '${untilNul(args[merged.openIndex]!)}'.`;
    }
    const draft = this.newUser(name);
    const current = this.#users.get(name);
    if (current !== undefined) draft.copyFrom(current);
    for (const rule of merged.rules) {
      const refusal = draft.apply(rule);
      if (refusal !== null) return `Error in ACL SETUSER modifier '${untilNul(rule)}': ${refusalText(refusal)}`;
    }
    return draft;
  }

  /** Makes the user of the draft's name what the draft is. */
  adopt(draft: User): void {
    const current = this.#users.get(draft.name);
    if (current === undefined) this.#users.set(draft.name, draft);
    else current.copyFrom(draft);
  }

  /** Takes a user away; undefined when there is none, or it is the default one. */
  delete(name: string): User | undefined {
    const user = this.#users.get(name);
    if (user === undefined || user === this.defaultUser) return undefined;
    this.#users.delete(name);
    return user;
  }

  /** Puts these users in the place of all there are. Without a default user among them, that one may do everything. */
  replaceAll(users: Iterable<User>): void {
    const fresh = new Map(Array.from(users, (user) => [user.name, user]));
    this.defaultUser.copyFrom(fresh.get(DEFAULT_USER_NAME) ?? this.newDefaultUser());
    fresh.set(DEFAULT_USER_NAME, this.defaultUser);
    this.#users = fresh;
  }

  /** The users as the lines of an ACL file. */
  fileBytes(): Uint8Array<ArrayBuffer> {
    return ascii(this.describeAll().map((line) => `user ${line}\n`).join(""));
  }
}
