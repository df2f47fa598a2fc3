/**
 * DEBUG: looks behind the scenes, for tests and for people who look for a fault.
 *
 * - `enable-debug-command` opens it; see `protectedGate`.
 * - The subcommands that belong to a subsystem are added by it to `services.debug`.
 */

import { helpHandler } from "../../command/help.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import type { Outcome } from "../../command/outcome.ts";
import { subcommandSyntax } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";
import { addDatasetDebugging } from "./debug_dataset.ts";
import { DEBUG_HELP } from "./debug_help.ts";
import { addObjectDebugging } from "./debug_objects.ts";
import { addProcessDebugging } from "./debug_process.ts";
import { replyProtocolSample } from "./debug_protocol.ts";

/** DEBUG subcommand [argument ...] */
function debug({ debug }: Services, context: Context, args: Args, reply: Reply): Outcome | void {
  const handler = debug.find(args);
  if (handler === null) return reply.error(subcommandSyntax(args));
  return handler(context, args, reply);
}

/** Adds the subcommands of DEBUG that no other subsystem adds. */
export function addDebugSubcommands(services: Services): void {
  services.debug.add("help", 2, helpHandler(DEBUG_HELP));
  services.debug.add("protocol", 3, (_context, args, reply) => replyProtocolSample(args.text(2).toLowerCase(), reply));
  addDatasetDebugging(services);
  addObjectDebugging(services);
  addProcessDebugging(services);
}

/** DEBUG. */
export function debugCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "debug",
      group: "server",
      since: "1.0.0",
      summary: "A container for debugging commands",
      complexity: "Depends on subcommand.",
      arity: -2,
      flags: "admin noscript loading stale protected",
      docFlags: "syscmd",
      run: (context, args, reply) => debug(services, context, args, reply),
    },
  ];
}
