/**
 * The subcommands of FUNCTION that change libraries, or carry them elsewhere: LOAD, DELETE, FLUSH, DUMP, RESTORE.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { isIntactDumpPayload } from "../../rdb/dump_payload.ts";
import { dumpFunctions, parseFunctions } from "../../rdb/function_payload.ts";
import { cText, subcommandSyntax } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { FunctionError, FunctionSet } from "../../scripting/function_set.ts";
import type { Services } from "../services.ts";
import { isFlushMode } from "./flush_mode.ts";

const REPLACE = ascii("replace");
const POLICIES = ["append", "replace", "flush"];

/** FUNCTION LOAD [REPLACE] code */
function load({ scripting, store }: Services, context: Context, args: Args, reply: Reply): void {
  const last = args.count - 1;
  for (let index = 2; index < last; index++) {
    if (!equalsIgnoreCase(args.at(index), REPLACE)) {
      return reply.error(`ERR Unknown option given: ${cText(args.at(index))}`);
    }
  }
  const options = { mayReplace: last > 2, isTimed: context.origin === "client" };
  try {
    const name = scripting.loadLibrary(args.at(last).copy(), options);
    store.stats.dirty++;
    reply.bulkText(name);
  } catch (error) {
    replyWithFailure(error, reply);
  }
}

/** FUNCTION DELETE name */
function remove({ scripting, store }: Services, args: Args, reply: Reply): void {
  if (!scripting.functions.delete(args.text(2))) return reply.error("ERR Library not found");
  store.stats.dirty++;
  reply.ok();
}

/** FUNCTION FLUSH [ASYNC | SYNC]: there is nothing that could be freed later. */
function flush({ scripting, store }: Services, args: Args, reply: Reply): void {
  if (args.count > 3) return reply.error(subcommandSyntax(args));
  if (!isFlushMode(args)) return reply.error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
  scripting.functions.clear();
  store.stats.dirty++;
  reply.ok();
}

/** FUNCTION DUMP */
function dump({ scripting, config }: Services, reply: Reply): void {
  reply.bulk(dumpFunctions(scripting.librarySources, config.boolean("rdbcompression").value));
}

/** FUNCTION RESTORE payload [FLUSH | APPEND | REPLACE] */
function restore({ scripting, store }: Services, args: Args, reply: Reply): void {
  if (args.count > 4) return reply.error(subcommandSyntax(args));
  const policy = args.count === 4 ? args.text(3).toLowerCase() : "append";
  if (!POLICIES.includes(policy)) {
    return reply.error("ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.");
  }
  if (!isIntactDumpPayload(args.at(2))) return reply.error("ERR DUMP payload version or checksum are wrong");
  const sources = parseFunctions(args.at(2));
  if (typeof sources === "string") return reply.error(`ERR ${sources}`);
  const restored = new FunctionSet();
  try {
    for (const source of sources) scripting.loadLibrary(source, { mayReplace: false, isTimed: false }, restored);
    if (policy === "flush") scripting.functions.replaceBy(restored);
    else scripting.functions.join(restored, policy === "replace");
    store.stats.dirty++;
    reply.ok();
  } catch (error) {
    replyWithFailure(error, reply);
  }
}

function replyWithFailure(error: unknown, reply: Reply): void {
  if (!(error instanceof FunctionError)) throw error;
  reply.error(`ERR ${error.message}`);
}

/** LOAD, DELETE, FLUSH, DUMP and RESTORE. */
export function libraryCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "delete",
      group: "scripting",
      since: "7.0.0",
      summary: "Delete a function by name",
      complexity: "O(1)",
      arity: 3,
      flags: "write noscript",
      acl: "scripting",
      hints: "request_policy:all_shards response_policy:all_succeeded",
      syntax: "library-name",
      run: (_context, args, reply) => remove(services, args, reply),
    },
    {
      name: "dump",
      group: "scripting",
      since: "7.0.0",
      summary: "Dump all functions into a serialized binary payload",
      complexity: "O(N) where N is the number of functions",
      arity: 2,
      flags: "noscript",
      acl: "scripting",
      run: (_context, _args, reply) => dump(services, reply),
    },
    {
      name: "flush",
      group: "scripting",
      since: "7.0.0",
      summary: "Deleting all functions",
      complexity: "O(N) where N is the number of functions deleted",
      arity: -2,
      flags: "write noscript",
      acl: "scripting",
      hints: "request_policy:all_shards response_policy:all_succeeded",
      syntax: "[async<ASYNC | SYNC>]",
      run: (_context, args, reply) => flush(services, args, reply),
    },
    {
      name: "load",
      group: "scripting",
      since: "7.0.0",
      summary: "Create a function with the given arguments (name, code, description)",
      complexity: "O(1) (considering compilation time is redundant)",
      arity: -3,
      flags: "write denyoom noscript",
      acl: "scripting",
      hints: "request_policy:all_shards response_policy:all_succeeded",
      syntax: "[REPLACE] function-code",
      run: (context, args, reply) => load(services, context, args, reply),
    },
    {
      name: "restore",
      group: "scripting",
      since: "7.0.0",
      summary: "Restore all the functions on the given payload",
      complexity: "O(N) where N is the number of functions on the payload",
      arity: -3,
      flags: "write denyoom noscript",
      acl: "scripting",
      hints: "request_policy:all_shards response_policy:all_succeeded",
      syntax: "serialized-value [policy<FLUSH | APPEND | REPLACE>]",
      run: (_context, args, reply) => restore(services, args, reply),
    },
  ];
}
