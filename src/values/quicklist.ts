/**
 * Quicklists: a chain of nodes, each a listpack or one plain string, as Redis 7.0 keeps lists.
 *
 * - A node takes another element while it stays within the fill: a size class for -1 to -5 (4 to 64 KiB), a number of
 *   elements otherwise (and then never over 8 KiB).
 * - An element of `packedThreshold` bytes or more is a plain node of its own.
 * - Where nodes are split and merged follows Redis step by step: a list that went through the same commands has the
 *   same nodes on both servers, and DUMP the same bytes.
 * - One of several nodes may have room in front of its listpack (`listpack_room.ts`); the only node of a list has none.
 * - The compress depth is kept but nodes are never compressed; the RDB format compresses for itself.
 */

import { copyBytes } from "../bytes/copy.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Arena } from "./arena.ts";
import { LISTPACK_HEADER_BYTES, listpackBytes, listpackLength } from "./listpack.ts";
import {
  createListpack,
  importListpack,
  listpackAppend,
  listpackDelete,
  listpackDeleteRange,
  listpackInsert,
  listpackMerge,
  listpackPrepend,
  listpackReplace,
} from "./listpack_edit.ts";
import { entryBytes } from "./listpack_encoding.ts";
import { appendInRoom, dropFirst, dropLast, prependInRoom, settle } from "./listpack_room.ts";

/** What a list keeps as it was when the list was created. */
export interface ListModel {
  /** `list-max-listpack-size`. */
  readonly maxListpackSize: number;
  /** `list-compress-depth`. */
  readonly compressDepth: number;
}

/** What a list needs to know of the configuration. */
export interface ListLimits extends ListModel {
  /** From how many bytes on an element is a plain node; looked at with every change. */
  readonly packedThreshold: number;
}

/** The limits of an unconfigured server. */
export const DEFAULT_LIST_LIMITS: ListLimits = { maxListpackSize: -2, compressDepth: 0, packedThreshold: 2 ** 30 };

/** What `sizeBytes` counts for a node beside its bytes, as Redis's `quicklistNode`. */
export const QUICKLIST_NODE_BYTES = 32;

const SIZE_LIMITS = [4096, 8192, 16384, 32768, 65536];
/** The bound for nodes that are limited by count. */
const SAFETY_LIMIT = 8192;
/** What one entry may cost beside its text, estimated high. */
const ENTRY_OVERHEAD = 8;
/** Header and end that one of two merged listpacks loses; Redis has the number of the ziplist's days. */
const MERGE_SAVES = 11;
const FILL_MIN = -5;
const FILL_MAX = 32767;

/** A node of a quicklist. Its bytes: `arena.bytesOf(handle)` from `Quicklist.baseOf(node)` on, `sizeBytes` of them. */
export class QuicklistNode {
  handle: number;
  /** Bytes of the block in front of the listpack. */
  room = 0;
  /** Elements in the node: 1 if it is plain. */
  count: number;
  sizeBytes: number;
  /** Whether the bytes are one element as it is, not a listpack. */
  readonly isPlain: boolean;
  previous: QuicklistNode | null = null;
  next: QuicklistNode | null = null;

  constructor(handle: number, count: number, sizeBytes: number, isPlain: boolean) {
    this.handle = handle;
    this.count = count;
    this.sizeBytes = sizeBytes;
    this.isPlain = isPlain;
  }
}

/** The chain of nodes: everything that is done to nodes, and to elements whose node and position are known. */
export class Quicklist {
  readonly arena: Arena;
  readonly limits: ListLimits;
  readonly fill: number;
  readonly compressDepth: number;
  head: QuicklistNode | null = null;
  tail: QuicklistNode | null = null;
  nodeCount = 0;
  /** Elements of all nodes. */
  count = 0;
  /** Bytes of the contents of all nodes. */
  contentBytes = 0;
  readonly #maxNodeBytes: number;

  constructor(arena: Arena, limits: ListLimits, model: ListModel = limits) {
    this.arena = arena;
    this.limits = limits;
    this.fill = Math.max(FILL_MIN, Math.min(FILL_MAX, model.maxListpackSize));
    this.compressDepth = Math.max(0, model.compressDepth);
    this.#maxNodeBytes = this.fill < 0 ? SIZE_LIMITS[-this.fill - 1]! : 0;
  }

  /** Where the bytes of `node` begin. */
  baseOf(node: QuicklistNode): number {
    return this.arena.offsetOf(node.handle) + node.room;
  }

  /** Adds `element` before all others. */
  pushHead(element: Slice): void {
    const head = this.head;
    if (head === null || !this.#allowsInsert(head, element)) {
      this.#link(head, this.#createNode(element), false);
    } else if (head.next === null) {
      head.handle = listpackPrepend(this.arena, head.handle, element);
      this.#added(head);
    } else {
      const before = head.sizeBytes;
      prependInRoom(this.arena, head, element);
      this.#recount(head, before, 1);
    }
  }

  /** Adds `element` after all others. */
  pushTail(element: Slice): void {
    const tail = this.tail;
    if (tail !== null && this.#allowsInsert(tail, element)) {
      const before = tail.sizeBytes;
      appendInRoom(this.arena, tail, element);
      this.#recount(tail, before, 1);
    } else {
      this.#link(tail, this.#createNode(element), true);
    }
  }

  /** Adds `element` before or after the one at `position` of `node`. */
  insert(node: QuicklistNode, position: number, element: Slice, isAfter: boolean): void {
    settle(this.arena, node);
    const bytes = this.arena.bytesOf(node.handle);
    const base = this.arena.offsetOf(node.handle);
    const after = node.isPlain ? 0 : position + entryBytes(bytes, base + position);
    const isAtEdge = node.isPlain || (isAfter ? after === node.sizeBytes - 1 : position === LISTPACK_HEADER_BYTES);
    if (this.#isLarge(element)) {
      this.#insertPlain(node, position, isAtEdge, element, isAfter);
    } else if (this.#allowsInsert(node, element)) {
      node.handle = listpackInsert(this.arena, node.handle, isAfter ? after : position, element);
      this.#added(node);
    } else if (isAtEdge) {
      this.#insertBeside(node, element, isAfter);
    } else {
      const part = this.#split(node, position, isAfter);
      part.handle = isAfter
        ? listpackPrepend(this.arena, part.handle, element)
        : listpackAppend(this.arena, part.handle, element);
      this.#link(node, part, isAfter);
      this.#added(part);
      this.#mergeAround(node);
    }
  }

  /** Puts `element` in the place of the one at `position` of `node`. */
  replace(node: QuicklistNode, position: number, element: Slice): void {
    const isLarge = this.#isLarge(element);
    if (!node.isPlain && !isLarge) {
      settle(this.arena, node);
      node.handle = listpackReplace(this.arena, node.handle, position, element);
      this.#measure(node);
    } else if (node.isPlain && isLarge) {
      const handle = this.#plainBlock(element);
      this.arena.free(node.handle);
      node.handle = handle;
      this.contentBytes += element.end - element.start - node.sizeBytes;
      node.sizeBytes = element.end - element.start;
    } else {
      this.insert(node, position, element, true);
      // A split leaves the entry where it was, as the last of its node.
      this.delete(node, position);
    }
  }

  /** Takes the element at `position` of `node` out. Whether the node went with it is `node.count === 0`. */
  delete(node: QuicklistNode, position: number): void {
    if (node.count === 1) {
      this.#unlink(node);
    } else if (position === LISTPACK_HEADER_BYTES && this.nodeCount > 1) {
      this.#dropFirst(node, 1);
    } else if (this.#isLast(node, position)) {
      const before = node.sizeBytes;
      dropLast(this.arena, node, position);
      this.#recount(node, before, -1);
    } else {
      settle(this.arena, node);
      node.handle = listpackDelete(this.arena, node.handle, position);
      this.#removed(node, 1);
    }
  }

  #isLast(node: QuicklistNode, position: number): boolean {
    const size = entryBytes(this.arena.bytesOf(node.handle), this.baseOf(node) + position);
    return position + size === node.sizeBytes - 1;
  }

  /** Takes `count` elements out of `node`, from the one at `index` in it on. */
  deleteFromNode(node: QuicklistNode, index: number, count: number): void {
    if (count >= node.count) {
      this.#unlink(node);
    } else if (index === 0 && this.nodeCount > 1) {
      this.#dropFirst(node, count);
    } else {
      settle(this.arena, node);
      node.handle = listpackDeleteRange(this.arena, node.handle, index, count);
      this.#removed(node, count);
    }
  }

  /** Adds a node that is a copy of a listpack (validated, not empty) at the tail. */
  appendListpack(bytes: Uint8Array, start: number, end: number): void {
    this.adoptListpack(importListpack(this.arena, bytes, start, end));
  }

  /** Adds a node of a listpack, which it takes over, at the tail. */
  adoptListpack(handle: number): void {
    const bytes = this.arena.bytesOf(handle);
    const base = this.arena.offsetOf(handle);
    const node = new QuicklistNode(handle, listpackLength(bytes, base), listpackBytes(bytes, base), false);
    this.#link(this.tail, node, true);
  }

  /** Adds a plain node at the tail. */
  appendPlain(element: Slice): void {
    this.#link(this.tail, this.#createPlainNode(element), true);
  }

  /** Gives all memory back; the list is then empty. */
  clear(): void {
    for (let node = this.head; node !== null; node = node.next) this.arena.free(node.handle);
    this.head = this.tail = null;
    this.nodeCount = this.count = this.contentBytes = 0;
  }

  /** Removes up to `nodeBudget` nodes from the head on; true when none is left. */
  clearSome(nodeBudget: number): boolean {
    for (let left = nodeBudget; left > 0 && this.head !== null; left--) this.#unlink(this.head);
    return this.head === null;
  }

  #isLarge(element: Slice): boolean {
    return element.end - element.start >= this.limits.packedThreshold;
  }

  #allowsInsert(node: QuicklistNode, element: Slice): boolean {
    if (node.isPlain || this.#isLarge(element)) return false;
    const size = node.sizeBytes + (element.end - element.start) + ENTRY_OVERHEAD;
    return size <= this.#maxNodeBytes || (size <= SAFETY_LIMIT && node.count < this.fill);
  }

  #allowsMerge(left: QuicklistNode | null, right: QuicklistNode | null): boolean {
    if (left === null || right === null || left.isPlain || right.isPlain) return false;
    const size = left.sizeBytes + right.sizeBytes - MERGE_SAVES;
    return size <= this.#maxNodeBytes || (size <= SAFETY_LIMIT && left.count + right.count <= this.fill);
  }

  #createNode(element: Slice): QuicklistNode {
    if (this.#isLarge(element)) return this.#createPlainNode(element);
    const handle = listpackAppend(this.arena, createListpack(this.arena), element);
    const sizeBytes = listpackBytes(this.arena.bytesOf(handle), this.arena.offsetOf(handle));
    return new QuicklistNode(handle, 1, sizeBytes, false);
  }

  #createPlainNode(element: Slice): QuicklistNode {
    return new QuicklistNode(this.#plainBlock(element), 1, element.end - element.start, true);
  }

  #plainBlock(element: Slice): number {
    const handle = this.arena.allocate(element.end - element.start);
    copyBytes(this.arena.bytesOf(handle), this.arena.offsetOf(handle), element.bytes, element.start, element.end);
    return handle;
  }

  #insertPlain(node: QuicklistNode, position: number, isAtEdge: boolean, element: Slice, isAfter: boolean): void {
    const plain = this.#createPlainNode(element);
    if (isAtEdge) {
      this.#link(node, plain, isAfter);
      return;
    }
    const part = this.#split(node, position, isAfter);
    this.#link(node, plain, isAfter);
    this.#link(plain, part, isAfter);
  }

  /** Adds `element` at the near end of the full node's neighbour, or in a new node between the two. */
  #insertBeside(node: QuicklistNode, element: Slice, isAfter: boolean): void {
    const neighbour = isAfter ? node.next : node.previous;
    if (neighbour !== null && this.#allowsInsert(neighbour, element)) {
      settle(this.arena, neighbour);
      neighbour.handle = isAfter
        ? listpackPrepend(this.arena, neighbour.handle, element)
        : listpackAppend(this.arena, neighbour.handle, element);
      this.#added(neighbour);
    } else {
      this.#link(node, this.#createNode(element), isAfter);
    }
  }

  /** Takes note of the size of a listpack that has changed. */
  #measure(node: QuicklistNode): void {
    const sizeBytes = listpackBytes(this.arena.bytesOf(node.handle), this.arena.offsetOf(node.handle));
    this.contentBytes += sizeBytes - node.sizeBytes;
    node.sizeBytes = sizeBytes;
  }

  #added(node: QuicklistNode): void {
    this.#measure(node);
    node.count++;
    this.count++;
  }

  #dropFirst(node: QuicklistNode, count: number): void {
    const before = node.sizeBytes;
    dropFirst(this.arena, node, count);
    this.#recount(node, before, -count);
  }

  /** Takes note of a change of a node that had so many bytes before. */
  #recount(node: QuicklistNode, sizeBefore: number, added: number): void {
    this.contentBytes += node.sizeBytes - sizeBefore;
    node.count += added;
    this.count += added;
  }

  #removed(node: QuicklistNode, count: number): void {
    this.#measure(node);
    node.count -= count;
    this.count -= count;
  }

  /** Puts `node` and its elements into the chain, next to `old` (null: it is the first). */
  #link(old: QuicklistNode | null, node: QuicklistNode, isAfter: boolean): void {
    if (old === null) {
      this.head = this.tail = node;
    } else if (isAfter) {
      node.previous = old;
      node.next = old.next;
      if (old.next === null) this.tail = node;
      else old.next.previous = node;
      old.next = node;
    } else {
      node.next = old;
      node.previous = old.previous;
      if (old.previous === null) this.head = node;
      else old.previous.next = node;
      old.previous = node;
    }
    this.nodeCount++;
    this.count += node.count;
    this.contentBytes += node.sizeBytes;
  }

  #unlink(node: QuicklistNode): void {
    if (node.previous === null) this.head = node.next;
    else node.previous.next = node.next;
    if (node.next === null) this.tail = node.previous;
    else node.next.previous = node.previous;
    this.nodeCount--;
    this.count -= node.count;
    this.contentBytes -= node.sizeBytes;
    node.count = 0;
    if (node.handle !== 0) this.arena.free(node.handle);
    node.handle = 0;
    if (this.nodeCount === 1) settle(this.arena, this.head!);
  }

  /** Takes what lies after the entry at `position` (or before it) out of `node`, as a node that is not linked yet. */
  #split(node: QuicklistNode, position: number, isAfter: boolean): QuicklistNode {
    const arena = this.arena;
    const bytes = arena.bytesOf(node.handle);
    const base = arena.offsetOf(node.handle);
    let left = isAfter ? 1 : 0;
    for (let at = LISTPACK_HEADER_BYTES; at < position; at += entryBytes(bytes, base + at)) left++;
    const right = node.count - left;
    let part = importListpack(arena, bytes, base, base + node.sizeBytes);
    part = isAfter ? listpackDeleteRange(arena, part, 0, left) : listpackDeleteRange(arena, part, left, right);
    node.handle = isAfter
      ? listpackDeleteRange(arena, node.handle, left, right)
      : listpackDeleteRange(arena, node.handle, 0, left);
    const count = isAfter ? right : left;
    this.#removed(node, count);
    return new QuicklistNode(part, count, listpackBytes(arena.bytesOf(part), arena.offsetOf(part)), false);
  }

  #mergeAround(center: QuicklistNode): void {
    const { previous, next } = center;
    if (previous !== null && this.#allowsMerge(previous.previous, previous)) this.#merge(previous.previous!, previous);
    if (next !== null && this.#allowsMerge(next, next.next)) this.#merge(next, next.next!);
    let target = center;
    if (this.#allowsMerge(center.previous, center)) target = this.#merge(center.previous!, center);
    if (this.#allowsMerge(target, target.next)) this.#merge(target, target.next!);
  }

  /** Makes two neighbours one node, and returns it: that of the larger listpack. */
  #merge(left: QuicklistNode, right: QuicklistNode): QuicklistNode {
    settle(this.arena, left);
    settle(this.arena, right);
    const keepsLeft = left.sizeBytes >= right.sizeBytes;
    const kept = keepsLeft ? left : right;
    const dropped = keepsLeft ? right : left;
    const moved = dropped.count;
    kept.handle = listpackMerge(this.arena, left.handle, right.handle);
    dropped.handle = 0;
    this.#unlink(dropped);
    kept.count += moved;
    this.count += moved;
    this.#measure(kept);
    return kept;
  }
}
