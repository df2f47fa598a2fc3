/**
 * SCRIPT KILL and FUNCTION KILL.
 */

import { BUSY_FUNCTION, BUSY_SCRIPT, NOTBUSY, UNKILLABLE, UNKILLABLE_FROM_MASTER } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Services } from "../services.ts";

/** Ends the running script, or the running function unless `isEval`: if it has changed nothing yet. */
export function killScript({ scripting: { runner } }: Services, isEval: boolean, reply: Reply): void {
  const run = runner.current;
  if (run === null) return reply.error(NOTBUSY);
  if (run.isObeyed) return reply.error(UNKILLABLE_FROM_MASTER);
  if (run.hasWritten) return reply.error(UNKILLABLE);
  if (run.isEval !== isEval) return reply.error(run.isEval ? BUSY_SCRIPT : BUSY_FUNCTION);
  run.isKilled = true;
  reply.ok();
}
