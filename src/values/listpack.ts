/**
 * Listpacks: a list of strings and integers in one run of bytes, Redis's compact form for small aggregates. This file
 * reads and checks them; `listpack_edit.ts` changes them; `listpack_encoding.ts` knows a single entry.
 *
 * ```
 * <total bytes u32 LE> <count u16 LE> <entry> ... <entry> <0xff>
 * ```
 *
 * - The count is 65,535 when there are that many entries or more: then only a walk tells how many.
 * - A listpack is read from `bytes` at `base`, whether it lies in an arena block, in a request or in a file's buffer.
 * - A position is the distance in bytes from `base` to an entry. It survives a move of the block; 0 means "no entry".
 * - Bytes from outside go through `validateListpack` with `deep` before anything else here reads them.
 */

import type { Slice } from "../bytes/slice.ts";
import type { Int64 } from "./int64.ts";
import {
  backlenBytes,
  encodedBytes,
  entryBytes,
  LISTPACK_END,
  type ListpackEntry,
  ListpackNeedle,
  readBacklen,
  readEntry,
  readInteger,
  readUint32,
} from "./listpack_encoding.ts";

export { ListpackEntry, ListpackNeedle } from "./listpack_encoding.ts";

/** Bytes before the first entry, which is also the position of the first entry. */
export const LISTPACK_HEADER_BYTES = 6;
/** Bytes of a listpack without entries. */
export const LISTPACK_EMPTY_BYTES = LISTPACK_HEADER_BYTES + 1;
/** The count that means "walk to know". */
export const LISTPACK_COUNT_UNKNOWN = 0xffff;
/** No listpack grows over this (1 GiB): Redis's `LISTPACK_MAX_SAFETY_SIZE`. */
export const LISTPACK_MAX_BYTES = 2 ** 30;

const needle = new ListpackNeedle();

/** Bytes of the whole listpack, header and end included. */
export function listpackBytes(bytes: Uint8Array, base: number): number {
  return readUint32(bytes, base);
}

/** The count as the header has it: maybe `LISTPACK_COUNT_UNKNOWN`. */
export function listpackHeaderCount(bytes: Uint8Array, base: number): number {
  return bytes[base + 4]! | bytes[base + 5]! << 8;
}

/** Number of entries. Walks the listpack when the header does not know. */
export function listpackLength(bytes: Uint8Array, base: number): number {
  const known = listpackHeaderCount(bytes, base);
  if (known !== LISTPACK_COUNT_UNKNOWN) return known;
  let count = 0;
  for (let at = base + LISTPACK_HEADER_BYTES; bytes[at] !== LISTPACK_END; at += entryBytes(bytes, at)) count++;
  return count;
}

/** Position of the first entry, or 0. */
export function listpackFirst(bytes: Uint8Array, base: number): number {
  return bytes[base + LISTPACK_HEADER_BYTES] === LISTPACK_END ? 0 : LISTPACK_HEADER_BYTES;
}

/** Position of the last entry, or 0. */
export function listpackLast(bytes: Uint8Array, base: number): number {
  return listpackPrevious(bytes, base, readUint32(bytes, base) - 1);
}

/** Position of the entry after the one at `position`, or 0. */
export function listpackNext(bytes: Uint8Array, base: number, position: number): number {
  const next = position + entryBytes(bytes, base + position);
  return bytes[base + next] === LISTPACK_END ? 0 : next;
}

/** Position of the entry before the one at `position`, or 0. */
export function listpackPrevious(bytes: Uint8Array, base: number, position: number): number {
  if (position <= LISTPACK_HEADER_BYTES) return 0;
  const encoded = readBacklen(bytes, base + position - 1);
  return position - encoded - backlenBytes(encoded);
}

/**
 * Position of the entry at `index` (negative counts from the end, -1 is the last), or 0 when out of range. Walks from
 * the nearer end.
 */
export function listpackSeek(bytes: Uint8Array, base: number, index: number): number {
  const count = listpackHeaderCount(bytes, base);
  let rest = index;
  if (count !== LISTPACK_COUNT_UNKNOWN) {
    if (rest < 0) rest += count;
    if (rest < 0 || rest >= count) return 0;
    if (rest > count / 2) rest -= count;
  }
  if (rest >= 0) {
    let position = listpackFirst(bytes, base);
    for (; rest > 0 && position !== 0; rest--) position = listpackNext(bytes, base, position);
    return position;
  }
  let position = listpackLast(bytes, base);
  for (; rest < -1 && position !== 0; rest++) position = listpackPrevious(bytes, base, position);
  return position;
}

/**
 * Reads the entry at `position` into `entry`, and returns the bytes that it takes: `position` plus that is where the
 * next one starts.
 */
export function listpackRead(bytes: Uint8Array, base: number, position: number, entry: ListpackEntry): number {
  return readEntry(bytes, base + position, entry);
}

/** The integer at `position`, or `NaN` when the entry is a string. */
export function listpackInteger(bytes: Uint8Array, base: number, position: number): Int64 {
  return readInteger(bytes, base + position);
}

/** Whether the entry at `position` is `element`. */
export function listpackEquals(bytes: Uint8Array, base: number, position: number, element: Slice): boolean {
  return needle.set(element).matches(bytes, base + position);
}

/**
 * Position of the first entry equal to `element` from `position` on, or 0. `skip` entries are passed over between
 * comparisons: 1 finds fields in field-value pairs.
 */
export function listpackFind(
  bytes: Uint8Array,
  base: number,
  position: number,
  element: Slice,
  skip: number,
): number {
  if (position === 0) return 0;
  needle.set(element);
  let at = base + position;
  while (bytes[at] !== LISTPACK_END) {
    if (needle.matches(bytes, at)) return at - base;
    for (let passed = 0; passed <= skip && bytes[at] !== LISTPACK_END; passed++) at += entryBytes(bytes, at);
  }
  return 0;
}

/**
 * Whether `bytes[start, end)` is a sound listpack: header, end and, with `deep`, every entry and the count. As Redis's
 * `lpValidateIntegrity`; never reads outside the range.
 */
export function validateListpack(bytes: Uint8Array, start: number, end: number, deep: boolean): boolean {
  const size = end - start;
  if (size < LISTPACK_EMPTY_BYTES || size > LISTPACK_MAX_BYTES) return false;
  if (readUint32(bytes, start) !== size || bytes[end - 1] !== LISTPACK_END) return false;
  if (!deep) return true;
  let count = 0;
  let at = start + LISTPACK_HEADER_BYTES;
  for (let first = bytes[at]!; first !== LISTPACK_END; first = bytes[at]!) {
    if (first < 0xc0) {
      // A small integer or a short string, as most entries are: one byte behind it says how long it is.
      const encoded = first < 0x80 ? 1 : 1 + (first & 0x3f);
      at += encoded + 1;
      if (at >= end || bytes[at - 1] !== encoded) return false;
    } else {
      at = validNext(bytes, at, end);
      if (at === 0) return false;
    }
    count++;
  }
  const known = listpackHeaderCount(bytes, start);
  return at === end - 1 && (known === LISTPACK_COUNT_UNKNOWN || known === count);
}

/**
 * Where the entry at `at` ends, if it is sound and ends before the last byte of the listpack (at `end - 1`) or there;
 * else 0.
 */
function validNext(bytes: Uint8Array, at: number, end: number): number {
  const first = bytes[at]!;
  const lengthBytes = first === 0xf0 ? 5 : first >= 0xe0 && first < 0xf0 ? 2 : 1;
  if (at + lengthBytes >= end) return 0;
  const encoded = encodedBytes(bytes, at);
  if (encoded === 0) return 0;
  const next = at + encoded + backlenBytes(encoded);
  if (next >= end) return 0;
  return readBacklen(bytes, next - 1) === encoded ? next : 0;
}
