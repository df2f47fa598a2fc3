/**
 * SAVE, BGSAVE, BGREWRITEAOF and LASTSAVE.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import type { Reply } from "../../resp/reply.ts";
import { SAVE_IN_PROGRESS, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";

const SCHEDULE = ascii("schedule");

function save({ persistence }: Services, reply: Reply): void {
  if (persistence.isSaving) return reply.error(SAVE_IN_PROGRESS);
  persistence.saveCount++;
  const refusal = persistence.save();
  if (refusal === null) reply.ok();
  else reply.error(refusal);
}

function bgsave({ persistence, store }: Services, context: Context, args: Args, reply: Reply): void {
  const isSchedule = args.count > 1;
  if (isSchedule && (args.count > 2 || !equalsIgnoreCase(args.at(1), SCHEDULE))) return reply.error(SYNTAX_ERROR);
  // Within a transaction the point in time would lie in its middle.
  const mustWait = context.isInExec || (isSchedule && store.snapshot !== null);
  if (!persistence.isSaving && mustWait) {
    persistence.isScheduled = true;
    return reply.simple("Background saving scheduled");
  }
  const refusal = persistence.startBackgroundSave();
  if (refusal === null) reply.simple("Background saving started");
  else reply.error(refusal);
}

function bgrewriteaof({ aof, persistence, store }: Services, context: Context, reply: Reply): void {
  if (aof.isRewriting) return reply.error("ERR Background append only file rewriting already in progress");
  if (store.snapshot !== null || persistence.isSaving || context.isInExec) {
    aof.isRewriteScheduled = true;
    aof.limit.failures = 0;
    return reply.simple("Background append only file rewriting scheduled");
  }
  if (aof.startRewrite()) return reply.simple("Background append only file rewriting started");
  reply.error(
    "ERR Can't execute an AOF background rewriting. Please check the server logs for more information.",
  );
}

/** SAVE, BGSAVE, BGREWRITEAOF, LASTSAVE. */
export function saveCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "save",
      group: "server",
      since: "1.0.0",
      summary: "Synchronously save the dataset to disk",
      complexity: "O(N) where N is the total number of keys in all databases",
      arity: 1,
      flags: "admin noscript no_async_loading no_multi",
      run: (_context, _args, reply) => save(services, reply),
    },
    {
      name: "bgsave",
      group: "server",
      since: "1.0.0",
      summary: "Asynchronously save the dataset to disk",
      complexity: "O(1)",
      arity: -1,
      flags: "admin noscript no_async_loading",
      history: [["3.2.2", "Added the `SCHEDULE` option."]],
      syntax: "[SCHEDULE@3.2.2]",
      run: (context, args, reply) => bgsave(services, context, args, reply),
    },
    {
      name: "bgrewriteaof",
      group: "server",
      since: "1.0.0",
      summary: "Asynchronously rewrite the append-only file",
      complexity: "O(1)",
      arity: 1,
      flags: "admin noscript no_async_loading",
      run: (context, _args, reply) => bgrewriteaof(services, context, reply),
    },
    {
      name: "lastsave",
      group: "server",
      since: "1.0.0",
      summary: "Get the UNIX time stamp of the last successful save to disk",
      complexity: "O(1)",
      arity: 1,
      flags: "loading stale fast",
      acl: "admin dangerous",
      hints: "nondeterministic_output",
      run: (_context, _args, reply) => reply.integer(Math.floor(services.persistence.lastSaveAtMs / 1000)),
    },
  ];
}
