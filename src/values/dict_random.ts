/**
 * Random entries of a dict: for RANDOMKEY, SRANDMEMBER, SPOP, HRANDFIELD and ZRANDMEMBER, eviction and expiry.
 *
 * - Nothing moves between the tables here: the methods of `Dict` take the step of rehashing before they call.
 */

import type { Random } from "../base/random.ts";
import type { Dict } from "./dict.ts";

/**
 * Places in a chain that a fair draw tells apart: each more costs another draw for all. In a full table one chain in 1,700 is
 * longer, and the chances of all entries differ by 2 % (their standard deviation).
 */
const CHAIN_PLACES = 5;
/** Fair draws before they are given up: at a fill of a tenth, where tables shrink, few in a million need more. */
const FAIR_DRAWS_MAX = 1024;
/** About as many as it takes: each waits for memory twice. */
const DRAWS_AT_ONCE = 4;
const STEPS_PER_SAMPLE = 10;
// So many empty buckets in a row mean a jump to another place.
const EMPTY_RUN_MIN = 5;
// Random draws from a nearly empty table before the rest is left to a walk: at a fill of a tenth they end in 1e-23.
const DRAWS_MAX = 512;

// Of the draws of one entry. What was read ahead is kept, lest the compiler finds that nobody needs it.
const heads = new Int32Array(DRAWS_AT_ONCE);
const places = new Int32Array(DRAWS_AT_ONCE);
let residue = 0;

/** A random entry of a random filled bucket, or 0 when the dict is empty. */
export function randomEntry(dict: Dict, random: Random): number {
  if (dict.size === 0) return 0;
  const buckets0 = dict.bucketCount(0);
  const buckets = buckets0 + dict.bucketCount(1);
  const first = Math.max(dict.rehashIndex, 0);
  let index = 0;
  let head = 0;
  for (let draw = 0; head === 0 && draw < DRAWS_MAX; draw++) {
    index = first + random.below(buckets - first);
    head = headAt(dict, buckets0, index);
  }
  // Redis goes on drawing, which takes 10 ms and more for one entry among a million buckets.
  while (head === 0) {
    index = index + 1 < buckets ? index + 1 : first;
    head = headAt(dict, buckets0, index);
  }
  return randomOfChain(dict, head, random);
}

/**
 * A random entry, each equally likely, or 0 when the dict is empty: a random place in the chain of a random bucket, drawn
 * again until somebody stands there. Redis looks at 15 neighbours, each of which waits for memory; here most draws end at the
 * table of buckets. Only those share a place that stand `CHAIN_PLACES` apart.
 */
export function fairRandomEntry(dict: Dict, random: Random): number {
  if (dict.size === 0) return 0;
  const buckets0 = dict.bucketCount(0);
  const first = Math.max(dict.rehashIndex, 0);
  const count = buckets0 + dict.bucketCount(1) - first;
  // Of all ones up to the highest bit of the count: without a second table nothing is drawn in vain.
  const mask = 0xffff_ffff >>> Math.clz32(count - 1);
  for (let draws = 0; draws < FAIR_DRAWS_MAX; draws += DRAWS_AT_ONCE) {
    // In rounds: loads that do not depend on each other are under way together.
    for (let draw = 0; draw < DRAWS_AT_ONCE; draw++) {
      const index = random.uint32() & mask;
      places[draw] = ((random.uint32() >>> 16) * CHAIN_PLACES) >>> 16;
      heads[draw] = index < count ? headAt(dict, buckets0, first + index) : 0;
    }
    for (let draw = 0; draw < DRAWS_AT_ONCE; draw++) {
      if (heads[draw] !== 0) residue ^= dict.nextInBucket(heads[draw]!);
    }
    for (let draw = 0; draw < DRAWS_AT_ONCE; draw++) {
      const entry = entryAt(dict, heads[draw]!, places[draw]!, random);
      if (entry !== 0) return entry;
    }
  }
  return dict.randomEntry(random);
}

/** The entry at a place of a chain, or 0; one of those that share the place in a long chain. */
function entryAt(dict: Dict, head: number, place: number, random: Random): number {
  let found = 0;
  let sharing = 0;
  let at = 0;
  for (let entry = head; entry !== 0; entry = dict.nextInBucket(entry), at++) {
    if (at % CHAIN_PLACES === place && random.below(++sharing) === 0) found = entry;
  }
  return found;
}

/**
 * Writes up to `count` entries from buckets around a random place into `out` and returns how many: fewer when the dict is
 * smaller, or so sparse that ten buckets for each did not yield them. Not uniform, and an entry may come twice where the
 * walk jumped back over it, but fast.
 */
export function sampleEntries(dict: Dict, random: Random, count: number, out: Int32Array): number {
  const wanted = Math.min(count, dict.size);
  if (wanted <= 0) return 0;
  const buckets0 = dict.bucketCount(0);
  const buckets1 = dict.bucketCount(1);
  const mask = Math.max(buckets0, buckets1) - 1;
  const rehashIndex = dict.rehashIndex;
  let index = random.uint32() & mask;
  let emptyRun = 0;
  let stored = 0;
  for (let steps = wanted * STEPS_PER_SAMPLE; steps > 0 && stored < wanted; steps--) {
    // Below the rehash index table 0 is empty, and beyond the end of a smaller table 1 there is nothing either.
    if (rehashIndex >= 0 && index < rehashIndex && index >= buckets1) index = rehashIndex;
    for (let table: 0 | 1 = 0; table < 2 && stored < wanted; table++) {
      const side = table as 0 | 1;
      if (side === 0 ? index < rehashIndex || index >= buckets0 : index >= buckets1) continue;
      const head = dict.bucketHead(side, index);
      if (head !== 0) {
        emptyRun = 0;
        stored = sampleChain(dict, head, random, out, stored, wanted);
      } else if (++emptyRun >= EMPTY_RUN_MIN && emptyRun > wanted) {
        index = random.uint32() & mask;
        emptyRun = 0;
      }
    }
    index = (index + 1) & mask;
  }
  return Math.min(stored, wanted);
}

// A chain that does not fit takes its chance with what is there (reservoir sampling), so that its tail is seen too.
function sampleChain(
  dict: Dict,
  head: number,
  random: Random,
  out: Int32Array,
  stored: number,
  wanted: number,
): number {
  for (let entry = head; entry !== 0; entry = dict.nextInBucket(entry)) {
    if (stored < wanted) {
      out[stored] = entry;
    } else {
      const place = random.below(stored + 1);
      if (place < wanted) out[place] = entry;
    }
    stored++;
  }
  return stored;
}

function headAt(dict: Dict, buckets0: number, index: number): number {
  return index < buckets0 ? dict.bucketHead(0, index) : dict.bucketHead(1, index - buckets0);
}

function randomOfChain(dict: Dict, head: number, random: Random): number {
  let length = 0;
  for (let entry = head; entry !== 0; entry = dict.nextInBucket(entry)) length++;
  let entry = head;
  if (length > 1) {
    for (let left = random.below(length); left > 0; left--) entry = dict.nextInBucket(entry);
  }
  return entry;
}
