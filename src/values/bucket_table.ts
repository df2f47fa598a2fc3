/**
 * The bucket tables of a dict: handles of the first entries, 0 for an empty bucket.
 *
 * - Powers of two from 4 to 2^31 buckets. A new table is cleared lazily by the system: 0.1 ms for 64 MB.
 */

/** Buckets of the smallest table. */
export const INITIAL_BUCKETS = 4;

/** Buckets of the largest table: an int32 masked with one less is not negative. */
export const BUCKETS_MAX = 0x8000_0000;

/** The table of a dict that has never held anything. */
export const NO_BUCKETS: Int32Array<ArrayBuffer> = new Int32Array(0);

/** The size of the table for so many entries: the power of two at or above it. */
export function bucketsFor(entries: number): number {
  return entries <= INITIAL_BUCKETS ? INITIAL_BUCKETS : 2 ** (32 - Math.clz32(entries - 1));
}

/** An empty table, or null when the system has no memory for it. */
export function tryNewTable(buckets: number): Int32Array<ArrayBuffer> | null {
  try {
    return new Int32Array(buckets);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
