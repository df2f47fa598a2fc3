/**
 * Small dicts without an object: their table and their counts in one block of the arena, beside the blocks of the entries.
 *
 * ```
 * <buckets> <entries> <bytes of the entries> <head of bucket 0> <head of bucket 1> ...      words
 * ```
 *
 * - A `Dict` and its typed array take about 500 bytes of V8's heap, more than ten short members.
 */

import type { SeededHash } from "../bytes/seeded_hash.ts";
import type { Arena } from "./arena.ts";
import { Dict } from "./dict.ts";
import { MAX_SMALL_BYTES } from "./size_classes.ts";

const HEADER_WORDS = 3;
/** In larger tables the object hardly counts. */
const BUCKETS_MAX = 256;

/**
 * Puts the table of a dict, whose entries take `entryBytes`, into a block and returns it: the dict must not be used any
 * more. 0 where the dict or its entries are not small, a walk stands in it, or there is no memory; then nothing has
 * changed.
 */
export function foldDict(dict: Dict, entryBytes: number): number {
  const { arena } = dict;
  const buckets = Math.max(dict.bucketCount(0), dict.bucketCount(1));
  if (buckets > BUCKETS_MAX || entryBytes > MAX_SMALL_BYTES) return 0;
  // Had first: nothing may fail once the table is taken.
  const block = arena.tryAllocate((HEADER_WORDS + buckets) * 4);
  if (block === 0) return 0;
  const count = dict.size;
  const table = dict.takeTable();
  if (table === null) {
    arena.free(block);
    return 0;
  }
  const words = arena.wordsOf(block);
  const at = arena.offsetOf(block) >>> 2;
  words[at] = table.length;
  words[at + 1] = count;
  words[at + 2] = entryBytes;
  for (let index = 0; index < table.length; index++) words[at + HEADER_WORDS + index] = table[index]!;
  return block;
}

/** What `foldDict` was told of the bytes of the entries. */
export function foldedEntryBytes(arena: Arena, block: number): number {
  return arena.wordsOf(block)[(arena.offsetOf(block) >>> 2) + 2]!;
}

/** Shows folded dicts without unfolding them: one at a time, each to be read at once and not to be changed. */
export class FoldedDictView {
  readonly #arena: Arena;
  readonly #dict: Dict;
  /** A table for each number of buckets. */
  readonly #tables: Int32Array<ArrayBuffer>[] = [];

  constructor(arena: Arena, hash: SeededHash) {
    this.#arena = arena;
    this.#dict = new Dict(arena, hash);
  }

  /** The dict that a block holds, until the next one is shown. */
  show(block: number): Dict {
    const words = this.#arena.wordsOf(block);
    const at = this.#arena.offsetOf(block) >>> 2;
    const buckets = words[at]!;
    const table = this.#tables[Math.clz32(buckets)] ??= new Int32Array(buckets);
    for (let index = 0; index < buckets; index++) table[index] = words[at + HEADER_WORDS + index]!;
    this.#dict.giveTable(table, words[at + 1]!);
    // What holds the data is the block, and that is counted.
    this.#arena.tableBytes -= this.#dict.tableBytes;
    return this.#dict;
  }
}

/** The dict that a block holds, which is freed. */
export function unfoldDict(arena: Arena, hash: SeededHash, block: number): Dict {
  const words = arena.wordsOf(block);
  const at = arena.offsetOf(block) >>> 2;
  const table = new Int32Array(words[at]!);
  for (let index = 0; index < table.length; index++) table[index] = words[at + HEADER_WORDS + index]!;
  const dict = new Dict(arena, hash);
  dict.giveTable(table, words[at + 1]!);
  arena.free(block);
  return dict;
}
