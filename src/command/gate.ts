/**
 * Checks between a request and its command, each in the folder that owns its rule, in the order of Redis's `processCommand`.
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
export type Gate = (context: Context, command: Command, args: Args, reply: Reply) => GateResult;
