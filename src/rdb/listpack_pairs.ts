/**
 * Listpacks of pairs (member and score, field and value) as they come from outside: whether the first parts differ.
 *
 * - The listpack itself must have been validated in depth before.
 */

import { Dict } from "../values/dict.ts";
import {
  ListpackEntry,
  listpackFind,
  listpackFirst,
  listpackLength,
  listpackNext,
  listpackRead,
} from "../values/listpack.ts";
import type { LoadContext } from "./load_context.ts";

/** Up to so many pairs each is compared with all behind it; beyond, a table tells which came before. */
const COMPARED_PAIRS_MAX = 32;

// Nothing here pauses.
const scratch = new ListpackEntry();

/** Whether a sound listpack consists of whole pairs, and no first part occurs twice. */
export function holdsDistinctPairs(bytes: Uint8Array, base: number, context: LoadContext): boolean {
  const count = listpackLength(bytes, base);
  if (count % 2 !== 0) return false;
  if (count / 2 > COMPARED_PAIRS_MAX) return areDistinct(bytes, base, context);
  for (let position = listpackFirst(bytes, base); position !== 0;) {
    listpackRead(bytes, base, position, scratch);
    position = listpackNext(bytes, base, listpackNext(bytes, base, position));
    if (listpackFind(bytes, base, position, scratch, 1) !== 0) return false;
  }
  return true;
}

function areDistinct(bytes: Uint8Array, base: number, context: LoadContext): boolean {
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
