/**
 * What EVAL, EVALSHA, FCALL and their read-only forms have in common.
 */

import type { Context } from "../../command/context.ts";
import type { Wait } from "../../command/outcome.ts";
import type { RequestTraits } from "../../command/request_traits.ts";
import type { LuaState } from "../../lua/state.ts";
import type { LuaFunction } from "../../lua/value.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { refusalOfScript } from "../../scripting/script_conditions.ts";
import type { ScriptFlags } from "../../scripting/script_flags.ts";
import type { Services } from "../services.ts";

/** Where the keys begin: after the command, the script and the number of keys. */
const FIRST_KEY = 3;

/** The gates' view of a script that says nothing about itself. */
export const WRITING_TRAITS: RequestTraits = {
  isWrite: false,
  isReadOnly: false,
  isDenyOom: false,
  mayReplicate: true,
  noAsyncLoading: false,
  loading: false,
  stale: true,
};

/** The same for the read-only forms. */
export const READING_TRAITS: RequestTraits = { ...WRITING_TRAITS, isReadOnly: true, mayReplicate: false };

/** A script that was found. */
export interface Callable {
  readonly name: string;
  readonly callee: LuaFunction;
  readonly flags: ScriptFlags;
  readonly state: LuaState;
  readonly isEval: boolean;
}

/** Runs a script for a request whose number of keys has been checked, unless the state of the server forbids it. */
export function invoke(
  { scripting }: Services,
  callable: Callable,
  request: {
    readonly context: Context;
    readonly args: Args;
    readonly reply: Reply;
    readonly keyCount: number;
    readonly isReadOnly: boolean;
  },
): Wait | void {
  const { context, args, reply, keyCount, isReadOnly } = request;
  const options = { caller: context, isReadOnlyCommand: isReadOnly };
  const refusal = refusalOfScript(scripting.serverState, callable.flags, options);
  if (refusal !== null) return reply.error(refusal);
  // Its commands are propagated, and never the script itself.
  context.preventPropagation();
  const { name, callee, flags, state, isEval } = callable;
  return scripting.runner.run({
    // One by one: spreading objects would cost a tenth of a short script.
    name,
    callee,
    flags,
    state,
    isEval,
    caller: context,
    isReadOnlyCommand: isReadOnly,
    request: args,
    firstKey: FIRST_KEY,
    keyCount,
  }, reply);
}

/** How many of the arguments a number of keys leaves room for. */
export function maxKeyCount(args: Args): number {
  return args.count - FIRST_KEY;
}
