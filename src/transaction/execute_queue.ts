/**
 * EXEC: runs what a client has queued, as one unit that nothing comes between.
 */

import { lateDenialError } from "../acl/denial.ts";
import type { Permissions } from "../acl/permissions.ts";
import type { Context } from "../command/context.ts";
import type { Executor } from "../command/executor.ts";
import type { Reply } from "../resp/reply.ts";
import { Slice } from "../bytes/slice.ts";
import { discardTransaction, type Transaction } from "./transaction.ts";

/** Whether a key that `transaction` watches has changed: it was touched, or its time has come since it was watched. */
export function hasWatchedChange(context: Context, transaction: Transaction): boolean {
  const { watched, databases } = context.store;
  if (transaction.isDirty) return true;
  return watched.keysOf(transaction).some(({ dbIndex, key, wasExpired }) => {
    return !wasExpired && databases[dbIndex]!.stateOf(new Slice(key)) === "expired";
  });
}

/** What runs a queue. */
export interface QueueServices {
  readonly executor: Executor;
  /** Asked about each request once more: rules may have changed since it was queued. */
  readonly permissions: Permissions;
}

/** Runs the queue, answers with the array of its replies, and ends the transaction. */
export function executeQueue(context: Context, transaction: Transaction, services: QueueServices, reply: Reply): void {
  const { executor, permissions } = services;
  const { queue } = transaction;
  // The queue's own writes must not make the transaction dirty, and nobody needs the watch any more.
  context.store.watched.unwatch(transaction);
  const wasWaitDenied = context.isWaitDenied;
  context.isWaitDenied = true;
  context.isInExec = true;
  try {
    reply.array(queue.length);
    for (const { command, args } of queue) {
      const denial = permissions.deny(context, command, args);
      if (denial === null) executor.callNested(context, command, args, reply);
      else reply.error(lateDenialError(denial));
    }
  } finally {
    context.isInExec = false;
    context.isWaitDenied = wasWaitDenied;
    discardTransaction(context);
  }
}
