/**
 * Stream values: an append-only log of entries in nodes, ordered by id, with consumer groups.
 *
 * - Ids only grow: an entry is added with an id larger than `lastId`, deleted entries included.
 * - Deleting flags an entry; a node goes when its last live entry does.
 */

import type { Arena } from "./arena.ts";
import type { Int64 } from "./int64.ts";
import { StreamCursor } from "./stream_cursor.ts";
import { ENTRIES_READ_UNKNOWN, SortedByName, type StreamGroup } from "./stream_group.ts";
import { addUint64, MAX_STREAM_ID, MIN_STREAM_ID, StreamId, subtractUint64, type Uint64 } from "./stream_id.ts";
import { StreamIndex } from "./stream_index.ts";
import { STREAM_ENTRY_MAX_BYTES, type StreamFields, type StreamLimits, StreamNode } from "./stream_node.ts";

/** What `sizeBytes` counts for a stream and for a node beside its bytes. */
const STREAM_BYTES = 128;
const NODE_BYTES = 48;

/** What became of an entry that was to be added. */
export type StreamAppendOutcome = "added" | "id-too-small" | "too-large";

/** A stream. */
export class StreamValue {
  readonly arena: Arena;
  /** The nodes by master id: for saving and for the cursor. */
  readonly nodes: StreamIndex<StreamNode> = new StreamIndex();
  /** Entries that are not deleted. */
  length = 0;
  /** The largest id ever added or set. */
  readonly lastId: StreamId = new StreamId();
  /** The first entry that is not deleted; 0-0 if there is none. */
  readonly firstId: StreamId = new StreamId();
  /** The largest id that was deleted by XDEL; 0-0 if none was. */
  readonly maxDeletedId: StreamId = new StreamId();
  /** How many entries were ever added. */
  entriesAdded: Uint64 = 0;
  /** The consumer groups. */
  readonly groups: SortedByName<StreamGroup> = new SortedByName();

  constructor(arena: Arena) {
    this.arena = arena;
  }

  /** As TYPE names it. */
  get kind(): "stream" {
    return "stream";
  }

  /** As OBJECT ENCODING names it. */
  get encoding(): "stream" {
    return "stream";
  }

  /** Memory of the stream in bytes, as if all nodes were like the first and the last. Walks the groups. */
  get sizeBytes(): number {
    const { first, last } = this.nodes;
    let size = STREAM_BYTES;
    if (first !== null && last !== null) {
      const nodeBytes = (this.arena.capacity(first.handle) + this.arena.capacity(last.handle)) / 2;
      size += this.nodes.size * (NODE_BYTES + nodeBytes);
    }
    for (const group of this.groups) size += group.sizeBytes;
    return size;
  }

  /** Pieces that freeing gives back, as Redis's `lazyfreeGetFreeEffort`: the first group stands for all. */
  get freeEffort(): number {
    for (const group of this.groups) return this.nodes.size + this.groups.size * (1 + group.pending.size);
    return this.nodes.size;
  }

  /** Puts the id that an entry added at `nowMs` gets into `id`; false when ids have run out. */
  nextId(nowMs: number, id: StreamId): boolean {
    if (nowMs > this.lastId.ms) {
      id.set(nowMs, 0);
      return true;
    }
    return id.assign(this.lastId).increment();
  }

  /** Adds an entry. */
  append(id: Readonly<StreamId>, fields: StreamFields, limits: StreamLimits): StreamAppendOutcome {
    if (id.compare(this.lastId) <= 0) return "id-too-small";
    let size = 0;
    for (let part = 0; part < 2 * fields.pairCount; part++) {
      const { start, end } = fields.parts[fields.first + part]!;
      size += end - start;
    }
    if (size > STREAM_ENTRY_MAX_BYTES) return "too-large";
    const { last } = this.nodes;
    if (last === null || !last.append(id, fields, size, limits)) {
      last?.shrink();
      const node = StreamNode.create(this.arena, id, fields, limits);
      this.nodes.insert(node);
      node.append(id, fields, size, null);
    }
    this.length++;
    this.entriesAdded = addUint64(this.entriesAdded, 1);
    this.lastId.assign(id);
    if (this.length === 1) this.firstId.assign(id);
    return "added";
  }

  /** Whether there is an entry with this id. */
  has(id: Readonly<StreamId>): boolean {
    cursor.seek(this, id, id);
    return cursor.next();
  }

  /** Deletes the entry with this id; false if there is none. */
  delete(id: Readonly<StreamId>): boolean {
    cursor.seek(this, id, id);
    if (!cursor.next()) return false;
    const node = cursor.node!;
    if (node.count === 1) {
      this.#drop(node);
    } else {
      node.markDeleted(cursor.position);
      node.countDeleted(1);
    }
    this.length--;
    if (id.compare(this.maxDeletedId) > 0) this.maxDeletedId.assign(id);
    if (this.length === 0 || id.equals(this.firstId)) this.refreshFirstId();
    return true;
  }

  /**
   * Removes the oldest entries until `maxLength` are left, and returns how many went. If approximate, only whole
   * nodes go; `limit` bounds how many entries may go (0: any number).
   */
  trimByLength(maxLength: number, isApproximate: boolean, limit: number): number {
    let deleted = 0;
    for (let node = this.nodes.first; node !== null && this.length > maxLength; node = this.nodes.first) {
      const entries = node.count;
      if (limit > 0 && deleted + entries > limit) break;
      if (this.length - entries < maxLength) {
        if (!isApproximate) deleted += this.#trimNode(node, this.length - maxLength, MAX_STREAM_ID);
        break;
      }
      this.#drop(node);
      this.length -= entries;
      deleted += entries;
    }
    if (deleted > 0) this.refreshFirstId();
    return deleted;
  }

  /** Removes the entries before `minId`, and returns how many went. Approximate and `limit` as in `trimByLength`. */
  trimById(minId: Readonly<StreamId>, isApproximate: boolean, limit: number): number {
    let deleted = 0;
    for (let node = this.nodes.first; node !== null; node = this.nodes.first) {
      const entries = node.count;
      if (limit > 0 && deleted + entries > limit) break;
      const last = node.entryBefore(node.sizeBytes - 1);
      if (last === 0) break;
      node.readId(last, scratchId);
      if (scratchId.compare(minId) >= 0) {
        if (!isApproximate) deleted += this.#trimNode(node, Infinity, minId);
        break;
      }
      this.#drop(node);
      this.length -= entries;
      deleted += entries;
    }
    if (deleted > 0) this.refreshFirstId();
    return deleted;
  }

  /** Deletes the first entries of a node, up to `count` of them and only those before `minId`. Returns how many. */
  #trimNode(node: StreamNode, count: number, minId: Readonly<StreamId>): number {
    let deleted = 0;
    cursor.enter(this, node);
    while (deleted < count && cursor.advance() && cursor.node === node && cursor.id.compare(minId) < 0) {
      if (node.markDeleted(cursor.position)) deleted++;
    }
    if (deleted > 0) node.countDeleted(deleted);
    this.length -= deleted;
    return deleted;
  }

  /** Sets `firstId` from the entries: after loading, or after changes that were not made through this class. */
  refreshFirstId(): void {
    cursor.seek(this, MIN_STREAM_ID, MAX_STREAM_ID);
    if (this.length > 0 && cursor.next()) {
      this.firstId.assign(cursor.id);
      cursor.node!.liveFrom = cursor.position;
    } else {
      this.firstId.set(0, 0);
    }
  }

  /** Makes the length and the last id agree with the entries, whatever the file said of them: after loading. */
  refreshCounters(): void {
    this.length = 0;
    for (const node of this.nodes) this.length += node.count;
    const { last } = this.nodes;
    if (last !== null && last.id.compare(this.lastId) > 0) this.lastId.assign(last.id);
    if (this.lastValidId(scratchId) && scratchId.compare(this.lastId) > 0) this.lastId.assign(scratchId);
  }

  /** Puts the id of the last entry that is not deleted into `id`; false if there is none. */
  lastValidId(id: StreamId): boolean {
    cursor.seek(this, MIN_STREAM_ID, MAX_STREAM_ID, true);
    if (!cursor.next()) return false;
    id.assign(cursor.id);
    return true;
  }

  /**
   * How many entries were added up to and including `id`, or `ENTRIES_READ_UNKNOWN` if deletions make that
   * unknowable. As Redis's `streamEstimateDistanceFromFirstEverEntry`.
   */
  estimateEntriesRead(id: Readonly<StreamId>): Int64 {
    if (this.entriesAdded === 0) return 0;
    const order = id.compare(this.lastId);
    if ((this.length === 0 && order < 0) || order === 0) return subtractUint64(this.entriesAdded, 0);
    if (order > 0) return ENTRIES_READ_UNKNOWN;
    if (this.maxDeletedId.isZero || this.maxDeletedId.compare(this.firstId) < 0) {
      const fromFirst = id.compare(this.firstId);
      if (fromFirst < 0) return subtractUint64(this.entriesAdded, this.length);
      if (fromFirst === 0) return subtractUint64(addUint64(this.entriesAdded, 1), this.length);
    }
    return ENTRIES_READ_UNKNOWN;
  }

  /** Whether entries from `start` to the end were deleted by XDEL. As Redis's `streamRangeHasTombstones`. */
  hasTombstonesFrom(start: Readonly<StreamId>): boolean {
    if (this.length === 0 || this.maxDeletedId.isZero) return false;
    return this.firstId.compare(this.maxDeletedId) <= 0 && start.compare(this.maxDeletedId) <= 0;
  }

  /** How many entries `group` has yet to read, or null if that is not known. */
  lagOf(group: StreamGroup): Int64 | null {
    if (this.entriesAdded === 0) return 0;
    const isCounted = group.entriesRead !== ENTRIES_READ_UNKNOWN && !this.hasTombstonesFrom(group.lastId);
    const read = isCounted ? group.entriesRead : this.estimateEntriesRead(group.lastId);
    return read === ENTRIES_READ_UNKNOWN ? null : subtractUint64(this.entriesAdded, read);
  }

  /**
   * Adds a node with a copy of a listpack (validated); false if there is one with that master id. The counts are set
   * by the loader.
   */
  insertNode(id: Readonly<StreamId>, bytes: Uint8Array, start: number, end: number): boolean {
    const node = StreamNode.import(this.arena, id, bytes, start, end);
    if (this.nodes.insert(node)) return true;
    node.free();
    return false;
  }

  /** A stream with copies of all nodes and groups. */
  duplicate(): StreamValue {
    const copy = new StreamValue(this.arena);
    for (const node of this.nodes) {
      const start = this.arena.offsetOf(node.handle);
      copy.insertNode(node.id, this.arena.bytesOf(node.handle), start, start + node.sizeBytes);
    }
    for (const group of this.groups) copy.groups.insert(group.duplicate());
    copy.length = this.length;
    copy.entriesAdded = this.entriesAdded;
    copy.lastId.assign(this.lastId);
    copy.firstId.assign(this.firstId);
    copy.maxDeletedId.assign(this.maxDeletedId);
    return copy;
  }

  /** Gives all memory back. */
  free(): void {
    for (const node of this.nodes) node.free();
    this.nodes.clear();
    this.groups.clear();
    this.length = 0;
  }

  /** Gives back the memory of about `budget` nodes; true when all is given back. */
  freeSome(budget: number): boolean {
    for (let left = budget; left > 0; left--) {
      const node = this.nodes.last;
      if (node === null) break;
      this.#drop(node);
    }
    if (this.nodes.size > 0) return false;
    this.free();
    return true;
  }

  #drop(node: StreamNode): void {
    this.nodes.delete(node.id);
    node.free();
  }
}

// For the methods above, which never nest.
const cursor = new StreamCursor();
const scratchId = new StreamId();
