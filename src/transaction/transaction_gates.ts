/**
 * What MULTI means for the requests that follow it.
 */

import type { Context } from "../command/context.ts";
import type { ExecutorObserver } from "../command/executor.ts";
import { type Gate, HANDLED } from "../command/gate.ts";
import { NOT_IN_TRANSACTION } from "../resp/reply_errors.ts";
import { TRANSACTION } from "./transaction.ts";

/** Refuses commands that make no sense in a transaction. */
export const noMultiGate: Gate = {
  isRaised: isInTransaction,
  concerns: (command) => command.noMulti,
  check: () => NOT_IN_TRANSACTION,
};

/** Puts commands into the queue of an open transaction. Must be the last gate. */
export const queueGate: Gate = {
  isRaised: isInTransaction,
  concerns: (command) => !command.isNeverQueued,
  check(context, command, args, reply) {
    TRANSACTION.of(context).enqueue(context, command, args);
    reply.queued();
    return HANDLED;
  },
};

function isInTransaction(context: Context): boolean {
  return TRANSACTION.peek(context)?.isOpen === true;
}

/** Makes a transaction fail when one of its requests is refused. */
export const abortOnRefusal: ExecutorObserver = {
  onRejected: (context) => TRANSACTION.peek(context)?.abort(),
};
