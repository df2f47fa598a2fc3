/**
 * SUBSCRIBE and UNSUBSCRIBE, for channels, patterns (P...) and shard channels (S...).
 *
 * - Each name is confirmed by a push of its own. The client gets it even where it asked for no replies (CLIENT REPLY).
 */

import { Slice } from "../../bytes/slice.ts";
import type { CommandSpec, Handler } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { keyRange } from "../../command/key_specs.ts";
import { type SubscriptionKind, SUBSCRIPTIONS } from "../../pubsub/subscriptions.ts";
import { notForDenyBlocking } from "../../resp/reply_errors.ts";
import type { Reply } from "../../resp/reply.ts";
import { clientOf } from "../connection/client_of.ts";
import type { Services } from "../services.ts";

/** The prefix of the commands' names. */
const PREFIXES: Readonly<Record<SubscriptionKind, string>> = { channel: "", pattern: "p", shardChannel: "s" };

const COMMON = { group: "pubsub", flags: "pubsub noscript loading stale" } as const;

/** SUBSCRIBE, UNSUBSCRIBE, PSUBSCRIBE, PUNSUBSCRIBE, SSUBSCRIBE, SUNSUBSCRIBE. */
export function subscribeCommands(services: Services): CommandSpec[] {
  return [...subscribing(services), ...unsubscribing(services)];
}

function subscribing(services: Services): CommandSpec[] {
  return [
    {
      ...COMMON,
      name: "subscribe",
      since: "2.0.0",
      summary: "Listen for messages published to the given channels",
      complexity: "O(N) where N is the number of channels to subscribe to.",
      arity: -2,
      channels: "subscribe",
      syntax: "channel...",
      run: subscriber(services, "channel"),
    },
    {
      ...COMMON,
      name: "psubscribe",
      since: "2.0.0",
      summary: "Listen for messages published to channels matching the given patterns",
      complexity: "O(N) where N is the number of patterns the client is already subscribed to.",
      arity: -2,
      channels: "subscribe-pattern",
      syntax: "pattern(pattern:pattern)...",
      run: subscriber(services, "pattern"),
    },
    {
      ...COMMON,
      name: "ssubscribe",
      since: "7.0.0",
      summary: "Listen for messages published to the given shard channels",
      complexity: "O(N) where N is the number of shard channels to subscribe to.",
      arity: -2,
      keys: [keyRange(1, -1, "not_key")],
      channels: "subscribe",
      syntax: "shardchannel...",
      run: subscriber(services, "shardChannel"),
    },
  ];
}

function unsubscribing(services: Services): CommandSpec[] {
  return [
    {
      ...COMMON,
      name: "unsubscribe",
      since: "2.0.0",
      summary: "Stop listening for messages posted to the given channels",
      complexity: "O(N) where N is the number of clients already subscribed to a channel.",
      arity: -1,
      channels: "unsubscribe",
      syntax: "[channel...]",
      run: unsubscriber(services, "channel"),
    },
    {
      ...COMMON,
      name: "punsubscribe",
      since: "2.0.0",
      summary: "Stop listening for messages posted to channels matching the given patterns",
      complexity:
        "O(N+M) where N is the number of patterns the client is already subscribed and M is the number of total patterns subscribed in the system (by any client).",
      arity: -1,
      channels: "unsubscribe-pattern",
      syntax: "[pattern:pattern...]",
      run: unsubscriber(services, "pattern"),
    },
    {
      ...COMMON,
      name: "sunsubscribe",
      since: "7.0.0",
      summary: "Stop listening for messages posted to the given shard channels",
      complexity: "O(N) where N is the number of clients already subscribed to a shard channel.",
      arity: -1,
      keys: [keyRange(1, -1, "not_key")],
      channels: "unsubscribe",
      syntax: "[shardchannel...]",
      run: unsubscriber(services, "shardChannel"),
    },
  ];
}

function subscriber(services: Services, kind: SubscriptionKind): Handler {
  const word = `${PREFIXES[kind]}subscribe`;
  return (context, args, reply) => {
    // A transaction may always subscribe to channels and patterns, as it could before there was a rule.
    const isAllowed = !context.isWaitDenied || (context.isInExec && kind !== "shardChannel");
    if (!isAllowed) return reply.error(notForDenyBlocking(word.toUpperCase()));
    const client = clientOf(services, context);
    const pushes = pushesOf(services, context, reply);
    for (let i = 1; i < args.count; i++) {
      services.pubsub.subscribe(client, kind, args.at(i));
      confirm(pushes, word, args.at(i), countOf(context, kind));
    }
  };
}

function unsubscriber(services: Services, kind: SubscriptionKind): Handler {
  const word = `${PREFIXES[kind]}unsubscribe`;
  return (context, args, reply) => {
    const { pubsub } = services;
    const client = clientOf(services, context);
    const pushes = pushesOf(services, context, reply);
    const drop = (name: Slice) => {
      pubsub.unsubscribe(client, kind, name);
      confirm(pushes, word, name, countOf(context, kind));
    };
    if (args.count > 1) {
      for (let i = 1; i < args.count; i++) drop(args.at(i));
      return;
    }
    const names = pubsub.namesOf(client, kind);
    for (const name of names) drop(new Slice(name));
    if (names.length === 0) confirm(pushes, word, null, countOf(context, kind));
  };
}

function countOf(context: Context, kind: SubscriptionKind): number {
  return SUBSCRIPTIONS.peek(context)?.countFor(kind) ?? 0;
}

/** Where confirmations go: past what CLIENT REPLY has silenced, but never to a master. */
function pushesOf(services: Services, context: Context, reply: Reply): Reply {
  return context.origin === "client" ? clientOf(services, context).reply : reply;
}

function confirm(pushes: Reply, word: string, name: Slice | null, count: number): void {
  pushes.push(3);
  pushes.bulkText(word);
  if (name === null) pushes.nil();
  else pushes.bulkSlice(name);
  pushes.integer(count);
}
