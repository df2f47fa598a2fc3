/**
 * Brings the entries of the members of one large collection into the processor's cache, for the requests of a pipeline that
 * name the same key: SADD, HSET, HGET and their like.
 *
 * - As `KeyPrefetch` does for keys. Here a command says that its member is to be looked up in a table; the requests of the
 *   batch that follow it with the same name, key and place of the member are taken for lookups in that table too. Where one
 *   is not, nothing is lost but a few nanoseconds.
 * - The first requests of clients that have sent too few for themselves at the same time (`gather`) are a pipeline as well.
 * - Nothing is kept but what has been begun: a prefetch may always be wrong, never harmful.
 */

import { equalBytes } from "../bytes/ascii.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Args, RequestBatch } from "../resp/request_batch.ts";
import type { Dict } from "../values/dict.ts";
import { PREFETCH_MAX, PREFETCH_MIN_ENTRIES, prefetchEntries } from "../values/dict_prefetch.ts";

/** Fewer members are not worth it. */
const MEMBERS_MIN = 4;

/** Prefetches members for the batch that runs. */
export class MemberPrefetch {
  readonly #hash: SeededHash;
  readonly #hashes = new Int32Array(PREFETCH_MAX);
  /** The batch that runs, if it has enough requests for itself. */
  #batch: RequestBatch | null = null;
  /** Its requests before this one have been dealt with. */
  #next = 0;
  /** The batches that have not, in the order in which they run, and how many of them have begun. */
  readonly #gathered: RequestBatch[] = [];
  #begun = 0;
  /** The table of the last group, and the last member of it. */
  #table: Dict | null = null;
  #last: Slice | null = null;
  /** What was read: kept, lest the compiler finds that nobody needs it. */
  #residue = 0;

  constructor(hash: SeededHash) {
    this.#hash = hash;
  }

  /** Takes note of a batch that will run, if it has too few requests for itself. Up to `PREFETCH_MAX` of them. */
  gather(batch: RequestBatch): void {
    const { count } = batch;
    if (count > 0 && count < MEMBERS_MIN && this.#gathered.length < PREFETCH_MAX) this.#gathered.push(batch);
  }

  /** Forgets what was gathered. */
  scatter(): void {
    this.#gathered.length = this.#begun = 0;
    this.#table = this.#last = null;
  }

  /** Must be called before the requests of `batch` from `first` on run; `end` must follow. */
  begin(batch: RequestBatch, first: number): void {
    if (batch.count - first >= MEMBERS_MIN) {
      this.#batch = batch;
      this.#next = first;
      this.#table = this.#last = null;
      return;
    }
    const at = this.#gathered.indexOf(batch, this.#begun);
    if (at >= 0) this.#begun = at + 1;
  }

  /** Forgets the batch. */
  end(): void {
    if (this.#batch !== null) this.#batch = this.#table = this.#last = null;
  }

  /** Says that `args.at(place)` is about to be looked up in `table`, in a collection at `args.at(1)`. */
  expect(table: Dict | null, args: Args, place: number): void {
    if (table === null || table.size < PREFETCH_MIN_ENTRIES) return;
    if (table === this.#table && this.#last !== null) {
      // One of the group that was begun.
      if (args.at(place) === this.#last) this.#last = null;
      return;
    }
    if (this.#batch !== null) this.#loadBatch(table, args, place, this.#batch);
    else if (this.#begun > 0 && this.#gathered.length - this.#begun >= MEMBERS_MIN) {
      this.#loadGathered(table, args, place);
    }
  }

  #loadBatch(table: Dict, args: Args, place: number, batch: RequestBatch): void {
    const { firsts, slices, count } = batch;
    const member = args.at(place);
    let index = this.#next;
    while (index < count && slices[firsts[index]! + place] !== member) index++;
    const limit = Math.min(count, index + PREFETCH_MAX);
    let found = 0;
    for (; index < limit; index++, found++) {
      if (!this.#note(batch, index, args, place, found)) break;
    }
    this.#next = index;
    this.#read(table, found);
  }

  #loadGathered(table: Dict, args: Args, place: number): void {
    const gathered = this.#gathered;
    const { slices, firsts } = gathered[this.#begun - 1]!;
    // A script's command, say, is none of those that came from clients.
    if (slices[firsts[0]! + place] !== args.at(place)) return;
    let found = 0;
    for (let at = this.#begun - 1; at < gathered.length; at++, found++) {
      if (!this.#note(gathered[at]!, 0, args, place, found)) break;
    }
    this.#read(table, found);
  }

  /** Keeps the hash of the member of a request as number `at`; false if it is not one with the same name and key. */
  #note({ slices, firsts }: RequestBatch, index: number, args: Args, place: number, at: number): boolean {
    const first = firsts[index]!;
    if (firsts[index + 1]! - first !== args.count || !hasEqualWords(slices, first, args)) return false;
    const { bytes, start, end } = this.#last = slices[first + place]!;
    this.#hashes[at] = this.#hash.hash(bytes, start, end);
    return true;
  }

  #read(table: Dict, found: number): void {
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
