/**
 * Reading ahead of lookups in a dict, so that several of them wait for memory at the same time.
 */

import { InvariantError } from "../base/invariant.ts";
import type { Dict } from "./dict.ts";

/** The most hashes at a time: the entries must not drive each other out of the cache. */
export const PREFETCH_MAX = 64;

/** A line of the processor's cache has 64 bytes: an entry of 40 often begins on one and ends on the next. */
const NEXT_LINE_WORDS = 8;

const heads = new Int32Array(PREFETCH_MAX);

/**
 * Reads the first entry of the bucket of each of the first `count` hashes, at most `PREFETCH_MAX`, and nothing else: so that
 * they are in the processor's cache when the keys are looked up. What it returns means nothing.
 */
export function prefetchEntries(dict: Dict, hashes: Int32Array, count: number): number {
  if (count > PREFETCH_MAX) throw new InvariantError("Too many keys are prefetched at a time");
  const { arena } = dict;
  const table = dict.rehashIndex >= 0 ? 1 : 0;
  const mask = dict.bucketCount(table) - 1;
  // In two rounds: loads that do not depend on each other are under way together.
  for (let i = 0; i < count; i++) heads[i] = dict.bucketHead(table, hashes[i]! & mask);
  let residue = 0;
  for (let i = 0; i < count; i++) {
    const entry = heads[i]!;
    if (entry === 0) continue;
    const words = arena.wordsOf(entry);
    const at = arena.offsetOf(entry) >>> 2;
    residue ^= words[at]!;
    if (at + NEXT_LINE_WORDS < words.length) residue ^= words[at + NEXT_LINE_WORDS]!;
  }
  return residue;
}
