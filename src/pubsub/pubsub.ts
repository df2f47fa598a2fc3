/**
 * Publish and subscribe: who listens to what, and the way of a message to all of them.
 *
 * - A message is encoded once. RESP2 and RESP3 differ in its first byte alone, so both take the same bytes.
 * - A message lies in the output of every subscriber when `publish` returns, in front of the reply of a client that
 *   publishes to itself; it is sent when the batch that is running is done, many messages in one write.
 * - As Redis, a client that is being closed still counts as a receiver.
 */

import { ascii } from "../bytes/ascii.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Client } from "../clients/client.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import { type Audience, AudienceTable } from "./audience_table.ts";
import { PatternIndex } from "./pattern_index.ts";
import { type SubscriptionKind, SUBSCRIPTIONS } from "./subscriptions.ts";

const ARRAY = 0x2a;
const PUSH = 0x3e;
const MESSAGE = ascii("*3\r\n$7\r\nmessage\r\n");
const SHARD_MESSAGE = ascii("*3\r\n$8\r\nsmessage\r\n");
const PATTERN_MESSAGE = ascii("*4\r\n$8\r\npmessage\r\n");
const KINDS: readonly SubscriptionKind[] = ["channel", "pattern", "shardChannel"];
/** Larger memory is given up after each message. */
const KEPT_BUFFER_BYTES = 64 * 1024;

/** The subscribers of one server. */
export class PubSub {
  readonly channels: AudienceTable;
  /** Of patterns: the names are the patterns. */
  readonly patterns: AudienceTable;
  readonly shardChannels: AudienceTable;

  readonly #patternIndex: PatternIndex;
  readonly #message = new OutputBuffer();

  constructor(hash: SeededHash) {
    this.channels = new AudienceTable(hash);
    this.patterns = new AudienceTable(hash);
    this.shardChannels = new AudienceTable(hash);
    this.#patternIndex = new PatternIndex(hash);
  }

  /** True when a message on a channel that is no shard channel could reach somebody. */
  get hasListeners(): boolean {
    return this.channels.size > 0 || this.patterns.size > 0;
  }

  /** Bytes of names; what a subscription takes counts as its client's. */
  get memoryBytes(): number {
    return this.channels.memoryBytes + this.patterns.memoryBytes + this.shardChannels.memoryBytes;
  }

  /** Makes `client` a listener to `name`; without effect when it is one. */
  subscribe(client: Client, kind: SubscriptionKind, name: Slice): void {
    const subscriptions = SUBSCRIPTIONS.of(client.context);
    const audience = this.#tableOf(kind).findOrAdd(name);
    if (audience.subscribers.has(client)) return;
    if (client.type === "normal") client.type = "pubsub";
    if (kind === "pattern" && audience.subscribers.size === 0) this.#patternIndex.add(audience);
    subscriptions[kind].add(audience);
    audience.subscribers.add(client);
  }

  /** Ends one subscription; without effect when there is none. With the last one the client is no subscriber any more. */
  unsubscribe(client: Client, kind: SubscriptionKind, name: Slice): void {
    const audience = this.#tableOf(kind).find(name);
    const subscriptions = SUBSCRIPTIONS.peek(client.context);
    if (audience === null || subscriptions === undefined || !audience.subscribers.has(client)) return;
    this.#remove(client, kind, audience);
    subscriptions[kind].delete(audience);
    if (subscriptions.count === 0) leave(client);
  }

  /** The names that `client` listens to. */
  namesOf(client: Client, kind: SubscriptionKind): Uint8Array[] {
    const audiences = SUBSCRIPTIONS.peek(client.context)?.[kind];
    return audiences === undefined ? [] : Array.from(audiences, ({ name }) => name);
  }

  /** Ends all subscriptions without telling the client: it is gone, or RESET. */
  forget(client: Client): void {
    const subscriptions = SUBSCRIPTIONS.peek(client.context);
    if (subscriptions === undefined) return;
    for (const kind of KINDS) for (const audience of subscriptions[kind]) this.#remove(client, kind, audience);
    leave(client);
  }

  /** Sends a message to those who listen to `channel` or to a pattern that matches it; how many times it is sent. */
  publish(channel: Slice, message: Slice): number {
    let receivers = 0;
    const audience = this.channels.find(channel);
    if (audience !== null) {
      this.#encode(MESSAGE, null, channel, message);
      receivers += this.#send(audience);
    }
    for (const pattern of this.#patternIndex.matching(channel)) {
      this.#encode(PATTERN_MESSAGE, pattern.name, channel, message);
      receivers += this.#send(pattern);
    }
    return receivers;
  }

  /** Sends a message to those who listen to the shard channel; how many they are. */
  publishToShard(channel: Slice, message: Slice): number {
    const audience = this.shardChannels.find(channel);
    if (audience === null) return 0;
    this.#encode(SHARD_MESSAGE, null, channel, message);
    return this.#send(audience);
  }

  #encode(header: Uint8Array, pattern: Uint8Array | null, channel: Slice, message: Slice): void {
    const buffer = this.#message;
    buffer.append(header);
    if (pattern !== null) buffer.bulk(pattern, 0, pattern.length);
    buffer.bulk(channel.bytes, channel.start, channel.end);
    buffer.bulk(message.bytes, message.start, message.end);
  }

  /** Sends what was encoded; how many there are to read it. */
  #send({ subscribers }: Audience): number {
    const encoded = this.#message.view();
    for (const { reply, output, context, isClosing } of subscribers) {
      if (isClosing || context.closeAfterReply) continue;
      encoded[0] = reply.protocol === 3 ? PUSH : ARRAY;
      output.prepare();
      output.buffer.append(encoded);
      output.flushSoon();
    }
    this.#message.reset(KEPT_BUFFER_BYTES);
    return subscribers.size;
  }

  #remove(client: Client, kind: SubscriptionKind, audience: Audience): void {
    audience.subscribers.delete(client);
    if (audience.subscribers.size > 0) return;
    this.#tableOf(kind).remove(audience);
    if (kind === "pattern") this.#patternIndex.remove(audience);
  }

  #tableOf(kind: SubscriptionKind): AudienceTable {
    if (kind === "channel") return this.channels;
    return kind === "pattern" ? this.patterns : this.shardChannels;
  }
}

/** Makes a client without subscriptions a normal one again. */
function leave(client: Client): void {
  SUBSCRIPTIONS.drop(client.context);
  if (client.type === "pubsub") client.type = "normal";
}
