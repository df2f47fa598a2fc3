/**
 * Listpacks of pairs (member and score, field and value) as they come from outside: whether the first parts differ.
 *
 * - The listpack itself must have been validated in depth before.
 */

import { lasting } from "../bytes/lasting_slice.ts";
import { Dict } from "../values/dict.ts";
import { ListpackEntry, listpackFirst, listpackLength, listpackNext, listpackRead } from "../values/listpack.ts";
import type { LoadContext } from "./load_context.ts";

/** Where a table is made when there are many, and whether they are looked at. */
export type PairsContext = Pick<LoadContext, "arena" | "hash" | "checksDuplicates">;

const SLOTS = 1024;
const FNV_BASIS = 0x811c9dc5;
const FNV_PRIME = 0x01000193;
/** Beyond half of the slots a table tells which came before. */
const HASHED_PAIRS_MAX = SLOTS / 2;

// Nothing here pauses. A slot belongs to the listpack whose number stands in it.
const scratch = lasting(new ListpackEntry());
const slotHashes = new Int32Array(SLOTS);
const slotNumbers = new Int32Array(SLOTS);
let number = 0;

/**
 * Whether a sound listpack consists of whole pairs, and no first part occurs twice. That is looked at where the context says
 * so, and where there are more than `maxPairs`, of which a table will be made.
 */
export function holdsSoundPairs(bytes: Uint8Array, base: number, context: PairsContext, maxPairs: number): boolean {
  const count = listpackLength(bytes, base);
  if (count % 2 !== 0) return false;
  if (!context.checksDuplicates && count / 2 <= maxPairs) return true;
  const isSure = count / 2 <= HASHED_PAIRS_MAX && haveDistinctHashes(bytes, base);
  return isSure || areDistinct(bytes, base, context);
}

/** False also where two of them have the same hash by chance, or by somebody's intent. */
function haveDistinctHashes(bytes: Uint8Array, base: number): boolean {
  number = (number + 1) | 0;
  for (let position = listpackFirst(bytes, base); position !== 0;) {
    const first = bytes[base + position]!;
    if (first >= 0x80 && first < 0xc0) {
      // A short string, as most are: its text lies behind its length.
      const start = base + position + 1;
      const end = start + (first & 0x3f);
      if (!enter(hashOf(bytes, start, end))) return false;
      position = listpackNext(bytes, base, end + 1 - base);
    } else {
      listpackRead(bytes, base, position, scratch);
      if (!enter(hashOf(scratch.bytes, scratch.start, scratch.end))) return false;
      position = listpackNext(bytes, base, listpackNext(bytes, base, position));
    }
  }
  return true;
}

function hashOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = FNV_BASIS;
  for (let at = start; at < end; at++) hash = Math.imul(hash ^ bytes[at]!, FNV_PRIME);
  return hash;
}

/** False where the hash is there already. */
function enter(hash: number): boolean {
  let slot = (hash ^ hash >>> 16) & (SLOTS - 1);
  while (slotNumbers[slot] === number) {
    if (slotHashes[slot] === hash) return false;
    slot = (slot + 1) & (SLOTS - 1);
  }
  slotNumbers[slot] = number;
  slotHashes[slot] = hash;
  return true;
}

function areDistinct(bytes: Uint8Array, base: number, context: PairsContext): boolean {
  const seen = new Dict(context.arena, context.hash);
  try {
    for (let position = listpackFirst(bytes, base); position !== 0;) {
      listpackRead(bytes, base, position, scratch);
      seen.findOrInsert(scratch.bytes, scratch.start, scratch.end, 0);
      if (!seen.wasInserted) return false;
      position = listpackNext(bytes, base, listpackNext(bytes, base, position));
    }
    return true;
  } finally {
    seen.clear();
  }
}
