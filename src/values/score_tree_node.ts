/**
 * The nodes of a score tree, in blocks of the arena.
 *
 * ```
 * leaf:  word 0        how many elements
 *        words 1, 2    the leaf before and the leaf after, or 0
 *        bytes 16-     scores, a double each
 *        then          the entries of the members, a word each
 *
 * inner: word 0        how many children
 *        bytes 16-     the score of each child's first element
 *        then          the entry of each child's first element, a word each
 *        then          the children, a word each
 *        then          how many elements lie below each child, a word each
 * ```
 *
 * - What the first element of child 0 is the nodes above know; the score and the entry in its place mean nothing and are
 *   never read.
 * - All counts are of elements or children, all positions count from 0. Nothing here looks at whether there is room.
 */

import type { Arena } from "./arena.ts";

/** Elements of a full leaf: with them a leaf takes a block of 768 bytes. */
export const LEAF_MAX = 62;

/** Children of a full inner node: with them it takes a block of 1,024 bytes. */
export const INNER_MAX = 50;

/** Bytes of the block of a leaf. */
export const LEAF_BYTES: number = 16 + 12 * LEAF_MAX;

/** Bytes of the block of an inner node. */
export const INNER_BYTES: number = 16 + 20 * INNER_MAX;

/** The words of a leaf that link it to its neighbours. */
export const PREVIOUS = 1;
export const NEXT = 2;

/** Scores on a line of the processor's cache. */
const STRIDE = 8;

/** Where the scores begin, in doubles from the node's beginning. */
export const SCORES = 2;

/** Where the entries of a leaf begin, in words. */
export const LEAF_ENTRIES: number = 4 + 2 * LEAF_MAX;

/** Where the columns of an inner node begin, in words. */
export const INNER_ENTRIES: number = 4 + 2 * INNER_MAX;
export const CHILDREN: number = INNER_ENTRIES + INNER_MAX;
export const SIZES: number = CHILDREN + INNER_MAX;

/** How many elements or children a node has. */
export function nodeCount(arena: Arena, node: number): number {
  return arena.wordsOf(node)[arena.offsetOf(node) >>> 2]!;
}

/** Sets how many elements or children a node has. */
export function setNodeCount(arena: Arena, node: number, count: number): void {
  arena.wordsOf(node)[arena.offsetOf(node) >>> 2] = count;
}

/** A word of a node: a neighbour, an entry, a child, a size. */
export function nodeWord(arena: Arena, node: number, index: number): number {
  return arena.wordsOf(node)[(arena.offsetOf(node) >>> 2) + index]!;
}

/** Sets a word of a node. */
export function setNodeWord(arena: Arena, node: number, index: number, word: number): void {
  arena.wordsOf(node)[(arena.offsetOf(node) >>> 2) + index] = word;
}

/** The score at a position of a node. */
export function nodeScore(arena: Arena, node: number, index: number): number {
  return arena.float64Of(node)[(arena.offsetOf(node) >>> 3) + SCORES + index]!;
}

/** Sets the score at a position of a node. */
export function setNodeScore(arena: Arena, node: number, index: number, score: number): void {
  arena.float64Of(node)[(arena.offsetOf(node) >>> 3) + SCORES + index] = score;
}

/** An empty leaf without neighbours. */
export function createLeaf(arena: Arena): number {
  const leaf = arena.allocate(LEAF_BYTES);
  const at = arena.offsetOf(leaf) >>> 2;
  arena.wordsOf(leaf).fill(0, at, at + 4);
  return leaf;
}

/** An inner node without children. */
export function createInner(arena: Arena): number {
  const inner = arena.allocate(INNER_BYTES);
  setNodeCount(arena, inner, 0);
  return inner;
}

/**
 * The first of the positions `[from, end)` of `floats` whose score is not less than `score`; `end` if there is none.
 *
 * Without a branch that depends on what is found, of which the processor would guess every second one wrong, and without
 * loads that wait for one another: twice as fast as a binary search, more so when the node is not in the cache.
 */
export function lowerBound(floats: Float64Array, from: number, end: number, score: number): number {
  let low = from;
  for (let at = from + STRIDE - 1; at < end; at += STRIDE) low += STRIDE * Number(floats[at]! < score);
  const last = low + STRIDE < end ? low + STRIDE : end;
  let found = low;
  for (let at = low; at < last; at++) found += Number(floats[at]! < score);
  return found;
}

/** Puts an element into a leaf; those from `index` on make room. */
export function insertElement(arena: Arena, leaf: number, index: number, score: number, entry: number): void {
  const words = arena.wordsOf(leaf);
  const floats = arena.float64Of(leaf);
  const at = arena.offsetOf(leaf) >>> 2;
  const count = words[at]!;
  words[at] = count + 1;
  const scores = (at >>> 1) + SCORES;
  for (let to = scores + count; to > scores + index; to--) floats[to] = floats[to - 1]!;
  floats[scores + index] = score;
  const entries = at + LEAF_ENTRIES;
  for (let to = entries + count; to > entries + index; to--) words[to] = words[to - 1]!;
  words[entries + index] = entry;
}

/** Takes `removed` elements out of a leaf, from `index` on. */
export function removeElements(arena: Arena, leaf: number, index: number, removed: number): void {
  const words = arena.wordsOf(leaf);
  const floats = arena.float64Of(leaf);
  const at = arena.offsetOf(leaf) >>> 2;
  const count = words[at]! - removed;
  words[at] = count;
  const scores = (at >>> 1) + SCORES;
  for (let to = scores + index; to < scores + count; to++) floats[to] = floats[to + removed]!;
  const entries = at + LEAF_ENTRIES;
  for (let to = entries + index; to < entries + count; to++) words[to] = words[to + removed]!;
}

/** Moves the elements of a leaf from `index` on behind those of another one. */
export function moveElements(arena: Arena, from: number, index: number, to: number): void {
  const moved = nodeCount(arena, from) - index;
  const behind = nodeCount(arena, to);
  for (let offset = 0; offset < moved; offset++) {
    setNodeScore(arena, to, behind + offset, nodeScore(arena, from, index + offset));
    setNodeWord(arena, to, LEAF_ENTRIES + behind + offset, nodeWord(arena, from, LEAF_ENTRIES + index + offset));
  }
  setNodeCount(arena, from, index);
  setNodeCount(arena, to, behind + moved);
}

/** Links a new leaf behind another one. */
export function linkLeaf(arena: Arena, leaf: number, before: number): void {
  const after = nodeWord(arena, before, NEXT);
  setNodeWord(arena, leaf, PREVIOUS, before);
  setNodeWord(arena, leaf, NEXT, after);
  setNodeWord(arena, before, NEXT, leaf);
  if (after !== 0) setNodeWord(arena, after, PREVIOUS, leaf);
}

/** Takes a leaf out of the row of leaves. */
export function unlinkLeaf(arena: Arena, leaf: number): void {
  const before = nodeWord(arena, leaf, PREVIOUS);
  const after = nodeWord(arena, leaf, NEXT);
  if (before !== 0) setNodeWord(arena, before, NEXT, after);
  if (after !== 0) setNodeWord(arena, after, PREVIOUS, before);
}

/** A child as its parent knows it: its first element, and how many there are. */
export interface ChildRow {
  score: number;
  entry: number;
  child: number;
  size: number;
}

/** Puts a child into an inner node; those from `index` on make room. */
export function insertChild(arena: Arena, inner: number, index: number, row: ChildRow): void {
  const count = nodeCount(arena, inner);
  setNodeCount(arena, inner, count + 1);
  for (let to = count; to > index; to--) copyChild(arena, inner, to - 1, inner, to);
  setNodeScore(arena, inner, index, row.score);
  setNodeWord(arena, inner, INNER_ENTRIES + index, row.entry);
  setNodeWord(arena, inner, CHILDREN + index, row.child);
  setNodeWord(arena, inner, SIZES + index, row.size);
}

/** Takes a child out of an inner node. */
export function removeChild(arena: Arena, inner: number, index: number): void {
  const count = nodeCount(arena, inner) - 1;
  setNodeCount(arena, inner, count);
  for (let to = index; to < count; to++) copyChild(arena, inner, to + 1, inner, to);
}

/** Moves the children of an inner node from `index` on behind those of another one; returns how many elements went. */
export function moveChildren(arena: Arena, from: number, index: number, to: number): number {
  const moved = nodeCount(arena, from) - index;
  const behind = nodeCount(arena, to);
  let elements = 0;
  for (let offset = 0; offset < moved; offset++) {
    copyChild(arena, from, index + offset, to, behind + offset);
    elements += nodeWord(arena, from, SIZES + index + offset);
  }
  setNodeCount(arena, from, index);
  setNodeCount(arena, to, behind + moved);
  return elements;
}

function copyChild(arena: Arena, from: number, fromIndex: number, to: number, toIndex: number): void {
  const source = arena.wordsOf(from);
  const target = arena.wordsOf(to);
  const sourceAt = (arena.offsetOf(from) >>> 2) + fromIndex;
  const targetAt = (arena.offsetOf(to) >>> 2) + toIndex;
  setNodeScore(arena, to, toIndex, nodeScore(arena, from, fromIndex));
  target[targetAt + INNER_ENTRIES] = source[sourceAt + INNER_ENTRIES]!;
  target[targetAt + CHILDREN] = source[sourceAt + CHILDREN]!;
  target[targetAt + SIZES] = source[sourceAt + SIZES]!;
}
