/**
 * The block of one entry of a dict.
 *
 *   word 0       next entry of the bucket, or 0
 *   word 1       hash of the key
 *   word 2       length of the key in bits 0-29, the owner's two flags in bits 30 and 31
 *   word 3       the owner's word
 *   bytes 16-    the key, and right after it (unaligned) the owner's payload
 */

import { copyBytes } from "../bytes/copy.ts";

/** Bytes of an entry before its key. */
export const ENTRY_HEADER_BYTES = 16;

/** The word that holds the key's length and the flags, and the owner's word. */
export const KEY_WORD = 2;
export const USER_WORD = 3;

/** The bits of word 2 that hold the key's length. */
export const KEY_LENGTH_MASK = 0x3fff_ffff;

/** The bit of word 2 that is the owner's flag 0. */
export const FLAG_SHIFT = 30;

const HEADER_WORDS = ENTRY_HEADER_BYTES / 4;

/**
 * Whether the entry at word `at` of `words` (the same memory as `entryBytes`) has the key `bytes[start, end)`; the lengths
 * are known to be equal.
 */
export function hasKey(
  words: Int32Array,
  entryBytes: Uint8Array,
  at: number,
  bytes: Uint8Array,
  start: number,
  end: number,
): boolean {
  // Four bytes at a time, of which the entry's are aligned: half the loads of a loop over bytes.
  let word = at + HEADER_WORDS;
  let i = start;
  while (
    i <= end - 4 &&
    words[word]! === (bytes[i]! | (bytes[i + 1]! << 8) | (bytes[i + 2]! << 16) | (bytes[i + 3]! << 24))
  ) {
    i += 4;
    word++;
  }
  let entryAt = word << 2;
  while (i < end && entryBytes[entryAt]! === bytes[i]!) {
    i++;
    entryAt++;
  }
  return i >= end;
}

/** Copies the key `bytes[start, end)` into the entry at word `at`. */
export function writeKey(entryBytes: Uint8Array, at: number, bytes: Uint8Array, start: number, end: number): void {
  const keyAt = (at << 2) + ENTRY_HEADER_BYTES;
  copyBytes(entryBytes, keyAt, bytes, start, end);
}

/**
 * Negative, zero or positive as the key of the entry at word `at` of `words` sorts before, with or after that of the one at
 * word `otherAt` of `otherWords`. As memcmp, then the shorter first.
 */
export function compareKeys(words: Int32Array, at: number, otherWords: Int32Array, otherAt: number): number {
  const length = words[at + KEY_WORD]! & KEY_LENGTH_MASK;
  const otherLength = otherWords[otherAt + KEY_WORD]! & KEY_LENGTH_MASK;
  const shared = length < otherLength ? length : otherLength;
  for (let word = HEADER_WORDS;; word++) {
    const rest = shared - ((word - HEADER_WORDS) << 2);
    if (rest <= 0) return length - otherLength;
    const difference = words[at + word]! ^ otherWords[otherAt + word]!;
    // Of the last word only the bytes that belong to both keys.
    if (difference === 0 || (rest < 4 && difference << (32 - 8 * rest) === 0)) continue;
    // The first byte, which is the lowest, decides.
    const shift = (31 - Math.clz32(difference & -difference)) & 24;
    return ((words[at + word]! >>> shift) & 0xff) - ((otherWords[otherAt + word]! >>> shift) & 0xff);
  }
}
