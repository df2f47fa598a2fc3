/**
 * EXEC: runs what a client has queued, as one unit that nothing comes between.
 */

import { lateDenialError } from "../acl/denial.ts";
import type { Permissions } from "../acl/permissions.ts";
import type { Context } from "../command/context.ts";
import type { Executor } from "../command/executor.ts";
import type { Wait } from "../command/outcome.ts";
import type { Reply } from "../resp/reply.ts";
import { Slice } from "../bytes/slice.ts";
import { discardTransaction, type QueuedRequest, type Transaction } from "./transaction.ts";

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

/** A queue on its way. */
interface QueueRun {
  readonly context: Context;
  readonly queue: readonly QueuedRequest[];
  readonly services: QueueServices;
  readonly reply: Reply;
  readonly wasWaitDenied: boolean;
}

/**
 * Runs the queue, answers with the array of its replies, and ends the transaction. A script that takes too long makes it wait:
 * then the rest of the queue follows at the end of that script, as part of the same unit.
 */
export function executeQueue(
  context: Context,
  transaction: Transaction,
  services: QueueServices,
  reply: Reply,
): Wait | void {
  const { queue } = transaction;
  // The queue's own writes must not make the transaction dirty, and nobody needs the watch any more.
  context.store.watched.unwatch(transaction);
  const run = { context, queue, services, reply, wasWaitDenied: context.isWaitDenied };
  context.isWaitDenied = true;
  context.isInExec = true;
  reply.array(queue.length);
  return runFrom(0, run);
}

function runFrom(first: number, run: QueueRun): Wait | void {
  const { context, queue, services: { executor, permissions }, reply, wasWaitDenied } = run;
  let wait: Wait | null = null;
  try {
    for (let index = first; index < queue.length; index++) {
      const { command, args } = queue[index]!;
      const denial = permissions.deny(context, command, args);
      if (denial !== null) {
        reply.error(lateDenialError(denial));
        continue;
      }
      wait = executor.callNested(context, command, args, reply);
      if (wait !== null) return continueAfter(wait, index + 1, run);
    }
  } finally {
    if (wait === null) {
      context.isInExec = false;
      context.isWaitDenied = wasWaitDenied;
      discardTransaction(context);
    }
  }
}

function continueAfter(wait: Wait, next: number, run: QueueRun): Wait {
  const { executor } = run.services;
  executor.hold();
  wait.afterwards = () => {
    try {
      return runFrom(next, run);
    } finally {
      executor.release();
    }
  };
  // Errors in the queue are none of EXEC.
  return { kind: wait.kind, isRetry: false, ended: wait.ended, cancel: wait.cancel, hasFailed: false };
}
