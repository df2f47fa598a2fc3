/**
 * The keys of one database as bytes: lookup, insertion, removal, expiry and value columns, without any policy.
 *
 * - No time, no events, no propagation: `Database` adds those.
 * - An `EntryRef` dies when its entry is removed or changes size; the functions that may move one return the new one.
 */

import { invariant } from "../base/invariant.ts";
import { copyBytes } from "../bytes/copy.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Arena } from "../values/arena.ts";
import { Dict } from "../values/dict.ts";
import type { SeededHash } from "../bytes/seeded_hash.ts";
import { KIND_STRING } from "../values/kind.ts";
import { USER_WORD } from "../values/dict_entry.ts";
import { readInt64, writeInt64 } from "../values/int64.ts";
import {
  ENCODING_INT,
  type EntryRef,
  EXPIRY_BYTES,
  FLAG_EXPIRES,
  FLAG_SAVED,
  LRU_MASK,
  NO_ENTRY,
  packUserWord,
  readSafeInt64,
  readUint32,
  valueStart,
  writeUint32,
} from "./entry_layout.ts";
import { ExpiryIndex } from "./expiry_index.ts";
import type { KeyPrefetch } from "./key_prefetch.ts";
import type { Value } from "./value.ts";
import type { ValueTable } from "./value_table.ts";

/** Bytes of payload that stand for a value that is not a string. */
const VALUE_REFERENCE_BYTES = 4;

/** The memory that keyspaces share. */
export interface KeyspaceMemory {
  readonly arena: Arena;
  readonly hash: SeededHash;
  readonly values: ValueTable;
  readonly prefetch: KeyPrefetch;
  /** Whether the table of keys may make way for one of so many bytes. */
  readonly mayGrowTable: (tableBytes: number) => boolean;
}

/** A table of keys with typed columns. */
export class Keyspace {
  readonly dict: Dict;
  readonly expiry: ExpiryIndex;
  /** Its place in the running snapshot, -1 when that is done with it or has never seen it. */
  section = -1;
  readonly #arena: Arena;
  readonly #prefetch: KeyPrefetch;
  readonly #values: ValueTable;

  constructor(memory: KeyspaceMemory) {
    this.#arena = memory.arena;
    this.#prefetch = memory.prefetch;
    this.#values = memory.values;
    this.expiry = new ExpiryIndex(memory.arena);
    this.dict = new Dict(memory.arena, memory.hash);
    this.dict.mayGrow = (tableBytes) => memory.mayGrowTable(tableBytes);
  }

  /** Number of keys. */
  get size(): number {
    return this.dict.size;
  }

  /** The entry of `key`, or `NO_ENTRY`. */
  find(key: Slice): EntryRef {
    return this.dict.findHashed(this.#prefetch.hashOf(key), key.bytes, key.start, key.end);
  }

  /** The kind of value, by Redis's `OBJ_` numbers. */
  kindOf(entry: EntryRef): number {
    return this.dict.userWord(entry) >>> 28;
  }

  /** The encoding of a string. */
  stringEncodingOf(entry: EntryRef): number {
    return (this.dict.userWord(entry) >>> 24) & 15;
  }

  /** Whether the entry is a string that is kept as an integer. */
  isInteger(entry: EntryRef): boolean {
    return this.dict.userWord(entry) >>> 24 === ((KIND_STRING << 4) | ENCODING_INT);
  }

  /** The LRU or LFU clock, 24 bits. */
  lruOf(entry: EntryRef): number {
    return this.dict.userWord(entry) & LRU_MASK;
  }

  /** Sets the LRU or LFU clock. */
  setLru(entry: EntryRef, lru: number): void {
    const words = this.#arena.wordsOf(entry);
    const at = (this.#arena.offsetOf(entry) >>> 2) + USER_WORD;
    words[at] = (words[at]! & ~LRU_MASK) | (lru & LRU_MASK);
  }

  /** Sets kind and encoding, leaving the clock. */
  setKind(entry: EntryRef, kind: number, encoding: number): void {
    this.dict.setUserWord(entry, packUserWord(kind, encoding, this.lruOf(entry)));
  }

  /** Points `out` at the key's bytes: valid until the keyspace changes. */
  readKey(entry: EntryRef, out: Slice): Slice {
    const start = this.#arena.offsetOf(entry) + 16;
    out.bytes = this.#arena.bytesOf(entry);
    out.start = start;
    out.end = start + this.dict.keyLength(entry);
    return out;
  }

  /** The buffer that holds the entry's payload. */
  payloadBytes(entry: EntryRef): Uint8Array {
    return this.#arena.bytesOf(entry);
  }

  /** Where the value starts in `payloadBytes()`, past the expiry. */
  valueOffset(entry: EntryRef): number {
    return valueStart(this.#arena, entry);
  }

  /** Bytes that the value may grow to without the entry moving. */
  valueCapacity(entry: EntryRef): number {
    return this.#arena.capacity(entry) - (this.valueOffset(entry) - this.#arena.offsetOf(entry));
  }

  /** Adds `key`, which must be absent, with room for `valueBytes` of value, no expiry and kind string. */
  insert(key: Slice, valueBytes: number): EntryRef {
    return this.dict.insertHashed(this.#prefetch.hashOf(key), key.bytes, key.start, key.end, valueBytes);
  }

  /** Makes room for `newBytes` of value, keeping the first `usedBytes`; the entry may move. */
  resizeValue(entry: EntryRef, usedBytes: number, newBytes: number): EntryRef {
    const before = this.valueOffset(entry) - this.#arena.offsetOf(entry);
    if (this.#arena.isWellFilled(entry, before + newBytes)) return entry;
    const prefix = this.dict.flag(entry, FLAG_EXPIRES) ? EXPIRY_BYTES : 0;
    const moved = this.dict.resizePayload(entry, prefix + usedBytes, prefix + newBytes);
    if (moved !== entry && prefix !== 0) this.expiry.set(this.#expiryPosition(moved), moved);
    return moved;
  }

  /** Bytes of payload that hold the value of the entry. */
  usedValueBytes(entry: EntryRef): number {
    if (this.kindOf(entry) !== KIND_STRING) return VALUE_REFERENCE_BYTES;
    if (this.stringEncodingOf(entry) === ENCODING_INT) return 8;
    return 4 + readUint32(this.payloadBytes(entry), this.valueOffset(entry));
  }

  /** The value of an entry that is not a string: until the running command ends. */
  valueOf(entry: EntryRef): Value {
    return this.#values.get(entry);
  }

  /** As `valueOf`, to be read at once: for those who go through all keys. */
  peekValue(entry: EntryRef): Value {
    return this.#values.peek(entry);
  }

  /** Adds `key`, which must be absent, with a value that is not a string. */
  insertValue(key: Slice, value: Value, lru: number): EntryRef {
    const entry = this.insert(key, VALUE_REFERENCE_BYTES);
    this.#values.attach(entry, value, lru);
    return entry;
  }

  /** As `insertValue`, for a value that nobody is about to use: loading. */
  insertRestingValue(key: Slice, value: Value, lru: number): EntryRef {
    const entry = this.insert(key, VALUE_REFERENCE_BYTES);
    this.#values.attachResting(entry, value, lru);
    return entry;
  }

  /** Makes an entry, whose former value is detached, hold a value that is not a string. The entry may move. */
  overwriteValue(entry: EntryRef, value: Value, lru: number): EntryRef {
    const target = this.resizeValue(entry, 0, VALUE_REFERENCE_BYTES);
    this.#values.attach(target, value, lru);
    return target;
  }

  /** Adds `key`, which must be absent, with a copy of the string of `entry` of `source`, of the same encoding. */
  insertStringCopy(key: Slice, source: Keyspace, entry: EntryRef, lru: number): EntryRef {
    const used = source.usedValueBytes(entry);
    const target = this.insert(key, used);
    const from = source.valueOffset(entry);
    copyBytes(this.payloadBytes(target), this.valueOffset(target), source.payloadBytes(entry), from, from + used);
    this.dict.setUserWord(target, packUserWord(KIND_STRING, source.stringEncodingOf(entry), lru));
    return target;
  }

  /** Takes the value that is not a string away; the entry must be removed or overwritten next. */
  detachValue(entry: EntryRef): Value {
    invariant(this.kindOf(entry) !== KIND_STRING, "a string is no value of the value table");
    return this.#values.detach(entry);
  }

  /** Removes the entry and its expiry. The value must have been detached where it is not a string. */
  remove(entry: EntryRef): void {
    if (this.dict.flag(entry, FLAG_EXPIRES)) this.#dropExpiryIndex(entry);
    this.dict.removeEntry(entry);
  }

  /** True when the entry has an expiry. */
  hasExpiry(entry: EntryRef): boolean {
    return this.dict.flag(entry, FLAG_EXPIRES);
  }

  /** Unix time in milliseconds at which the entry expires, or -1. Beyond 2^53 the nearest number. */
  expiryOf(entry: EntryRef): number {
    if (!this.dict.flag(entry, FLAG_EXPIRES)) return -1;
    return readSafeInt64(this.payloadBytes(entry), this.dict.payloadOffset(entry));
  }

  /** As `expiryOf`, exact: a bigint where a number would not do. */
  exactExpiryOf(entry: EntryRef): number | bigint {
    if (!this.dict.flag(entry, FLAG_EXPIRES)) return -1;
    return readInt64(this.payloadBytes(entry), this.dict.payloadOffset(entry));
  }

  /** Sets the expiry in unix milliseconds, 64 bits, a number being safe; the entry may move. */
  setExpiry(entry: EntryRef, atMs: number | bigint): EntryRef {
    const dict = this.dict;
    let target = entry;
    if (!dict.flag(entry, FLAG_EXPIRES)) {
      const used = this.usedValueBytes(entry);
      target = dict.resizePayload(entry, used, used + EXPIRY_BYTES);
      const at = dict.payloadOffset(target);
      const bytes = this.payloadBytes(target);
      bytes.copyWithin(at + EXPIRY_BYTES, at, at + used);
      dict.setFlag(target, FLAG_EXPIRES, true);
      writeUint32(bytes, at + 8, this.expiry.add(target));
      if (target !== entry && this.kindOf(target) !== KIND_STRING) this.#values.follow(target);
    }
    writeInt64(this.payloadBytes(target), dict.payloadOffset(target), atMs);
    return target;
  }

  /** Removes the expiry, leaving the entry where it is. */
  clearExpiry(entry: EntryRef): void {
    const dict = this.dict;
    if (!dict.flag(entry, FLAG_EXPIRES)) return;
    const used = this.usedValueBytes(entry);
    this.#dropExpiryIndex(entry);
    const at = dict.payloadOffset(entry);
    this.payloadBytes(entry).copyWithin(at, at + EXPIRY_BYTES, at + EXPIRY_BYTES + used);
    dict.setFlag(entry, FLAG_EXPIRES, false);
  }

  /** True when a running snapshot has already dealt with the entry out of turn. */
  isSaved(entry: EntryRef): boolean {
    return this.dict.flag(entry, FLAG_SAVED);
  }

  /** Sets or clears what `isSaved` tells. */
  setSaved(entry: EntryRef, saved: boolean): void {
    this.dict.setFlag(entry, FLAG_SAVED, saved);
  }

  /** Calls `visit` for every entry; the keyspace must not change meanwhile. */
  forEach(visit: (entry: EntryRef) => void): void {
    for (const table of [0, 1] as const) {
      for (let index = 0; index < this.dict.bucketCount(table); index++) {
        for (let entry = this.dict.buckets(table)[index]!; entry !== NO_ENTRY;) {
          const next = this.dict.nextInBucket(entry);
          visit(entry);
          entry = next;
        }
      }
    }
  }

  #expiryPosition(entry: EntryRef): number {
    return readUint32(this.payloadBytes(entry), this.dict.payloadOffset(entry) + 8);
  }

  #dropExpiryIndex(entry: EntryRef): void {
    const position = this.#expiryPosition(entry);
    const moved = this.expiry.removeAt(position);
    if (moved !== entry) writeUint32(this.payloadBytes(moved), this.dict.payloadOffset(moved) + 8, position);
  }
}
