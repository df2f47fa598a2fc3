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
 * - `| 0` spares the look for an overflow after each addition: a third of the decompressor's time, a tenth of the other's.
 */

const SLOT_COUNT = 1 << 16;
const MAX_LITERAL = 1 << 5;
const MAX_OFFSET = 1 << 13;
const MAX_COPY = (1 << 8) + (1 << 3);
/** Three bytes of input make at most this many bytes of output. */
const MAX_EXPANSION = MAX_COPY / 3;

const NOTHING = new Uint8Array(0);
const STAMP_END = 0x7fff_fff0;

/** The slot of three bytes, which are the lower 24 bits of `three`. */
function slotOf(three: number): number {
  return ((three >>> 8) - (three << 2) - three) & (SLOT_COUNT - 1);
}

/** How many bytes from `at` on are the same as those from `from` on; the first three are known to be. */
function copyLength(source: Uint8Array, from: number, at: number, end: number): number {
  // LibLZF leaves two bytes over, except that its unrolled comparison goes to 19 as soon as it is entered.
  let max = Math.min(end - at - 2, MAX_COPY);
  if (max === 17 || max === 18) max = 19;
  let length = 3;
  while (length < max && source[(from + length) | 0] === source[(at + length) | 0]) length = (length + 1) | 0;
  return length;
}

/**
 * A compressor for one input after the other, each in as many steps as one likes.
 *
 * - Neither input nor target may change between the steps. An input that is not finished may be given up by `begin`.
 *
 * @example
 * ```ts
 * import { LzfCompressor } from "./lzf.ts";
 * const compressor = new LzfCompressor();
 * compressor.begin(new Uint8Array(1000), 0, 1000, new Uint8Array(996));
 * let steps = 1;
 * while (!compressor.step(300)) steps++;
 * console.log(steps, compressor.length); // 2 18
 * ```
 */
export class LzfCompressor {
  /** Bytes written by an input that is finished, or 0 when they do not fit or are not fewer. */
  length = 0;
  /**
   * Where three bytes were seen last, as `stamp + offset`. The stamp grows past all earlier entries with every input,
   * which empties the table without touching its 256 KiB.
   */
  readonly #slots = new Int32Array(SLOT_COUNT);
  #nextStamp = 1;
  #stamp = 0;
  #source: Uint8Array = NOTHING;
  #start = 0;
  #end = 0;
  #target: Uint8Array = NOTHING;
  #room = 0;
  #at = 0;
  #out = 0;
  #literals = 0;

  /** Starts with `source[start, end)`, which goes into `target`. */
  begin(source: Uint8Array, start: number, end: number, target: Uint8Array): void {
    const length = end - start;
    if (this.#nextStamp + length > STAMP_END) {
      this.#slots.fill(0);
      this.#nextStamp = 1;
    }
    this.#stamp = this.#nextStamp - start;
    this.#nextStamp += length;
    this.#source = source;
    this.#start = this.#at = start;
    this.#end = end;
    this.#target = target;
    this.#room = Math.min(target.length, length - 1);
    this.#out = 1;
    this.#literals = 0;
  }

  /** Goes through about `count` bytes of the input; true when it is finished, and `length` tells the outcome. */
  step(count: number): boolean {
    const source = this.#source;
    const target = this.#target;
    const slots = this.#slots;
    const stamp = this.#stamp;
    const start = this.#start;
    const room = this.#room;
    const end = this.#end;
    const lastStart = end - 2;
    let at = this.#at;
    let out = this.#out;
    let literals = this.#literals;
    if (room <= 0) return this.#finish(0);
    const stop = Math.min(lastStart, at + count);
    // The bytes up to `at + 1`, of which the last two count: one load a step makes them three.
    let recent = source[at]! << 8 | source[at + 1]!;
    while (at < stop) {
      recent = recent << 8 | source[at + 2]!;
      const slot = slotOf(recent);
      const from = (slots[slot]! - stamp) | 0;
      slots[slot] = (stamp + at) | 0;
      // The first byte of all is never copied from: LibLZF takes its position for an empty slot.
      const isCopy = from > start && at - from <= MAX_OFFSET && source[from] === source[at] &&
        source[from + 1] === source[at + 1] && source[from + 2] === source[at + 2];
      if (!isCopy) {
        if (out >= room) return this.#finish(0);
        target[out] = recent >>> 16;
        out = (out + 1) | 0;
        at = (at + 1) | 0;
        literals = (literals + 1) | 0;
        if (literals === MAX_LITERAL) {
          target[out - literals - 1] = literals - 1;
          literals = 0;
          out = (out + 1) | 0;
        }
        continue;
      }
      if (literals === 0) out--;
      else target[out - literals - 1] = literals - 1;
      if (out + 4 >= room) return this.#finish(0);
      const length = copyLength(source, from, at, end);
      out = writeCopy(target, out, at - from - 1, length) + 1;
      literals = 0;
      at += length;
      if (at >= lastStart) break;
      recent = source[at - 2]! << 16 | source[at - 1]! << 8 | source[at]!;
      slots[slotOf(recent)] = stamp + at - 2;
      recent = recent << 8 | source[at + 1]!;
      slots[slotOf(recent)] = stamp + at - 1;
    }
    if (at >= lastStart) return this.#finish(out + 3 > room ? 0 : writeTail(source, at, end, target, out, literals));
    this.#at = at;
    this.#out = out;
    this.#literals = literals;
    return false;
  }

  #finish(length: number): true {
    this.length = length;
    this.#source = this.#target = NOTHING;
    return true;
  }
}

const compressor = new LzfCompressor();

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
 * console.log(length, lzfDecompress(target, 0, length, 1000)?.length); // 18 1000
 * ```
 */
export function lzfCompress(source: Uint8Array, start: number, end: number, target: Uint8Array): number {
  compressor.begin(source, start, end, target);
  compressor.step(end - start);
  return compressor.length;
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
  if (!canExpand(end - start, expectedLength)) return null;
  const target = new Uint8Array(expectedLength);
  return lzfDecompressInto(target, source, start, end, expectedLength) ? target : null;
}

/** As `lzfDecompress`, into the first bytes of `target`, which has room for them; false where that gives null. */
export function lzfDecompressInto(
  target: Uint8Array,
  source: Uint8Array,
  start: number,
  end: number,
  expectedLength: number,
): boolean {
  if (!canExpand(end - start, expectedLength)) return false;
  let at = start | 0;
  let out = 0;
  while (at < end) {
    const control = source[at]!;
    at = (at + 1) | 0;
    if (control < MAX_LITERAL) {
      const length = (control + 1) | 0;
      if (length > end - at || length > expectedLength - out) return false;
      for (let index = 0; index < length; index = (index + 1) | 0) {
        target[(out + index) | 0] = source[(at + index) | 0]!;
      }
      out = (out + length) | 0;
      at = (at + length) | 0;
      continue;
    }
    let length = ((control >>> 5) + 2) | 0;
    if (length === 9) {
      if (at >= end) return false;
      length = (length + source[at]!) | 0;
      at = (at + 1) | 0;
    }
    if (at >= end) return false;
    const from = (out - ((control & 0x1f) << 8) - source[at]! - 1) | 0;
    at = (at + 1) | 0;
    if (from < 0 || length > expectedLength - out) return false;
    // Byte by byte: a copy may overlap what it writes.
    for (let index = 0; index < length; index = (index + 1) | 0) {
      target[(out + index) | 0] = target[(from + index) | 0]!;
    }
    out = (out + length) | 0;
  }
  return out === expectedLength;
}

function canExpand(length: number, expectedLength: number): boolean {
  return expectedLength >= 0 && expectedLength <= length * MAX_EXPANSION;
}
