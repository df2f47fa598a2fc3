/**
 * The prefixes of broadcasting clients, and the keys under each of them that have changed since the last broadcast.
 *
 * - A changed key costs one look for each length of prefix in use, however many prefixes there are.
 */

import { latin1 } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Client } from "../clients/client.ts";

/** What a prefix, or a key that waits for the broadcast, takes besides its bytes. */
const ENTRY_BYTES = 64;

/** Those who want to know of the keys under one prefix. */
export interface Broadcast {
  readonly prefix: string;
  /** In the order in which they came; never empty while the prefix is in the table. */
  readonly clients: Set<Client>;
  /** The changed keys, each with the id of the client that changed it last, or 0 where the server did. */
  readonly changed: Map<string, number>;
}

/** The prefixes of one server. */
export class PrefixTable {
  readonly #broadcasts = new Map<string, Broadcast>();
  /** How many prefixes there are of each length. */
  readonly #lengths = new Map<number, number>();
  /** Those with changed keys. */
  readonly #due = new Set<Broadcast>();
  #memoryBytes = 0;

  /** Number of prefixes: `tracking_total_prefixes`. */
  get size(): number {
    return this.#broadcasts.size;
  }

  /** Bytes of prefixes and changed keys. */
  get memoryBytes(): number {
    return this.#memoryBytes;
  }

  /** Makes `client` a listener to `prefix`. */
  add(prefix: string, client: Client): void {
    let broadcast = this.#broadcasts.get(prefix);
    if (broadcast === undefined) {
      broadcast = { prefix, clients: new Set(), changed: new Map() };
      this.#broadcasts.set(prefix, broadcast);
      this.#lengths.set(prefix.length, (this.#lengths.get(prefix.length) ?? 0) + 1);
      this.#memoryBytes += ENTRY_BYTES + prefix.length;
    }
    broadcast.clients.add(client);
  }

  /** Ends what `add` began. */
  remove(prefix: string, client: Client): void {
    const broadcast = this.#broadcasts.get(prefix);
    if (broadcast === undefined || !broadcast.clients.delete(client) || broadcast.clients.size > 0) return;
    this.#broadcasts.delete(prefix);
    const left = this.#lengths.get(prefix.length)! - 1;
    if (left === 0) this.#lengths.delete(prefix.length);
    else this.#lengths.set(prefix.length, left);
    this.#memoryBytes -= ENTRY_BYTES + prefix.length;
    this.#settle(broadcast);
  }

  /** Notes that `key` was changed by the client `byClientId`, or by the server (0); true when somebody is to be told. */
  noteChanged(key: Slice, byClientId: number): boolean {
    const name = latin1(key.bytes, key.start, key.end);
    let isWanted = false;
    for (const length of this.#lengths.keys()) {
      if (length > name.length) continue;
      const broadcast = this.#broadcasts.get(name.slice(0, length));
      if (broadcast === undefined) continue;
      isWanted = true;
      if (!broadcast.changed.has(name)) this.#memoryBytes += ENTRY_BYTES + name.length;
      broadcast.changed.set(name, byClientId);
      this.#due.add(broadcast);
    }
    return isWanted;
  }

  /** Calls `tell` for each prefix with changed keys, in their order as bytes, and forgets the keys. */
  drain(tell: (broadcast: Broadcast) => void): void {
    // Made of one character a byte, texts sort as their bytes do.
    const due = [...this.#due].sort((a, b) => a.prefix < b.prefix ? -1 : 1);
    for (const broadcast of due) {
      tell(broadcast);
      this.#settle(broadcast);
    }
  }

  #settle(broadcast: Broadcast): void {
    for (const name of broadcast.changed.keys()) this.#memoryBytes -= ENTRY_BYTES + name.length;
    broadcast.changed.clear();
    this.#due.delete(broadcast);
  }
}
