/**
 * MONITOR.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { notForDenyBlocking } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Services } from "../services.ts";

function monitor({ clients, monitors }: Services, context: Context, reply: Reply): void {
  if (context.isWaitDenied) return reply.error(notForDenyBlocking("MONITOR"));
  const client = clients.of(context);
  // As in Redis, a second MONITOR and one of a replica are not answered at all.
  if (client === undefined || client.isMonitor || client.type === "replica") return;
  monitors.add(client);
  reply.ok();
}

/** MONITOR. */
export function monitorCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "monitor",
      group: "server",
      since: "1.0.0",
      summary: "Listen for all requests received by the server in real time",
      arity: 1,
      flags: "admin noscript loading stale",
      run: (context, _args, reply) => monitor(services, context, reply),
    },
  ];
}
