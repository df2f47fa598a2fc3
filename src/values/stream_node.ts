/**
 * Nodes of a stream: listpacks of entries that lie close together, byte for byte Redis's.
 *
 * ```
 * <count> <deleted> <field count> <field> ... <field> 0                                        the master entry
 * <flags> <ms> <seq> <field count> <field> <value> ... <field> <value> <pieces>                an entry
 * <flags> <ms> <seq> <value> ... <value> <pieces>                                              one with the master's
 * fields
 * ```
 *
 * - A node is known by the id of its first entry, the master id; entries store the differences to it.
 * - `count` is how many entries are not deleted, `deleted` how many are: a deleted entry is only flagged.
 * - `pieces` is how many listpack entries come before it in this entry, so that it can be walked backwards; 0 ends
 *   the master entry.
 */

import type { Slice } from "../bytes/slice.ts";
import type { Arena } from "./arena.ts";
import type { Int64 } from "./int64.ts";
import {
  LISTPACK_HEADER_BYTES,
  LISTPACK_MAX_BYTES,
  listpackBytes,
  listpackInteger,
  ListpackNeedle,
  listpackPrevious,
  validateListpack,
} from "./listpack.ts";
import {
  createListpack,
  endListpack,
  importListpack,
  listpackAppend,
  listpackAppendInteger,
  listpackReplaceInteger,
} from "./listpack_edit.ts";
import {
  ENTRY_OVERHEAD_MAX,
  entryBytes,
  LISTPACK_END,
  readInteger,
  writeElement,
  writeIntegerEntry,
} from "./listpack_encoding.ts";
import { addUint64, StreamId, subtractUint64 } from "./stream_id.ts";

/** Flag of a deleted entry. */
export const ENTRY_DELETED = 1;
/** Flag of an entry with the fields of the master entry. */
export const ENTRY_SAME_FIELDS = 2;

/** What a stream needs to know of the configuration. */
export interface StreamLimits {
  /** `stream-node-max-bytes`; 0 for the largest possible. */
  readonly maxNodeBytes: number;
  /** `stream-node-max-entries`; 0 for any number. */
  readonly maxNodeEntries: number;
}

/** The limits of an unconfigured server. */
export const DEFAULT_STREAM_LIMITS: StreamLimits = { maxNodeBytes: 4096, maxNodeEntries: 100 };

/** Fields and values together may not be longer. */
export const STREAM_ENTRY_MAX_BYTES = LISTPACK_MAX_BYTES;

/** A new node begins with this much room, so that additions seldom move it. */
const PREALLOCATED_BYTES = 4096;
/** The most that the numbers of an entry take, and the count of the node where it becomes wider. */
const ENTRY_NUMBERS_BYTES = 64;

const needle = new ListpackNeedle();

/** Field-value pairs to store: `pairCount` pairs of `parts`, from `first` on. */
export interface StreamFields {
  readonly parts: ArrayLike<Slice>;
  readonly first: number;
  readonly pairCount: number;
}

/** A node. Its bytes: `arena.bytesOf(handle)` from `arena.offsetOf(handle)` on, `sizeBytes` of them. */
export class StreamNode {
  /** The master id. */
  readonly id: StreamId;
  readonly arena: Arena;
  handle: number;
  /** Position of an entry before which all are deleted, so that nobody needs to pass them; 0: not known. */
  liveFrom = 0;
  // How far the last walk got that passed entries by their ids: all before this position are less than this difference to
  // the master id.
  #passedTo = 0;
  #passedMs = 0;
  #passedSeq = 0;

  constructor(arena: Arena, id: Readonly<StreamId>, handle: number) {
    this.arena = arena;
    this.id = new StreamId(id.ms, id.seq);
    this.handle = handle;
  }

  /** A node for a first entry with these fields. The entry itself is not in it yet. */
  static create(arena: Arena, id: Readonly<StreamId>, fields: StreamFields, limits: StreamLimits): StreamNode {
    const capacity = limits.maxNodeBytes > 0 ? Math.min(limits.maxNodeBytes, PREALLOCATED_BYTES) : PREALLOCATED_BYTES;
    let handle = createListpack(arena, capacity);
    handle = listpackAppendInteger(arena, handle, 0);
    handle = listpackAppendInteger(arena, handle, 0);
    handle = listpackAppendInteger(arena, handle, fields.pairCount);
    for (let pair = 0; pair < fields.pairCount; pair++) {
      handle = listpackAppend(arena, handle, fields.parts[fields.first + 2 * pair]!);
    }
    return new StreamNode(arena, id, listpackAppendInteger(arena, handle, 0));
  }

  /** A node with a copy of a listpack, which was validated before. */
  static import(arena: Arena, id: Readonly<StreamId>, bytes: Uint8Array, start: number, end: number): StreamNode {
    return new StreamNode(arena, id, importListpack(arena, bytes, start, end));
  }

  /** Bytes of the listpack. */
  get sizeBytes(): number {
    return listpackBytes(this.arena.bytesOf(this.handle), this.arena.offsetOf(this.handle));
  }

  /** How many entries are not deleted. */
  get count(): number {
    return this.#integerAt(LISTPACK_HEADER_BYTES);
  }

  /** How many entries are deleted. */
  get deletedCount(): number {
    return this.#integerAt(this.skip(LISTPACK_HEADER_BYTES, 1));
  }

  /** Position of the number of the master entry's fields. */
  get fieldCountPosition(): number {
    return this.skip(LISTPACK_HEADER_BYTES, 2);
  }

  /** Position after `count` listpack entries from `position` on; at most the end. */
  skip(position: number, count: number): number {
    const bytes = this.arena.bytesOf(this.handle);
    const base = this.arena.offsetOf(this.handle);
    let at = base + position;
    for (let passed = 0; passed < count && bytes[at] !== LISTPACK_END; passed++) at += entryBytes(bytes, at);
    return at - base;
  }

  /** Whether `position` is behind the last entry. */
  isEnd(position: number): boolean {
    return this.arena.bytesOf(this.handle)[this.arena.offsetOf(this.handle) + position] === LISTPACK_END;
  }

  /** Where the entry that ends at `position` begins: at its flags; 0 if the master entry ends there. */
  entryBefore(position: number): number {
    const bytes = this.arena.bytesOf(this.handle);
    const base = this.arena.offsetOf(this.handle);
    let at = listpackPrevious(bytes, base, position);
    const pieces = Number(listpackInteger(bytes, base, at));
    if (!(pieces > 0)) return 0;
    for (let passed = 0; passed < pieces && at > 0; passed++) at = listpackPrevious(bytes, base, at);
    return at;
  }

  /** Reads the id of the entry whose flags are at `position`. */
  readId(position: number, id: StreamId): void {
    const bytes = this.arena.bytesOf(this.handle);
    const base = this.arena.offsetOf(this.handle);
    const ms = base + position + entryBytes(bytes, base + position);
    const seq = ms + entryBytes(bytes, ms);
    id.set(addUint64(this.id.ms, readInteger(bytes, ms)), addUint64(this.id.seq, readInteger(bytes, seq)));
  }

  /**
   * Adds an entry of `sizeBytes` of fields and values, whose id is larger than those of all others; false where by the
   * limits (null: none) it belongs into another node.
   */
  append(id: Readonly<StreamId>, fields: StreamFields, sizeBytes: number, limits: StreamLimits | null): boolean {
    const { arena } = this;
    const { parts, first, pairCount } = fields;
    let bytes = arena.bytesOf(this.handle);
    let base = arena.offsetOf(this.handle);
    const deletedAt = this.skip(LISTPACK_HEADER_BYTES, 1);
    const total = this.count + Number(readInteger(bytes, base + deletedAt));
    if (limits !== null && !hasRoom(listpackBytes(bytes, base) + sizeBytes, total, limits)) return false;
    const hasSameFields = hasFields(bytes, base + this.skip(deletedAt, 1), fields);
    const maxAdded = sizeBytes + 2 * pairCount * ENTRY_OVERHEAD_MAX + ENTRY_NUMBERS_BYTES;
    // Before the count: it must not be changed where there is no memory.
    this.#reserve(maxAdded);
    this.#setInteger(LISTPACK_HEADER_BYTES, this.count + 1);
    // One that was stored wider than it need be has become narrower, and maybe the block with it.
    this.#reserve(maxAdded);
    bytes = arena.bytesOf(this.handle);
    base = arena.offsetOf(this.handle);
    let at = base + listpackBytes(bytes, base) - 1;
    at = writeIntegerEntry(bytes, at, hasSameFields ? ENTRY_SAME_FIELDS : 0);
    at = writeIntegerEntry(bytes, at, subtractUint64(id.ms, this.id.ms));
    at = writeIntegerEntry(bytes, at, subtractUint64(id.seq, this.id.seq));
    if (!hasSameFields) at = writeIntegerEntry(bytes, at, pairCount);
    for (let part = first; part < first + 2 * pairCount; part += 2) {
      if (!hasSameFields) at = writeElement(bytes, at, parts[part]!);
      at = writeElement(bytes, at, parts[part + 1]!);
    }
    const pieces = hasSameFields ? pairCount + 3 : 2 * pairCount + 4;
    endListpack(bytes, base, writeIntegerEntry(bytes, at, pieces), pieces + 1);
    return true;
  }

  /** A position not before `first`, and before which no entry's id differs from the master id by so much or more. */
  positionBefore(first: number, ms: number, seq: number): number {
    if (this.#passedTo <= first || ms < this.#passedMs || (ms === this.#passedMs && seq < this.#passedSeq)) {
      return first;
    }
    return this.#passedTo;
  }

  /** Notes a position before which no entry's id differs from the master id by so much or more. */
  notePassed(position: number, ms: number, seq: number): void {
    this.#passedTo = position;
    this.#passedMs = ms;
    this.#passedSeq = seq;
  }

  /** Gives back what the node was allocated in advance, if there is memory to move it to. */
  shrink(): void {
    const { arena, handle } = this;
    const used = this.sizeBytes;
    if (arena.isWellFilled(handle, used)) return;
    const moved = arena.tryAllocate(used);
    if (moved === 0) return;
    arena.copy(handle, moved, used);
    arena.free(handle);
    this.handle = moved;
  }

  /** Flags the entry whose flags are at `position` as deleted; false if it was. The counts stay: see `countDeleted`. */
  markDeleted(position: number): boolean {
    const flags = this.#integerAt(position);
    if ((flags & ENTRY_DELETED) !== 0) return false;
    this.#setInteger(position, flags | ENTRY_DELETED);
    return true;
  }

  /** Moves `count` entries from the live ones to the deleted ones. */
  countDeleted(count: number): void {
    const deleted = this.deletedCount + count;
    const live = this.count - count;
    this.#setInteger(LISTPACK_HEADER_BYTES, live);
    this.#setInteger(this.skip(LISTPACK_HEADER_BYTES, 1), deleted);
  }

  /** Gives the memory back. */
  free(): void {
    this.arena.free(this.handle);
    this.handle = 0;
  }

  #integerAt(position: number): number {
    return Number(listpackInteger(this.arena.bytesOf(this.handle), this.arena.offsetOf(this.handle), position));
  }

  /** Makes room for `addedBytes` more. The node grows by doubling, up to what it would begin with. */
  #reserve(addedBytes: number): void {
    const used = this.sizeBytes;
    const needed = used + addedBytes;
    if (needed <= this.arena.capacity(this.handle)) return;
    this.handle = this.arena.resize(this.handle, used, Math.max(needed, Math.min(2 * needed, PREALLOCATED_BYTES)));
  }

  /** Replaces the integer at `position`: a wider or narrower one moves what is behind it. */
  #setInteger(position: number, value: number): void {
    const bytes = this.arena.bytesOf(this.handle);
    const at = this.arena.offsetOf(this.handle) + position;
    if (value <= 127 && bytes[at]! <= 127) {
      bytes[at] = value;
      return;
    }
    const sizeBefore = this.sizeBytes;
    this.handle = listpackReplaceInteger(this.arena, this.handle, position, value);
    const moved = this.sizeBytes - sizeBefore;
    if (this.liveFrom > position) this.liveFrom += moved;
    if (this.#passedTo > position) this.#passedTo += moved;
  }
}

/** Whether the master entry, whose number of fields is at `at`, has these fields. */
function hasFields(bytes: Uint8Array, at: number, fields: StreamFields): boolean {
  const { parts, first, pairCount } = fields;
  if (readInteger(bytes, at) !== pairCount) return false;
  for (let part = first; part < first + 2 * pairCount; part += 2) {
    at += entryBytes(bytes, at);
    if (!needle.set(parts[part]!).matches(bytes, at)) return false;
  }
  return true;
}

/** Whether a node of so many bytes, those of the entry to be added included, and of so many entries has room for it. */
function hasRoom(sizeBytes: number, entries: number, { maxNodeBytes, maxNodeEntries }: StreamLimits): boolean {
  const maxBytes = maxNodeBytes === 0 || maxNodeBytes > LISTPACK_MAX_BYTES ? LISTPACK_MAX_BYTES : maxNodeBytes;
  return sizeBytes < maxBytes && (maxNodeEntries === 0 || entries < maxNodeEntries);
}

/**
 * Whether `bytes[start, end)` is a sound listpack and, with `deep`, a sound node of a stream: master entry, entries
 * and their numbers. As Redis's `streamValidateListpackIntegrity`, which does not compare the flags with the numbers.
 */
export function validateStreamListpack(bytes: Uint8Array, start: number, end: number, deep: boolean): boolean {
  if (!validateListpack(bytes, start, end, deep)) return false;
  if (!deep) return true;
  const walk = new NodeWalk(bytes, start + LISTPACK_HEADER_BYTES);
  const live = Number(walk.integer());
  const deleted = Number(walk.integer());
  const masterFields = Number(walk.integer());
  if (!(live >= 0 && deleted >= 0)) return false;
  if (!walk.pass(masterFields) || walk.integer() !== 0) return false;
  let alive = 0;
  for (let entry = 0; entry < live + deleted; entry++) {
    const flags = Number(walk.integer());
    const ms = walk.integer();
    const seq = walk.integer();
    if (!(flags >= 0) || ms !== ms || seq !== seq) return false;
    if ((flags & ENTRY_DELETED) === 0) alive++;
    const hasSameFields = (flags & ENTRY_SAME_FIELDS) !== 0;
    const fields = hasSameFields ? masterFields : Number(walk.integer());
    if (!walk.pass(hasSameFields ? fields : 2 * fields)) return false;
    if (walk.integer() !== (hasSameFields ? fields + 3 : 2 * fields + 4)) return false;
  }
  return alive === live && walk.isAtEnd;
}

/** A walk over the entries of a listpack that is sound as a listpack. */
class NodeWalk {
  readonly #bytes: Uint8Array;
  #at: number;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  get isAtEnd(): boolean {
    return this.#bytes[this.#at] === LISTPACK_END;
  }

  /** The integer here, and on to the next entry; `NaN` if there is none. */
  integer(): Int64 {
    if (this.isAtEnd) return NaN;
    const value = readInteger(this.#bytes, this.#at);
    this.#at += entryBytes(this.#bytes, this.#at);
    return value;
  }

  /** Passes `count` entries; false if there are not so many. */
  pass(count: number): boolean {
    if (!(count >= 0)) return false;
    for (let passed = 0; passed < count; passed++) {
      if (this.isAtEnd) return false;
      this.#at += entryBytes(this.#bytes, this.#at);
    }
    return true;
  }
}
