/**
 * Reading ahead of lookups in a dict, so that several of them wait for memory at the same time.
 */

import { InvariantError } from "../base/invariant.ts";
import type { Arena } from "./arena.ts";
import type { Dict } from "./dict.ts";

/** The most hashes at a time: the entries must not drive each other out of the cache. */
export const PREFETCH_MAX = 64;

/** A dict of fewer entries is in the cache anyway. */
export const PREFETCH_MIN_ENTRIES = 16_384;

/** A line of the processor's cache has 64 bytes: an entry of 40 often begins on one and ends on the next. */
const NEXT_LINE_WORDS = 8;

const heads = new Int32Array(PREFETCH_MAX);

/**
 * Reads what a lookup of each of the first `count` hashes, at most `PREFETCH_MAX`, will read first, up to the second entry of
 * its bucket: so that it is in the processor's cache by then. What it returns means nothing.
 */
export function prefetchEntries(dict: Dict, hashes: Int32Array, count: number): number {
  if (count > PREFETCH_MAX) throw new InvariantError("Too many keys are prefetched at a time");
  const { arena } = dict;
  // In rounds: loads that do not depend on each other are under way together.
  for (let i = 0; i < count; i++) heads[i] = dict.headFor(hashes[i]!);
  let residue = 0;
  for (let i = 0; i < count; i++) if (heads[i] !== 0) residue ^= readEntry(arena, heads[i]!);
  for (let i = 0; i < count; i++) {
    const entry = heads[i]!;
    if (entry === 0) continue;
    const words = arena.wordsOf(entry);
    const at = arena.offsetOf(entry) >>> 2;
    const next = words[at]!;
    if (next !== 0 && words[at + 1] !== hashes[i]) residue ^= readEntry(arena, next);
  }
  return residue;
}

function readEntry(arena: Arena, entry: number): number {
  const words = arena.wordsOf(entry);
  const at = arena.offsetOf(entry) >>> 2;
  return words[at]! ^ (at + NEXT_LINE_WORDS < words.length ? words[at + NEXT_LINE_WORDS]! : 0);
}
