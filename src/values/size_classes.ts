/**
 * The block sizes of the arena: which class serves a request of so many bytes.
 *
 * - Multiples of 8 up to 128 bytes, then about eight classes a doubling up to half a page: at most an eighth of a
 *   block is wasted below 8 KiB, at most a third at the top, where only 2, 3, 4 ... blocks fit on a page.
 * - Above 128 bytes a class is as large as its number of blocks on a page allows, so the page's tail is never wasted.
 */

/** Bytes of a page; a page holds blocks of one class. */
export const PAGE_BYTES = 65_536;

/** The largest block that shares a page; larger ones have a buffer of their own. */
export const MAX_SMALL_BYTES = 32_768;

const FINE_LIMIT = 128;
const CLASSES_PER_DOUBLING = 8;

function listClassSizes(): number[] {
  const sizes: number[] = [];
  for (let size = 8; size <= FINE_LIMIT; size += 8) sizes.push(size);
  for (let doubling = FINE_LIMIT; doubling < MAX_SMALL_BYTES; doubling *= 2) {
    for (let step = 1; step <= CLASSES_PER_DOUBLING; step++) {
      const target = doubling + (doubling / CLASSES_PER_DOUBLING) * step;
      const blocks = Math.floor(PAGE_BYTES / target);
      const size = Math.floor(PAGE_BYTES / blocks / 8) * 8;
      if (size > sizes[sizes.length - 1]!) sizes.push(size);
    }
  }
  return sizes;
}

/** Bytes of a block, by class. */
export const CLASS_BYTES: Int32Array = Int32Array.from(listClassSizes());

/** How many classes there are. */
export const CLASS_COUNT: number = CLASS_BYTES.length;

/** The smallest class that holds a size, indexed by `(size + 7) >>> 3`; a size of 0 is served as 8 bytes. */
export const CLASS_OF_UNITS: Uint8Array = listClassesByUnits();

function listClassesByUnits(): Uint8Array {
  const classes = new Uint8Array(MAX_SMALL_BYTES / 8 + 1);
  let sizeClass = 0;
  for (let units = 0; units < classes.length; units++) {
    if (units * 8 > CLASS_BYTES[sizeClass]!) sizeClass++;
    classes[units] = sizeClass;
  }
  return classes;
}
