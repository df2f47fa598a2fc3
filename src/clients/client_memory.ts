/**
 * The memory of all clients, kept as a sum so that it costs next to nothing to read: part of `used_memory`, and what
 * `maxmemory-clients` limits.
 *
 * - A client whose memory may have changed is noted, once, and is counted anew when somebody asks for the sum. While a
 *   batch of its requests runs it stays noted, because every reply may change it.
 */

import type { Client, ClientType } from "./client.ts";
import { bufferBytes, type ClientDescriptions } from "./client_description.ts";
import type { ClientRegistry } from "./client_registry.ts";

/** What a client counted for when it was counted last. */
export class ClientShare {
  bytes = 0;
  type: ClientType = "normal";
  /** What features keep for the client: grows with its requests, so it is counted when they have run. */
  featureBytes = 0;
  isNoted = false;
  isGone = false;
}

/** Counts the memory of the clients of one server. */
export class ClientMemory {
  /** Told when a client's memory may have changed. */
  onNoted: (() => void) | null = null;

  readonly #descriptions: ClientDescriptions;
  readonly #totals: Record<ClientType, number> = { normal: 0, pubsub: 0, replica: 0, master: 0 };
  readonly #noted: Client[] = [];

  constructor(clients: ClientRegistry, descriptions: ClientDescriptions) {
    this.#descriptions = descriptions;
    clients.onAdded.subscribe((client) => {
      client.output.onChange = () => this.note(client);
      this.note(client);
    });
    clients.onGone.subscribe((client) => this.#forget(client));
  }

  /** Must be called when the memory of `client` may have changed. Its output calls it by itself. */
  note(client: Client): void {
    const { share } = client;
    if (share.isNoted || share.isGone) return;
    share.isNoted = true;
    this.#noted.push(client);
    this.onNoted?.();
  }

  /** Bytes of normal clients and subscribers: what `maxmemory-clients` limits. */
  get limitedBytes(): number {
    this.settle();
    return this.#totals.normal + this.#totals.pubsub;
  }

  /** Bytes of all clients that are no replicas. */
  get ordinaryBytes(): number {
    return this.limitedBytes + this.#totals.master;
  }

  /** Bytes of replicas, without what waits for them in the backlog. */
  get replicaBytes(): number {
    this.settle();
    return this.#totals.replica;
  }

  /** Counts every client anew that was noted: its `share` is up to date then. */
  settle(): void {
    const noted = this.#noted;
    if (noted.length === 0) return;
    let kept = 0;
    for (let index = 0; index < noted.length; index++) {
      const client = noted[index]!;
      if (!client.share.isNoted) continue;
      this.#count(client);
      if (client.batchBytes > 0) noted[kept++] = client;
      else client.share.isNoted = false;
    }
    // To set the length costs more than all the rest.
    if (kept < noted.length) noted.length = kept;
  }

  #count(client: Client): void {
    const { share } = client;
    const isRunning = client.batchBytes > 0 && client.wait === null;
    if (!isRunning) share.featureBytes = this.#descriptions.featureBytesOf(client);
    // What is about to be closed is no reason to close others.
    const bytes = client.isClosing ? 0 : bufferBytes(client) + client.waitingArgumentBytes + share.featureBytes;
    this.#totals[share.type] -= share.bytes;
    this.#totals[client.type] += bytes;
    share.bytes = bytes;
    share.type = client.type;
  }

  #forget(client: Client): void {
    const { share } = client;
    this.#totals[share.type] -= share.bytes;
    share.bytes = 0;
    share.isGone = true;
    // It may still stand among the noted.
    share.isNoted = false;
  }
}
