/**
 * Slices that are kept for good and used over and over, so that reading makes no objects.
 *
 * - What such a slice was last pointed at it keeps from being freed, 32 MiB of the arena at a time: `letGo` ends that.
 * - They belong to all servers of a process: none is in use between two turns of the runtime.
 */

import type { Slice } from "./slice.ts";

const slices: Slice[] = [];
const NO_BYTES = new Uint8Array(0);

/** Makes `slice`, which a module keeps, one of those that let go. It must be pointed anew before each use. */
export function lasting<T extends Slice>(slice: T): T {
  slices.push(slice);
  return slice;
}

/** Makes all of them empty. To be called between turns. */
export function letGo(): void {
  for (const slice of slices) {
    slice.bytes = NO_BYTES;
    slice.start = slice.end = 0;
  }
}
