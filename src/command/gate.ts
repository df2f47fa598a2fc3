/**
 * Checks between a request and its command, each in the folder that owns its rule, in the order of Redis's `processCommand`.
 *
 * - Hardly any gate can stop anything at a given moment, and most concern few commands. Both are asked ahead of time, so
 *   that a request pays for those gates only that might stop it.
 */

import type { Args } from "../resp/request_batch.ts";
import type { Reply } from "../resp/reply.ts";
import type { Command } from "./command.ts";
import type { Context } from "./context.ts";
import type { Wait } from "./outcome.ts";

/** The request was dealt with: a reply is written. */
export const HANDLED = Symbol("handled");

/** What a gate says: null to let pass, an error's text, a wait before the request is tried again, or `HANDLED`. */
export type GateResult = null | string | Wait | typeof HANDLED;

/** One check. */
export interface Gate {
  /**
   * Whether it may stop a request of `context` as things are. Asked before each batch of requests, and within one after
   * commands that scripts may not call: nothing else may change the answer while a batch runs.
   */
  isRaised(context: Context): boolean;
  /** Whether it may ever stop `command`; any when left out. Asked once for each command. */
  concerns?(command: Command): boolean;
  /** Looks at one request. */
  check(context: Context, command: Command, args: Args, reply: Reply): GateResult;
}
