/**
 * The score of a member of a large sorted set, in the member's entry of the dict: no search is needed to know it.
 *
 * ```
 * the owner's word      the low half of the double
 * payload (4 bytes)     the high half, not aligned
 * ```
 */

import type { Arena } from "./arena.ts";
import { ENTRY_HEADER_BYTES, KEY_LENGTH_MASK, KEY_WORD, USER_WORD } from "./dict_entry.ts";

/** Bytes of payload that the entry of a member must have. */
export const ENTRY_SCORE_BYTES = 4;

// Nothing stays in it between two calls.
const score = new Float64Array(1);
const halves = new Int32Array(score.buffer);

/** The score in an entry. */
export function readEntryScore(arena: Arena, entry: number): number {
  const words = arena.wordsOf(entry);
  const bytes = arena.bytesOf(entry);
  const at = arena.offsetOf(entry) >>> 2;
  const high = (at << 2) + ENTRY_HEADER_BYTES + (words[at + KEY_WORD]! & KEY_LENGTH_MASK);
  halves[0] = words[at + USER_WORD]!;
  halves[1] = bytes[high]! | (bytes[high + 1]! << 8) | (bytes[high + 2]! << 16) | (bytes[high + 3]! << 24);
  return score[0]!;
}

/** Puts a score into an entry. */
export function writeEntryScore(arena: Arena, entry: number, value: number): void {
  const words = arena.wordsOf(entry);
  const bytes = arena.bytesOf(entry);
  const at = arena.offsetOf(entry) >>> 2;
  const highAt = (at << 2) + ENTRY_HEADER_BYTES + (words[at + KEY_WORD]! & KEY_LENGTH_MASK);
  score[0] = value;
  words[at + USER_WORD] = halves[0]!;
  const high = halves[1]!;
  bytes[highAt] = high;
  bytes[highAt + 1] = high >>> 8;
  bytes[highAt + 2] = high >>> 16;
  bytes[highAt + 3] = high >>> 24;
}
