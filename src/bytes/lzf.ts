/**
 * LZF, the compression of strings in RDB files and of quicklist nodes.
 *
 * ```
 * 000LLLLL  bytes...             L + 1 bytes as they are (1 to 32)
 * LLLooooo oooooooo              copy L + 2 bytes (L is 1 to 6) from o + 1 bytes back
 * 111ooooo LLLLLLLL oooooooo     copy L + 9 bytes from o + 1 bytes back (up to 8192)
 * ```
 *
 * - The compressor makes the same choices as LibLZF 3.6 with Redis's settings (65,536 slots, two positions entered
 *   after a copy), so that a compressed string has the very bytes that Redis writes.
 * - The decompressor trusts nothing: neither its input nor the length it is told.
 */

const SLOT_COUNT = 1 << 16;
const MAX_LITERAL = 1 << 5;
const MAX_OFFSET = 1 << 13;
const MAX_COPY = (1 << 8) + (1 << 3);
/** Three bytes of input make at most this many bytes of output. */
const MAX_EXPANSION = MAX_COPY / 3;

/**
 * Where three bytes were seen last, as `stamp + offset`. The stamp grows past all earlier entries with every call,
 * which empties the table without touching its 256 KiB.
 */
const slots = new Int32Array(SLOT_COUNT);
let nextStamp = 1;

function takeStamp(length: number): number {
  if (nextStamp + length > 0x7fff_fff0) {
    slots.fill(0);
    nextStamp = 1;
  }
  const stamp = nextStamp;
  nextStamp += length;
  return stamp;
}

function slotOf(source: Uint8Array, at: number): number {
  const three = (source[at]! << 16) | (source[at + 1]! << 8) | source[at + 2]!;
  return ((three >>> 8) - three * 5) & (SLOT_COUNT - 1);
}

/** How many bytes from `at` on are the same as those from `from` on; the first three are known to be. */
function copyLength(source: Uint8Array, from: number, at: number, end: number): number {
  // LibLZF leaves two bytes over, except that its unrolled comparison goes to 19 as soon as it is entered.
  let max = Math.min(end - at - 2, MAX_COPY);
  if (max === 17 || max === 18) max = 19;
  let length = 3;
  while (length < max && source[from + length] === source[at + length]) length++;
  return length;
}

/**
 * Compresses `source[start, end)` into `target` and returns the number of bytes written, or 0 when they do not fit
 * or are not fewer.
 *
 * - What is in `target` after a 0 is undefined. A target as long as the source minus 4 gives Redis's bound for
 *   "worth it".
 *
 * @example
 * ```ts
 * import { lzfCompress, lzfDecompress } from "./lzf.ts";
 * const source = new Uint8Array(1000);
 * const target = new Uint8Array(996);
 * const length = lzfCompress(source, 0, 1000, target);
 * console.log(length, lzfDecompress(target, 0, length, 1000)?.length); // 16 1000
 * ```
 */
export function lzfCompress(source: Uint8Array, start: number, end: number, target: Uint8Array): number {
  const room = Math.min(target.length, end - start - 1);
  if (room <= 0) return 0;
  const stamp = takeStamp(end - start) - start;
  const lastStart = end - 2;
  let at = start;
  let out = 1;
  let literals = 0;
  while (at < lastStart) {
    const slot = slotOf(source, at);
    const from = slots[slot]! - stamp;
    slots[slot] = stamp + at;
    // The first byte of all is never copied from: LibLZF takes its position for an empty slot.
    const isCopy = from > start && at - from <= MAX_OFFSET && source[from] === source[at] &&
      source[from + 1] === source[at + 1] && source[from + 2] === source[at + 2];
    if (!isCopy) {
      if (out >= room) return 0;
      target[out++] = source[at++]!;
      if (++literals === MAX_LITERAL) {
        target[out - literals - 1] = literals - 1;
        literals = 0;
        out++;
      }
      continue;
    }
    if (literals === 0) out--;
    else target[out - literals - 1] = literals - 1;
    if (out + 4 >= room) return 0;
    const length = copyLength(source, from, at, end);
    out = writeCopy(target, out, at - from - 1, length) + 1;
    literals = 0;
    at += length;
    if (at >= lastStart) break;
    slots[slotOf(source, at - 2)] = stamp + at - 2;
    slots[slotOf(source, at - 1)] = stamp + at - 1;
  }
  if (out + 3 > room) return 0;
  return writeTail(source, at, end, target, out, literals);
}

function writeCopy(target: Uint8Array, out: number, offset: number, length: number): number {
  const code = length - 2;
  if (code < 7) {
    target[out++] = (code << 5) | (offset >>> 8);
  } else {
    target[out++] = (7 << 5) | (offset >>> 8);
    target[out++] = code - 7;
  }
  target[out++] = offset;
  return out;
}

/** Writes the last bytes, at most two, as they are, ends the open run and returns the total length. */
function writeTail(
  source: Uint8Array,
  at: number,
  end: number,
  target: Uint8Array,
  out: number,
  literals: number,
): number {
  while (at < end) {
    target[out++] = source[at++]!;
    if (++literals === MAX_LITERAL) {
      target[out - literals - 1] = literals - 1;
      literals = 0;
      out++;
    }
  }
  if (literals === 0) return out - 1;
  target[out - literals - 1] = literals - 1;
  return out;
}

/**
 * Decompresses `source[start, end)`, or null unless it is well formed and makes exactly `expectedLength` bytes.
 *
 * - A length that no input of that size can make is refused before any memory is taken for it.
 */
export function lzfDecompress(
  source: Uint8Array,
  start: number,
  end: number,
  expectedLength: number,
): Uint8Array<ArrayBuffer> | null {
  if (!(expectedLength >= 0 && expectedLength <= (end - start) * MAX_EXPANSION)) return null;
  const target = new Uint8Array(expectedLength);
  let at = start;
  let out = 0;
  while (at < end) {
    const control = source[at++]!;
    if (control < MAX_LITERAL) {
      const length = control + 1;
      if (length > end - at || length > expectedLength - out) return null;
      for (const runEnd = at + length; at < runEnd;) target[out++] = source[at++]!;
      continue;
    }
    let length = (control >>> 5) + 2;
    if (length === 9) {
      if (at >= end) return null;
      length += source[at++]!;
    }
    if (at >= end) return null;
    let from = out - ((control & 0x1f) << 8) - source[at++]! - 1;
    if (from < 0 || length > expectedLength - out) return null;
    // Byte by byte: a copy may overlap what it writes.
    for (const runEnd = out + length; out < runEnd;) target[out++] = target[from++]!;
  }
  return out === expectedLength ? target : null;
}
