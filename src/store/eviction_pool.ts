/**
 * The best keys to evict that recent samples have shown: Redis's eviction pool.
 *
 * - At most 16 candidates, of all databases, in the order of their scores: a higher score is a better candidate.
 * - Keys may be gone by the time their turn comes; whoever takes a candidate looks.
 * - The candidates and their buffers are used over and over, so that sampling allocates nothing for keys of usual length.
 */

import { Slice } from "../bytes/slice.ts";

/** Candidates in a pool: Redis's `EVPOOL_SIZE`. */
export const EVPOOL_SIZE = 16;

/** Bytes of key that a candidate's buffer has room for from the start: Redis's `EVPOOL_CACHED_SDS_SIZE`. */
const KEY_BUFFER_BYTES = 255;

/** A key that may be evicted. */
export interface Candidate {
  readonly score: number;
  readonly dbIndex: number;
  /** Its bytes: valid until the next `offer`. */
  readonly key: Slice;
}

interface Place extends Candidate {
  score: number;
  dbIndex: number;
}

/** The candidates of one store. */
export class EvictionPool {
  readonly #places: Place[] = Array.from({ length: EVPOOL_SIZE }, () => ({ score: 0, dbIndex: 0, key: new Slice() }));
  #size = 0;

  /** Number of candidates. */
  get size(): number {
    return this.#size;
  }

  /** Takes a copy of `key` in, unless the pool is full of better candidates. */
  offer(score: number, dbIndex: number, key: Slice): void {
    const places = this.#places;
    let index = 0;
    while (index < this.#size && places[index]!.score < score) index++;
    const isFull = this.#size === EVPOOL_SIZE;
    if (isFull && index === 0) return;
    // The worst candidate makes room in a full pool; otherwise the first place that is free does.
    const from = isFull ? 0 : this.#size++;
    const to = isFull ? index - 1 : index;
    const place = places[from]!;
    for (let at = from; at > to; at--) places[at] = places[at - 1]!;
    for (let at = from; at < to; at++) places[at] = places[at + 1]!;
    places[to] = place;
    place.score = score;
    place.dbIndex = dbIndex;
    copyKey(key, place.key);
  }

  /** Takes the best candidate out; null when there is none. */
  takeBest(): Candidate | null {
    return this.#size === 0 ? null : this.#places[--this.#size]!;
  }

  /** Forgets all candidates: their scores mean nothing under another policy. */
  clear(): void {
    this.#size = 0;
  }
}

function copyKey(from: Slice, to: Slice): void {
  const length = from.end - from.start;
  // A longer key has a buffer of its own, which is given up with the next key.
  const needed = Math.max(length, KEY_BUFFER_BYTES);
  if (to.bytes.length !== needed) to.bytes = new Uint8Array(needed);
  for (let at = 0; at < length; at++) to.bytes[at] = from.bytes[from.start + at]!;
  to.start = 0;
  to.end = length;
}
