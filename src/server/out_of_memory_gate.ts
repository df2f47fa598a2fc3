/**
 * Makes room before each command while there is a `maxmemory`, and refuses commands that would need more where there is none.
 */

import type { Gate } from "../command/gate.ts";
import { OOM } from "../resp/reply_errors.ts";
import type { Eviction } from "../store/eviction.ts";
import { TRANSACTION } from "../transaction/transaction.ts";

/** What may run in any transaction: it frees the queue. */
const ENDS_OF_TRANSACTIONS: ReadonlySet<string> = new Set(["exec", "discard", "quit", "reset"]);

/** The gate of one server. */
export function outOfMemoryGate(eviction: Eviction): Gate {
  return {
    isRaised: () => eviction.maxBytes > 0,
    check(context, command, args) {
      if (eviction.run() !== "failed") return null;
      if (command.traitsOf(context, args).isDenyOom) return OOM;
      // A queue takes memory, too.
      const isQueuing = TRANSACTION.peek(context)?.isOpen === true && !ENDS_OF_TRANSACTIONS.has(command.name);
      return isQueuing ? OOM : null;
    },
  };
}
