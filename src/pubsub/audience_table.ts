/**
 * Who listens to which name: channels, patterns or shard channels, found by the bytes of their names.
 *
 * - A name is there as long as it has a subscriber.
 * - Finding one makes neither a string nor a view: a `Map` by seeded hash, with those of equal hash in a chain.
 */

import { equalBytes } from "../bytes/ascii.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Client } from "../clients/client.ts";

/** What a name takes besides its bytes: about as much as Redis's entry, list and string header. */
const AUDIENCE_BYTES = 96;

/** The subscribers of one name. */
export interface Audience {
  readonly name: Uint8Array;
  /** In the order in which they came; never empty while the audience is in a table. */
  readonly subscribers: Set<Client>;
  /** For the table: the next audience whose name has the same hash. */
  next: Audience | null;
}

/** The audiences of one kind of name. */
export class AudienceTable {
  /** Bytes of names and bookkeeping, without those of the subscriptions. */
  memoryBytes = 0;

  readonly #hash: SeededHash;
  readonly #chains = new Map<number, Audience>();
  #size = 0;

  constructor(hash: SeededHash) {
    this.#hash = hash;
  }

  /** Number of names. */
  get size(): number {
    return this.#size;
  }

  /** The audience of `name`, or null when nobody listens to it. */
  find(name: Slice): Audience | null {
    if (this.#size === 0) return null;
    const { bytes, start, end } = name;
    let audience = this.#chains.get(this.#key(bytes, start, end)) ?? null;
    while (audience !== null && !equalBytes(audience.name, 0, audience.name.length, bytes, start, end)) {
      audience = audience.next;
    }
    return audience;
  }

  /** The audience of `name`, made if nobody has listened to it. The caller adds the first subscriber. */
  findOrAdd(name: Slice): Audience {
    const found = this.find(name);
    if (found !== null) return found;
    const bytes = name.copy();
    const key = this.#key(bytes, 0, bytes.length);
    const audience = { name: bytes, subscribers: new Set<Client>(), next: this.#chains.get(key) ?? null };
    this.#chains.set(key, audience);
    this.#size++;
    this.memoryBytes += AUDIENCE_BYTES + bytes.length;
    return audience;
  }

  /** Removes an audience of this table. */
  remove(audience: Audience): void {
    const { name } = audience;
    const key = this.#key(name, 0, name.length);
    const first = this.#chains.get(key)!;
    if (first === audience) {
      if (audience.next === null) this.#chains.delete(key);
      else this.#chains.set(key, audience.next);
    } else {
      let before = first;
      while (before.next !== audience) before = before.next!;
      before.next = audience.next;
    }
    this.#size--;
    this.memoryBytes -= AUDIENCE_BYTES + name.length;
  }

  /** All audiences, in no order. */
  *[Symbol.iterator](): Generator<Audience> {
    for (const first of this.#chains.values()) {
      for (let audience: Audience | null = first; audience !== null; audience = audience.next) yield audience;
    }
  }

  /** Shortened to a small integer, which a `Map` keeps without a box. */
  #key(bytes: Uint8Array, start: number, end: number): number {
    return this.#hash.hash(bytes, start, end) >> 1;
  }
}
