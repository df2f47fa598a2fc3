/**
 * Ties publish and subscribe to the rest of the server.
 */

import type { Services } from "../commands/services.ts";
import { KeyspaceNotifications } from "../pubsub/keyspace_notifications.ts";
import { describeSubscriptions } from "../pubsub/subscriptions.ts";

/** Makes subscriptions end with their clients, known to INFO and CLIENT LIST, and keyspace events published. */
export function wirePubSub({ pubsub, clients, clientDescriptions, config, store, info, metrics }: Services): void {
  clients.onGone.subscribe((client) => pubsub.forget(client));
  clients.onReset.subscribe((client) => pubsub.forget(client));
  clientDescriptions.describe(describeSubscriptions);
  info.supply("stats", () => ({
    pubsub_channels: pubsub.channels.size,
    pubsub_patterns: pubsub.patterns.size,
    pubsubshard_channels: pubsub.shardChannels.size,
  }));
  metrics.memory.add("pubsub", { bytes: () => pubsub.memoryBytes, isOverhead: true });
  new KeyspaceNotifications(store, pubsub);
  const events = config.cell("notify-keyspace-events");
  const apply = () => {
    store.notifyClasses = events.value;
  };
  apply();
  config.onAnyChange(["notify-keyspace-events"], apply);
}
