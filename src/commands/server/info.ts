/**
 * INFO.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";

/** INFO [section ...] */
function info(services: Services, args: Args, reply: Reply): void {
  const words: string[] = [];
  for (let i = 1; i < args.count; i++) words.push(args.text(i));
  reply.verbatim("txt", services.info.text(words));
}

/** INFO. */
export function infoCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "info",
      group: "server",
      since: "1.0.0",
      summary: "Get information and statistics about the server",
      complexity: "O(1)",
      arity: -1,
      flags: "loading stale",
      acl: "dangerous",
      hints: "nondeterministic_output request_policy:all_shards response_policy:special",
      history: [["7.0.0", "Added support for taking multiple section arguments."]],
      syntax: "[section...]",
      run: (_context, args, reply) => info(services, args, reply),
    },
  ];
}
