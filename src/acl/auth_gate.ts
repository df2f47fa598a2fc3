/**
 * Refuses commands of clients that have to authenticate first.
 */

import type { Gate } from "../command/gate.ts";
import { NO_AUTH } from "../resp/reply_errors.ts";
import type { UserRegistry } from "./user_registry.ts";

/** Lets only commands with the `no_auth` flag pass before authentication. */
export function authGate(users: UserRegistry): Gate {
  return {
    isRaised: (context) => users.mustAuthenticate(context),
    concerns: (command) => !command.noAuth,
    check: () => NO_AUTH,
  };
}
