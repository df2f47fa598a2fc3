/**
 * What others are told while a script runs too long.
 */

import type { Gate } from "../command/gate.ts";
import { retryAfter } from "../command/outcome.ts";
import { BUSY_FUNCTION, BUSY_SCRIPT } from "../resp/reply_errors.ts";
import type { ScriptRunner } from "./script_runner.ts";

/** Lets pass what may end the script, and little else. What our master sends has to wait. */
export function busyGate(runner: ScriptRunner): Gate {
  return {
    isRaised: () => runner.isBusy,
    check(context, command) {
      if (context.origin === "master") return retryAfter("script", runner.whenIdle());
      if (command.allowBusy || runner.current === null) return null;
      return runner.current.isEval ? BUSY_SCRIPT : BUSY_FUNCTION;
    },
  };
}
