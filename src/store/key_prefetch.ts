/**
 * Brings the entries of the keys of a pipeline into the processor's cache before its requests run.
 *
 * - A lookup in a large keyspace waits for memory two or three times. One after the other these waits add up; here the
 *   lookups of many requests are begun together, and their waits overlap.
 * - So do the keys of one request that has many, where its command asks for it (`request`), and those of clients that have sent
 *   a request or two each at the same time (`gather`).
 * - The second word of a request is taken for its key, which it is for nearly all commands with keys. Where it is not,
 *   nothing is lost but a few nanoseconds.
 * - The hashes are kept for the lookups themselves. They hold for the bytes of this batch only: `end` must be called before
 *   its buffers may change.
 */

import type { SeededHash } from "../bytes/seeded_hash.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Args, RequestBatch } from "../resp/request_batch.ts";
import type { Dict } from "../values/dict.ts";
import { PREFETCH_MAX, PREFETCH_MIN_ENTRIES, prefetchEntries } from "../values/dict_prefetch.ts";
import { MemberPrefetch } from "./member_prefetch.ts";

/** Fewer keys are not worth it. */
const KEYS_MIN = 4;

const NO_BYTES = new Uint8Array(0);
const NO_KEY = -1;

/** Prefetches for the batch that runs. */
export class KeyPrefetch {
  /** The same for the members of one collection. */
  readonly members: MemberPrefetch;
  readonly #hash: SeededHash;
  readonly #starts = new Int32Array(PREFETCH_MAX);
  readonly #ends = new Int32Array(PREFETCH_MAX);
  readonly #hashes = new Int32Array(PREFETCH_MAX);
  /** Hashes that are not kept: the buffers of their keys may change before the batch ends. */
  readonly #unkept = new Int32Array(PREFETCH_MAX);
  /** How many of them `gather` has put there, and the dict that it gathers for. */
  #gathered = 0;
  #gatheredFor: Dict | null = null;
  /** The buffer that the keys of the group lie in. */
  #bytes: Uint8Array = NO_BYTES;
  /** The first request of the group, the one behind its last, and the place in it of the one that runs. */
  #first = 0;
  #limit = 0;
  #at = 0;
  /** What was read: kept, lest the compiler finds that nobody needs it. */
  #residue = 0;

  constructor(hash: SeededHash) {
    this.#hash = hash;
    this.members = new MemberPrefetch(hash);
  }

  /** Whether it pays for the requests of `batch` from `first` on. If so, `point` and `end` must follow. */
  begin(dict: Dict, batch: RequestBatch, first: number): boolean {
    this.members.begin(batch, first);
    this.#limit = first;
    return batch.count - first >= KEYS_MIN && dict.size >= PREFETCH_MIN_ENTRIES;
  }

  /** Must be called before each request. */
  point(dict: Dict, batch: RequestBatch, index: number): void {
    if (index >= this.#limit) this.#load(dict, batch, index);
    this.#at = index - this.#first;
  }

  /**
   * Reads ahead for a request whose keys are its arguments from `first` on, every `step`-th. Returns the first of them that it
   * has not come to: to be called again there.
   */
  request(dict: Dict, args: Args, first: number, step: number): number {
    if (args.count - first < KEYS_MIN * step || dict.size < PREFETCH_MIN_ENTRIES) return args.count;
    const limit = Math.min(args.count, first + PREFETCH_MAX * step);
    let count = 0;
    for (let index = first; index < limit; index += step) {
      const { bytes, start, end } = args.at(index);
      this.#unkept[count++] = this.#hash.hash(bytes, start, end);
    }
    this.#residue ^= prefetchEntries(dict, this.#unkept, count);
    return limit;
  }

  /**
   * Takes note of the first key of a batch that has too few for itself, and of its members. Up to `PREFETCH_MAX` of one dict:
   * those of others are left to be waited for. `scatter` must follow when all have run.
   */
  gather(dict: Dict, batch: RequestBatch): void {
    const { count, firsts, slices } = batch;
    this.members.gather(batch);
    if (count === 0 || count >= KEYS_MIN || firsts[1]! < 2 || dict.size < PREFETCH_MIN_ENTRIES) return;
    if (this.#gathered === 0) this.#gatheredFor = dict;
    if (dict !== this.#gatheredFor || this.#gathered === PREFETCH_MAX) return;
    const { bytes, start, end } = slices[1]!;
    this.#unkept[this.#gathered++] = this.#hash.hash(bytes, start, end);
  }

  /** Reads ahead for what was gathered, if that is enough. Returns for how many keys. */
  readGathered(): number {
    const count = this.#gathered >= KEYS_MIN ? this.#gathered : 0;
    if (count > 0) this.#residue ^= prefetchEntries(this.#gatheredFor!, this.#unkept, count);
    this.#gathered = 0;
    this.#gatheredFor = null;
    return count;
  }

  /** Forgets the batches that were gathered. */
  scatter(): void {
    this.members.scatter();
  }

  /** Forgets the keys. */
  end(): void {
    this.#bytes = NO_BYTES;
    this.members.end();
  }

  /** The hash of `key`: known already for the key of the request that runs. */
  hashOf(key: Slice): number {
    const { bytes, start, end } = key;
    if (bytes === this.#bytes && start === this.#starts[this.#at] && end === this.#ends[this.#at]) {
      return this.#hashes[this.#at]!;
    }
    return this.#hash.hash(bytes, start, end);
  }

  #load(dict: Dict, batch: RequestBatch, first: number): void {
    const { firsts, slices } = batch;
    const limit = Math.min(batch.count, first + PREFETCH_MAX);
    // The first request may lie in a buffer of its own, when the chunk before has cut it.
    this.#bytes = slices[firsts[limit]! - 1]!.bytes;
    this.#first = first;
    this.#limit = limit;
    for (let index = first; index < limit; index++) {
      const place = index - first;
      const slice = slices[firsts[index]! + 1]!;
      if (firsts[index + 1]! - firsts[index]! < 2 || slice.bytes !== this.#bytes) {
        this.#starts[place] = NO_KEY;
        continue;
      }
      this.#starts[place] = slice.start;
      this.#ends[place] = slice.end;
      this.#hashes[place] = this.#hash.hash(slice.bytes, slice.start, slice.end);
    }
    this.#residue ^= prefetchEntries(dict, this.#hashes, limit - first);
  }
}
