/**
 * The users of a server. `default` always exists: clients act as it until they authenticate as somebody else.
 */

import type { Context } from "../command/context.ts";
import { User } from "./user.ts";

/** Name of the user that clients begin as. */
export const DEFAULT_USER_NAME = "default";

/** All users of one server. */
export class UserRegistry {
  readonly defaultUser = new User(DEFAULT_USER_NAME);
  readonly #users = new Map<string, User>([[DEFAULT_USER_NAME, this.defaultUser]]);

  constructor() {
    this.defaultUser.setNoPassword();
  }

  /** The user of a name of one character per byte. */
  find(name: string): User | undefined {
    return this.#users.get(name);
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
    if (password.length === 0) {
      this.defaultUser.setNoPassword();
    } else {
      this.defaultUser.resetPasswords();
      this.defaultUser.addPassword(password);
    }
  }
}
