/**
 * Refuses requests that the user of a client may not make.
 */

import type { Gate } from "../command/gate.ts";
import { denialError } from "./denial.ts";
import type { Permissions } from "./permissions.ts";

/** Costs nothing while the user may do everything: then it is not raised. */
export function permissionGate(permissions: Permissions): Gate {
  return {
    isRaised: (context) => permissions.isRestricted(context),
    check(context, command, args) {
      const denial = permissions.deny(context, command, args);
      return denial === null ? null : denialError(denial, command);
    },
  };
}
