/**
 * What a subscriber may ask for: in RESP2 next to nothing, because it could not tell a reply from a message.
 */

import type { Gate } from "../command/gate.ts";
import { notInSubscriberContext } from "../resp/reply_errors.ts";
import { SUBSCRIPTIONS } from "./subscriptions.ts";

const ALLOWED: ReadonlySet<string> = new Set([
  "ping",
  "subscribe",
  "ssubscribe",
  "unsubscribe",
  "sunsubscribe",
  "psubscribe",
  "punsubscribe",
  "quit",
  "reset",
]);

/** Refuses all other commands of a RESP2 client with subscriptions. */
export const subscriberGate: Gate = {
  isRaised: (context) => SUBSCRIPTIONS.peek(context) !== undefined,
  concerns: ({ fullName }) => !ALLOWED.has(fullName),
  check: (_context, { fullName }, _args, reply) => reply.isResp3 ? null : notInSubscriberContext(fullName),
};
