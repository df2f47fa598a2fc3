/**
 * Random entries of a dict: for RANDOMKEY, SRANDMEMBER, SPOP, HRANDFIELD and ZRANDMEMBER, eviction and expiry.
 *
 * - Nothing moves between the tables here: the methods of `Dict` take the step of rehashing before they call.
 */

import type { Random } from "../base/random.ts";
import type { Dict } from "./dict.ts";

/**
 * Places in a chain that a fair draw tells apart: each more costs another draw for all. In a full table one chain in 1,700 is
 * longer, and the chances of all entries differ by 2 % (their standard deviation). In an emptier one fewer places do the same:
 * one less for each of these fills that it does not reach.
 */
const CHAIN_PLACES = 5;
const FILLS_FOR_PLACES = [0.5, 0.25, 0.1];
/** Fair draws before they are given up: at a fill of a tenth, where tables shrink, few in a million need more. */
const FAIR_DRAWS_MAX = 1024;
/** Draws whose memory is read at a time: enough for two entries of a full table. A number a draw is for the bucket. */
const DRAWS_AT_ONCE = 24;
const NUMBERS_A_DRAW = 2;
const STEPS_PER_SAMPLE = 10;
// So many empty buckets in a row mean a jump to another place.
const EMPTY_RUN_MIN = 5;
// Random draws from a nearly empty table before the rest is left to a walk: at a fill of a tenth they end in 1e-23.
const DRAWS_MAX = 512;

const entries = new Int32Array(DRAWS_AT_ONCE);
/** Draws until memory is to be read again. */
let drawsAhead = 0;
/** What was read: kept, lest the compiler finds that nobody needs it. */
let residue = 0;

/** A random entry of a random filled bucket, or 0 when the dict is empty. */
export function randomEntry(dict: Dict, random: Random): number {
  if (dict.size === 0) return 0;
  const buckets = dict.bucketCount(0) + dict.bucketCount(1);
  const first = Math.max(dict.rehashIndex, 0);
  let index = 0;
  let head = 0;
  for (let draw = 0; head === 0 && draw < DRAWS_MAX; draw++) {
    index = first + random.below(buckets - first);
    head = headAt(dict, index);
  }
  // Redis goes on drawing, which takes 10 ms and more for one entry among a million buckets.
  while (head === 0) {
    index = index + 1 < buckets ? index + 1 : first;
    head = headAt(dict, index);
  }
  return randomOfChain(dict, head, random);
}

/**
 * A random entry, each equally likely, or 0 when the dict is empty: a random place in the chain of a random bucket, drawn
 * again until somebody stands there. Only those share a place that stand `chainPlaces` apart.
 *
 * Redis looks at 15 neighbours, each of which waits for memory. Here memory is read for many draws together, as those to come
 * can be foreseen: what one call leaves of them is the next one's.
 */
export function fairRandomEntry(dict: Dict, random: Random): number {
  if (dict.size === 0) return 0;
  const first = Math.max(dict.rehashIndex, 0);
  const count = dict.bucketCount(0) + dict.bucketCount(1) - first;
  // Of all ones up to the highest bit of the count: without a second table nothing is drawn in vain.
  const mask = 0xffff_ffff >>> Math.clz32(count - 1);
  // The fills of two tables differ.
  const chainPlaces = dict.rehashIndex < 0 ? placesAt(dict.size / count) : CHAIN_PLACES;
  for (let draws = 0; draws < FAIR_DRAWS_MAX; draws++) {
    if (drawsAhead === 0) readAhead(dict, random, first, mask);
    drawsAhead--;
    const head = headAt(dict, first + (random.uint32() & mask));
    const place = ((random.uint32() >>> 16) * chainPlaces) >>> 16;
    const entry = entryAt(dict, head, place, chainPlaces, random);
    if (entry !== 0) return entry;
  }
  return dict.randomEntry(random);
}

/** Reads the buckets of the next draws, their first entries and those behind them: each kind together. */
function readAhead(dict: Dict, random: Random, first: number, mask: number): void {
  drawsAhead = DRAWS_AT_ONCE;
  for (let draw = 0; draw < DRAWS_AT_ONCE; draw++) {
    entries[draw] = headAt(dict, first + (random.foresee(draw * NUMBERS_A_DRAW) & mask));
  }
  for (let draw = 0; draw < DRAWS_AT_ONCE; draw++) {
    if (entries[draw] !== 0) entries[draw] = dict.nextInBucket(entries[draw]!);
  }
  for (let draw = 0; draw < DRAWS_AT_ONCE; draw++) {
    if (entries[draw] !== 0) residue ^= dict.nextInBucket(entries[draw]!);
  }
}

/** How many places of a chain are told apart where one bucket has so many entries. */
function placesAt(fill: number): number {
  let places = CHAIN_PLACES;
  for (const least of FILLS_FOR_PLACES) if (fill <= least) places--;
  return places;
}

/** The entry at a place of a chain, or 0; one of those that share the place in a long chain. */
function entryAt(dict: Dict, head: number, place: number, chainPlaces: number, random: Random): number {
  let found = 0;
  let sharing = 0;
  let at = 0;
  for (let entry = head; entry !== 0; entry = dict.nextInBucket(entry), at++) {
    if (at % chainPlaces === place && (++sharing === 1 || random.below(sharing) === 0)) found = entry;
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
      const head = dict.buckets(side)[index]!;
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

/** The first entry of a bucket, those of table 1 counted behind those of table 0, or 0; there are none beyond them. */
function headAt(dict: Dict, index: number): number {
  const buckets0 = dict.buckets(0);
  if (index < buckets0.length) return buckets0[index]!;
  const buckets1 = dict.buckets(1);
  const index1 = index - buckets0.length;
  return index1 < buckets1.length ? buckets1[index1]! : 0;
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
