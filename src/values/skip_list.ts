/**
 * The order of a large sorted set: a skip list over the entries of the dict that holds its members.
 *
 * ```
 * node: bytes 0-7   score
 *       word 2      the member's entry in the dict
 *       word 3      the node before, or 0
 *       word 4 + 2n the next node of level n, or 0
 *       word 5 + 2n how many places further that is; for the last node of a level, how many nodes follow
 * ```
 *
 * - Ordered by score, then by the bytes of the members.
 * - A member is stored once, in its entry, whose user word is the node: so a score is found without a search.
 * - The height of a node comes from the hash of its member, which nobody can predict who does not know the seed. So the
 *   memory of a sorted set does not depend on chance, and nothing needs to remember the height.
 * - As the spans add up to ranks, a rank is found from a node and a node from a rank in O(log n).
 */

import { compareBytes } from "../bytes/ascii.ts";
import type { Arena } from "./arena.ts";
import type { Dict } from "./dict.ts";
import type { SortedSetRange } from "./sorted_set_range.ts";

/** A quarter of the nodes of a level stand on the next: enough levels for 4^16 members. */
const LEVELS_MAX = 16;
const ENTRY = 2;
const BACKWARD = 3;
const FORWARD = 4;
const SPAN = 5;
const HASH_WORD = 1;
const GOLDEN_RATIO = 0x9e37_79b1;

// The way down to a place, by level: the last node before it, and how many nodes lie up to that one. Nothing nests.
const path = new Int32Array(LEVELS_MAX);
const ranks = new Float64Array(LEVELS_MAX);

/** A skip list over the entries of one dict. */
export class SkipList {
  readonly #arena: Arena;
  readonly #dict: Dict;
  #head: number;
  #tail = 0;
  #levels = 1;
  #size = 0;
  #nodeBytes: number;

  constructor(dict: Dict) {
    this.#arena = dict.arena;
    this.#dict = dict;
    this.#head = this.#arena.allocate(nodeBytes(LEVELS_MAX));
    this.#nodeBytes = this.#arena.capacity(this.#head);
    const words = this.#arena.wordsOf(this.#head);
    const at = this.#arena.offsetOf(this.#head) >>> 2;
    words.fill(0, at, at + nodeBytes(LEVELS_MAX) / 4);
  }

  /** Number of members. */
  get size(): number {
    return this.#size;
  }

  /** Memory of the nodes in bytes. */
  get sizeBytes(): number {
    return this.#nodeBytes;
  }

  /** The first node, or 0. */
  get first(): number {
    return this.#forward(this.#head, 0);
  }

  /** The last node, or 0. */
  get last(): number {
    return this.#tail;
  }

  /** The node after this one, or 0. */
  next(node: number): number {
    return this.#forward(node, 0);
  }

  /** The node before this one, or 0. */
  previous(node: number): number {
    return this.#word(node, BACKWARD);
  }

  /** The score of a node. */
  score(node: number): number {
    return this.#arena.float64Of(node)[this.#arena.offsetOf(node) >>> 3]!;
  }

  /** The entry of a node's member. */
  entry(node: number): number {
    return this.#word(node, ENTRY);
  }

  /** Adds the member of `entry`, which the list must not have yet, and leaves the node in the entry's user word. */
  insert(score: number, entry: number): void {
    const arena = this.#arena;
    const levels = heightOf(arena.wordsOf(entry)[(arena.offsetOf(entry) >>> 2) + HASH_WORD]!);
    const node = arena.allocate(nodeBytes(levels));
    this.#nodeBytes += arena.capacity(node);
    arena.wordsOf(node)[(arena.offsetOf(node) >>> 2) + ENTRY] = entry;
    this.#dict.setUserWord(entry, node);
    this.#link(node, score, entry, levels);
  }

  /** Takes a node out and frees it. Its entry is the caller's to remove. */
  remove(node: number): void {
    this.#findPath(this.score(node), this.entry(node));
    this.#unlink(node);
    this.#free(node);
  }

  /** Gives a member another score. */
  updateScore(node: number, score: number): void {
    const before = this.previous(node);
    const after = this.next(node);
    if ((before === 0 || this.score(before) < score) && (after === 0 || this.score(after) > score)) {
      this.#setScore(node, score);
      return;
    }
    const entry = this.entry(node);
    this.#findPath(this.score(node), entry);
    this.#unlink(node);
    const hash = this.#arena.wordsOf(entry)[(this.#arena.offsetOf(entry) >>> 2) + HASH_WORD]!;
    this.#link(node, score, entry, heightOf(hash));
  }

  /** How many nodes stand before this one. */
  rankOf(node: number): number {
    const score = this.score(node);
    const entry = this.entry(node);
    let at = this.#head;
    let rank = 0;
    for (let level = this.#levels - 1; level >= 0; level--) {
      for (let next = this.#forward(at, level); next !== 0; next = this.#forward(at, level)) {
        if (next !== node && !this.#isBefore(next, score, entry)) break;
        rank += this.#span(at, level);
        at = next;
        if (at === node) return rank - 1;
      }
    }
    return -1;
  }

  /** The node that `rank` others stand before; `rank` from 0 to `size - 1`. */
  nodeAt(rank: number): number {
    let at = this.#head;
    let left = rank + 1;
    for (let level = this.#levels - 1; level >= 0 && left > 0; level--) {
      for (let next = this.#forward(at, level); next !== 0; next = this.#forward(at, level)) {
        const span = this.#span(at, level);
        if (span > left) break;
        left -= span;
        at = next;
      }
    }
    return at;
  }

  /** The first node in a range, or 0. */
  firstIn(range: SortedSetRange): number {
    if (!this.#reaches(range)) return 0;
    let at = this.#head;
    // What is known not to lie below the range is not looked at again on the levels below.
    let beyond = 0;
    for (let level = this.#levels - 1; level >= 0; level--) {
      let next = this.#forward(at, level);
      while (next !== beyond && !this.startsBefore(range, next)) {
        at = next;
        next = this.#forward(at, level);
      }
      beyond = next;
    }
    const found = this.#forward(at, 0);
    return found !== 0 && this.endsAfter(range, found) ? found : 0;
  }

  /** The last node in a range, or 0. */
  lastIn(range: SortedSetRange): number {
    if (!this.#reaches(range)) return 0;
    let at = this.#head;
    for (let level = this.#levels - 1; level >= 0; level--) {
      let next = this.#forward(at, level);
      while (next !== 0 && this.endsAfter(range, next)) {
        at = next;
        next = this.#forward(at, level);
      }
    }
    return at !== this.#head && this.startsBefore(range, at) ? at : 0;
  }

  /** Whether a node is not below a range. */
  startsBefore(range: SortedSetRange, node: number): boolean {
    if (range.kind === "score") return range.startsBefore(this.score(node));
    const entry = this.entry(node);
    const start = this.#dict.keyOffset(entry);
    return range.startsBefore(this.#arena.bytesOf(entry), start, start + this.#dict.keyLength(entry));
  }

  /** Whether a node is not above a range. */
  endsAfter(range: SortedSetRange, node: number): boolean {
    if (range.kind === "score") return range.endsAfter(this.score(node));
    const entry = this.entry(node);
    const start = this.#dict.keyOffset(entry);
    return range.endsAfter(this.#arena.bytesOf(entry), start, start + this.#dict.keyLength(entry));
  }

  /** Takes out and frees `count` nodes from `rank` on, which must be there; each entry is handed over. */
  removeRange(rank: number, count: number, release: (entry: number) => void): void {
    let at = this.#head;
    let left = rank;
    for (let level = this.#levels - 1; level >= 0; level--) {
      for (let next = this.#forward(at, level); next !== 0; next = this.#forward(at, level)) {
        const span = this.#span(at, level);
        if (span > left) break;
        left -= span;
        at = next;
      }
      path[level] = at;
    }
    let node = this.#forward(at, 0);
    for (let rest = count; rest > 0; rest--) {
      const next = this.#forward(node, 0);
      const entry = this.entry(node);
      this.#unlink(node);
      this.#free(node);
      release(entry);
      node = next;
    }
  }

  /** Frees up to `budget` nodes; true when all memory is given back. The list must not be used for anything else. */
  freeSome(budget: number): boolean {
    if (this.#head === 0) return true;
    for (let left = budget; left > 0 && this.#size > 0; left--) {
      const node = this.first;
      this.#setWord(this.#head, FORWARD, this.#forward(node, 0));
      this.#size--;
      this.#free(node);
    }
    if (this.#size > 0) return false;
    this.#free(this.#head);
    this.#head = 0;
    return true;
  }

  /** Whether some node may lie in the range: the ends of the list tell. */
  #reaches(range: SortedSetRange): boolean {
    return this.#size > 0 && !range.isEmpty && this.startsBefore(range, this.#tail) &&
      this.endsAfter(range, this.first);
  }

  #isBefore(node: number, score: number, entry: number): boolean {
    const own = this.score(node);
    if (own !== score) return own < score;
    const dict = this.#dict;
    const other = this.entry(node);
    const start = dict.keyOffset(other);
    const entryStart = dict.keyOffset(entry);
    return compareBytes(
      this.#arena.bytesOf(other),
      start,
      start + dict.keyLength(other),
      this.#arena.bytesOf(entry),
      entryStart,
      entryStart + dict.keyLength(entry),
    ) < 0;
  }

  /** Fills `path` and `ranks` with the way to where an element stands or would stand. */
  #findPath(score: number, entry: number): void {
    let at = this.#head;
    let rank = 0;
    // What is known not to stand before the place is not compared again on the levels below.
    let beyond = 0;
    for (let level = this.#levels - 1; level >= 0; level--) {
      let next = this.#forward(at, level);
      while (next !== beyond && this.#isBefore(next, score, entry)) {
        rank += this.#span(at, level);
        at = next;
        next = this.#forward(at, level);
      }
      beyond = next;
      path[level] = at;
      ranks[level] = rank;
    }
  }

  #link(node: number, score: number, entry: number, levels: number): void {
    this.#setScore(node, score);
    this.#findPath(score, entry);
    while (this.#levels < levels) {
      path[this.#levels] = this.#head;
      ranks[this.#levels] = 0;
      this.#setWord(this.#head, SPAN + 2 * this.#levels++, this.#size);
    }
    const rank = ranks[0]!;
    for (let level = 0; level < levels; level++) {
      const before = path[level]!;
      const passed = rank - ranks[level]!;
      this.#setWord(node, FORWARD + 2 * level, this.#forward(before, level));
      this.#setWord(node, SPAN + 2 * level, this.#span(before, level) - passed);
      this.#setWord(before, FORWARD + 2 * level, node);
      this.#setWord(before, SPAN + 2 * level, passed + 1);
    }
    for (let level = levels; level < this.#levels; level++) this.#addToSpan(path[level]!, level, 1);
    const next = this.#forward(node, 0);
    this.#setWord(node, BACKWARD, path[0]! === this.#head ? 0 : path[0]!);
    if (next === 0) this.#tail = node;
    else this.#setWord(next, BACKWARD, node);
    this.#size++;
  }

  /** Takes a node out of all levels; `path` leads to it. */
  #unlink(node: number): void {
    for (let level = 0; level < this.#levels; level++) {
      const before = path[level]!;
      if (this.#forward(before, level) === node) {
        this.#setWord(before, FORWARD + 2 * level, this.#forward(node, level));
        this.#addToSpan(before, level, this.#span(node, level) - 1);
      } else {
        this.#addToSpan(before, level, -1);
      }
    }
    const previous = this.previous(node);
    const next = this.#forward(node, 0);
    if (next === 0) this.#tail = previous;
    else this.#setWord(next, BACKWARD, previous);
    while (this.#levels > 1 && this.#forward(this.#head, this.#levels - 1) === 0) this.#levels--;
    this.#size--;
  }

  #free(node: number): void {
    this.#nodeBytes -= this.#arena.capacity(node);
    this.#arena.free(node);
  }

  #forward(node: number, level: number): number {
    return this.#arena.wordsOf(node)[(this.#arena.offsetOf(node) >>> 2) + FORWARD + 2 * level]!;
  }

  #span(node: number, level: number): number {
    return this.#arena.wordsOf(node)[(this.#arena.offsetOf(node) >>> 2) + SPAN + 2 * level]!;
  }

  #addToSpan(node: number, level: number, change: number): void {
    this.#arena.wordsOf(node)[(this.#arena.offsetOf(node) >>> 2) + SPAN + 2 * level]! += change;
  }

  #word(node: number, index: number): number {
    return this.#arena.wordsOf(node)[(this.#arena.offsetOf(node) >>> 2) + index]!;
  }

  #setWord(node: number, index: number, word: number): void {
    this.#arena.wordsOf(node)[(this.#arena.offsetOf(node) >>> 2) + index] = word;
  }

  #setScore(node: number, score: number): void {
    this.#arena.float64Of(node)[this.#arena.offsetOf(node) >>> 3] = score;
  }
}

function nodeBytes(levels: number): number {
  return 4 * (FORWARD + 2 * levels);
}

/** Levels of the node of a member with that hash: each more with a chance of a quarter. */
function heightOf(hash: number): number {
  // The buckets of the dict take the hash's low bits; these are mixed from all of them.
  const mixed = Math.imul(hash, GOLDEN_RATIO);
  return 1 + Math.min(LEVELS_MAX - 1, Math.clz32(mixed ^ (mixed << 15)) >>> 1);
}
