/**
 * Small sorted sets as listpacks: member, score, member, score ... in their order, byte for byte Redis's.
 *
 * - A place is named by the position of its member.
 * - Scores that are whole numbers stand as integers, others as text. Text that is no number, which only a forged payload
 *   can bring, is read as far as it goes.
 */

import { ascii, compareBytes } from "../bytes/ascii.ts";
import { formatStoredDouble, parseDouble, parseLenientDouble } from "../bytes/double.ts";
import { lasting } from "../bytes/lasting_slice.ts";
import { Slice } from "../bytes/slice.ts";
import type { Arena } from "./arena.ts";
import { writeInt64Text } from "./int64.ts";
import {
  ListpackEntry,
  listpackFirst,
  listpackInteger,
  listpackLast,
  listpackNext,
  listpackPrevious,
  listpackRead,
} from "./listpack.ts";
import { listpackAppend, listpackInsert, listpackInsertAfter } from "./listpack_edit.ts";
import type { SortedSetRange } from "./sorted_set_range.ts";

const INTEGER_TEXT_MAX = 20;

const scoreDigits = new Uint8Array(INTEGER_TEXT_MAX);
const scoreText = lasting(new Slice());
const scoreEntry = lasting(new ListpackEntry());
const memberEntry = lasting(new ListpackEntry());

/** The score of the member at `position`. */
export function readPairScore(bytes: Uint8Array, base: number, position: number): number {
  const at = listpackNext(bytes, base, position);
  const integer = listpackInteger(bytes, base, at);
  if (integer === integer) return Number(integer);
  listpackRead(bytes, base, at, scoreEntry);
  const { bytes: text, start, end } = scoreEntry;
  return parseDouble(text, start, end) ?? parseLenientDouble(text, start, end) ?? 0;
}

/** Position of the pair after the one at `position`, or 0. */
export function nextPair(bytes: Uint8Array, base: number, position: number): number {
  return listpackNext(bytes, base, listpackNext(bytes, base, position));
}

/** Position of the pair before the one at `position`, or 0. */
export function previousPair(bytes: Uint8Array, base: number, position: number): number {
  const score = listpackPrevious(bytes, base, position);
  return score === 0 ? 0 : listpackPrevious(bytes, base, score);
}

/** Position of the last pair, or 0. */
export function lastPair(bytes: Uint8Array, base: number): number {
  const score = listpackLast(bytes, base);
  return score === 0 ? 0 : listpackPrevious(bytes, base, score);
}

/** Puts a member and its score where they belong; returns the listpack's handle. */
export function insertPair(arena: Arena, handle: number, member: Slice, score: number): number {
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle);
  let position = listpackFirst(bytes, base);
  while (position !== 0) {
    const other = readPairScore(bytes, base, position);
    if (other > score || (other === score && comparePairs(bytes, base, position, member) > 0)) break;
    position = nextPair(bytes, base, position);
  }
  setScoreText(score);
  if (position === 0) return listpackAppend(arena, listpackAppend(arena, handle, member), scoreText);
  const inserted = listpackInsert(arena, handle, position, member);
  return listpackInsertAfter(arena, inserted, position, scoreText);
}

/** Adds a pair behind all others, where it must belong. */
export function appendPair(arena: Arena, handle: number, member: Slice, score: number): number {
  setScoreText(score);
  return listpackAppend(arena, listpackAppend(arena, handle, member), scoreText);
}

/** Position of the first pair in a range, or 0. */
export function firstPairIn(bytes: Uint8Array, base: number, range: SortedSetRange): number {
  if (!reaches(bytes, base, range)) return 0;
  let position = listpackFirst(bytes, base);
  while (position !== 0 && !pairStartsBefore(bytes, base, position, range)) position = nextPair(bytes, base, position);
  return position !== 0 && pairEndsAfter(bytes, base, position, range) ? position : 0;
}

/** Position of the last pair in a range, or 0. */
export function lastPairIn(bytes: Uint8Array, base: number, range: SortedSetRange): number {
  if (!reaches(bytes, base, range)) return 0;
  let position = lastPair(bytes, base);
  while (position !== 0 && !pairEndsAfter(bytes, base, position, range)) position = previousPair(bytes, base, position);
  return position !== 0 && pairStartsBefore(bytes, base, position, range) ? position : 0;
}

/** Whether the pair at `position` is not below a range. */
export function pairStartsBefore(bytes: Uint8Array, base: number, position: number, range: SortedSetRange): boolean {
  if (range.kind === "score") return range.startsBefore(readPairScore(bytes, base, position));
  listpackRead(bytes, base, position, memberEntry);
  return range.startsBefore(memberEntry.bytes, memberEntry.start, memberEntry.end);
}

/** Whether the pair at `position` is not above a range. */
export function pairEndsAfter(bytes: Uint8Array, base: number, position: number, range: SortedSetRange): boolean {
  if (range.kind === "score") return range.endsAfter(readPairScore(bytes, base, position));
  listpackRead(bytes, base, position, memberEntry);
  return range.endsAfter(memberEntry.bytes, memberEntry.start, memberEntry.end);
}

/** Whether some pair may lie in the range: the ends of the listpack tell. */
function reaches(bytes: Uint8Array, base: number, range: SortedSetRange): boolean {
  const first = listpackFirst(bytes, base);
  return first !== 0 && !range.isEmpty && pairStartsBefore(bytes, base, lastPair(bytes, base), range) &&
    pairEndsAfter(bytes, base, first, range);
}

function comparePairs(bytes: Uint8Array, base: number, position: number, member: Slice): number {
  listpackRead(bytes, base, position, memberEntry);
  const { bytes: text, start, end } = memberEntry;
  return compareBytes(text, start, end, member.bytes, member.start, member.end);
}

function setScoreText(score: number): void {
  if (Number.isSafeInteger(score)) {
    scoreText.bytes = scoreDigits;
    scoreText.start = 0;
    // A zero has no sign here: the listpack knows but one.
    scoreText.end = writeInt64Text(scoreDigits, 0, score + 0);
    return;
  }
  const bytes = ascii(formatStoredDouble(score));
  scoreText.bytes = bytes;
  scoreText.start = 0;
  scoreText.end = bytes.length;
}
