/**
 * The order of a large sorted set: a counted B+ tree over the entries of the dict that holds its members.
 *
 * - Ordered by score, then by the bytes of the members. An element is the score and the entry of a member; the score
 *   stands in the entry too (`entry_score.ts`).
 * - A way from the root to an element passes through few nodes, each some lines of the processor's cache in a row. Of a
 *   skip list, which this was before, every step is another line: with a million members ten times the misses.
 * - Each inner node knows how many elements lie below each child: so a rank is found from an element and an element from a
 *   rank in O(log n).
 * - The leaves are linked both ways: walks do not look at inner nodes.
 */

import type { Arena } from "./arena.ts";
import type { Dict } from "./dict.ts";
import { compareKeys } from "./dict_entry.ts";
import { PREFETCH_MIN_ENTRIES, prefetchEntries } from "./dict_prefetch.ts";
import { readEntryScore, writeEntryScore } from "./entry_score.ts";
import {
  CHILDREN,
  INNER_ENTRIES,
  LEAF_ENTRIES,
  lowerBound,
  NEXT,
  nodeCount,
  nodeScore,
  nodeWord,
  PREVIOUS,
  SCORES,
  setNodeScore,
  SIZES,
} from "./score_tree_node.ts";
import { path, ScoreTreeShape, turns } from "./score_tree_shape.ts";
import type { SortedSetRange } from "./sorted_set_range.ts";

const NO_WORDS = new Int32Array(0);
/** Elements that are read ahead for pops, which take one after the other. */
const POPS_AHEAD = 8;

/** The place of an element in a tree: valid until the tree changes. */
export class TreePlace {
  /** The leaf, or 0: no element. */
  leaf = 0;
  /** The position in the leaf. */
  index = 0;
  /** What is known of the leaf, lest each step finds it out again: how many elements it has, and where its words are. */
  count = 0;
  words: Int32Array = NO_WORDS;
  base = 0;
}

const cut = new TreePlace();
const hashes = new Int32Array(POPS_AHEAD);

/** A counted B+ tree over the entries of one dict, which must have `ENTRY_SCORE_BYTES` of payload. */
export class ScoreTree {
  readonly #arena: Arena;
  readonly #dict: Dict;
  readonly #shape: ScoreTreeShape;
  /** What was read ahead: kept, lest the compiler finds that nobody needs it. */
  #residue = 0;

  constructor(dict: Dict) {
    this.#arena = dict.arena;
    this.#dict = dict;
    this.#shape = new ScoreTreeShape(dict.arena);
  }

  /** Number of members. */
  get size(): number {
    return this.#shape.size;
  }

  /** Memory of the nodes in bytes. */
  get sizeBytes(): number {
    return this.#shape.sizeBytes;
  }

  /** Adds the member of `entry`, which the tree must not have yet. */
  insert(score: number, entry: number): void {
    writeEntryScore(this.#arena, entry, score);
    this.#add(score, entry);
  }

  /** Takes the member of `entry` out. The entry is the caller's to remove. */
  remove(entry: number): void {
    const score = readEntryScore(this.#arena, entry);
    const leaf = this.#descend(score, entry);
    this.#shape.removeRun(leaf, this.#indexAfter(leaf, score, entry) - 1, 1);
  }

  /** The score of the member of `entry`. */
  score(entry: number): number {
    return readEntryScore(this.#arena, entry);
  }

  /** Gives a member another score. */
  updateScore(entry: number, score: number): void {
    const arena = this.#arena;
    const before = readEntryScore(arena, entry);
    writeEntryScore(arena, entry, score);
    const leaf = this.#descend(before, entry);
    const index = this.#indexAfter(leaf, before, entry) - 1;
    // Never the first, which the nodes above know.
    if (
      index > 0 && index + 1 < nodeCount(arena, leaf) && nodeScore(arena, leaf, index - 1) < score &&
      nodeScore(arena, leaf, index + 1) > score
    ) {
      setNodeScore(arena, leaf, index, score);
      return;
    }
    this.#shape.removeRun(leaf, index, 1);
    this.#add(score, entry);
  }

  /** How many members stand before that of `entry`. */
  rankOf(entry: number): number {
    const score = readEntryScore(this.#arena, entry);
    const leaf = this.#descend(score, entry);
    return this.#shape.rankOnPath(this.#indexAfter(leaf, score, entry) - 1);
  }

  /** How many members lie in a range. */
  countIn(range: SortedSetRange): number {
    if (this.#shape.size === 0 || range.isEmpty) return 0;
    const first = this.#shape.rankOnPath(this.#boundaryIn(this.#descendTo(range, false), range, false));
    const end = this.#shape.rankOnPath(this.#boundaryIn(this.#descendTo(range, true), range, true));
    return end > first ? end - first : 0;
  }

  /** Goes to the first element. */
  seekFirst(place: TreePlace): void {
    place.leaf = 0;
    if (this.#shape.size > 0) this.seekRank(place, 0);
  }

  /** Goes to the last element. */
  seekLast(place: TreePlace): void {
    place.leaf = 0;
    if (this.#shape.size > 0) this.seekRank(place, this.#shape.size - 1);
  }

  /** Goes to the element that `rank` others stand before; `rank` from 0 to `size - 1`. */
  seekRank(place: TreePlace, rank: number): void {
    const arena = this.#arena;
    const depth = this.#shape.depth;
    let node = this.#shape.root;
    let left = rank;
    for (let level = 0; level < depth; level++) {
      const words = arena.wordsOf(node);
      const at = arena.offsetOf(node) >>> 2;
      let turn = 0;
      for (let size = words[at + SIZES]!; left >= size; size = words[at + SIZES + turn]!) {
        left -= size;
        turn++;
      }
      path[level] = node;
      turns[level] = turn;
      node = words[at + CHILDREN + turn]!;
    }
    this.#enter(place, node);
    place.index = left;
  }

  /** Goes to the first element in a range. */
  seekFirstIn(place: TreePlace, range: SortedSetRange): void {
    place.leaf = 0;
    if (this.#shape.size === 0 || range.isEmpty) return;
    this.#enter(place, this.#descendTo(range, false));
    place.index = this.#boundaryIn(place.leaf, range, false) - 1;
    this.next(place);
    if (place.leaf !== 0 && !this.#isUpTo(range, true, this.scoreAt(place), this.entryAt(place))) place.leaf = 0;
  }

  /** Goes to the last element in a range. */
  seekLastIn(place: TreePlace, range: SortedSetRange): void {
    place.leaf = 0;
    if (this.#shape.size === 0 || range.isEmpty) return;
    this.#enter(place, this.#descendTo(range, true));
    place.index = this.#boundaryIn(place.leaf, range, true);
    this.previous(place);
    if (place.leaf !== 0 && this.#isUpTo(range, false, this.scoreAt(place), this.entryAt(place))) place.leaf = 0;
  }

  /** Goes on to the element after this one. */
  next(place: TreePlace): void {
    if (++place.index < place.count) return;
    this.#enter(place, place.words[place.base + NEXT]!);
    place.index = 0;
  }

  /** Goes back to the element before this one. */
  previous(place: TreePlace): void {
    if (--place.index >= 0) return;
    this.#enter(place, place.words[place.base + PREVIOUS]!);
    place.index = place.leaf === 0 ? 0 : place.count - 1;
  }

  /** The score of the element at a place. */
  scoreAt(place: TreePlace): number {
    return nodeScore(this.#arena, place.leaf, place.index);
  }

  /** The entry of the member at a place. */
  entryAt(place: TreePlace): number {
    return place.words[place.base + LEAF_ENTRIES + place.index]!;
  }

  /** Takes out `count` elements from `rank` on, which must be there; each entry is handed over. */
  removeRange(rank: number, count: number, release: (entry: number) => void): void {
    for (let left = count; left > 0;) {
      this.seekRank(cut, rank);
      const { leaf, index } = cut;
      const run = Math.min(left, cut.count - index);
      if (rank === 0 && run === 1) this.#readAhead(cut);
      for (let offset = 0; offset < run; offset++) release(nodeWord(this.#arena, leaf, LEAF_ENTRIES + index + offset));
      this.#shape.removeRun(leaf, index, run);
      left -= run;
    }
  }

  /** Frees the nodes of about `budget` elements; true when all memory is given back. */
  freeSome(budget: number): boolean {
    for (let left = budget; left > 0 && this.#shape.size > 0;) {
      this.seekRank(cut, 0);
      const { count } = cut;
      this.#shape.removeRun(cut.leaf, 0, count);
      left -= count;
    }
    return this.#shape.size === 0;
  }

  /** Reads what the next pops from the front of a leaf will look up in the dict, all together, once for so many of them. */
  #readAhead({ words, base, count }: TreePlace): void {
    if (count % POPS_AHEAD !== 0 || this.#shape.size < PREFETCH_MIN_ENTRIES) return;
    const first = base + LEAF_ENTRIES;
    for (let at = 0; at < POPS_AHEAD; at++) hashes[at] = this.#dict.hashOf(words[first + at]!);
    this.#residue ^= prefetchEntries(this.#dict, hashes, POPS_AHEAD);
  }

  /** Makes `leaf` (0: none) that of a place, whose index is then the caller's to set. */
  #enter(place: TreePlace, leaf: number): void {
    place.leaf = leaf;
    if (leaf === 0) return;
    const words = this.#arena.wordsOf(leaf);
    place.words = words;
    place.base = this.#arena.offsetOf(leaf) >>> 2;
    place.count = words[place.base]!;
  }

  /** Fills the path to the leaf where an element stands or would stand. */
  #descend(score: number, entry: number): number {
    const arena = this.#arena;
    const depth = this.#shape.depth;
    let node = this.#shape.root;
    for (let level = 0; level < depth; level++) {
      const words = arena.wordsOf(node);
      const floats = arena.float64Of(node);
      const at = arena.offsetOf(node) >>> 2;
      const scores = (at >>> 1) + SCORES;
      const end = scores + words[at]!;
      let turn = lowerBound(floats, scores + 1, end, score) - scores;
      if (scores + turn < end && floats[scores + turn] === score) {
        turn = this.#indexAmongTies(node, INNER_ENTRIES, turn, score, entry);
      }
      turn--;
      path[level] = node;
      turns[level] = turn;
      node = words[at + CHILDREN + turn]!;
    }
    return node;
  }

  /** How many elements of a leaf stand before another element, itself included. */
  #indexAfter(leaf: number, score: number, entry: number): number {
    const words = this.#arena.wordsOf(leaf);
    const floats = this.#arena.float64Of(leaf);
    const at = this.#arena.offsetOf(leaf) >>> 2;
    const scores = (at >>> 1) + SCORES;
    const end = scores + words[at]!;
    const found = lowerBound(floats, scores, end, score);
    if (found === end || floats[found] !== score) return found - scores;
    return this.#indexAmongTies(leaf, LEAF_ENTRIES, found - scores, score, entry);
  }

  /** The same for a node of any kind, where the element at `from` is the first with that score. */
  #indexAmongTies(node: number, entries: number, from: number, score: number, entry: number): number {
    const arena = this.#arena;
    let low = from;
    let high = nodeCount(arena, node);
    while (low < high) {
      const middle = (low + high) >>> 1;
      const isUpTo = nodeScore(arena, node, middle) === score &&
        !this.#isAfter(nodeWord(arena, node, entries + middle), entry);
      if (isUpTo) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Whether the member of `other` sorts after that of `entry`. */
  #isAfter(other: number, entry: number): boolean {
    const arena = this.#arena;
    if (other === entry) return false;
    return compareKeys(
      arena.wordsOf(other),
      arena.offsetOf(other) >>> 2,
      arena.wordsOf(entry),
      arena.offsetOf(entry) >>> 2,
    ) > 0;
  }

  /** Fills the path to the leaf with the boundary of a range: the lower one, or with `isEnd` the upper one. */
  #descendTo(range: SortedSetRange, isEnd: boolean): number {
    const arena = this.#arena;
    let node = this.#shape.root;
    for (let level = 0; level < this.#shape.depth; level++) {
      const turn = this.#boundary(node, INNER_ENTRIES, 1, range, isEnd) - 1;
      path[level] = node;
      turns[level] = turn;
      node = nodeWord(arena, node, CHILDREN + turn);
    }
    return node;
  }

  /** How many elements of a leaf stand before the boundary of a range. */
  #boundaryIn(leaf: number, range: SortedSetRange, isEnd: boolean): number {
    return this.#boundary(leaf, LEAF_ENTRIES, 0, range, isEnd);
  }

  #boundary(node: number, entries: number, from: number, range: SortedSetRange, isEnd: boolean): number {
    const arena = this.#arena;
    let low = from;
    let high = nodeCount(arena, node);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#isUpTo(range, isEnd, nodeScore(arena, node, middle), nodeWord(arena, node, entries + middle))) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** Whether an element stands before the lower boundary of a range, or with `isEnd` before the upper one. */
  #isUpTo(range: SortedSetRange, isEnd: boolean, score: number, entry: number): boolean {
    if (range.kind === "score") return isEnd ? range.endsAfter(score) : !range.startsBefore(score);
    const bytes = this.#arena.bytesOf(entry);
    const start = this.#dict.keyOffset(entry);
    const end = start + this.#dict.keyLength(entry);
    return isEnd ? range.endsAfter(bytes, start, end) : !range.startsBefore(bytes, start, end);
  }

  #add(score: number, entry: number): void {
    if (this.#shape.size === 0) return this.#shape.insertFirst(score, entry);
    const leaf = this.#descend(score, entry);
    this.#shape.insertAt(leaf, this.#indexAfter(leaf, score, entry), score, entry);
  }
}
