/**
 * PUBSUB: who listens to what.
 */

import { globMatches } from "../../bytes/glob.ts";
import { Slice } from "../../bytes/slice.ts";
import type { CommandSpec, Handler } from "../../command/command_spec.ts";
import { helpHandler } from "../../command/help.ts";
import type { AudienceTable } from "../../pubsub/audience_table.ts";
import { subcommandSyntax } from "../../resp/reply_errors.ts";
import type { Services } from "../services.ts";

const HELP = [
  "CHANNELS [<pattern>]",
  "    Return the currently active channels matching a <pattern> (default: '*').",
  "NUMPAT",
  "    Return number of subscriptions to patterns.",
  "NUMSUB [<channel> ...]",
  "    Return the number of subscribers for the specified channels, excluding",
  "    pattern subscriptions(default: no channels).",
  "SHARDCHANNELS [<pattern>]",
  "    Return the currently active shard level channels matching a <pattern> (default: '*').",
  "SHARDNUMSUB [<shardchannel> ...]",
  "    Return the number of subscribers for the specified shard level channel(s)",
];

/** PUBSUB. */
export function pubsubCommands({ pubsub }: Services): CommandSpec[] {
  return [{
    name: "pubsub",
    group: "pubsub",
    since: "2.8.0",
    summary: "A container for Pub/Sub commands",
    complexity: "Depends on subcommand.",
    arity: -2,
    subcommands: [
      {
        name: "channels",
        group: "pubsub",
        since: "2.8.0",
        summary: "List active channels",
        complexity:
          "O(N) where N is the number of active channels, and assuming constant time pattern matching (relatively short channels and patterns)",
        arity: -2,
        flags: "pubsub loading stale",
        syntax: "[pattern:pattern]",
        run: lister(pubsub.channels),
      },
      {
        name: "help",
        group: "pubsub",
        since: "6.2.0",
        summary: "Show helpful text about the different subcommands",
        complexity: "O(1)",
        arity: 2,
        flags: "loading stale",
        run: helpHandler(HELP),
      },
      {
        name: "numpat",
        group: "pubsub",
        since: "2.8.0",
        summary: "Get the count of unique patterns pattern subscriptions",
        complexity: "O(1)",
        arity: 2,
        flags: "pubsub loading stale",
        run: (_context, _args, reply) => reply.integer(pubsub.patterns.size),
      },
      {
        name: "numsub",
        group: "pubsub",
        since: "2.8.0",
        summary: "Get the count of subscribers for channels",
        complexity: "O(N) for the NUMSUB subcommand, where N is the number of requested channels",
        arity: -2,
        flags: "pubsub loading stale",
        syntax: "[channel...]",
        run: counter(pubsub.channels),
      },
      {
        name: "shardchannels",
        group: "pubsub",
        since: "7.0.0",
        summary: "List active shard channels",
        complexity:
          "O(N) where N is the number of active shard channels, and assuming constant time pattern matching (relatively short shard channels).",
        arity: -2,
        flags: "pubsub loading stale",
        syntax: "[pattern:pattern]",
        run: lister(pubsub.shardChannels),
      },
      {
        name: "shardnumsub",
        group: "pubsub",
        since: "7.0.0",
        summary: "Get the count of subscribers for shard channels",
        complexity: "O(N) for the SHARDNUMSUB subcommand, where N is the number of requested shard channels",
        arity: -2,
        flags: "pubsub loading stale",
        syntax: "[shardchannel...]",
        run: counter(pubsub.shardChannels),
      },
    ],
  }];
}

/** `CHANNELS [pattern]` */
function lister(table: AudienceTable): Handler {
  return (_context, args, reply) => {
    if (args.count > 3) return reply.error(subcommandSyntax(args));
    const pattern = args.count === 3 ? args.at(2) : null;
    const token = reply.deferredArray();
    const name = new Slice();
    let count = 0;
    for (const { name: bytes } of table) {
      name.bytes = bytes;
      name.end = bytes.length;
      if (pattern !== null && !globMatches(pattern, name)) continue;
      reply.bulkSlice(name);
      count++;
    }
    reply.endDeferred(token, count);
  };
}

/** `NUMSUB [channel ...]` */
function counter(table: AudienceTable): Handler {
  return (_context, args, reply) => {
    reply.array((args.count - 2) * 2);
    for (let i = 2; i < args.count; i++) {
      reply.bulkSlice(args.at(i));
      reply.integer(table.find(args.at(i))?.subscribers.size ?? 0);
    }
  };
}
