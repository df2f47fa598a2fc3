/**
 * PUBLISH and SPUBLISH.
 */

import { key } from "../../command/key_specs.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import type { Services } from "../services.ts";

/** PUBLISH, SPUBLISH. */
export function publishCommands({ pubsub, config }: Services): CommandSpec[] {
  const isCluster = config.boolean("cluster-enabled");
  // In a cluster messages reach the other nodes, replicas among them, over the cluster bus.
  const sendToReplicas = (context: Context) => {
    if (!isCluster.value) context.forcePropagationToReplicas();
  };
  return [
    {
      name: "publish",
      group: "pubsub",
      since: "2.0.0",
      summary: "Post a message to a channel",
      complexity:
        "O(N+M) where N is the number of clients subscribed to the receiving channel and M is the total number of subscribed patterns (by any client).",
      arity: 3,
      flags: "pubsub loading stale fast may_replicate",
      channels: "publish",
      syntax: "channel message",
      run(context, args, reply) {
        reply.integer(pubsub.publish(args.at(1), args.at(2)));
        sendToReplicas(context);
      },
    },
    {
      name: "spublish",
      group: "pubsub",
      since: "7.0.0",
      summary: "Post a message to a shard channel",
      complexity: "O(N) where N is the number of clients subscribed to the receiving shard channel.",
      arity: 3,
      flags: "pubsub loading stale fast may_replicate",
      keys: [key(1, "not_key")],
      channels: "publish",
      syntax: "shardchannel message",
      run(context, args, reply) {
        reply.integer(pubsub.publishToShard(args.at(1), args.at(2)));
        sendToReplicas(context);
      },
    },
  ];
}
