/**
 * A hash table of byte keys whose entries lie in the arena: the keyspace, the expires, big hashes, sets, sorted sets.
 *
 * - An entry is named by its arena handle. The handle changes only in `resizePayload`.
 * - As Redis's dict: power-of-two tables, chained, newest first. While rehashing there are two tables; each operation by key
 *   moves one bucket of table 0 to table 1, so that none pauses at any size.
 * - Unlike Redis's: a new entry goes to table 0 while its bucket there has not been moved. So a key can be in one table only,
 *   and a new table is first written to in order: all over it nearly each entry made a page fault, 1,800 in one turn at 4 M
 *   keys. Only while nothing moves (`pauseResize`) they go to table 1, which has the room; then keys are looked for in both.
 * - `scan`, chance, statistics, folding and prefetching stand in files of their own and see the public walk over buckets.
 */

import { InvariantError } from "../base/invariant.ts";
import type { Random } from "../base/random.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Arena } from "./arena.ts";
import { BUCKETS_MAX, bucketsFor, INITIAL_BUCKETS, NO_BUCKETS, tryNewTable } from "./bucket_table.ts";
import { ENTRY_HEADER_BYTES, FLAG_SHIFT, hasKey, KEY_LENGTH_MASK, writeKey } from "./dict_entry.ts";
import { fairRandomEntry, randomEntry, sampleEntries } from "./dict_random.ts";
import { scanDict } from "./dict_scan.ts";

// While resizing is paused a table grows only when its chains are longer than this on average.
const FORCED_GROWTH_RATIO = 5;
// A step of rehashing looks at no more than this many empty buckets for each bucket it may move.
const EMPTY_VISITS = 10;
const BUCKETS_BETWEEN_CLOCK_READS = 100;
const MIN_FILL_PERCENT = 10;
const MAX_FILL_RATIO = 1.618; // Beyond it `mayGrow` is not asked: Redis's `HASHTABLE_MAX_LOAD_FACTOR`.

/**
 * A hash table of byte keys; entries are arena handles, 0 means none.
 *
 * @example
 * ```ts
 * import { ascii } from "../bytes/ascii.ts";
 * import { SeededHash } from "../bytes/seeded_hash.ts";
 * import { Arena } from "./arena.ts";
 * import { Dict } from "./dict.ts";
 * const dict = new Dict(new Arena(), new SeededHash(1, 2));
 * const entry = dict.insert(ascii("<key>"), 1, 4, 8);
 * console.log(dict.find(ascii("key"), 0, 3) === entry, dict.payloadOffset(entry)); // true, and where 8 bytes are ours
 * ```
 */
export class Dict {
  readonly #arena: Arena;
  readonly #hash: SeededHash;
  #table0 = NO_BUCKETS;
  #table1 = NO_BUCKETS;
  #mask0 = -1;
  #mask1 = -1;
  #used0 = 0;
  #used1 = 0;
  #rehashIndex = -1;
  #pauses = 0;
  #clearIndex = 0;
  /** Whether table 1 may hold entries whose bucket of table 0 has not been moved. */
  #isMixed = false;

  /** Whether the last `findOrInsert` inserted. */
  wasInserted = false;
  /** Asked before the table makes way for one of so many bytes, unless it is far too full; null lets it grow. */
  mayGrow: ((tableBytes: number) => boolean) | null = null;

  constructor(arena: Arena, hash: SeededHash) {
    this.#arena = arena;
    this.#hash = hash;
  }

  /** The arena that holds the entries. */
  get arena(): Arena {
    return this.#arena;
  }

  /** How many entries there are. */
  get size(): number {
    return this.#used0 + this.#used1;
  }

  /** Bytes of the bucket tables: 4 a bucket. The entries are counted by the arena. */
  get tableBytes(): number {
    return (this.#mask0 + this.#mask1 + 2) * 4;
  }

  /** The first bucket of table 0 that has not been moved to table 1, or -1 when there is one table only. */
  get rehashIndex(): number {
    return this.#rehashIndex;
  }

  /** The entry of the key `bytes[start, end)`, or 0. */
  find(bytes: Uint8Array, start: number, end: number): number {
    return this.findHashed(this.#hash.hash(bytes, start, end), bytes, start, end);
  }

  /** As `find`, for who knows the key's hash. */
  findHashed(hash: number, bytes: Uint8Array, start: number, end: number): number {
    if (this.#used0 + this.#used1 === 0) return 0;
    if (this.#rehashIndex >= 0) this.#rehashBuckets(1);
    return this.#search(hash, bytes, start, end);
  }

  /**
   * Adds the key `bytes[start, end)`, which must not be there yet, and returns its entry: owner's word 0, flags clear,
   * `payloadBytes` bytes of payload with undefined content. Throws `ArenaFullError` and then changes nothing.
   */
  insert(bytes: Uint8Array, start: number, end: number, payloadBytes: number): number {
    return this.insertHashed(this.#hash.hash(bytes, start, end), bytes, start, end, payloadBytes);
  }

  /** As `insert`, for who knows the key's hash. */
  insertHashed(hash: number, bytes: Uint8Array, start: number, end: number, payloadBytes: number): number {
    if (this.#rehashIndex >= 0) this.#rehashBuckets(1);
    const arena = this.#arena;
    const length = end - start;
    if (length > KEY_LENGTH_MASK) throw new InvariantError("A key is longer than 2^30 - 1 bytes");
    const entry = arena.allocate(ENTRY_HEADER_BYTES + length + payloadBytes);
    if (this.#rehashIndex < 0 && this.#used0 > this.#mask0) this.#growIfNeeded();
    const words = arena.wordsOf(entry);
    const at = arena.offsetOf(entry) >>> 2;
    const inFirst = this.#tableForNew(hash) === 0;
    const buckets = inFirst ? this.#table0 : this.#table1;
    const index = hash & (inFirst ? this.#mask0 : this.#mask1);
    words[at] = buckets[index]!;
    buckets[index] = entry;
    if (inFirst) this.#used0++;
    else this.#used1++;
    words[at + 1] = hash;
    words[at + 2] = length;
    words[at + 3] = 0;
    writeKey(arena.bytesOf(entry), at, bytes, start, end);
    return entry;
  }

  /** The entry of a key, added as by `insert` when it was missing: then `wasInserted` is true. */
  findOrInsert(bytes: Uint8Array, start: number, end: number, payloadBytes: number): number {
    const hash = this.#hash.hash(bytes, start, end);
    const found = this.findHashed(hash, bytes, start, end);
    this.wasInserted = found === 0;
    return found === 0 ? this.insertHashed(hash, bytes, start, end, payloadBytes) : found;
  }

  /**
   * Gives an entry `newPayloadBytes` bytes of payload, of which the first `usedPayloadBytes` are kept, and returns its
   * handle, which is another one when the block had to move. Throws `ArenaFullError` and then changes nothing.
   */
  resizePayload(entry: number, usedPayloadBytes: number, newPayloadBytes: number): number {
    const before = ENTRY_HEADER_BYTES + this.keyLength(entry);
    const moved = this.#arena.resize(entry, before + usedPayloadBytes, before + newPayloadBytes);
    if (moved === entry) return entry;
    const hash = this.hashOf(moved);
    this.#replaceLink(this.#tableHolding(entry, hash), hash, entry, moved);
    return moved;
  }

  /** Removes and frees an entry. What the payload refers to is the owner's. */
  removeEntry(entry: number): void {
    const hash = this.hashOf(entry);
    const table = this.#tableHolding(entry, hash);
    this.#replaceLink(table, hash, entry, this.nextInBucket(entry));
    if (table === 0) this.#used0--;
    else this.#used1--;
    this.#arena.free(entry);
  }

  /** The length of an entry's key in bytes. */
  keyLength(entry: number): number {
    return this.#arena.wordsOf(entry)[(this.#arena.offsetOf(entry) >>> 2) + 2]! & KEY_LENGTH_MASK;
  }

  /** Where the key begins in `arena.bytesOf(entry)`. */
  keyOffset(entry: number): number {
    return this.#arena.offsetOf(entry) + ENTRY_HEADER_BYTES;
  }

  /** Makes `slice` the key of an entry: valid until the entry is moved or freed. */
  readKey(entry: number, slice: Slice): void {
    slice.bytes = this.#arena.bytesOf(entry);
    slice.start = this.#arena.offsetOf(entry) + ENTRY_HEADER_BYTES;
    slice.end = slice.start + this.keyLength(entry);
  }

  /** Where the payload begins in `arena.bytesOf(entry)`: not aligned. */
  payloadOffset(entry: number): number {
    return this.#arena.offsetOf(entry) + ENTRY_HEADER_BYTES + this.keyLength(entry);
  }

  /** The word that the owner keeps with an entry. */
  userWord(entry: number): number {
    return this.#arena.wordsOf(entry)[(this.#arena.offsetOf(entry) >>> 2) + 3]!;
  }

  /** Sets the owner's word to the low 32 bits of `word`. */
  setUserWord(entry: number, word: number): void {
    this.#arena.wordsOf(entry)[(this.#arena.offsetOf(entry) >>> 2) + 3] = word;
  }

  /** One of the owner's flags of an entry: `bit` 0 or 1. */
  flag(entry: number, bit: 0 | 1): boolean {
    const word = this.#arena.wordsOf(entry)[(this.#arena.offsetOf(entry) >>> 2) + 2]!;
    return ((word >>> (FLAG_SHIFT + bit)) & 1) !== 0;
  }

  /** Sets or clears one of the owner's flags: `bit` 0 or 1. */
  setFlag(entry: number, bit: 0 | 1, isSet: boolean): void {
    const words = this.#arena.wordsOf(entry);
    const at = (this.#arena.offsetOf(entry) >>> 2) + 2;
    const mask = 1 << (FLAG_SHIFT + bit);
    words[at] = isSet ? words[at]! | mask : words[at]! & ~mask;
  }

  /**
   * Stops all movement of entries between the tables until `resumeResize` has been called as often: for walks over the
   * buckets. Insertions still may begin a second table when chains grow longer than five entries on average.
   */
  pauseResize(): void {
    this.#pauses++;
  }

  /** Undoes one `pauseResize`. */
  resumeResize(): void {
    if (this.#pauses === 0) throw new InvariantError("A dict's resizing is resumed more often than paused");
    this.#pauses--;
  }

  /** Rehashes until it is done or `now()` has advanced by `budgetMs`; true when there is more to do. */
  rehashFor(budgetMs: number, now: () => number): boolean {
    if (this.#rehashIndex < 0 || this.#pauses > 0) return false;
    const endMs = now() + budgetMs;
    do this.#rehashBuckets(BUCKETS_BETWEEN_CLOCK_READS); while (this.#rehashIndex >= 0 && now() < endMs);
    return this.#rehashIndex >= 0;
  }

  /** Begins a smaller table when less than a tenth of the buckets is filled; false when there is nothing to shrink. */
  shrinkIfSparse(): boolean {
    const buckets = this.#mask0 + 1;
    if (this.#pauses > 0 || this.#rehashIndex >= 0 || buckets <= INITIAL_BUCKETS) return false;
    return this.#used0 * 100 < buckets * MIN_FILL_PERCENT && this.#beginTable(this.#used0);
  }

  /** Makes room for `count` entries in advance, unless a rehash is under way or the tables are large enough. */
  reserve(count: number): void {
    if (this.#rehashIndex < 0 && count > this.#mask0 + 1) this.#beginTable(count);
  }

  /** Visits the entries under a cursor and returns the next cursor, 0 at the end: see `scanDict`. */
  scan(cursor: number, visit: (entry: number) => void): number {
    return scanDict(this, cursor, visit);
  }

  /** An entry from a random bucket, or 0 when empty: cheap, but entries that share a bucket come less often. */
  randomEntry(random: Random): number {
    if (this.#rehashIndex >= 0) this.#rehashBuckets(1);
    return randomEntry(this, random);
  }

  /** A random entry, each equally likely, or 0 when empty. */
  fairRandomEntry(random: Random): number {
    if (this.#rehashIndex >= 0) this.#rehashBuckets(4); // SPOP has no other step, and shrinks a table again and again.
    return fairRandomEntry(this, random);
  }

  /** Writes up to `count` entries around a random place into `out`, and returns how many; some may repeat. */
  sampleEntries(random: Random, count: number, out: Int32Array): number {
    if (this.#rehashIndex >= 0) this.#rehashBuckets(Math.min(count, this.size));
    return sampleEntries(this, random, count, out);
  }

  /** How many buckets a table has: 0 for table 1 unless a rehash is under way. */
  bucketCount(table: 0 | 1): number {
    return (table === 0 ? this.#mask0 : this.#mask1) + 1;
  }

  /** How many entries a table holds. */
  usedCount(table: 0 | 1): number {
    return table === 0 ? this.#used0 : this.#used1;
  }

  /** The buckets of a table, each with its first entry or 0. Not to be written to, and another array when entries move. */
  buckets(table: 0 | 1): Int32Array {
    return table === 0 ? this.#table0 : this.#table1;
  }

  /** The entry after this one in its bucket, or 0. */
  nextInBucket(entry: number): number {
    return this.#arena.wordsOf(entry)[this.#arena.offsetOf(entry) >>> 2]!;
  }

  /** The first entry of the bucket that keys of this hash are looked for in first, or 0. Only while there are entries. */
  headFor(hash: number): number {
    return this.#tableFor(hash) === 0 ? this.#table0[hash & this.#mask0]! : this.#table1[hash & this.#mask1]!;
  }

  /** The hash of an entry's key. */
  hashOf(entry: number): number {
    return this.#arena.wordsOf(entry)[(this.#arena.offsetOf(entry) >>> 2) + 1]!;
  }

  /** The table that holds an entry. */
  tableOf(entry: number): 0 | 1 {
    return this.#tableHolding(entry, this.hashOf(entry));
  }

  /** Removes and frees all entries, each handed to `releasePayload` before, and the tables. */
  clear(releasePayload?: (entry: number) => void): void {
    while (!this.clearSome(Infinity, releasePayload));
  }

  /**
   * Removes and frees about `budgetEntries` entries as `clear` does, looking at ten times as many buckets at most; true
   * when nothing is left. The dict remains usable in between.
   */
  clearSome(budgetEntries: number, releasePayload?: (entry: number) => void): boolean {
    let visitsLeft = budgetEntries * EMPTY_VISITS;
    let freed = 0;
    while (this.size > 0 && freed < budgetEntries && visitsLeft-- > 0) {
      const inFirst = this.#used0 > 0;
      const table = inFirst ? this.#table0 : this.#table1;
      const index = this.#clearIndex & (table.length - 1);
      this.#clearIndex = index + 1;
      let entry = table[index]!;
      if (entry === 0) continue;
      table[index] = 0;
      while (entry !== 0) {
        const next = this.nextInBucket(entry);
        if (inFirst) this.#used0--;
        else this.#used1--;
        if (releasePayload !== undefined) releasePayload(entry);
        this.#arena.free(entry);
        freed++;
        entry = next;
      }
    }
    if (this.size > 0) return false;
    this.#forgetTables();
    return true;
  }

  /** Ends a rehash and gives the table that is left away, entries and all; null while resizing is paused. */
  takeTable(): Int32Array<ArrayBuffer> | null {
    if (this.#pauses > 0) return null;
    while (this.#rehashIndex >= 0) this.#rehashBuckets(Infinity);
    const table = this.#table0;
    this.#used0 = 0;
    this.#forgetTables();
    return table;
  }

  /** Takes over a table of so many entries. Only while there is none. */
  giveTable(table: Int32Array<ArrayBuffer>, entryCount: number): void {
    this.#table0 = table;
    this.#mask0 = table.length - 1;
    this.#used0 = entryCount;
    this.#arena.tableBytes += this.tableBytes;
  }

  #forgetTables(): void {
    this.#arena.tableBytes -= this.tableBytes;
    this.#table0 = this.#table1 = NO_BUCKETS;
    this.#mask0 = this.#mask1 = this.#rehashIndex = -1;
    this.#clearIndex = 0;
    this.#isMixed = false;
  }

  /** The table that keys of this hash are in, unless the tables are mixed. */
  #tableFor(hash: number): 0 | 1 {
    return (hash & this.#mask0) < this.#rehashIndex ? 1 : 0;
  }

  #tableForNew(hash: number): 0 | 1 {
    if (this.#rehashIndex >= 0 && this.#pauses > 0) this.#isMixed = true;
    return this.#isMixed ? 1 : this.#tableFor(hash);
  }

  // Reads only entries that stand before `entry`, whose own block may be freed by now.
  #tableHolding(entry: number, hash: number): 0 | 1 {
    const table = this.#tableFor(hash);
    if (table === 1 || !this.#isMixed) return table;
    let candidate = this.#table0[hash & this.#mask0]!;
    while (candidate !== 0 && candidate !== entry) candidate = this.nextInBucket(candidate);
    return candidate === 0 ? 1 : 0;
  }

  // Only while there are entries: there may be no table.
  #search(hash: number, bytes: Uint8Array, start: number, end: number): number {
    const entry = this.#searchFrom(this.headFor(hash), hash, bytes, start, end);
    if (entry !== 0 || !this.#isMixed || this.#tableFor(hash) === 1) return entry;
    return this.#searchFrom(this.#table1[hash & this.#mask1]!, hash, bytes, start, end);
  }

  #searchFrom(entry: number, hash: number, bytes: Uint8Array, start: number, end: number): number {
    const arena = this.#arena;
    const length = end - start;
    while (entry !== 0) {
      const words = arena.wordsOf(entry);
      const at = arena.offsetOf(entry) >>> 2;
      if (
        words[at + 1]! === hash && (words[at + 2]! & KEY_LENGTH_MASK) === length &&
        hasKey(words, arena.bytesOf(entry), at, bytes, start, end)
      ) return entry;
      entry = words[at]!;
    }
    return 0;
  }

  // Reads only entries that stand before `entry`, whose own block may be freed by now.
  #replaceLink(table: 0 | 1, hash: number, entry: number, replacement: number): void {
    const buckets = table === 0 ? this.#table0 : this.#table1;
    const index = hash & (table === 0 ? this.#mask0 : this.#mask1);
    if (buckets[index] === entry) {
      buckets[index] = replacement;
      return;
    }
    for (let before = buckets[index]!; before !== 0; before = this.nextInBucket(before)) {
      if (this.nextInBucket(before) !== entry) continue;
      this.#arena.wordsOf(before)[this.#arena.offsetOf(before) >>> 2] = replacement;
      return;
    }
    throw new InvariantError("An entry is removed from a dict, or moved in it, that does not hold it");
  }

  #growIfNeeded(): void {
    const buckets = this.#mask0 + 1;
    if (buckets === 0) {
      if (!this.#beginTable(INITIAL_BUCKETS)) throw new InvariantError("A table of 4 buckets cannot be made");
    } else if (this.#pauses === 0 || Math.floor(this.#used0 / buckets) > FORCED_GROWTH_RATIO) {
      const isAllowed = this.#used0 > buckets * MAX_FILL_RATIO || this.mayGrow?.(bucketsFor(this.#used0 + 1) * 4);
      if (isAllowed !== false) this.#beginTable(this.#used0 + 1);
    }
  }

  // When there is no memory for a larger table, the present one does with longer chains, as in Redis.
  #beginTable(entries: number): boolean {
    const buckets = bucketsFor(entries);
    if (buckets > BUCKETS_MAX || buckets === this.#mask0 + 1) return false;
    const table = tryNewTable(buckets);
    if (table === null) return false;
    this.#arena.tableBytes += 4 * (this.#used0 === 0 ? buckets - this.#mask0 - 1 : buckets);
    if (this.#used0 === 0) {
      this.#table0 = table;
      this.#mask0 = buckets - 1;
    } else {
      this.#table1 = table;
      this.#mask1 = buckets - 1;
      this.#rehashIndex = 0;
    }
    return true;
  }

  #rehashBuckets(count: number): void {
    if (this.#pauses > 0) return;
    const arena = this.#arena;
    const from = this.#table0;
    const to = this.#table1;
    const mask = this.#mask1;
    let emptyVisits = count * EMPTY_VISITS;
    let index = this.#rehashIndex;
    for (let left = count; left > 0 && this.#used0 > 0; left--) {
      while (from[index]! === 0) {
        index++;
        if (--emptyVisits === 0) {
          this.#rehashIndex = index;
          return;
        }
      }
      let entry = from[index]!;
      from[index] = 0;
      index++;
      let moved = 0;
      while (entry !== 0) {
        const words = arena.wordsOf(entry);
        const at = arena.offsetOf(entry) >>> 2;
        const next = words[at]!;
        const target = words[at + 1]! & mask;
        words[at] = to[target]!;
        to[target] = entry;
        moved++;
        entry = next;
      }
      this.#used0 -= moved;
      this.#used1 += moved;
    }
    this.#rehashIndex = index;
    if (this.#used0 === 0) this.#finishRehash();
  }

  #finishRehash(): void {
    this.#arena.tableBytes -= (this.#mask0 + 1) * 4;
    this.#table0 = this.#table1;
    this.#mask0 = this.#mask1;
    this.#used0 = this.#used1;
    this.#table1 = NO_BUCKETS;
    this.#used1 = 0;
    this.#mask1 = this.#rehashIndex = -1;
    this.#isMixed = false;
  }
}
