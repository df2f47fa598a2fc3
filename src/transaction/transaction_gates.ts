/**
 * What MULTI means for the requests that follow it.
 */

import type { ExecutorObserver } from "../command/executor.ts";
import { type Gate, HANDLED } from "../command/gate.ts";
import { NOT_IN_TRANSACTION } from "../resp/reply_errors.ts";
import { TRANSACTION } from "./transaction.ts";

/** Refuses commands that make no sense in a transaction. */
export const noMultiGate: Gate = (context, command) => {
  if (!command.noMulti || TRANSACTION.peek(context)?.isOpen !== true) return null;
  return NOT_IN_TRANSACTION;
};

/** Puts commands into the queue of an open transaction. Must be the last gate. */
export const queueGate: Gate = (context, command, args, reply) => {
  const transaction = TRANSACTION.peek(context);
  if (transaction === undefined || !transaction.isOpen || command.isNeverQueued) return null;
  transaction.enqueue(context, command, args);
  reply.queued();
  return HANDLED;
};

/** Makes a transaction fail when one of its requests is refused. */
export const abortOnRefusal: ExecutorObserver = {
  onRejected: (context) => TRANSACTION.peek(context)?.abort(),
};
