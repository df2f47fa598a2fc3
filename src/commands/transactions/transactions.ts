/**
 * MULTI, EXEC, DISCARD, WATCH and UNWATCH.
 *
 * - Requests between MULTI and EXEC are queued by `transaction_gates.ts`; these commands run at once.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { keyRange } from "../../command/key_specs.ts";
import type { Wait } from "../../command/outcome.ts";
import type { RequestTraits } from "../../command/request_traits.ts";
import {
  DISCARD_WITHOUT_MULTI,
  EXEC_WITHOUT_MULTI,
  EXECABORT,
  execAbortBecause,
  NESTED_MULTI,
  WATCH_IN_MULTI,
} from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { executeQueue, hasWatchedChange } from "../../transaction/execute_queue.ts";
import { discardTransaction, TRANSACTION } from "../../transaction/transaction.ts";
import type { Services } from "../services.ts";

/** What EXEC itself may do, where nothing is queued. */
const EMPTY_QUEUE: RequestTraits = {
  isWrite: false,
  isReadOnly: false,
  isDenyOom: false,
  mayReplicate: false,
  noAsyncLoading: false,
  loading: true,
  stale: true,
};

const QUICK = "noscript loading stale fast allow_busy";

/** The commands of transactions. */
export function transactionCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "multi",
      group: "transactions",
      since: "1.2.0",
      summary: "Mark the start of a transaction block",
      complexity: "O(1)",
      arity: 1,
      flags: QUICK,
      acl: "transaction",
      isNeverQueued: true,
      run: multi,
    },
    {
      name: "exec",
      group: "transactions",
      since: "1.2.0",
      summary: "Execute all commands issued after MULTI",
      complexity: "Depends on commands in the transaction",
      arity: 1,
      flags: "noscript loading stale skip_slowlog",
      acl: "transaction",
      isNeverQueued: true,
      traits: (context) => TRANSACTION.peek(context)?.traits ?? EMPTY_QUEUE,
      refuse: refuseExec,
      run: (context, _args, reply) => exec(services, context, reply),
    },
    {
      name: "discard",
      group: "transactions",
      since: "2.0.0",
      summary: "Discard all commands issued after MULTI",
      complexity: "O(N), when N is the number of queued commands",
      arity: 1,
      flags: QUICK,
      acl: "transaction",
      isNeverQueued: true,
      run: discard,
    },
    {
      name: "watch",
      group: "transactions",
      since: "2.2.0",
      summary: "Watch the given keys to determine execution of the MULTI/EXEC block",
      complexity: "O(1) for every key.",
      arity: -2,
      flags: QUICK,
      acl: "transaction",
      isNeverQueued: true,
      keys: [keyRange(1, -1, "RO")],
      syntax: "key...",
      run: watch,
    },
    {
      name: "unwatch",
      group: "transactions",
      since: "2.2.0",
      summary: "Forget about all watched keys",
      complexity: "O(1)",
      arity: 1,
      flags: QUICK,
      acl: "transaction",
      run: unwatch,
    },
  ];
}

function multi(context: Context, _args: Args, reply: Reply): void {
  const transaction = TRANSACTION.of(context);
  if (transaction.isOpen) return reply.error(NESTED_MULTI);
  transaction.open();
  reply.ok();
}

function exec(services: Services, context: Context, reply: Reply): Wait | void {
  // Only what the queue did is propagated, as one unit; never EXEC as it was sent.
  context.preventPropagation();
  const transaction = TRANSACTION.peek(context);
  if (transaction?.isOpen !== true) return reply.error(EXEC_WITHOUT_MULTI);
  const isChanged = hasWatchedChange(context, transaction);
  if (!transaction.isAborted && !isChanged) return executeQueue(context, transaction, services, reply);
  if (transaction.isAborted) reply.error(EXECABORT);
  else reply.nilArray();
  discardTransaction(context);
}

/** A refused EXEC ends the transaction, so that the client does not stay in it without knowing. */
function refuseExec(context: Context, text: string, reply: Reply): void {
  discardTransaction(context);
  reply.error(execAbortBecause(text.replace(/^ERR /, "")));
}

function discard(context: Context, _args: Args, reply: Reply): void {
  if (TRANSACTION.peek(context)?.isOpen !== true) return reply.error(DISCARD_WITHOUT_MULTI);
  discardTransaction(context);
  reply.ok();
}

function watch(context: Context, args: Args, reply: Reply): void {
  const transaction = TRANSACTION.of(context);
  if (transaction.isOpen) return reply.error(WATCH_IN_MULTI);
  const { db } = context;
  // Nothing that is watched now could make a difference any more once the client is dirty.
  for (let i = 1; i < args.count && !transaction.isDirty; i++) {
    context.store.watched.watch(db.index, args.at(i), transaction, db.stateOf(args.at(i)) === "expired");
  }
  reply.ok();
}

function unwatch(context: Context, _args: Args, reply: Reply): void {
  const transaction = TRANSACTION.peek(context);
  if (transaction !== undefined) {
    context.store.watched.unwatch(transaction);
    transaction.isDirty = false;
  }
  reply.ok();
}
