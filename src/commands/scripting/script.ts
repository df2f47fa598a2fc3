/**
 * SCRIPT and its subcommands.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import { helpHandler } from "../../command/help.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";
import { isFlushMode } from "./flush_mode.ts";
import { killScript } from "./kill_script.ts";

const HELP = [
  "DEBUG (YES|SYNC|NO)",
  "    Set the debug mode for subsequent scripts executed.",
  "EXISTS <sha1> [<sha1> ...]",
  "    Return information about the existence of the scripts in the script cache.",
  "FLUSH [ASYNC|SYNC]",
  "    Flush the Lua scripts cache. Very dangerous on replicas.",
  "    When called without the optional mode argument, the behavior is determined by the",
  "    lazyfree-lazy-user-flush configuration directive. Valid modes are:",
  "    * ASYNC: Asynchronously flush the scripts cache.",
  "    * SYNC: Synchronously flush the scripts cache.",
  "KILL",
  "    Kill the currently executing Lua script.",
  "LOAD <script>",
  "    Load a script into the scripts cache without executing it.",
];

/** SCRIPT EXISTS sha1 [sha1 ...] */
function exists({ scripting: { cache } }: Services, args: Args, reply: Reply): void {
  reply.array(args.count - 2);
  for (let index = 2; index < args.count; index++) reply.integer(cache.find(args.text(index)) === undefined ? 0 : 1);
}

/** SCRIPT LOAD script */
function load({ scripting: { cache } }: Services, args: Args, reply: Reply): void {
  const script = cache.load(args.at(2));
  if (typeof script === "string") reply.error(script);
  else reply.bulkText(script.sha);
}

/** SCRIPT FLUSH [ASYNC | SYNC]: there is nothing that could be freed later. */
function flush({ scripting: { cache } }: Services, args: Args, reply: Reply): void {
  if (!isFlushMode(args)) return reply.error("ERR SCRIPT FLUSH only support SYNC|ASYNC option");
  cache.clear();
  reply.ok();
}

/** SCRIPT DEBUG YES | SYNC | NO: there is no debugger, and scripts run through. */
function debug({ logger }: Services, args: Args, reply: Reply): void {
  const mode = args.text(2).toLowerCase();
  if (!["yes", "sync", "no"].includes(mode)) return reply.error("ERR Use SCRIPT DEBUG YES/SYNC/NO");
  if (mode !== "no") {
    logger.warning("SCRIPT DEBUG has no effect: this server has no Lua debugger, and scripts run through");
  }
  reply.ok();
}

/** SCRIPT. */
export function scriptCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "script",
      group: "scripting",
      since: "2.6.0",
      summary: "A container for Lua scripts management commands",
      complexity: "Depends on subcommand.",
      arity: -2,
      subcommands: [...cacheCommands(services), ...controlCommands(services)],
    },
  ];
}

function cacheCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "exists",
      group: "scripting",
      since: "2.6.0",
      summary: "Check existence of scripts in the script cache.",
      complexity:
        "O(N) with N being the number of scripts to check (so checking a single script is an O(1) operation).",
      arity: -3,
      flags: "noscript",
      acl: "scripting",
      hints: "request_policy:all_shards response_policy:agg_logical_and",
      syntax: "sha1...",
      run: (_context, args, reply) => exists(services, args, reply),
    },
    {
      name: "flush",
      group: "scripting",
      since: "2.6.0",
      summary: "Remove all the scripts from the script cache.",
      complexity: "O(N) with N being the number of scripts in cache",
      arity: -2,
      flags: "noscript",
      acl: "scripting",
      hints: "request_policy:all_nodes response_policy:all_succeeded",
      history: [["6.2.0", "Added the `ASYNC` and `SYNC` flushing mode modifiers."]],
      syntax: "[async@6.2.0<ASYNC | SYNC>]",
      run: (_context, args, reply) => flush(services, args, reply),
    },
    {
      name: "load",
      group: "scripting",
      since: "2.6.0",
      summary: "Load the specified Lua script into the script cache.",
      complexity: "O(N) with N being the length in bytes of the script body.",
      arity: 3,
      flags: "noscript stale",
      acl: "scripting",
      hints: "request_policy:all_nodes response_policy:all_succeeded",
      syntax: "script",
      run: (_context, args, reply) => load(services, args, reply),
    },
  ];
}

function controlCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "debug",
      group: "scripting",
      since: "3.2.0",
      summary: "Set the debug mode for executed scripts.",
      complexity: "O(1)",
      arity: 3,
      flags: "noscript",
      acl: "scripting",
      syntax: "mode<YES | SYNC | NO>",
      run: (_context, args, reply) => debug(services, args, reply),
    },
    {
      name: "help",
      group: "scripting",
      since: "5.0.0",
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
      since: "2.6.0",
      summary: "Kill the script currently in execution.",
      complexity: "O(1)",
      arity: 2,
      flags: "noscript allow_busy",
      acl: "scripting",
      hints: "request_policy:all_shards response_policy:one_succeeded",
      run: (_context, _args, reply) => killScript(services, true, reply),
    },
  ];
}
