/**
 * SCAN's walk over a dict: a cursor that survives growing and shrinking tables.
 *
 * - The cursor counts with its bits reversed: from the highest bit of the bucket number down. Buckets that share their low
 *   bits, which is where one bucket's entries go when the table grows or come from when it shrinks, follow each other.
 * - As in Redis: an entry that is there from the first call to the one that returns 0 is visited at least once, and
 *   may be visited more than once when the tables change in between.
 */

import type { Dict } from "./dict.ts";

/**
 * Visits the entries of the bucket under `cursor` (of all buckets that it stands for in the larger table, while there are
 * two) and returns the next cursor: 0 when the walk is complete. Begin with 0; the low 32 bits of a cursor count.
 *
 * Nothing moves between the tables during the call. `visit` may look up and change anything but must remove no entry
 * except the visited one.
 */
export function scanDict(dict: Dict, cursor: number, visit: (entry: number) => void): number {
  if (dict.size === 0) return 0;
  dict.pauseResize();
  try {
    return dict.rehashIndex < 0 ? scanOneTable(dict, cursor >>> 0, visit) : scanTwoTables(dict, cursor >>> 0, visit);
  } finally {
    dict.resumeResize();
  }
}

function scanOneTable(dict: Dict, cursor: number, visit: (entry: number) => void): number {
  const mask = dict.bucketCount(0) - 1;
  visitBucket(dict, 0, cursor & mask, visit);
  return nextCursor(cursor, mask);
}

function scanTwoTables(dict: Dict, cursor: number, visit: (entry: number) => void): number {
  const small = dict.bucketCount(0) <= dict.bucketCount(1) ? 0 : 1;
  const large = small === 0 ? 1 : 0;
  const smallMask = dict.bucketCount(small) - 1;
  const largeMask = dict.bucketCount(large) - 1;
  visitBucket(dict, small, cursor & smallMask, visit);
  do {
    visitBucket(dict, large, cursor & largeMask, visit);
    cursor = nextCursor(cursor, largeMask);
  } while ((cursor & (smallMask ^ largeMask)) !== 0);
  return cursor;
}

function visitBucket(dict: Dict, table: 0 | 1, index: number, visit: (entry: number) => void): void {
  let entry = dict.buckets(table)[index]!;
  while (entry !== 0) {
    const next = dict.nextInBucket(entry);
    visit(entry);
    entry = next;
  }
}

// Setting the bits above the mask makes the increment of the reversed number carry into the mask's highest bit.
function nextCursor(cursor: number, mask: number): number {
  return reverseBits(reverseBits(cursor | ~mask) + 1);
}

function reverseBits(word: number): number {
  word = ((word >>> 1) & 0x5555_5555) | ((word & 0x5555_5555) << 1);
  word = ((word >>> 2) & 0x3333_3333) | ((word & 0x3333_3333) << 2);
  word = ((word >>> 4) & 0x0f0f_0f0f) | ((word & 0x0f0f_0f0f) << 4);
  word = ((word >>> 8) & 0x00ff_00ff) | ((word & 0x00ff_00ff) << 8);
  return ((word >>> 16) | (word << 16)) >>> 0;
}
