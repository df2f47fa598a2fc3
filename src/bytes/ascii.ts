/**
 * Between bytes and text, and the comparison of byte ranges.
 *
 * - `latin1` and `ascii` map one byte to one character and back: nothing is lost, whatever the bytes are.
 * - The comparisons read in place: they allocate nothing and make no views.
 */

import { Buffer } from "node:buffer";
import type { Slice } from "./slice.ts";

/** Up to this length gathering the characters here costs less than the call into native code (about 105 ns). */
const SHORT_TEXT = 7;

/** Works on any `Uint8Array`, which saves making a `Buffer` of it first (another 110 ns). */
const latin1Slice = (Buffer.prototype as unknown as {
  latin1Slice(this: Uint8Array, start: number, end: number): string;
}).latin1Slice;

const ENCODER = new TextEncoder();

/**
 * The low byte of each UTF-16 unit of `text`, in memory of its own. Never throws.
 *
 * @example
 * ```ts
 * import { ascii } from "./ascii.ts";
 * console.log(ascii("GET")); // Uint8Array(3) [ 71, 69, 84 ]
 * ```
 */
export function ascii(text: string): Uint8Array<ArrayBuffer> {
  const length = text.length;
  const bytes = new Uint8Array(length);
  for (let index = 0; index < length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

/**
 * The bytes in `[start, end)` as a string of one character per byte (0 to 255).
 *
 * @example
 * ```ts
 * import { latin1 } from "./ascii.ts";
 * console.log(latin1(new Uint8Array([80, 79, 78, 71]))); // PONG
 * ```
 */
export function latin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  if (end - start > SHORT_TEXT) return latin1Slice.call(bytes, start, end);
  let text = "";
  for (let at = start; at < end; at++) text += String.fromCharCode(bytes[at]!);
  return text;
}

/** `text` in UTF-8; a lone surrogate becomes U+FFFD. */
export function utf8(text: string): Uint8Array<ArrayBuffer> {
  return ENCODER.encode(text);
}

/** Whether the slice spells `lowercase`, where A to Z in the slice count as a to z. `lowercase` holds no A to Z. */
export function equalsIgnoreCase(slice: Slice, lowercase: Uint8Array): boolean {
  const { bytes, start } = slice;
  const length = slice.end - start;
  if (length !== lowercase.length) return false;
  for (let index = 0; index < length; index++) {
    const byte = bytes[start + index]!;
    const folded = byte >= 0x41 && byte <= 0x5a ? byte | 0x20 : byte;
    if (folded !== lowercase[index]) return false;
  }
  return true;
}

/** Whether `a[aStart, aEnd)` and `b[bStart, bEnd)` hold the same bytes. */
export function equalBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): boolean {
  if (aEnd - aStart !== bEnd - bStart) return false;
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) {
    if (a[i] !== b[j]) return false;
  }
  return true;
}

/**
 * Negative, zero or positive as `a[aStart, aEnd)` sorts before, with or after `b[bStart, bEnd)`.
 *
 * As memcmp, then the shorter first.
 */
export function compareBytes(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const aLength = aEnd - aStart;
  const bLength = bEnd - bStart;
  const shared = aLength < bLength ? aLength : bLength;
  for (let index = 0; index < shared; index++) {
    const difference = a[aStart + index]! - b[bStart + index]!;
    if (difference !== 0) return difference;
  }
  return aLength - bLength;
}

/** Whether two slices hold the same bytes. */
export function equalSlices(a: Slice, b: Slice): boolean {
  return equalBytes(a.bytes, a.start, a.end, b.bytes, b.start, b.end);
}
