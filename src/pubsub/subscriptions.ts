/**
 * What one client listens to.
 *
 * - Hangs on the client's context (`SUBSCRIPTIONS`), from the first subscription of any kind to the last: a client that
 *   has some is a subscriber.
 */

import type { ClientDescriber } from "../clients/client_description.ts";
import { Facet } from "../command/facet.ts";
import type { Audience } from "./audience_table.ts";

/** The kinds of names one can listen to. */
export type SubscriptionKind = "channel" | "pattern" | "shardChannel";

/** What a subscription takes, at the client and in the audience. */
const SUBSCRIPTION_BYTES = 64;

/** The subscriptions of one client, each kind in the order in which they were made. */
export class Subscriptions {
  readonly channel = new Set<Audience>();
  readonly pattern = new Set<Audience>();
  readonly shardChannel = new Set<Audience>();

  /** The number that a confirmation tells: shard channels count on their own. */
  countFor(kind: SubscriptionKind): number {
    return kind === "shardChannel" ? this.shardChannel.size : this.channel.size + this.pattern.size;
  }

  /** Number of subscriptions of all kinds. */
  get count(): number {
    return this.channel.size + this.pattern.size + this.shardChannel.size;
  }
}

/** The subscriptions of each subscriber. */
export const SUBSCRIPTIONS: Facet<Subscriptions> = new Facet(() => new Subscriptions());

/** Adds the subscriptions to a client's line of CLIENT LIST. */
export const describeSubscriptions: ClientDescriber = ({ context }, facts) => {
  const subscriptions = SUBSCRIPTIONS.peek(context);
  if (subscriptions === undefined) return;
  facts.flags.add("P");
  facts.channels = subscriptions.channel.size;
  facts.patterns = subscriptions.pattern.size;
  facts.shardChannels = subscriptions.shardChannel.size;
  facts.extraBytes += subscriptions.count * SUBSCRIPTION_BYTES;
};
