/**
 * SHUTDOWN.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { answerLater, type Wait } from "../../command/outcome.ts";
import { BUSY_FUNCTION, BUSY_SCRIPT, notForDenyBlocking, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services, ShutdownFlags } from "../services.ts";

const WORDS = ["nosave", "save", "now", "force", "abort"];

/** SHUTDOWN [NOSAVE | SAVE] [NOW] [FORCE] [ABORT]: no reply comes unless the server goes on. */
function shutdown({ lifecycle, scripting }: Services, context: Context, args: Args, reply: Reply): Wait | void {
  const words = new Set<string>();
  for (let i = 1; i < args.count; i++) words.add(args.text(i).toLowerCase());
  for (const word of words) if (!WORDS.includes(word)) return reply.error(SYNTAX_ERROR);
  const isAbort = words.has("abort");
  if ((isAbort && words.size > 1) || (words.has("save") && words.has("nosave"))) return reply.error(SYNTAX_ERROR);
  if (isAbort) return lifecycle.abortShutdown() ? reply.ok() : reply.error("ERR No shutdown in progress.");
  if (!words.has("now") && context.isWaitDenied) {
    return reply.error(notForDenyBlocking("SHUTDOWN without NOW or ABORT"));
  }
  // In the middle of a script there is nothing that could be saved.
  if (!words.has("nosave") && scripting.runner.isBusy) {
    return reply.error(scripting.runner.current?.isEval === true ? BUSY_SCRIPT : BUSY_FUNCTION);
  }
  return answerLater("shutdown", lifecycle.shutdown(flagsOf(words)), (refusal) => {
    if (refusal !== null) reply.error(refusal);
  });
}

function flagsOf(words: ReadonlySet<string>): ShutdownFlags {
  return {
    save: words.has("save") ? true : words.has("nosave") ? false : null,
    isNow: words.has("now"),
    isForced: words.has("force"),
  };
}

/** SHUTDOWN. */
export function shutdownCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "shutdown",
      group: "server",
      since: "1.0.0",
      summary: "Synchronously save the dataset to disk and then shut down the server",
      complexity:
        "O(N) when saving, where N is the total number of keys in all databases when saving data, otherwise O(1)",
      arity: -1,
      flags: "admin noscript loading stale no_multi allow_busy",
      history: [["7.0.0", "Added the `NOW`, `FORCE` and `ABORT` modifiers."]],
      syntax: "[nosave_save<NOSAVE | SAVE>] [NOW@7.0.0] [FORCE@7.0.0] [ABORT@7.0.0]",
      run: (context, args, reply) => shutdown(services, context, args, reply),
    },
  ];
}
