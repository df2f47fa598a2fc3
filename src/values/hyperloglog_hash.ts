/**
 * From an element to what it says to a HyperLogLog: MurmurHash64A with Redis's seed, without any 64-bit arithmetic.
 *
 * - A 64-bit number is a pair of 32-bit words; only the low 64 bits of a product are wanted, so that of four partial
 *   products one alone needs its upper half.
 */

/** The bits of the hash that choose the register. */
export const INDEX_BITS = 14;

const SEED = 0xadc83b19 | 0;
const MULTIPLIER_LOW = 0x5bd1e995;
const MULTIPLIER_HIGH = 0xc6a4a793 | 0;
const INDEX_MASK = (1 << INDEX_BITS) - 1;
/** Bits of the low word that are left when the index is taken. */
const LOW_REST_BITS = 32 - INDEX_BITS;
/** Stands above the highest bit of the hash, in the high word: no run of zeros is longer. */
const RUN_END = 51;

/**
 * Hashes an element: the low 14 bits of the result are the index of its register, the bits above the value, from 1 to 51,
 * that the register must at least have.
 */
export function registerOf(bytes: Uint8Array, start: number, end: number): number {
  const length = end - start;
  let low = Math.imul(length, MULTIPLIER_LOW) ^ SEED;
  let high = upperHalf(length) + Math.imul(length, MULTIPLIER_HIGH) | 0;
  const tail = end - (length & 7);
  for (let at = start; at < tail; at += 8) {
    const blockLow = bytes[at]! | bytes[at + 1]! << 8 | bytes[at + 2]! << 16 | bytes[at + 3]! << 24;
    const blockHigh = bytes[at + 4]! | bytes[at + 5]! << 8 | bytes[at + 6]! << 16 | bytes[at + 7]! << 24;
    let mixedHigh = multiplyHigh(blockLow, blockHigh);
    // A shift by 47 moves nothing but the upper 17 bits, to the lowest place.
    let mixedLow = Math.imul(blockLow, MULTIPLIER_LOW) ^ (mixedHigh >>> 15);
    mixedHigh = multiplyHigh(mixedLow, mixedHigh);
    mixedLow = Math.imul(mixedLow, MULTIPLIER_LOW);
    low ^= mixedLow;
    high = multiplyHigh(low, high ^ mixedHigh);
    low = Math.imul(low, MULTIPLIER_LOW);
  }
  if (tail < end) {
    for (let at = tail, shift = 0; at < end; at++, shift += 8) {
      if (shift < 32) low ^= bytes[at]! << shift;
      else high ^= bytes[at]! << (shift - 32);
    }
    high = multiplyHigh(low, high);
    low = Math.imul(low, MULTIPLIER_LOW);
  }
  low ^= high >>> 15;
  high = multiplyHigh(low, high);
  low = Math.imul(low, MULTIPLIER_LOW) ^ (high >>> 15);
  return (low & INDEX_MASK) | valueOf(low >>> INDEX_BITS, high) << INDEX_BITS;
}

/** The place of the lowest bit that is 1 in what the index leaves of the hash, counted from 1. */
function valueOf(lowRest: number, high: number): number {
  if (lowRest !== 0) return lowestBit(lowRest) + 1;
  return high === 0 ? RUN_END : LOW_REST_BITS + lowestBit(high) + 1;
}

function lowestBit(word: number): number {
  return 31 - Math.clz32(word & -word);
}

/** The high word of the product of a 64-bit number and the multiplier. */
function multiplyHigh(low: number, high: number): number {
  return upperHalf(low) + Math.imul(low, MULTIPLIER_HIGH) + Math.imul(high, MULTIPLIER_LOW) | 0;
}

/** The upper 32 bits of `word`, unsigned, times the low word of the multiplier. */
function upperHalf(word: number): number {
  const low = word & 0xffff;
  const high = word >>> 16;
  const lowLow = Math.imul(low, MULTIPLIER_LOW & 0xffff);
  const lowHigh = Math.imul(low, MULTIPLIER_LOW >>> 16);
  const highLow = Math.imul(high, MULTIPLIER_LOW & 0xffff);
  const middle = (lowLow >>> 16) + (lowHigh & 0xffff) + (highLow & 0xffff);
  return Math.imul(high, MULTIPLIER_LOW >>> 16) + (lowHigh >>> 16) + (highLow >>> 16) + (middle >>> 16) | 0;
}
