/**
 * SLOWLOG: the requests that took long.
 */

import { readRangedInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import { helpHandler } from "../../command/help.ts";
import type { SlowlogEntry } from "../../metrics/slowlog.ts";
import { subcommandSyntax } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Services } from "../services.ts";

const DEFAULT_COUNT = 10;
const COUNT_RANGE = {
  min: -1,
  max: Number.MAX_SAFE_INTEGER,
  error: "ERR count should be greater than or equal to -1",
};

/** SLOWLOG GET [count] */
function slowlogGet({ metrics: { slowlog } }: Services, args: Args, reply: Reply): void {
  if (args.count > 3) return reply.error(subcommandSyntax(args));
  const count = args.count === 2 ? DEFAULT_COUNT : readRangedInteger(args, 2, reply, COUNT_RANGE);
  if (count === null) return;
  const entries = slowlog.newest(count === -1 ? Infinity : count);
  reply.array(entries.length);
  for (const entry of entries) replyEntry(reply, entry);
}

function replyEntry(reply: Reply, entry: SlowlogEntry): void {
  reply.array(6);
  reply.integer(entry.id);
  reply.integer(entry.timeSeconds);
  reply.integer(entry.durationUs);
  reply.array(entry.argv.length);
  for (const argument of entry.argv) reply.bulk(argument);
  reply.bulkText(entry.address);
  reply.bulkText(entry.clientName);
}

/** SLOWLOG RESET */
function slowlogReset({ metrics: { slowlog } }: Services, reply: Reply): void {
  slowlog.reset();
  reply.ok();
}

/** SLOWLOG. */
export function slowlogCommands(services: Services): CommandSpec[] {
  return [
    {
      name: "slowlog",
      group: "server",
      since: "2.2.12",
      summary: "A container for slow log commands",
      complexity: "Depends on subcommand.",
      arity: -2,
      subcommands: [
        {
          name: "get",
          group: "server",
          since: "2.2.12",
          summary: "Get the slow log's entries",
          complexity: "O(N) where N is the number of entries returned",
          arity: -2,
          flags: "admin loading stale",
          hints: "request_policy:all_nodes nondeterministic_output",
          history: [["4.0.0", "Added client IP address, port and name to the reply."]],
          syntax: "[count:integer]",
          run: (_context, args, reply) => slowlogGet(services, args, reply),
        },
        {
          name: "help",
          group: "server",
          since: "6.2.0",
          summary: "Show helpful text about the different subcommands",
          complexity: "O(1)",
          arity: 2,
          flags: "loading stale",
          run: helpHandler([
            "GET [<count>]",
            "    Return top <count> entries from the slowlog (default: 10, -1 mean all).",
            "    Entries are made of:",
            "    id, timestamp, time in microseconds, arguments array, client IP and port,",
            "    client name",
            "LEN",
            "    Return the length of the slowlog.",
            "RESET",
            "    Reset the slowlog.",
          ]),
        },
        {
          name: "len",
          group: "server",
          since: "2.2.12",
          summary: "Get the slow log's length",
          complexity: "O(1)",
          arity: 2,
          flags: "admin loading stale",
          hints: "request_policy:all_nodes response_policy:agg_sum nondeterministic_output",
          run: (_context, _args, reply) => reply.integer(services.metrics.slowlog.length),
        },
        {
          name: "reset",
          group: "server",
          since: "2.2.12",
          summary: "Clear all entries from the slow log",
          complexity: "O(N) where N is the number of entries in the slowlog",
          arity: 2,
          flags: "admin loading stale",
          hints: "request_policy:all_nodes response_policy:all_succeeded",
          run: (_context, _args, reply) => slowlogReset(services, reply),
        },
      ],
    },
  ];
}
