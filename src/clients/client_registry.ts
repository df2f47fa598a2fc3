/**
 * The clients that are connected, by id and by context.
 */

import { Topic } from "../base/topic.ts";
import type { Context } from "../command/context.ts";
import { isBlocking } from "../command/outcome.ts";
import type { Client } from "./client.ts";

/** All clients of one server. */
export class ClientRegistry {
  /** Connections accepted so far: `total_connections_received`. */
  acceptedCount = 0;
  /** Connections refused because of `maxclients` or protected mode: `rejected_connections`. */
  rejectedCount = 0;
  /** Told of each client that has come. */
  readonly onAdded = new Topic<Client>();
  /** Told of each client that is gone: features drop what they keep for it. */
  readonly onGone = new Topic<Client>();
  /** Told of each client that becomes like a new one (RESET): features drop what they keep for it. */
  readonly onReset = new Topic<Client>();

  readonly #clients = new Map<number, Client>();
  #lastId = 0;

  /** Number of clients. */
  get size(): number {
    return this.#clients.size;
  }

  /** Number of clients that wait for something they asked for, or for the end of a pause: `blocked_clients`. */
  get blockedCount(): number {
    let count = 0;
    for (const { wait } of this.#clients.values()) if (wait !== null && isBlocking(wait)) count++;
    return count;
  }

  /** A new id: greater than all before. */
  nextId(): number {
    return ++this.#lastId;
  }

  add(client: Client): void {
    this.#clients.set(client.id, client);
    this.onAdded.emit(client);
  }

  remove(client: Client): void {
    if (this.#clients.delete(client.id)) this.onGone.emit(client);
  }

  byId(id: number): Client | undefined {
    return this.#clients.get(id);
  }

  /** The client a context belongs to; undefined for contexts that are no client. */
  of(context: Context): Client | undefined {
    return this.#clients.get(context.id);
  }

  /** In the order in which they connected. Clients may be removed meanwhile. */
  [Symbol.iterator](): Iterator<Client> {
    return this.#clients.values();
  }
}
