/**
 * Keyspace notifications: events of keys as messages, as `notify-keyspace-events` asks for them.
 *
 * ```
 * __keyspace@<db>__:<key>     the name of the event
 * __keyevent@<db>__:<event>   the key
 * ```
 *
 * - Nothing of this reaches replicas: each server tells of its own events.
 */

import { ascii } from "../bytes/ascii.ts";
import { Slice } from "../bytes/slice.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import { type KeyspaceEvent, NOTIFY_KEYEVENT, NOTIFY_KEYSPACE } from "../store/keyspace_events.ts";
import type { Store } from "../store/store.ts";
import type { PubSub } from "./pubsub.ts";

const KEPT_BUFFER_BYTES = 64 * 1024;

/** Publishes the events of one store. */
export class KeyspaceNotifications {
  readonly #store: Store;
  readonly #pubsub: PubSub;
  readonly #name = new OutputBuffer();
  readonly #channel = new Slice();
  /** The names of events as bytes: there are about a hundred. */
  readonly #events = new Map<string, Slice>();

  constructor(store: Store, pubsub: PubSub) {
    this.#store = store;
    this.#pubsub = pubsub;
    store.onEvent.subscribe((event) => this.#publish(event));
  }

  #publish({ event, key, dbIndex }: KeyspaceEvent): void {
    const pubsub = this.#pubsub;
    if (!pubsub.hasListeners) return;
    const { notifyClasses } = this.#store;
    const eventName = this.#bytesOf(event);
    if ((notifyClasses & NOTIFY_KEYSPACE) !== 0) {
      pubsub.publish(this.#channelOf(`__keyspace@${dbIndex}__:`, key), eventName);
    }
    if ((notifyClasses & NOTIFY_KEYEVENT) !== 0) {
      pubsub.publish(this.#channelOf(`__keyevent@${dbIndex}__:`, eventName), key);
    }
    this.#name.reset(KEPT_BUFFER_BYTES);
  }

  /** The channel of a key or of an event: valid until the next call. */
  #channelOf(prefix: string, { bytes, start, end }: Slice): Slice {
    const name = this.#name;
    name.reset();
    name.text(prefix);
    name.append(bytes, start, end);
    const channel = this.#channel;
    channel.bytes = name.bytes;
    channel.end = name.length;
    return channel;
  }

  #bytesOf(event: string): Slice {
    let bytes = this.#events.get(event);
    if (bytes === undefined) this.#events.set(event, bytes = new Slice(ascii(event)));
    return bytes;
  }
}
