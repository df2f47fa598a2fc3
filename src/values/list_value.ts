/**
 * List values: elements by index over a quicklist, and cursors that walk it.
 *
 * - Indexes are non-negative or, where it says so, count from the end as Redis's do.
 * - Elements travel as slices. What a cursor or `entryAt` yields is valid until the list changes; what a pop yields
 *   stays valid until its entry is used again.
 */

import type { Slice } from "../bytes/slice.ts";
import type { Arena } from "./arena.ts";
import { LISTPACK_HEADER_BYTES, ListpackEntry, ListpackNeedle, listpackPrevious, listpackSeek } from "./listpack.ts";
import { entryBytes, LISTPACK_END, readEntry, showEntries, shownEnd, type TextSink } from "./listpack_encoding.ts";
import { type ListLimits, type ListModel, Quicklist, QUICKLIST_NODE_BYTES, type QuicklistNode } from "./quicklist.ts";

/** What `sizeBytes` counts for a list beside its nodes, as Redis's `quicklist`. */
const LIST_BYTES = 40;

/** Where in a plain node a cursor stands: before its one element, and behind it. */
const PLAIN_START = LISTPACK_HEADER_BYTES;
const PLAIN_END = LISTPACK_HEADER_BYTES + 1;

/** A list. */
export class ListValue {
  /** The nodes; for the cursor and for saving. */
  readonly quicklist: Quicklist;

  /** The list is made as `limits` say at the moment, or like `model`. */
  constructor(arena: Arena, limits: ListLimits, model?: ListModel) {
    this.quicklist = new Quicklist(arena, limits, model);
  }

  /** Number of elements. */
  get length(): number {
    return this.quicklist.count;
  }

  /** As TYPE names it. */
  get kind(): "list" {
    return "list";
  }

  /** As OBJECT ENCODING names it. */
  get encoding(): "quicklist" {
    return "quicklist";
  }

  /** Number of nodes: what freeing and saving the list costs. */
  get nodeCount(): number {
    return this.quicklist.nodeCount;
  }

  /** The first node: where saving begins, node by node through `next`, while nothing changes the list. */
  get firstNode(): QuicklistNode | null {
    return this.quicklist.head;
  }

  /** Memory of the list in bytes, without what its blocks have to spare. */
  get sizeBytes(): number {
    return LIST_BYTES + this.nodeCount * QUICKLIST_NODE_BYTES + this.quicklist.contentBytes;
  }

  /** Blocks that freeing gives back, as Redis's `lazyfreeGetFreeEffort`. */
  get freeEffort(): number {
    return this.nodeCount;
  }

  /** Adds `element` before all others. */
  pushHead(element: Slice): void {
    this.quicklist.pushHead(element);
  }

  /** Adds `element` after all others. */
  pushTail(element: Slice): void {
    this.quicklist.pushTail(element);
  }

  /** Takes the first element out and into `entry`, which owns its bytes; false if there is none. */
  popHead(entry: ListpackEntry): boolean {
    const node = this.quicklist.head;
    if (node === null) return false;
    this.#pop(node, LISTPACK_HEADER_BYTES, entry);
    return true;
  }

  /** Takes the last element out and into `entry`, which owns its bytes; false if there is none. */
  popTail(entry: ListpackEntry): boolean {
    const node = this.quicklist.tail;
    if (node === null) return false;
    const { quicklist } = this;
    const position = node.isPlain
      ? PLAIN_START
      : listpackPrevious(quicklist.arena.bytesOf(node.handle), quicklist.baseOf(node), node.sizeBytes - 1);
    this.#pop(node, position, entry);
    return true;
  }

  #pop(node: QuicklistNode, position: number, entry: ListpackEntry): void {
    readNode(this.quicklist, node, position, entry);
    entry.keep();
    this.quicklist.delete(node, position);
  }

  /** Reads the element at `index` (negative: from the end) into `entry`; false when out of range. */
  entryAt(index: number, entry: ListpackEntry): boolean {
    if (!scratch.seek(this, index)) return false;
    const found = scratch.advance();
    if (found) readNode(this.quicklist, scratch.node!, scratch.position, entry);
    return found;
  }

  /** Replaces the element at `index` (negative: from the end); false when out of range. */
  setAt(index: number, element: Slice): boolean {
    if (!scratch.seek(this, index) || !scratch.advance()) return false;
    scratch.replace(element);
    return true;
  }

  /** Adds `element` before or after the first one that equals `pivot`; false if none does. */
  insert(pivot: Slice, element: Slice, isAfter: boolean): boolean {
    if (!scratch.seek(this, 0)) return false;
    needle.set(pivot);
    while (scratch.advance()) {
      if (scratch.matches(needle)) {
        scratch.insert(element, isAfter);
        return true;
      }
    }
    return false;
  }

  /**
   * Removes the first `count` elements equal to `element`, the last ones if negative, all if 0. Returns how many there
   * were.
   */
  remove(element: Slice, count: number): number {
    const isReverse = count < 0;
    const wanted = count === 0 ? Infinity : Math.abs(count);
    if (!scratch.seek(this, isReverse ? -1 : 0, isReverse)) return 0;
    needle.set(element);
    let removed = 0;
    while (removed < wanted && scratch.advance()) {
      if (!scratch.matches(needle)) continue;
      scratch.delete();
      removed++;
    }
    return removed;
  }

  /** Removes up to `count` elements from `index` on (negative: from the end). Returns how many there were. */
  deleteRange(index: number, count: number): number {
    const list = this.quicklist;
    const first = index < 0 ? list.count + index : index;
    if (first < 0 || first >= list.count || count <= 0) return 0;
    const deleted = Math.min(count, list.count - first);
    let node = findNode(list, first);
    let offset = foundOffset;
    for (let rest = deleted; rest > 0 && node !== null; offset = 0) {
      const next = node.next;
      const here = Math.min(rest, node.count - offset);
      list.deleteFromNode(node, offset, here);
      rest -= here;
      node = next;
    }
    return deleted;
  }

  /** Leaves only the elements from `first` to `last`, both included and non-negative; none when `first > last`. */
  trim(first: number, last: number): void {
    const length = this.length;
    const kept = Math.min(last, length - 1);
    if (first > kept) {
      this.free();
      return;
    }
    this.deleteRange(0, first);
    this.deleteRange(kept + 1 - first, length - 1 - kept);
  }

  /** Adds a copy of a whole listpack (validated, not empty) as the last node: loading. */
  appendListpack(bytes: Uint8Array, start: number, end: number): void {
    this.quicklist.appendListpack(bytes, start, end);
  }

  /** Adds `element` as a plain node at the end, whatever its size: loading. */
  appendPlain(element: Slice): void {
    this.quicklist.appendPlain(element);
  }

  /**
   * Gives the block of the only node away, and with it all there is but the model: the list must not be used any more. 0
   * where there are more nodes, or it is no listpack in a small block.
   */
  fold(): number {
    const { head, nodeCount } = this.quicklist;
    const isOneBlock = nodeCount === 1 && !head!.isPlain && head!.room === 0 && head!.handle > 0;
    return isOneBlock ? head!.handle : 0;
  }

  /** A list of what `fold` returned. */
  static unfold(arena: Arena, limits: ListLimits, model: ListModel, block: number): ListValue {
    const list = new ListValue(arena, limits, model);
    list.quicklist.adoptListpack(block);
    return list;
  }

  /** A list with the same nodes. */
  duplicate(): ListValue {
    const { arena, limits, fill, compressDepth } = this.quicklist;
    const copy = new ListValue(arena, limits, { maxListpackSize: fill, compressDepth });
    const element = new ListpackEntry();
    for (let node = this.quicklist.head; node !== null; node = node.next) {
      const start = this.quicklist.baseOf(node);
      element.setString(arena.bytesOf(node.handle), start, start + node.sizeBytes);
      if (node.isPlain) copy.appendPlain(element);
      else copy.appendListpack(element.bytes, element.start, element.end);
    }
    return copy;
  }

  /** Gives all memory back; the list is then empty. */
  free(): void {
    this.quicklist.clear();
  }

  /** Gives back the memory of about `budget` nodes; true when all is given back. */
  freeSome(budget: number): boolean {
    return this.quicklist.clearSome(budget);
  }
}

/**
 * A place in a list that moves in one direction. Reusable: `seek` starts it anew on any list. The list may change
 * under it only through the cursor itself: `delete` goes on with the next element, `insert` and `replace` end the
 * walk.
 */
export class ListCursor {
  /** The element that `next` read. */
  readonly entry: ListpackEntry = new ListpackEntry();
  /** Node and position of the current element, once `next` or `advance` said that there is one. */
  node: QuicklistNode | null = null;
  position = 0;
  #list: Quicklist | null = null;
  #isReverse = false;
  /** Forward: where the upcoming element starts. In reverse: where it ends. */
  #edge = 0;

  /** Stands before the element at `index` (negative: from the end); false when there is none. */
  seek(list: ListValue, index: number, isReverse = false): boolean {
    const quicklist = list.quicklist;
    const first = index < 0 ? quicklist.count + index : index;
    this.#list = quicklist;
    this.#isReverse = isReverse;
    this.node = null;
    if (first < 0 || first >= quicklist.count) return false;
    const node = findNode(quicklist, first)!;
    this.node = node;
    if (node.isPlain) {
      this.#edge = isReverse ? PLAIN_END : PLAIN_START;
      return true;
    }
    const bytes = quicklist.arena.bytesOf(node.handle);
    const base = quicklist.baseOf(node);
    const position = listpackSeek(bytes, base, foundOffset);
    this.#edge = isReverse ? position + entryBytes(bytes, base + position) : position;
    return true;
  }

  /** Goes to the upcoming element and reads it into `entry`; false at the end of the list. */
  next(): boolean {
    const upcoming = this.node;
    if (upcoming !== null && !this.#isReverse && !upcoming.isPlain) {
      // The common step, within a listpack: the entry is decoded once.
      const list = this.#list!;
      const at = list.baseOf(upcoming) + this.#edge;
      const bytes = list.arena.bytesOf(upcoming.handle);
      if (bytes[at] !== LISTPACK_END) {
        this.position = this.#edge;
        this.#edge += readEntry(bytes, at, this.entry);
        return true;
      }
    }
    if (!this.advance()) return false;
    readNode(this.#list!, this.node!, this.position, this.entry);
    return true;
  }

  /** Shows the next `count` elements, which must all be there, to `sink`. No element is the current one then. */
  show(count: number, sink: TextSink): void {
    for (let left = count; left > 0;) {
      const { node } = this;
      if (node !== null && !this.#isReverse && !node.isPlain) {
        const base = this.#list!.baseOf(node);
        left -= showEntries(this.#list!.arena.bytesOf(node.handle), base + this.#edge, left, sink);
        this.#edge = shownEnd - base;
        if (left === 0) return;
      }
      this.next();
      sink.bulk(this.entry.bytes, this.entry.start, this.entry.end);
      left--;
    }
  }

  /** Goes to the upcoming element without reading it; false at the end of the list. */
  advance(): boolean {
    return this.#isReverse ? this.#retreat() : this.#proceed();
  }

  #proceed(): boolean {
    const list = this.#list!;
    let edge = this.#edge;
    for (let node = this.node; node !== null; node = node.next, edge = LISTPACK_HEADER_BYTES) {
      if (node.isPlain) {
        if (edge !== PLAIN_START) continue;
        this.#edge = PLAIN_END;
      } else {
        const at = list.baseOf(node) + edge;
        const bytes = list.arena.bytesOf(node.handle);
        if (bytes[at] === LISTPACK_END) continue;
        this.#edge = edge + entryBytes(bytes, at);
      }
      this.node = node;
      this.position = edge;
      return true;
    }
    this.node = null;
    return false;
  }

  #retreat(): boolean {
    const list = this.#list!;
    let edge = this.#edge;
    for (let node = this.node; node !== null; node = node.previous, edge = lastEdge(node)) {
      if (edge <= LISTPACK_HEADER_BYTES) continue;
      this.#edge = node.isPlain
        ? PLAIN_START
        : listpackPrevious(list.arena.bytesOf(node.handle), list.baseOf(node), edge);
      this.node = node;
      this.position = this.#edge;
      return true;
    }
    this.node = null;
    return false;
  }

  /** Whether the current element is the one looked for. */
  matches(wanted: ListpackNeedle): boolean {
    const node = this.node!;
    const list = this.#list!;
    const base = list.baseOf(node);
    const bytes = list.arena.bytesOf(node.handle);
    return node.isPlain
      ? wanted.equals(bytes, base, base + node.sizeBytes)
      : wanted.matches(bytes, base + this.position);
  }

  /** Removes the current element. */
  delete(): void {
    const node = this.node!;
    const neighbour = this.#isReverse ? node.previous : node.next;
    this.#list!.delete(node, this.position);
    if (node.count > 0) {
      this.#edge = this.position;
      return;
    }
    this.node = neighbour;
    this.#edge = this.#isReverse ? lastEdge(neighbour) : LISTPACK_HEADER_BYTES;
  }

  /** Puts `element` in the place of the current one and ends the walk. */
  replace(element: Slice): void {
    this.#list!.replace(this.node!, this.position, element);
    this.node = null;
  }

  /** Adds `element` before or after the current one and ends the walk. */
  insert(element: Slice, isAfter: boolean): void {
    this.#list!.insert(this.node!, this.position, element, isAfter);
    this.node = null;
  }
}

/** Where a walk in reverse enters a node. */
function lastEdge(node: QuicklistNode | null): number {
  if (node === null) return 0;
  return node.isPlain ? PLAIN_END : node.sizeBytes - 1;
}

function readNode(list: Quicklist, node: QuicklistNode, position: number, entry: ListpackEntry): void {
  const base = list.baseOf(node);
  const bytes = list.arena.bytesOf(node.handle);
  if (node.isPlain) entry.setString(bytes, base, base + node.sizeBytes);
  else readEntry(bytes, base + position, entry);
}

// Set by findNode: the index within the node. A second result without an object.
let foundOffset = 0;

/** The node with the element at `index`, from the nearer end; the index is in range. */
function findNode(list: Quicklist, index: number): QuicklistNode | null {
  if (index <= (list.count - 1) / 2) {
    let node = list.head;
    let before = 0;
    while (node !== null && before + node.count <= index) {
      before += node.count;
      node = node.next;
    }
    foundOffset = index - before;
    return node;
  }
  let node = list.tail;
  let before = list.count - (node === null ? 0 : node.count);
  while (node !== null && before > index) {
    node = node.previous;
    if (node !== null) before -= node.count;
  }
  foundOffset = index - before;
  return node;
}

// Cursors and needles of the methods above, which never nest.
const scratch = new ListCursor();
const needle = new ListpackNeedle();
