/**
 * The nodes of a score tree as they come and go: full ones are split, sparse ones joined, empty ones freed.
 *
 * - A full node is split in two halves, but one that grows at an end of the tree leaves its half full: what is added in order
 *   fills its nodes. Neighbours that fill three quarters of a node or less together become one.
 * - Who changes something has gone down to its leaf before, and has noted the way in `path` and `turns`. A change spoils
 *   what is noted. Nothing nests, so that one way is enough for all trees.
 */

import type { Arena } from "./arena.ts";
import {
  CHILDREN,
  type ChildRow,
  createInner,
  createLeaf,
  INNER_ENTRIES,
  INNER_MAX,
  insertChild,
  insertElement,
  LEAF_ENTRIES,
  LEAF_MAX,
  linkLeaf,
  moveChildren,
  moveElements,
  NEXT,
  nodeCount,
  nodeScore,
  nodeWord,
  PREVIOUS,
  removeChild,
  removeElements,
  setNodeCount,
  setNodeScore,
  setNodeWord,
  SIZES,
  unlinkLeaf,
} from "./score_tree_node.ts";

/** More levels than 2^31 elements can have. */
const DEPTH_MAX = 16;
const LEAF_MERGE_MAX = (LEAF_MAX * 3) >>> 2;
const INNER_MERGE_MAX = (INNER_MAX * 3) >>> 2;

/** Where a full node grows: at an end of the tree or somewhere else. */
type Growth = "first" | "last" | "within";

/** The way down to a leaf: the inner nodes by level, the root first. */
export const path: Int32Array = new Int32Array(DEPTH_MAX);

/** The way down to a leaf: the positions of the children taken, by level. */
export const turns: Int32Array = new Int32Array(DEPTH_MAX);

/** The node that a split has made. */
const sibling: ChildRow = { score: 0, entry: 0, child: 0, size: 0 };

/** The nodes of one tree. */
export class ScoreTreeShape {
  readonly #arena: Arena;
  #root = 0;
  #depth = 0;
  #size = 0;
  #sizeBytes = 0;

  constructor(arena: Arena) {
    this.#arena = arena;
  }

  /** The node at the top, or 0. */
  get root(): number {
    return this.#root;
  }

  /** Levels of inner nodes: 0 while the root is a leaf. */
  get depth(): number {
    return this.#depth;
  }

  /** Number of elements. */
  get size(): number {
    return this.#size;
  }

  /** Memory of the nodes in bytes. */
  get sizeBytes(): number {
    return this.#sizeBytes;
  }

  /** Adds the first element of all. */
  insertFirst(score: number, entry: number): void {
    this.#root = this.#count(createLeaf(this.#arena));
    this.#size = 1;
    insertElement(this.#arena, this.#root, 0, score, entry);
  }

  /** Puts an element into the leaf that the path leads to. */
  insertAt(leaf: number, index: number, score: number, entry: number): void {
    if (nodeCount(this.#arena, leaf) === LEAF_MAX) return this.#splitLeaf(leaf, index, score, entry);
    this.#addToSizes(1);
    insertElement(this.#arena, leaf, index, score, entry);
  }

  /** Takes elements out of the leaf that the path leads to. */
  removeRun(leaf: number, index: number, count: number): void {
    const arena = this.#arena;
    const level = this.#depth - 1;
    this.#addToSizes(-count);
    removeElements(arena, leaf, index, count);
    const left = nodeCount(arena, leaf);
    if (left === 0) {
      unlinkLeaf(arena, leaf);
      this.#free(leaf);
      this.#dropChild(level);
      return;
    }
    if (index === 0) this.#setFirst(level, nodeScore(arena, leaf, 0), nodeWord(arena, leaf, LEAF_ENTRIES));
    if (left < LEAF_MAX >>> 1 && level >= 0) this.#mergeChild(level);
  }

  /** The rank of a position in the leaf that the path leads to. */
  rankOnPath(index: number): number {
    let rank = index;
    for (let level = 0; level < this.#depth; level++) {
      const words = this.#arena.wordsOf(path[level]!);
      const sizes = (this.#arena.offsetOf(path[level]!) >>> 2) + SIZES;
      const end = sizes + turns[level]!;
      for (let at = sizes; at < end; at++) rank += words[at]!;
    }
    return rank;
  }

  /** Notes that the leaf that the path leads to has so many elements more. */
  #addToSizes(change: number): void {
    this.#size += change;
    const arena = this.#arena;
    for (let level = 0; level < this.#depth; level++) {
      const inner = path[level]!;
      arena.wordsOf(inner)[(arena.offsetOf(inner) >>> 2) + SIZES + turns[level]!]! += change;
    }
  }

  #splitLeaf(leaf: number, index: number, score: number, entry: number): void {
    const arena = this.#arena;
    let growth: Growth = "within";
    if (index === LEAF_MAX && nodeWord(arena, leaf, NEXT) === 0) growth = "last";
    else if (index === 0 && nodeWord(arena, leaf, PREVIOUS) === 0) growth = "first";
    const kept = growth === "last" ? LEAF_MAX : growth === "first" ? 0 : LEAF_MAX >>> 1;
    const right = this.#count(createLeaf(arena));
    this.#addToSizes(1);
    linkLeaf(arena, right, leaf);
    moveElements(arena, leaf, kept, right);
    if (index > kept || growth === "last") insertElement(arena, right, index - kept, score, entry);
    else insertElement(arena, leaf, index, score, entry);
    sibling.score = nodeScore(arena, right, 0);
    sibling.entry = nodeWord(arena, right, LEAF_ENTRIES);
    sibling.child = right;
    sibling.size = nodeCount(arena, right);
    this.#addSibling(this.#depth - 1, growth);
  }

  /** Puts `sibling` behind the child that the path leads to at a level, from which it was split off. */
  #addSibling(level: number, growth: Growth): void {
    const arena = this.#arena;
    if (level < 0) return this.#growRoot();
    const inner = path[level]!;
    const turn = turns[level]!;
    setNodeWord(arena, inner, SIZES + turn, nodeWord(arena, inner, SIZES + turn) - sibling.size);
    if (nodeCount(arena, inner) < INNER_MAX) return insertChild(arena, inner, turn + 1, sibling);
    const kept = growth === "last" ? INNER_MAX : growth === "first" ? 1 : INNER_MAX >>> 1;
    const right = this.#count(createInner(arena));
    let elements = moveChildren(arena, inner, kept, right);
    if (turn + 1 > kept || growth === "last") {
      insertChild(arena, right, turn + 1 - kept, sibling);
      elements += sibling.size;
    } else {
      insertChild(arena, inner, turn + 1, sibling);
    }
    sibling.score = nodeScore(arena, right, 0);
    sibling.entry = nodeWord(arena, right, INNER_ENTRIES);
    sibling.child = right;
    sibling.size = elements;
    this.#addSibling(level - 1, growth);
  }

  #growRoot(): void {
    const arena = this.#arena;
    const root = this.#count(createInner(arena));
    setNodeCount(arena, root, 1);
    setNodeWord(arena, root, CHILDREN, this.#root);
    setNodeWord(arena, root, SIZES, this.#size - sibling.size);
    insertChild(arena, root, 1, sibling);
    this.#root = root;
    this.#depth++;
  }

  /** Tells the nodes from a level up what the first element of the child is that the path leads to. */
  #setFirst(level: number, score: number, entry: number): void {
    for (let above = level; above >= 0; above--) {
      const turn = turns[above]!;
      if (turn === 0) continue;
      setNodeScore(this.#arena, path[above]!, turn, score);
      setNodeWord(this.#arena, path[above]!, INNER_ENTRIES + turn, entry);
      return;
    }
  }

  /** Takes the child that the path leads to, freed already, out of its parent at a level. */
  #dropChild(level: number): void {
    if (level < 0) {
      this.#root = 0;
      this.#depth = 0;
      return;
    }
    const arena = this.#arena;
    const inner = path[level]!;
    const turn = turns[level]!;
    removeChild(arena, inner, turn);
    if (nodeCount(arena, inner) === 0) {
      this.#free(inner);
      this.#dropChild(level - 1);
      return;
    }
    if (turn === 0) this.#setFirst(level - 1, nodeScore(arena, inner, 0), nodeWord(arena, inner, INNER_ENTRIES));
    this.#settle(level);
  }

  /** Joins the child that the path leads to at a level with a neighbour if they fit well into one node. */
  #mergeChild(level: number): void {
    const arena = this.#arena;
    const parent = path[level]!;
    const isLeaf = level === this.#depth - 1;
    const turn = turns[level]!;
    const last = nodeCount(arena, parent) - 1;
    for (let first = turn < last ? turn : turn - 1; first >= 0 && first >= turn - 1; first--) {
      const left = nodeWord(arena, parent, CHILDREN + first);
      const right = nodeWord(arena, parent, CHILDREN + first + 1);
      const leftSize = nodeWord(arena, parent, SIZES + first);
      const rightSize = nodeWord(arena, parent, SIZES + first + 1);
      if (isLeaf) {
        if (leftSize + rightSize > LEAF_MERGE_MAX) continue;
        moveElements(arena, right, 0, left);
        unlinkLeaf(arena, right);
      } else {
        if (nodeCount(arena, left) + nodeCount(arena, right) > INNER_MERGE_MAX) continue;
        setNodeScore(arena, right, 0, nodeScore(arena, parent, first + 1));
        setNodeWord(arena, right, INNER_ENTRIES, nodeWord(arena, parent, INNER_ENTRIES + first + 1));
        moveChildren(arena, right, 0, left);
      }
      this.#free(right);
      setNodeWord(arena, parent, SIZES + first, leftSize + rightSize);
      removeChild(arena, parent, first + 1);
      this.#settle(level);
      return;
    }
  }

  /** Sees to an inner node on the path that has lost a child. */
  #settle(level: number): void {
    const arena = this.#arena;
    const count = nodeCount(arena, path[level]!);
    if (level > 0) {
      if (count < INNER_MAX >>> 1) this.#mergeChild(level - 1);
      return;
    }
    while (this.#depth > 0 && nodeCount(arena, this.#root) === 1) {
      const root = this.#root;
      this.#root = nodeWord(arena, root, CHILDREN);
      this.#depth--;
      this.#free(root);
    }
  }

  #count(node: number): number {
    this.#sizeBytes += this.#arena.capacity(node);
    return node;
  }

  #free(node: number): void {
    this.#sizeBytes -= this.#arena.capacity(node);
    this.#arena.free(node);
  }
}
