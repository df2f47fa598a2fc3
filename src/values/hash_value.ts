/**
 * Hash values: a listpack of fields and values in turn while there are few and short ones, a hash table afterwards.
 * There is no way back, as in Redis.
 *
 * ```
 * listpack   field value field value ...        in the order of their insertion
 * table      entry = field, right after it (as payload) the value; the owner's word is the value's length in bytes
 * ```
 *
 * - The limits of a listpack are passed to `set`; a hash beyond them stays as it is until something is set.
 * - Fields and values are handed out as entries: flyweights, valid until the hash changes or the entry is used again.
 */

import type { Random } from "../base/random.ts";
import { copyBytes } from "../bytes/copy.ts";
import { lasting } from "../bytes/lasting_slice.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import { Slice } from "../bytes/slice.ts";
import type { Arena } from "./arena.ts";
import { Dict } from "./dict.ts";
import { foldDict, type FoldedDictView, foldedEntryBytes, unfoldDict } from "./dict_fold.ts";
import {
  LISTPACK_HEADER_BYTES,
  listpackBytes,
  ListpackEntry,
  listpackFind,
  listpackFirst,
  listpackLength,
  listpackNext,
  listpackRead,
  listpackSeek,
} from "./listpack.ts";
import {
  createListpack,
  importListpack,
  isSafeToAdd,
  listpackAppend,
  listpackDelete,
  listpackReplace,
} from "./listpack_edit.ts";
import { entriesOf, readTableKey, TableWalk } from "./table_walk.ts";

/** What `sizeBytes` counts for a hash beside its contents. */
const HASH_BYTES = 16;

/** Up to where a hash is a listpack. */
export interface HashLimits {
  /** `hash-max-listpack-entries`: how many fields it may have. */
  readonly maxListpackEntries: number;
  /** `hash-max-listpack-value`: how long its fields and values may be, in bytes. */
  readonly maxListpackValue: number;
}

/** A hash. */
export class HashValue {
  readonly #arena: Arena;
  readonly #hash: SeededHash;
  #listpack: number;
  #table: Dict | null = null;
  /** Bytes of the table's entries. */
  #entryBytes = 0;

  /** An empty hash, which begins as a listpack: an empty one, or the block `listpack`, which it takes over. */
  constructor(arena: Arena, hash: SeededHash, listpack: number = createListpack(arena)) {
    this.#arena = arena;
    this.#hash = hash;
    this.#listpack = listpack;
  }

  /**
   * A hash with a copy of the listpack in `bytes[start, end)`, which was validated before: whole pairs, no field twice.
   */
  static fromListpack(arena: Arena, hash: SeededHash, bytes: Uint8Array, start: number, end: number): HashValue {
    return new HashValue(arena, hash, importListpack(arena, bytes, start, end));
  }

  /** Number of fields. */
  get size(): number {
    if (this.#table !== null) return this.#table.size;
    return listpackLength(this.#arena.bytesOf(this.#listpack), this.#arena.offsetOf(this.#listpack)) / 2;
  }

  /** As TYPE names it. */
  get kind(): "hash" {
    return "hash";
  }

  /** As OBJECT ENCODING names it. */
  get encoding(): "listpack" | "hashtable" {
    return this.#table === null ? "listpack" : "hashtable";
  }

  /** The hash table, or null while the hash is a listpack: for walks and statistics. */
  get table(): Dict | null {
    return this.#table;
  }

  /** Memory of the hash in bytes. */
  get sizeBytes(): number {
    if (this.#table === null) return HASH_BYTES + this.#arena.capacity(this.#listpack);
    return HASH_BYTES + this.#table.tableBytes + this.#entryBytes;
  }

  /** Blocks that freeing gives back, as Redis's `lazyfreeGetFreeEffort`. */
  get freeEffort(): number {
    return this.#table === null ? 1 : this.#table.size;
  }

  /** The listpack's own bytes in `slice`, for saving: valid until the hash changes. Only while there is no table. */
  readListpack(slice: Slice): void {
    slice.bytes = this.#arena.bytesOf(this.#listpack);
    slice.start = this.#arena.offsetOf(this.#listpack);
    slice.end = slice.start + listpackBytes(slice.bytes, slice.start);
  }

  /** Sets a field, which must not lie in this hash, nor may its value; true if the field is new. */
  set(field: Slice, value: Slice, limits: HashLimits): boolean {
    if (this.#table === null) {
      if (this.#fitsListpack(field, value, limits.maxListpackValue)) {
        const isNew = this.#setInListpack(field, value);
        if (this.size > limits.maxListpackEntries) this.convertToTable();
        return isNew;
      }
      this.convertToTable(1);
    }
    return this.#setInTable(this.#table!, field, value);
  }

  /** Reads the value of a field into `value`; false if there is no such field. */
  get(field: Slice, value: ListpackEntry): boolean {
    const table = this.#table;
    if (table !== null) {
      const entry = table.find(field.bytes, field.start, field.end);
      if (entry === 0) return false;
      readTableValue(table, entry, value);
      return true;
    }
    const position = this.#positionOf(field);
    if (position === 0) return false;
    const bytes = this.#arena.bytesOf(this.#listpack);
    const base = this.#arena.offsetOf(this.#listpack);
    listpackRead(bytes, base, listpackNext(bytes, base, position), value);
    return true;
  }

  /** Whether there is such a field. */
  has(field: Slice): boolean {
    if (this.#table === null) return this.#positionOf(field) !== 0;
    return this.#table.find(field.bytes, field.start, field.end) !== 0;
  }

  /** Removes a field; false if there is none. */
  remove(field: Slice): boolean {
    const table = this.#table;
    if (table === null) {
      const position = this.#positionOf(field);
      if (position === 0) return false;
      this.#listpack = listpackDelete(this.#arena, this.#listpack, position, 2);
      return true;
    }
    const entry = table.find(field.bytes, field.start, field.end);
    if (entry === 0) return false;
    this.#entryBytes -= this.#arena.capacity(entry);
    table.removeEntry(entry);
    table.shrinkIfSparse();
    return true;
  }

  /** A handle of a random field: a number that names it until the hash changes. The hash is not empty. */
  randomHandle(random: Random): number {
    if (this.#table !== null) return this.#table.fairRandomEntry(random);
    const bytes = this.#arena.bytesOf(this.#listpack);
    return listpackSeek(bytes, this.#arena.offsetOf(this.#listpack), random.below(this.size) * 2);
  }

  /** Reads the field and the value that a handle names. */
  readHandle(handle: number, field: ListpackEntry, value: ListpackEntry): void {
    if (this.#table === null) {
      this.readAt(handle, field, value);
    } else {
      readTableKey(this.#table, handle, field);
      readTableValue(this.#table, handle, value);
    }
  }

  /** The handles of all fields. */
  handles(): Int32Array {
    if (this.#table !== null) return entriesOf(this.#table);
    const handles = new Int32Array(this.size);
    const bytes = this.#arena.bytesOf(this.#listpack);
    const base = this.#arena.offsetOf(this.#listpack);
    let position = this.firstPosition;
    for (let index = 0; index < handles.length; index++) {
      handles[index] = position;
      position = listpackNext(bytes, base, listpackNext(bytes, base, position));
    }
    return handles;
  }

  /** Position of the first field in the listpack, or 0 if there is none. Only while there is no table. */
  get firstPosition(): number {
    return listpackFirst(this.#arena.bytesOf(this.#listpack), this.#arena.offsetOf(this.#listpack));
  }

  /**
   * Reads the field at `position` of the listpack and its value, and returns the position of the next field, 0 at the
   * end. Only while there is no table.
   */
  readAt(position: number, field: ListpackEntry, value: ListpackEntry): number {
    const bytes = this.#arena.bytesOf(this.#listpack);
    const base = this.#arena.offsetOf(this.#listpack);
    const valuePosition = position + listpackRead(bytes, base, position, field);
    const next = valuePosition + listpackRead(bytes, base, valuePosition, value);
    return next === listpackBytes(bytes, base) - 1 ? 0 : next;
  }

  /** Makes the hash a hash table, with room for `additional` fields to come. Does nothing if it is one. */
  convertToTable(additional = 0): void {
    if (this.#table !== null) return;
    const table = new Dict(this.#arena, this.#hash);
    table.reserve(this.size + additional);
    for (let position = this.firstPosition; position !== 0;) {
      position = this.readAt(position, scratchField, scratchValue);
      this.#setInTable(table, scratchField, scratchValue);
    }
    this.#table = table;
    this.#arena.free(this.#listpack);
    this.#listpack = 0;
  }

  /**
   * Puts the whole hash into one block, the listpack or a folded table, and returns that: the hash must not be used any
   * more. 0 where the hash is not small; then nothing has changed.
   */
  fold(): number {
    if (this.#table !== null) return foldDict(this.#table, this.#entryBytes);
    return this.#listpack > 0 ? this.#listpack : 0;
  }

  /** The hash that was folded into a block while it was a table. One that was a listpack is made by the constructor. */
  static unfoldTable(arena: Arena, hash: SeededHash, block: number): HashValue {
    const value = new HashValue(arena, hash, 0);
    value.#entryBytes = foldedEntryBytes(arena, block);
    value.#table = unfoldDict(arena, hash, block);
    return value;
  }

  /** The hash that such a block holds, as `view` shows it: to be read at once and not to be changed. */
  static viewTable(arena: Arena, hash: SeededHash, block: number, view: FoldedDictView): HashValue {
    const value = new HashValue(arena, hash, 0);
    value.#entryBytes = foldedEntryBytes(arena, block);
    value.#table = view.show(block);
    return value;
  }

  /** A hash with the same fields, values and encoding. */
  duplicate(): HashValue {
    const table = this.#table;
    if (table === null) {
      const slice = new Slice();
      this.readListpack(slice);
      return HashValue.fromListpack(this.#arena, this.#hash, slice.bytes, slice.start, slice.end);
    }
    const copy = new HashValue(this.#arena, this.#hash);
    copy.convertToTable(this.size);
    const cursor = new HashCursor();
    for (cursor.open(this); cursor.next();) copy.#setInTable(copy.#table!, cursor.field, cursor.value);
    cursor.close();
    return copy;
  }

  /**
   * Gives back the memory of about `budgetEntries` fields; true when all is given back. The hash must not be used any
   * more.
   */
  freeSome(budgetEntries: number): boolean {
    if (this.#table !== null) return this.#table.clearSome(budgetEntries);
    if (this.#listpack !== 0) this.#arena.free(this.#listpack);
    this.#listpack = 0;
    return true;
  }

  /** Gives all memory back. The hash must not be used any more. */
  free(): void {
    while (!this.freeSome(Infinity));
  }

  #fitsListpack(field: Slice, value: Slice, maxListpackValue: number): boolean {
    const fieldBytes = field.end - field.start;
    const valueBytes = value.end - value.start;
    if (fieldBytes > maxListpackValue || valueBytes > maxListpackValue) return false;
    const total = listpackBytes(this.#arena.bytesOf(this.#listpack), this.#arena.offsetOf(this.#listpack));
    return isSafeToAdd(total, fieldBytes + valueBytes);
  }

  #positionOf(field: Slice): number {
    const bytes = this.#arena.bytesOf(this.#listpack);
    return listpackFind(bytes, this.#arena.offsetOf(this.#listpack), LISTPACK_HEADER_BYTES, field, 1);
  }

  #setInListpack(field: Slice, value: Slice): boolean {
    const arena = this.#arena;
    const position = this.#positionOf(field);
    if (position === 0) {
      this.#listpack = listpackAppend(arena, listpackAppend(arena, this.#listpack, field), value);
      return true;
    }
    const valuePosition = listpackNext(arena.bytesOf(this.#listpack), arena.offsetOf(this.#listpack), position);
    this.#listpack = listpackReplace(arena, this.#listpack, valuePosition, value);
    return false;
  }

  #setInTable(table: Dict, field: Slice, value: Slice): boolean {
    const arena = this.#arena;
    const length = value.end - value.start;
    let entry = table.findOrInsert(field.bytes, field.start, field.end, length);
    const isNew = table.wasInserted;
    if (isNew) {
      this.#entryBytes += arena.capacity(entry);
    } else if (table.userWord(entry) !== length) {
      const capacityBefore = arena.capacity(entry);
      entry = table.resizePayload(entry, 0, length);
      this.#entryBytes += arena.capacity(entry) - capacityBefore;
    }
    table.setUserWord(entry, length);
    copyBytes(arena.bytesOf(entry), table.payloadOffset(entry), value.bytes, value.start, value.end);
    return isNew;
  }
}

/**
 * A walk over the fields of a hash: in the order of insertion for a listpack, else in the table's order. It can be left
 * and taken up later: while it is open the table does not rehash, so it must be closed. The hash must not change.
 */
export class HashCursor {
  /** The field that `next` went to. */
  readonly field: ListpackEntry = new ListpackEntry();
  /** Its value. */
  readonly value: ListpackEntry = new ListpackEntry();
  readonly #walk = new TableWalk();
  #hash: HashValue | null = null;
  /** Position of the next field in a listpack, 0 at the end. */
  #position = 0;

  /** Stands before the first field. */
  open(hash: HashValue): void {
    this.close();
    this.#hash = hash;
    if (hash.table === null) this.#position = hash.firstPosition;
    else this.#walk.open(hash.table);
  }

  /** Goes to the next field; false when there is none. */
  next(): boolean {
    const hash = this.#hash;
    if (hash === null) return false;
    if (hash.table === null) {
      if (this.#position === 0) return false;
      this.#position = hash.readAt(this.#position, this.field, this.value);
      return true;
    }
    const entry = this.#walk.next();
    if (entry === 0) return false;
    hash.readHandle(entry, this.field, this.value);
    return true;
  }

  /** Ends the walk. Harmless if there is none. */
  close(): void {
    this.#walk.close();
    this.#hash = null;
  }
}

function readTableValue(table: Dict, entry: number, value: ListpackEntry): void {
  const start = table.payloadOffset(entry);
  value.setString(table.arena.bytesOf(entry), start, start + table.userWord(entry));
}

// For the conversion above, which never nests.
const scratchField = lasting(new ListpackEntry());
const scratchValue = lasting(new ListpackEntry());
