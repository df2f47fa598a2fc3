/**
 * MODULE: there are none, and none can be loaded: they are machine code for the C server.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { helpHandler } from "../../command/help.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";

/** MODULE LOAD path [argument ...], MODULE LOADEX path ... */
function refuseLoad(_context: Context, _args: Args, reply: Reply): void {
  reply.error("ERR Error loading the extension. Please check the server logs.");
}

/** MODULE UNLOAD name */
function refuseUnload(_context: Context, _args: Args, reply: Reply): void {
  reply.error("ERR Error unloading module: no such module with that name");
}

/** MODULE. */
export const moduleCommands: CommandSpec[] = [
  {
    name: "module",
    group: "server",
    since: "4.0.0",
    summary: "A container for module commands",
    complexity: "Depends on subcommand.",
    arity: -2,
    subcommands: [
      {
        name: "help",
        group: "server",
        since: "5.0.0",
        summary: "Show helpful text about the different subcommands",
        complexity: "O(1)",
        arity: 2,
        flags: "loading stale",
        run: helpHandler([
          "LIST",
          "    Return a list of loaded modules.",
          "LOAD <path> [<arg> ...]",
          "    Load a module library from <path>, passing to it any optional arguments.",
          "LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]",
          "    Load a module library from <path>, while passing it module configurations and optional arguments.",
          "UNLOAD <name>",
          "    Unload a module.",
        ]),
      },
      {
        name: "list",
        group: "server",
        since: "4.0.0",
        summary: "List all modules loaded by the server",
        complexity: "O(N) where N is the number of loaded modules.",
        arity: 2,
        flags: "admin noscript",
        hints: "nondeterministic_output_order",
        run: (_context, _args, reply) => reply.emptyArray(),
      },
      {
        name: "load",
        group: "server",
        since: "4.0.0",
        summary: "Load a module",
        complexity: "O(1)",
        arity: -3,
        flags: "admin noscript no_async_loading protected",
        syntax: "path [arg...]",
        run: refuseLoad,
      },
      {
        name: "loadex",
        group: "server",
        since: "7.0.0",
        summary: "Load a module with extended parameters",
        complexity: "O(1)",
        arity: -3,
        flags: "admin noscript no_async_loading protected",
        syntax: "path [CONFIG... configs(name value)] [ARGS args(arg)...]",
        run: refuseLoad,
      },
      {
        name: "unload",
        group: "server",
        since: "4.0.0",
        summary: "Unload a module",
        complexity: "O(1)",
        arity: 3,
        flags: "admin noscript no_async_loading protected",
        syntax: "name",
        run: refuseUnload,
      },
    ],
  },
];
