/**
 * Set values: an intset while all members are integers and few enough, a hash table afterwards. There is no way back,
 * as in Redis.
 *
 * - How many members an intset may have is passed to `add`; a set that has more stays as it is until something is
 *   added.
 * - Members are handed out as entries: flyweights, valid until the set changes or the entry is used again.
 */

import type { Random } from "../base/random.ts";
import { lasting } from "../bytes/lasting_slice.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import { Slice } from "../bytes/slice.ts";
import type { Arena } from "./arena.ts";
import { Dict } from "./dict.ts";
import { foldDict, type FoldedDictView, foldedEntryBytes, unfoldDict } from "./dict_fold.ts";
import { parseInt64 } from "./int64.ts";
import {
  createIntset,
  importIntset,
  intsetBytes,
  intsetGet,
  intsetInsert,
  intsetLength,
  intsetRemoveAt,
  intsetSearch,
} from "./intset.ts";
import { ListpackEntry } from "./listpack.ts";
import { entriesOf, readTableKey, TableWalk } from "./table_walk.ts";

/** What `sizeBytes` counts for a set beside its contents. */
const SET_BYTES = 16;
/** An intset never has more members, whatever is configured: Redis's bound. */
const INTSET_ENTRIES_MAX = 2 ** 30;

/** A set. */
export class SetValue {
  readonly #arena: Arena;
  readonly #hash: SeededHash;
  #intset: number;
  #table: Dict | null = null;
  /** Bytes of the table's entries. */
  #entryBytes = 0;

  /** An empty set, which begins as an intset: an empty one, or the block `intset`, which it takes over. */
  constructor(arena: Arena, hash: SeededHash, intset: number = createIntset(arena)) {
    this.#arena = arena;
    this.#hash = hash;
    this.#intset = intset;
  }

  /** A set with a copy of the intset in `bytes[start, end)`, which was validated before. */
  static fromIntset(arena: Arena, hash: SeededHash, bytes: Uint8Array, start: number, end: number): SetValue {
    return new SetValue(arena, hash, importIntset(arena, bytes, start, end));
  }

  /** Number of members. */
  get size(): number {
    return this.#table === null ? intsetLength(this.#arena, this.#intset) : this.#table.size;
  }

  /** As TYPE names it. */
  get kind(): "set" {
    return "set";
  }

  /** As OBJECT ENCODING names it. */
  get encoding(): "intset" | "hashtable" {
    return this.#table === null ? "intset" : "hashtable";
  }

  /** The hash table, or null while the set is an intset: for walks and statistics. */
  get table(): Dict | null {
    return this.#table;
  }

  /** Memory of the set in bytes. */
  get sizeBytes(): number {
    if (this.#table === null) return SET_BYTES + this.#arena.capacity(this.#intset);
    return SET_BYTES + this.#table.tableBytes + this.#entryBytes;
  }

  /** Blocks that freeing gives back, as Redis's `lazyfreeGetFreeEffort`. */
  get freeEffort(): number {
    return this.#table === null ? 1 : this.#table.size;
  }

  /** The intset's own bytes in `slice`, for saving: valid until the set changes. Only while there is no table. */
  readIntset(slice: Slice): void {
    slice.bytes = this.#arena.bytesOf(this.#intset);
    slice.start = this.#arena.offsetOf(this.#intset);
    slice.end = slice.start + intsetBytes(this.#arena, this.#intset);
  }

  /** Adds a member; false if it is one already. */
  add(member: Slice, maxIntsetEntries: number): boolean {
    if (this.#table === null) {
      const value = parseInt64(member.bytes, member.start, member.end);
      if (value === value) {
        const index = intsetSearch(this.#arena, this.#intset, value);
        if (index >= 0) return false;
        this.#intset = intsetInsert(this.#arena, this.#intset, ~index, value);
        if (this.size > Math.min(maxIntsetEntries, INTSET_ENTRIES_MAX)) this.convertToTable();
        return true;
      }
      this.convertToTable(1);
    }
    const table = this.#table!;
    const entry = table.findOrInsert(member.bytes, member.start, member.end, 0);
    if (table.wasInserted) this.#entryBytes += this.#arena.capacity(entry);
    return table.wasInserted;
  }

  /** Removes a member; false if it is none. */
  remove(member: Slice): boolean {
    const table = this.#table;
    if (table === null) {
      const index = this.#indexOf(member);
      if (index < 0) return false;
      this.#intset = intsetRemoveAt(this.#arena, this.#intset, index);
      return true;
    }
    const entry = table.find(member.bytes, member.start, member.end);
    if (entry === 0) return false;
    this.#removeEntry(table, entry);
    return true;
  }

  /** Whether `member` is one. */
  has(member: Slice): boolean {
    if (this.#table === null) return this.#indexOf(member) >= 0;
    return this.#table.find(member.bytes, member.start, member.end) !== 0;
  }

  /** Reads a random member into `member`; false if the set is empty. */
  readRandom(random: Random, member: ListpackEntry): boolean {
    if (this.size === 0) return false;
    this.readHandle(this.randomHandle(random), member);
    return true;
  }

  /** Takes a random member out and into `member`, which owns its bytes; false if the set is empty. */
  popRandom(random: Random, member: ListpackEntry): boolean {
    if (this.size === 0) return false;
    const handle = this.randomHandle(random);
    this.readHandle(handle, member);
    member.keep();
    if (this.#table === null) this.#intset = intsetRemoveAt(this.#arena, this.#intset, handle);
    else this.#removeEntry(this.#table, handle);
    return true;
  }

  /** A handle of a random member: a number that names it until the set changes. The set is not empty. */
  randomHandle(random: Random): number {
    return this.#table === null ? random.below(this.size) : this.#table.fairRandomEntry(random);
  }

  /** Reads the member that a handle names. */
  readHandle(handle: number, member: ListpackEntry): void {
    if (this.#table === null) this.readAt(handle, member);
    else readTableKey(this.#table, handle, member);
  }

  /** The handles of all members. */
  handles(): Int32Array {
    if (this.#table !== null) return entriesOf(this.#table);
    return new Int32Array(this.size).map((_, index) => index);
  }

  /** Reads the member at `index` of an intset, in ascending order. Only while there is no table. */
  readAt(index: number, member: ListpackEntry): void {
    member.setInteger(intsetGet(this.#arena, this.#intset, index));
  }

  /**
   * Visits the members under a cursor and returns the next cursor, 0 at the end, as SCAN does. An intset is visited
   * at once, and reports 0. The visitor may remove the visited member of a table, nothing else.
   */
  scan(cursor: number, visit: (member: ListpackEntry) => void): number {
    const member = new ListpackEntry();
    const table = this.#table;
    if (table === null) {
      const length = this.size;
      for (let index = 0; index < length; index++) {
        this.readAt(index, member);
        visit(member);
      }
      return 0;
    }
    return table.scan(cursor, (entry) => {
      readTableKey(table, entry, member);
      visit(member);
    });
  }

  /** Makes the set a hash table, with room for `additional` members to come. Does nothing if it is one. */
  convertToTable(additional = 0): void {
    if (this.#table !== null) return;
    const table = new Dict(this.#arena, this.#hash);
    const length = this.size;
    table.reserve(length + additional);
    for (let index = 0; index < length; index++) {
      this.readAt(index, scratch);
      this.#entryBytes += this.#arena.capacity(table.insert(scratch.bytes, scratch.start, scratch.end, 0));
    }
    this.#table = table;
    this.#arena.free(this.#intset);
    this.#intset = 0;
  }

  /** Takes over members and encoding of `other`, which must not be used any more, in place of its own. */
  takeOver(other: SetValue): void {
    this.free();
    this.#intset = other.#intset;
    this.#table = other.#table;
    this.#entryBytes = other.#entryBytes;
  }

  /**
   * Puts the whole set into one block, the intset or a folded table, and returns that: the set must not be used any more. 0
   * where the set is not small; then nothing has changed.
   */
  fold(): number {
    if (this.#table !== null) return foldDict(this.#table, this.#entryBytes);
    return this.#intset > 0 ? this.#intset : 0;
  }

  /** The set that was folded into a block while it was a table. One that was an intset is made by the constructor. */
  static unfoldTable(arena: Arena, hash: SeededHash, block: number): SetValue {
    const set = new SetValue(arena, hash, 0);
    set.#entryBytes = foldedEntryBytes(arena, block);
    set.#table = unfoldDict(arena, hash, block);
    return set;
  }

  /** The set that such a block holds, as `view` shows it: to be read at once and not to be changed. */
  static viewTable(arena: Arena, hash: SeededHash, block: number, view: FoldedDictView): SetValue {
    const set = new SetValue(arena, hash, 0);
    set.#entryBytes = foldedEntryBytes(arena, block);
    set.#table = view.show(block);
    return set;
  }

  /** A set with the same members and encoding. */
  duplicate(): SetValue {
    const slice = new Slice();
    if (this.#table === null) {
      this.readIntset(slice);
      return SetValue.fromIntset(this.#arena, this.#hash, slice.bytes, slice.start, slice.end);
    }
    const copy = new SetValue(this.#arena, this.#hash);
    copy.convertToTable(this.size);
    const cursor = new SetCursor();
    for (cursor.open(this); cursor.next();) copy.add(cursor.member, 0);
    cursor.close();
    return copy;
  }

  /**
   * Gives back the memory of about `budgetEntries` members; true when all is given back. The set must not be used any
   * more.
   */
  freeSome(budgetEntries: number): boolean {
    if (this.#table !== null) return this.#table.clearSome(budgetEntries);
    if (this.#intset !== 0) this.#arena.free(this.#intset);
    this.#intset = 0;
    return true;
  }

  /** Gives all memory back. The set must not be used any more. */
  free(): void {
    while (!this.freeSome(Infinity));
  }

  #removeEntry(table: Dict, entry: number): void {
    this.#entryBytes -= this.#arena.capacity(entry);
    table.removeEntry(entry);
    table.shrinkIfSparse();
  }

  #indexOf(member: Slice): number {
    const value = parseInt64(member.bytes, member.start, member.end);
    return value === value ? intsetSearch(this.#arena, this.#intset, value) : -1;
  }
}

/**
 * A walk over the members of a set: ascending for an intset, else in the table's order. It can be left and taken up
 * later: while it is open the table does not rehash, so it must be closed. The current member may be removed from a
 * table; else the set must not change.
 */
export class SetCursor {
  /** The member that `next` went to. */
  readonly member: ListpackEntry = new ListpackEntry();
  readonly #walk = new TableWalk();
  #set: SetValue | null = null;
  /** The next index in an intset. */
  #index = 0;

  /** Stands before the first member. */
  open(set: SetValue): void {
    this.close();
    this.#set = set;
    this.#index = 0;
    if (set.table !== null) this.#walk.open(set.table);
  }

  /** Goes to the next member; false when there is none. */
  next(): boolean {
    const set = this.#set;
    if (set === null) return false;
    if (set.table === null) {
      if (this.#index >= set.size) return false;
      set.readAt(this.#index++, this.member);
      return true;
    }
    const entry = this.#walk.next();
    if (entry === 0) return false;
    readTableKey(set.table, entry, this.member);
    return true;
  }

  /** Ends the walk. Harmless if there is none. */
  close(): void {
    this.#walk.close();
    this.#set = null;
  }
}

// For the conversion above, which never nests.
const scratch = lasting(new ListpackEntry());
