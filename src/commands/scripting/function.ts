/**
 * FUNCTION, and those of its subcommands that tell of functions or stop one: LIST, STATS, KILL, HELP.
 */

import { Slice } from "../../bytes/slice.ts";
import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { globMatches } from "../../bytes/glob.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import { helpHandler } from "../../command/help.ts";
import { BUSY_SCRIPT, cText } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { type FunctionLibrary, orderedFlags } from "../../scripting/function_set.ts";
import type { Services } from "../services.ts";
import { libraryCommands } from "./function_library.ts";
import { killScript } from "./kill_script.ts";

const WITHCODE = ascii("withcode");
const LIBRARYNAME = ascii("libraryname");

const HELP = [
  "LOAD [REPLACE] <FUNCTION CODE>",
  "    Create a new library with the given library name and code.",
  "DELETE <LIBRARY NAME>",
  "    Delete the given library.",
  "LIST [LIBRARYNAME PATTERN] [WITHCODE]",
  "    Return general information on all the libraries:",
  "    * Library name",
  "    * The engine used to run the Library",
  "    * Library description",
  "    * Functions list",
  "    * Library code (if WITHCODE is given)",
  "    It also possible to get only function that matches a pattern using LIBRARYNAME argument.",
  "STATS",
  "    Return information about the current function running:",
  "    * Function name",
  "    * Command used to run the function",
  "    * Duration in MS that the function is running",
  "    If no function is running, return nil",
  "    In addition, returns a list of available engines.",
  "KILL",
  "    Kill the current running function.",
  "FLUSH [ASYNC|SYNC]",
  "    Delete all the libraries.",
  "    When called without the optional mode argument, the behavior is determined by the",
  "    lazyfree-lazy-user-flush configuration directive. Valid modes are:",
  "    * ASYNC: Asynchronously flush the libraries.",
  "    * SYNC: Synchronously flush the libraries.",
  "DUMP",
  "    Return a serialized payload representing the current libraries, can be restored using FUNCTION RESTORE command",
  "RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]",
  "    Restore the libraries represented by the given payload, it is possible to give a restore policy to",
  "    control how to handle existing libraries (default APPEND):",
  "    * FLUSH: delete all existing libraries.",
  "    * APPEND: appends the restored libraries to the existing libraries. On collision, abort.",
  "    * REPLACE: appends the restored libraries to the existing libraries, On collision, replace the old",
  "      libraries with the new libraries (notice that even on this option there is a chance of failure",
  "      in case of functions name collision with another library).",
];

/** FUNCTION LIST [LIBRARYNAME pattern] [WITHCODE] */
function list({ scripting: { functions } }: Services, args: Args, reply: Reply): void {
  let hasCode = false;
  let pattern: Slice | null = null;
  for (let index = 2; index < args.count; index++) {
    const word = args.at(index);
    if (!hasCode && equalsIgnoreCase(word, WITHCODE)) {
      hasCode = true;
    } else if (pattern === null && equalsIgnoreCase(word, LIBRARYNAME)) {
      if (index === args.count - 1) return reply.error("ERR library name argument was not given");
      pattern = args.at(++index);
    } else {
      return reply.error(`ERR Unknown argument ${cText(word)}`);
    }
  }
  const shown = [...functions.libraries].filter(({ name }) => {
    return pattern === null || globMatches(pattern, new Slice(ascii(name)), true);
  });
  reply.array(shown.length);
  for (const library of shown) replyWithLibrary(library, hasCode, reply);
}

function replyWithLibrary({ name, functions, source }: FunctionLibrary, hasCode: boolean, reply: Reply): void {
  reply.map(hasCode ? 4 : 3);
  reply.bulkText("library_name");
  reply.bulkText(name);
  reply.bulkText("engine");
  reply.bulkText("LUA");
  reply.bulkText("functions");
  reply.array(functions.size);
  for (const known of functions.values()) {
    reply.map(3);
    reply.bulkText("name");
    reply.bulkText(known.name);
    reply.bulkText("description");
    if (known.description === null) reply.nil();
    else reply.bulkText(known.description);
    reply.bulkText("flags");
    const flags = orderedFlags(known);
    reply.set(flags.length);
    for (const flag of flags) reply.simple(flag);
  }
  if (!hasCode) return;
  reply.bulkText("library_code");
  reply.bulkText(source);
}

/** FUNCTION STATS */
function stats({ scripting: { runner, functions } }: Services, reply: Reply): void {
  const run = runner.current;
  if (run?.isEval === true) return reply.error(BUSY_SCRIPT);
  reply.map(2);
  reply.bulkText("running_script");
  if (run === null) {
    reply.nil();
  } else {
    reply.map(3);
    reply.bulkText("name");
    reply.bulkText(run.name);
    reply.bulkText("command");
    reply.array(run.request.count);
    for (let index = 0; index < run.request.count; index++) reply.bulkSlice(run.request.at(index));
    reply.bulkText("duration_ms");
    reply.integer(runner.durationMs);
  }
  reply.bulkText("engines");
  reply.map(1);
  reply.bulkText("LUA");
  reply.map(2);
  reply.bulkText("libraries_count");
  reply.integer(functions.libraryCount);
  reply.bulkText("functions_count");
  reply.integer(functions.functionCount);
}

/** FUNCTION. */
export function functionCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "function",
      group: "scripting",
      since: "7.0.0",
      summary: "A container for function commands",
      complexity: "Depends on subcommand.",
      arity: -2,
      subcommands: [...libraryCommands(services), ...reportCommands(services)],
    },
  ];
}

function reportCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "help",
      group: "scripting",
      since: "7.0.0",
      summary: "Show helpful text about the different subcommands",
      complexity: "O(1)",
      arity: 2,
      flags: "loading stale",
      acl: "scripting",
      run: helpHandler(HELP),
    },
    {
      name: "kill",
      group: "scripting",
      since: "7.0.0",
      summary: "Kill the function currently in execution.",
      complexity: "O(1)",
      arity: 2,
      flags: "noscript allow_busy",
      acl: "scripting",
      hints: "request_policy:all_shards response_policy:one_succeeded",
      run: (_context, _args, reply) => killScript(services, false, reply),
    },
    {
      name: "list",
      group: "scripting",
      since: "7.0.0",
      summary: "List information about all the functions",
      complexity: "O(N) where N is the number of functions",
      arity: -2,
      flags: "noscript",
      acl: "scripting",
      hints: "nondeterministic_output_order",
      syntax: "[LIBRARYNAME library-name-pattern] [WITHCODE]",
      run: (_context, args, reply) => list(services, args, reply),
    },
    {
      name: "stats",
      group: "scripting",
      since: "7.0.0",
      summary: "Return information about the function currently running (name, description, duration)",
      complexity: "O(1)",
      arity: 2,
      flags: "noscript allow_busy",
      acl: "scripting",
      hints: "nondeterministic_output request_policy:all_shards response_policy:special",
      run: (_context, _args, reply) => stats(services, reply),
    },
  ];
}
