/**
 * TIME.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Services } from "../services.ts";

function time({ clock }: Services, reply: Reply): void {
  const nowUs = Math.floor(clock.nowUs());
  reply.array(2);
  reply.bulkInteger(Math.floor(nowUs / 1_000_000));
  reply.bulkInteger(nowUs % 1_000_000);
}

/** TIME. */
export function timeCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "time",
      group: "server",
      since: "2.6.0",
      summary: "Return the current server time",
      complexity: "O(1)",
      arity: 1,
      flags: "loading stale fast",
      hints: "nondeterministic_output",
      run: (_context, _args, reply) => time(services, reply),
    },
  ];
}
