/**
 * Keeps DEBUG and MODULE from those whom `enable-debug-command` and `enable-module-command` do not allow them.
 */

import type { Gate } from "../../command/gate.ts";
import { protectedCommand } from "../../resp/reply_errors.ts";
import type { Services } from "../services.ts";
import { isLocal } from "./config.ts";

/** The gate of commands with the flag `protected`. */
export function protectedGate(services: Services): Gate {
  const enableDebug = services.config.enum("enable-debug-command");
  const enableModule = services.config.enum("enable-module-command");
  return {
    isRaised: (context) => context.origin === "client",
    concerns: (command) => command.isProtected,
    check(context, command) {
      const isDebug = command.name === "debug";
      const { value } = isDebug ? enableDebug : enableModule;
      if (value === "yes" || (value === "local" && isLocal(services, context))) return null;
      return protectedCommand(isDebug ? "DEBUG" : "MODULE");
    },
  };
}
