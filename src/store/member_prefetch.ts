/**
 * Brings the entries of the members of one large collection into the processor's cache, for the requests of a pipeline that
 * name the same key: SADD, HSET, HGET and their like.
 *
 * - As `KeyPrefetch` does for keys. Here a command says that its member is to be looked up in a table; the requests of the
 *   batch that follow it with the same name, key and place of the member are taken for lookups in that table too. Where one
 *   is not, nothing is lost but a few nanoseconds.
 * - Nothing is kept but what has been begun: a prefetch may always be wrong, never harmful.
 */

import { equalBytes } from "../bytes/ascii.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Args, RequestBatch } from "../resp/request_batch.ts";
import type { Dict } from "../values/dict.ts";
import { PREFETCH_MAX, prefetchEntries } from "../values/dict_prefetch.ts";

/** Fewer members are not worth it. */
const MEMBERS_MIN = 4;
/** A table of fewer members is in the cache anyway. */
const TABLE_MIN = 16_384;

/** Prefetches members for the batch that runs. */
export class MemberPrefetch {
  readonly #hash: SeededHash;
  readonly #hashes = new Int32Array(PREFETCH_MAX);
  #batch: RequestBatch | null = null;
  /** Requests before this one have been dealt with. */
  #next = 0;
  /** The table of the last group, and the last member of it. */
  #table: Dict | null = null;
  #last: Slice | null = null;
  /** What was read: kept, lest the compiler finds that nobody needs it. */
  #residue = 0;

  constructor(hash: SeededHash) {
    this.#hash = hash;
  }

  /** Must be called before the requests of `batch` from `first` on run; `end` must follow. */
  begin(batch: RequestBatch, first: number): void {
    this.#batch = batch.count - first >= MEMBERS_MIN ? batch : null;
    this.#next = first;
  }

  /** Forgets the batch. */
  end(): void {
    this.#batch = this.#table = this.#last = null;
  }

  /** Says that `args.at(place)` is about to be looked up in `table`, in a collection at `args.at(1)`. */
  expect(table: Dict | null, args: Args, place: number): void {
    if (this.#batch === null || table === null || table.size < TABLE_MIN) return;
    if (table === this.#table && this.#last !== null) {
      // One of the group that was begun.
      if (args.at(place) === this.#last) this.#last = null;
      return;
    }
    this.#load(table, args, place, this.#batch);
  }

  #load(table: Dict, args: Args, place: number, batch: RequestBatch): void {
    const { firsts, slices, count } = batch;
    const member = args.at(place);
    let index = this.#next;
    while (index < count && slices[firsts[index]! + place] !== member) index++;
    const limit = Math.min(count, index + PREFETCH_MAX);
    let found = 0;
    for (; index < limit; index++) {
      const first = firsts[index]!;
      if (firsts[index + 1]! - first !== args.count || !hasEqualWords(slices, first, args)) break;
      const { bytes, start, end } = this.#last = slices[first + place]!;
      this.#hashes[found++] = this.#hash.hash(bytes, start, end);
    }
    this.#next = index;
    this.#table = table;
    if (found < 2) this.#last = null;
    else this.#residue ^= prefetchEntries(table, this.#hashes, found);
  }
}

/** Whether a request has the same name and the same key as `args`. */
function hasEqualWords(slices: readonly Slice[], first: number, args: Args): boolean {
  return isEqual(slices[first]!, args.at(0)) && isEqual(slices[first + 1]!, args.at(1));
}

function isEqual(a: Slice, b: Slice): boolean {
  return equalBytes(a.bytes, a.start, a.end, b.bytes, b.start, b.end);
}
