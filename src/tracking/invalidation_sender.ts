/**
 * Encodes invalidation messages and writes them to whom they are for.
 *
 * ```
 * RESP3                      >2  invalidate                      *n key... | null
 * RESP2, a subscriber that   *3  message  __redis__:invalidate   *n key... | null
 * another client redirects to
 * redirection broken, RESP3  >2  tracking-redir-broken           :id
 * ```
 *
 * - Messages go past CLIENT REPLY OFF; they are sent when the batch that is running is done.
 */

import { ascii } from "../bytes/ascii.ts";
import type { Client } from "../clients/client.ts";
import type { ClientRegistry } from "../clients/client_registry.ts";
import { SUBSCRIPTIONS } from "../pubsub/subscriptions.ts";
import { OutputBuffer } from "../resp/output_buffer.ts";
import { TRACKING, type TrackingState } from "./tracking_state.ts";

const ARRAY = 0x2a;
const PUSH_HEADER = ascii(">2\r\n$10\r\ninvalidate\r\n");
const MESSAGE_HEADER = ascii("*3\r\n$7\r\nmessage\r\n$20\r\n__redis__:invalidate\r\n");
const BROKEN = "tracking-redir-broken";
const NULL_BULK = ascii("$-1\r\n");
const NULL = ascii("_\r\n");

/** Sends invalidations to the clients of one server. */
export class InvalidationSender {
  readonly #clients: ClientRegistry;

  constructor(clients: ClientRegistry) {
    this.#clients = clients;
  }

  /** Tells a tracking client of keys, encoded by `encodeKey` or `encodeKeys`. */
  send(client: Client, keys: Uint8Array): void {
    const state = TRACKING.of(client.context);
    const target = state.redirectId === 0 ? client : this.#redirected(client, state);
    if (target === null || target.isClosing || target.context.closeAfterReply) return;
    const { reply: { isResp3 }, output, context } = target;
    // As Redis: a RESP2 client that is redirected to must be a subscriber, but of any channel.
    if (!isResp3 && (state.redirectId === 0 || SUBSCRIPTIONS.peek(context) === undefined)) return;
    output.prepare();
    output.buffer.append(isResp3 ? PUSH_HEADER : MESSAGE_HEADER);
    output.buffer.append(keys);
    output.flushSoon();
  }

  /** Tells a tracking client that all keys are invalid. As in Redis its own protocol decides what null looks like. */
  sendAll(client: Client): void {
    this.send(client, client.reply.isResp3 ? NULL : NULL_BULK);
  }

  /** The client that gets what is for `client`; null when it is gone, which `client` is told. */
  #redirected(client: Client, state: TrackingState): Client | null {
    const target = this.#clients.byId(state.redirectId);
    if (target !== undefined) return target;
    state.isRedirectBroken = true;
    const { reply, output, isClosing, context } = client;
    if (!reply.isResp3 || isClosing || context.closeAfterReply) return null;
    output.prepare();
    reply.push(2);
    reply.bulkText(BROKEN);
    reply.integer(state.redirectId);
    output.flushSoon();
    return null;
  }
}

/** One key as `send` wants it. */
export function encodeKey(key: Uint8Array): Uint8Array {
  const buffer = new OutputBuffer(key.length + 32);
  buffer.header(ARRAY, 1);
  buffer.bulk(key, 0, key.length);
  return buffer.view();
}

/** Keys as `send` wants them, one character a byte. */
export function encodeKeys(keys: readonly string[]): Uint8Array {
  const buffer = new OutputBuffer();
  buffer.header(ARRAY, keys.length);
  for (const key of keys) {
    const bytes = ascii(key);
    buffer.bulk(bytes, 0, bytes.length);
  }
  return buffer.view();
}
