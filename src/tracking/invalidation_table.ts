/**
 * Which clients may have cached which key: the invalidation table of client-side caching.
 *
 * ```
 * entry of the dict:  owner's word = number of clients
 * payload:            client id | client id | ... | room      6 bytes each, little endian, ascending
 * ```
 *
 * - Lies in an arena of its own: its size is exact, and to drop everything costs nothing.
 * - As in Redis the ids of clients that are gone stay until their key changes, and a key means that name in all databases.
 */

import type { Random } from "../base/random.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import type { Slice } from "../bytes/slice.ts";
import { Arena } from "../values/arena.ts";
import { Dict } from "../values/dict.ts";

/** Enough for a million new connections a second over nine years. */
const ID_BYTES = 6;
const LOW_RANGE = 2 ** 32;

/** The keys that clients may have cached. */
export class InvalidationTable {
  /** Number of pairs of key and client: `tracking_total_items`. */
  itemCount = 0;

  readonly #hash: SeededHash;
  #arena = new Arena();
  #dict: Dict;

  constructor(hash: SeededHash) {
    this.#hash = hash;
    this.#dict = new Dict(this.#arena, hash);
  }

  /** Number of keys: `tracking_total_keys`. */
  get keyCount(): number {
    return this.#dict.size;
  }

  /** Bytes that the table takes. */
  get memoryBytes(): number {
    return this.#arena.usedBytes + this.#arena.tableBytes;
  }

  /** Notes that a client may have cached `key`. */
  add(key: Slice, clientId: number): void {
    const dict = this.#dict;
    let entry = dict.findOrInsert(key.bytes, key.start, key.end, ID_BYTES);
    if (dict.wasInserted) {
      this.#writeId(entry, 0, clientId);
      dict.setUserWord(entry, 1);
      this.itemCount++;
      return;
    }
    const count = dict.userWord(entry);
    const place = this.#placeOf(entry, count, clientId);
    if (place < count && this.#readId(entry, place) === clientId) return;
    // Room is doubled: a power of two means that there is none left.
    if ((count & (count - 1)) === 0) entry = dict.resizePayload(entry, count * ID_BYTES, count * 2 * ID_BYTES);
    const at = dict.payloadOffset(entry);
    this.#arena.bytesOf(entry).copyWithin(at + (place + 1) * ID_BYTES, at + place * ID_BYTES, at + count * ID_BYTES);
    this.#writeId(entry, place, clientId);
    dict.setUserWord(entry, count + 1);
    this.itemCount++;
  }

  /** Removes `key` and returns the ids of the clients that may have cached it, ascending; null when there are none. */
  take(key: Slice): number[] | null {
    const dict = this.#dict;
    const entry = dict.find(key.bytes, key.start, key.end);
    if (entry === 0) return null;
    const ids = Array.from({ length: dict.userWord(entry) }, (_, index) => this.#readId(entry, index));
    dict.removeEntry(entry);
    this.itemCount -= ids.length;
    return ids;
  }

  /** A copy of a random key; null when there is none. */
  randomKey(random: Random): Uint8Array | null {
    const dict = this.#dict;
    const entry = dict.randomEntry(random);
    if (entry === 0) return null;
    const start = dict.keyOffset(entry);
    return this.#arena.bytesOf(entry).slice(start, start + dict.keyLength(entry));
  }

  /** Forgets everything. */
  clear(): void {
    this.#arena = new Arena();
    this.#dict = new Dict(this.#arena, this.#hash);
    this.itemCount = 0;
  }

  /** The first place whose id is not below `clientId`. */
  #placeOf(entry: number, count: number, clientId: number): number {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#readId(entry, middle) < clientId) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #readId(entry: number, index: number): number {
    const bytes = this.#arena.bytesOf(entry);
    const at = this.#dict.payloadOffset(entry) + index * ID_BYTES;
    const low = (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0;
    return low + (bytes[at + 4]! | (bytes[at + 5]! << 8)) * LOW_RANGE;
  }

  #writeId(entry: number, index: number, clientId: number): void {
    const bytes = this.#arena.bytesOf(entry);
    const at = this.#dict.payloadOffset(entry) + index * ID_BYTES;
    const high = Math.floor(clientId / LOW_RANGE);
    bytes[at] = clientId;
    bytes[at + 1] = clientId >>> 8;
    bytes[at + 2] = clientId >>> 16;
    bytes[at + 3] = clientId >>> 24;
    bytes[at + 4] = high;
    bytes[at + 5] = high >>> 8;
  }
}
