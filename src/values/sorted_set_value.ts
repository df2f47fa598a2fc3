/**
 * Sorted set values: a listpack of pairs while there are few and short members, a dict with a score tree afterwards.
 *
 * - The limits are passed to what adds; a sorted set beyond them stays as it is until something is added. There is no
 *   way back, except for results that are built as a table and may then be made a listpack.
 * - A rank counts from 0, from the lowest score. Scores are never NaN.
 */

import type { Random } from "../base/random.ts";
import { lasting } from "../bytes/lasting_slice.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import { Slice } from "../bytes/slice.ts";
import type { Arena } from "./arena.ts";
import { Dict } from "./dict.ts";
import { ENTRY_SCORE_BYTES } from "./entry_score.ts";
import {
  listpackBytes,
  ListpackEntry,
  listpackFind,
  listpackFirst,
  listpackLength,
  listpackRead,
  listpackSeek,
} from "./listpack.ts";
import { createListpack, importListpack, isSafeToAdd, listpackDelete, listpackDeleteRange } from "./listpack_edit.ts";
import { ScoreTree, TreePlace } from "./score_tree.ts";
import {
  appendPair,
  firstPairIn,
  insertPair,
  lastPairIn,
  nextPair,
  pairEndsAfter,
  readPairScore,
} from "./sorted_set_listpack.ts";
import type { SortedSetRange } from "./sorted_set_range.ts";
import { readTableKey } from "./table_walk.ts";

/** Up to which size a sorted set is a listpack. */
export interface SortedSetLimits {
  /** `zset-max-listpack-entries`. */
  readonly maxListpackEntries: number;
  /** `zset-max-listpack-value`: bytes of a member. */
  readonly maxListpackValue: number;
}

/** Rules of `put`, as bits: the score is added to that of the member. */
export const PUT_INCREMENT = 1;
/** Only members that are missing. */
export const PUT_NEW = 2;
/** Only members that are there. */
export const PUT_EXISTING = 4;
/** A member that is there only gets a greater score. */
export const PUT_GREATER = 8;
/** A member that is there only gets a lesser score. */
export const PUT_LESS = 16;

/**
 * What `put` did: the member was added, got another score, had that score before, was left alone as the rules demand, or
 * was left alone because the sum is no number.
 */
export type PutOutcome = "added" | "updated" | "same" | "skipped" | "nan";

/** What `sizeBytes` counts for a sorted set beside its contents. */
const SORTED_SET_BYTES = 16;

const scratch = lasting(new ListpackEntry());
const place = new TreePlace();

/** A sorted set. */
export class SortedSetValue {
  readonly #arena: Arena;
  readonly #hash: SeededHash;
  #listpack: number;
  #table: Dict | null = null;
  #order: ScoreTree | null = null;
  /** Bytes of the table's entries. */
  #entryBytes = 0;

  /** The score that the last `put` came to, unless it skipped. */
  resultScore = 0;

  /** An empty sorted set, which begins as a listpack: an empty one, or the block `listpack`, which it takes over. */
  constructor(arena: Arena, hash: SeededHash, listpack: number = createListpack(arena)) {
    this.#arena = arena;
    this.#hash = hash;
    this.#listpack = listpack;
  }

  /** A sorted set with a copy of the listpack in `bytes[start, end)`, which was validated before. */
  static fromListpack(arena: Arena, hash: SeededHash, bytes: Uint8Array, start: number, end: number): SortedSetValue {
    return new SortedSetValue(arena, hash, importListpack(arena, bytes, start, end));
  }

  /** Number of members. */
  get size(): number {
    if (this.#table !== null) return this.#table.size;
    return listpackLength(this.#arena.bytesOf(this.#listpack), this.#arena.offsetOf(this.#listpack)) / 2;
  }

  /** As TYPE names it. */
  get kind(): "zset" {
    return "zset";
  }

  /** As OBJECT ENCODING names it. */
  get encoding(): "listpack" | "skiplist" {
    return this.#table === null ? "listpack" : "skiplist";
  }

  /** The members of a large sorted set, or null while it is a listpack: for walks and statistics. */
  get table(): Dict | null {
    return this.#table;
  }

  /** The order of a large sorted set, or null while it is a listpack. */
  get order(): ScoreTree | null {
    return this.#order;
  }

  /** The arena that holds the listpack. */
  get arena(): Arena {
    return this.#arena;
  }

  /** The listpack's block; only while there is no table. */
  get listpack(): number {
    return this.#listpack;
  }

  /** Memory of the sorted set in bytes. */
  get sizeBytes(): number {
    if (this.#table === null) return SORTED_SET_BYTES + this.#arena.capacity(this.#listpack);
    return SORTED_SET_BYTES + this.#table.tableBytes + this.#entryBytes + this.#order!.sizeBytes;
  }

  /** Blocks that freeing gives back, as Redis's `lazyfreeGetFreeEffort`. */
  get freeEffort(): number {
    return this.#table === null ? 1 : this.#table.size;
  }

  /** The listpack's own bytes in `slice`, for saving: valid until the value changes. Only while there is no table. */
  readListpack(slice: Slice): void {
    slice.bytes = this.#arena.bytesOf(this.#listpack);
    slice.start = this.#arena.offsetOf(this.#listpack);
    slice.end = slice.start + listpackBytes(slice.bytes, slice.start);
  }

  /** Adds a member or changes its score, by the rules in the bits of `rules`. As Redis's `zsetAdd`. */
  put(member: Slice, score: number, rules: number, limits: SortedSetLimits): PutOutcome {
    const table = this.#table;
    let handle: number;
    let hash = 0;
    if (table === null) {
      handle = this.#find(member);
    } else {
      hash = this.#hash.hash(member.bytes, member.start, member.end);
      handle = table.findHashed(hash, member.bytes, member.start, member.end);
    }
    if (handle === 0) {
      if ((rules & PUT_EXISTING) !== 0) return "skipped";
      this.resultScore = score;
      if (table === null) this.#add(member, score, limits);
      else this.#insertHashed(hash, member, score);
      return "added";
    }
    if ((rules & PUT_NEW) !== 0) return "skipped";
    const current = this.scoreOf(handle);
    const wanted = (rules & PUT_INCREMENT) !== 0 ? current + score : score;
    if (wanted !== wanted) return "nan";
    if (((rules & PUT_LESS) !== 0 && wanted >= current) || ((rules & PUT_GREATER) !== 0 && wanted <= current)) {
      return "skipped";
    }
    this.resultScore = wanted;
    if (wanted === current) return "same";
    if (table === null) {
      this.#listpack = listpackDelete(this.#arena, this.#listpack, handle, 2);
      this.#listpack = insertPair(this.#arena, this.#listpack, member, wanted);
    } else {
      this.#order!.updateScore(handle, wanted);
    }
    return "updated";
  }

  /** Gives the member that a handle names a score, 0 in the place of -0 too. Only while there is a table. */
  setScore(handle: number, score: number): void {
    this.#order!.updateScore(handle, score);
  }

  /** Removes a member; false if it is none. */
  remove(member: Slice): boolean {
    const table = this.#table;
    const handle = this.find(member);
    if (handle === 0) return false;
    if (table === null) this.#listpack = listpackDelete(this.#arena, this.#listpack, handle, 2);
    else {
      this.#order!.remove(handle);
      this.#removeEntry(handle);
      table.shrinkIfSparse();
    }
    return true;
  }

  /** Removes `count` members from `rank` on, which must be there. */
  removeRange(rank: number, count: number): void {
    if (count <= 0) return;
    if (this.#table === null) {
      this.#listpack = listpackDeleteRange(this.#arena, this.#listpack, 2 * rank, 2 * count);
      return;
    }
    this.#order!.removeRange(rank, count, (entry) => this.#removeEntry(entry));
    this.#table.shrinkIfSparse();
  }

  /** A handle of a member: a number that names it until the sorted set changes; 0 if it is none. */
  find(member: Slice): number {
    return this.#table === null ? this.#find(member) : this.#table.find(member.bytes, member.start, member.end);
  }

  /** The score of the member that a handle names. */
  scoreOf(handle: number): number {
    if (this.#table !== null) return this.#order!.score(handle);
    return readPairScore(this.#arena.bytesOf(this.#listpack), this.#arena.offsetOf(this.#listpack), handle);
  }

  /** Reads the member that a handle names. */
  readHandle(handle: number, member: ListpackEntry): void {
    if (this.#table !== null) return readTableKey(this.#table, handle, member);
    listpackRead(this.#arena.bytesOf(this.#listpack), this.#arena.offsetOf(this.#listpack), handle, member);
  }

  /** How many members stand before the one that a handle names. */
  rankOf(handle: number): number {
    if (this.#table !== null) return this.#order!.rankOf(handle);
    const bytes = this.#arena.bytesOf(this.#listpack);
    const base = this.#arena.offsetOf(this.#listpack);
    let rank = 0;
    for (let at = listpackFirst(bytes, base); at !== handle; at = nextPair(bytes, base, at)) rank++;
    return rank;
  }

  /** The handle of the member at a rank, which must be there. */
  handleAt(rank: number): number {
    const order = this.#order;
    if (order !== null) {
      order.seekRank(place, rank);
      return order.entryAt(place);
    }
    return listpackSeek(this.#arena.bytesOf(this.#listpack), this.#arena.offsetOf(this.#listpack), 2 * rank);
  }

  /** The handle of the first or the last member in a range, or 0. */
  findIn(range: SortedSetRange, isLast = false): number {
    const order = this.#order;
    if (order !== null) {
      if (isLast) order.seekLastIn(place, range);
      else order.seekFirstIn(place, range);
      return place.leaf === 0 ? 0 : order.entryAt(place);
    }
    const bytes = this.#arena.bytesOf(this.#listpack);
    const base = this.#arena.offsetOf(this.#listpack);
    return isLast ? lastPairIn(bytes, base, range) : firstPairIn(bytes, base, range);
  }

  /** How many members lie in a range. */
  countIn(range: SortedSetRange): number {
    if (this.#order !== null) return this.#order.countIn(range);
    const bytes = this.#arena.bytesOf(this.#listpack);
    const base = this.#arena.offsetOf(this.#listpack);
    let count = 0;
    let at = firstPairIn(bytes, base, range);
    for (; at !== 0 && pairEndsAfter(bytes, base, at, range); at = nextPair(bytes, base, at)) count++;
    return count;
  }

  /** A handle of a random member. The sorted set is not empty. */
  randomHandle(random: Random): number {
    if (this.#table !== null) return this.#table.fairRandomEntry(random);
    return this.handleAt(random.below(this.size));
  }

  /** The handles of all members, in their order. */
  handles(): Int32Array {
    const handles = new Int32Array(this.size);
    const order = this.#order;
    let count = 0;
    if (order !== null) {
      order.seekFirst(place);
      for (; place.leaf !== 0; order.next(place)) handles[count++] = order.entryAt(place);
      return handles;
    }
    const bytes = this.#arena.bytesOf(this.#listpack);
    const base = this.#arena.offsetOf(this.#listpack);
    for (let at = listpackFirst(bytes, base); at !== 0; at = nextPair(bytes, base, at)) handles[count++] = at;
    return handles;
  }

  /** Makes the sorted set a table. Does nothing if it is one. */
  convertToTable(additional = 0): void {
    if (this.#table !== null) return;
    const listpack = this.#listpack;
    const bytes = this.#arena.bytesOf(listpack);
    const base = this.#arena.offsetOf(listpack);
    const table = new Dict(this.#arena, this.#hash);
    table.reserve(this.size + additional);
    this.#table = table;
    this.#order = new ScoreTree(table);
    for (let at = listpackFirst(bytes, base); at !== 0; at = nextPair(bytes, base, at)) {
      listpackRead(bytes, base, at, scratch);
      const hash = this.#hash.hash(scratch.bytes, scratch.start, scratch.end);
      // That of a file may have a member twice: with the same score, the order could not tell one entry from the other.
      if (table.findHashed(hash, scratch.bytes, scratch.start, scratch.end) !== 0) continue;
      this.#insertHashed(hash, scratch, readPairScore(bytes, base, at));
    }
    this.#arena.free(listpack);
    this.#listpack = 0;
  }

  /** Makes a table that a listpack would do for a listpack. As Redis's `zsetConvertToListpackIfNeeded`. */
  convertToListpack({ maxListpackEntries, maxListpackValue }: SortedSetLimits): void {
    const order = this.#order;
    if (order === null || order.size > maxListpackEntries) return;
    let totalBytes = 0;
    for (order.seekFirst(place); place.leaf !== 0; order.next(place)) {
      const length = this.#table!.keyLength(order.entryAt(place));
      if (length > maxListpackValue) return;
      totalBytes += length;
    }
    if (!isSafeToAdd(0, totalBytes)) return;
    let listpack = createListpack(this.#arena);
    for (order.seekFirst(place); place.leaf !== 0; order.next(place)) {
      this.readHandle(order.entryAt(place), scratch);
      listpack = appendPair(this.#arena, listpack, scratch, order.scoreAt(place));
    }
    this.free();
    this.#table = null;
    this.#order = null;
    this.#entryBytes = 0;
    this.#listpack = listpack;
  }

  /**
   * Gives the listpack away, and with it all there is: the sorted set must not be used any more. 0 where it is not small;
   * then nothing has changed.
   */
  fold(): number {
    return this.#listpack > 0 ? this.#listpack : 0;
  }

  /** A sorted set with the same members, scores and encoding. */
  duplicate(): SortedSetValue {
    const order = this.#order;
    if (order === null) {
      const slice = new Slice();
      this.readListpack(slice);
      return SortedSetValue.fromListpack(this.#arena, this.#hash, slice.bytes, slice.start, slice.end);
    }
    const copy = new SortedSetValue(this.#arena, this.#hash);
    copy.convertToTable(this.size);
    // The copy is filled by other nodes: the place stays.
    for (order.seekFirst(place); place.leaf !== 0; order.next(place)) {
      this.readHandle(order.entryAt(place), scratch);
      copy.#insert(scratch, order.scoreAt(place));
    }
    return copy;
  }

  /**
   * Gives back the memory of about `budgetEntries` members; true when all is given back. The value must not be used any
   * more.
   */
  freeSome(budgetEntries: number): boolean {
    if (this.#table !== null) return this.#order!.freeSome(budgetEntries) && this.#table.clearSome(budgetEntries);
    if (this.#listpack !== 0) this.#arena.free(this.#listpack);
    this.#listpack = 0;
    return true;
  }

  /** Gives all memory back. The value must not be used any more. */
  free(): void {
    while (!this.freeSome(Infinity));
  }

  #find(member: Slice): number {
    const bytes = this.#arena.bytesOf(this.#listpack);
    const base = this.#arena.offsetOf(this.#listpack);
    return listpackFind(bytes, base, listpackFirst(bytes, base), member, 1);
  }

  /** Adds a member to the listpack, or to the table that is made of it. */
  #add(member: Slice, score: number, { maxListpackEntries, maxListpackValue }: SortedSetLimits): void {
    const { length } = member;
    const totalBytes = listpackBytes(this.#arena.bytesOf(this.#listpack), this.#arena.offsetOf(this.#listpack));
    if (this.size + 1 <= maxListpackEntries && length <= maxListpackValue && isSafeToAdd(totalBytes, length)) {
      this.#listpack = insertPair(this.#arena, this.#listpack, member, score);
      return;
    }
    this.convertToTable(1);
    this.#insert(member, score);
  }

  /** Adds a member to the table. */
  #insert(member: Slice, score: number): void {
    this.#insertHashed(this.#hash.hash(member.bytes, member.start, member.end), member, score);
  }

  #insertHashed(hash: number, { bytes, start, end }: Slice, score: number): void {
    const entry = this.#table!.insertHashed(hash, bytes, start, end, ENTRY_SCORE_BYTES);
    this.#entryBytes += this.#arena.capacity(entry);
    this.#order!.insert(score, entry);
  }

  #removeEntry(entry: number): void {
    this.#entryBytes -= this.#arena.capacity(entry);
    this.#table!.removeEntry(entry);
  }
}
