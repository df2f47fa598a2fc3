/**
 * Intsets: sorted integers in one run of bytes, Redis's compact form for small sets of integers. They live in arena
 * blocks.
 *
 * ```
 * <encoding u32 LE: 2, 4 or 8> <length u32 LE> <integer> ... <integer>      each of `encoding` bytes, little endian,
 * signed
 * ```
 *
 * - Strictly ascending. The encoding only ever widens, as in Redis: removing the wide members does not narrow it again.
 * - Changes return the handle that holds the intset afterwards.
 */

import { copyBytes } from "../bytes/copy.ts";
import type { Arena } from "./arena.ts";
import { type Int64, readInt64, writeInt64 } from "./int64.ts";
import { readUint32, writeUint32 } from "./listpack_encoding.ts";

const HEADER_BYTES = 8;

/** An empty intset. */
export function createIntset(arena: Arena): number {
  const handle = arena.allocate(HEADER_BYTES);
  const word = arena.offsetOf(handle) >>> 2;
  const words = arena.wordsOf(handle);
  words[word] = 2;
  words[word + 1] = 0;
  return handle;
}

/** A block with a copy of the intset in `bytes[start, end)`, which was validated before. */
export function importIntset(arena: Arena, bytes: Uint8Array, start: number, end: number): number {
  const handle = arena.allocate(end - start);
  copyBytes(arena.bytesOf(handle), arena.offsetOf(handle), bytes, start, end);
  return handle;
}

/** The intset's bytes in memory of their own. */
export function exportIntset(arena: Arena, handle: number): Uint8Array<ArrayBuffer> {
  const base = arena.offsetOf(handle);
  return new Uint8Array(arena.bytesOf(handle).subarray(base, base + intsetBytes(arena, handle)));
}

/** Bytes of an integer in this intset: 2, 4 or 8. */
export function intsetEncoding(arena: Arena, handle: number): number {
  return arena.wordsOf(handle)[arena.offsetOf(handle) >>> 2]!;
}

/** Number of members. */
export function intsetLength(arena: Arena, handle: number): number {
  return arena.wordsOf(handle)[(arena.offsetOf(handle) >>> 2) + 1]!;
}

/** Bytes of the whole intset. */
export function intsetBytes(arena: Arena, handle: number): number {
  return HEADER_BYTES + intsetLength(arena, handle) * intsetEncoding(arena, handle);
}

/** The member at `index`, which is in range. */
export function intsetGet(arena: Arena, handle: number, index: number): Int64 {
  const base = arena.offsetOf(handle);
  return readMember(arena.bytesOf(handle), base, intsetEncoding(arena, handle), index);
}

/** The index of `value`, or `~index` of where it would be inserted. */
export function intsetSearch(arena: Arena, handle: number, value: Int64): number {
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle);
  const encoding = readUint32(bytes, base);
  const length = readUint32(bytes, base + 4);
  // The usual load appends: look at the last member first.
  if (length === 0 || value > readMember(bytes, base, encoding, length - 1)) return ~length;
  let low = 0;
  let high = length - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const member = readMember(bytes, base, encoding, middle);
    if (value > member) low = middle + 1;
    else if (value < member) high = middle - 1;
    else return middle;
  }
  return ~low;
}

/** Adds `value` at `index`, which is `~intsetSearch(...)`. */
export function intsetInsert(arena: Arena, handle: number, index: number, value: Int64): number {
  const used = intsetBytes(arena, handle);
  const length = intsetLength(arena, handle);
  const before = intsetEncoding(arena, handle);
  const encoding = Math.max(before, encodingOf(value));
  const needed = HEADER_BYTES + (length + 1) * encoding;
  const moved = needed > arena.capacity(handle) ? arena.resize(handle, used, needed) : handle;
  const bytes = arena.bytesOf(moved);
  const base = arena.offsetOf(moved);
  if (encoding === before) {
    const at = base + HEADER_BYTES + index * encoding;
    bytes.copyWithin(at + encoding, at, base + used);
  } else {
    // A value that needs a wider form lies outside the range of all others: it is the first or the last.
    const shift = index === 0 ? 1 : 0;
    for (let from = length - 1; from >= 0; from--) {
      writeMember(bytes, base, encoding, from + shift, readMember(bytes, base, before, from));
    }
  }
  writeMember(bytes, base, encoding, index, value);
  writeUint32(bytes, base, encoding);
  writeUint32(bytes, base + 4, length + 1);
  return moved;
}

/** Removes the member at `index`, which is in range. */
export function intsetRemoveAt(arena: Arena, handle: number, index: number): number {
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle);
  const used = intsetBytes(arena, handle);
  const encoding = intsetEncoding(arena, handle);
  const at = base + HEADER_BYTES + index * encoding;
  bytes.copyWithin(at, at + encoding, base + used);
  writeUint32(bytes, base + 4, intsetLength(arena, handle) - 1);
  return arena.resize(handle, used - encoding, used - encoding);
}

/**
 * Whether `bytes[start, end)` is a sound intset that is not empty: its header and, with `deep`, the order of its
 * members. As Redis's `intsetValidateIntegrity`.
 */
export function validateIntset(bytes: Uint8Array, start: number, end: number, deep: boolean): boolean {
  if (end - start < HEADER_BYTES) return false;
  const encoding = readUint32(bytes, start);
  if (encoding !== 2 && encoding !== 4 && encoding !== 8) return false;
  const length = readUint32(bytes, start + 4);
  if (length === 0 || HEADER_BYTES + length * encoding !== end - start) return false;
  if (!deep) return true;
  let previous = readMember(bytes, start, encoding, 0);
  for (let index = 1; index < length; index++) {
    const member = readMember(bytes, start, encoding, index);
    if (member <= previous) return false;
    previous = member;
  }
  return true;
}

function encodingOf(value: Int64): number {
  if (value >= -32768 && value <= 32767) return 2;
  return value >= -2147483648 && value <= 2147483647 ? 4 : 8;
}

function readMember(bytes: Uint8Array, base: number, encoding: number, index: number): Int64 {
  const at = base + HEADER_BYTES + index * encoding;
  if (encoding === 2) return (bytes[at]! << 16 | bytes[at + 1]! << 24) >> 16;
  if (encoding === 4) return readUint32(bytes, at) | 0;
  return readInt64(bytes, at);
}

function writeMember(bytes: Uint8Array, base: number, encoding: number, index: number, value: Int64): void {
  const at = base + HEADER_BYTES + index * encoding;
  if (encoding === 8) {
    writeInt64(bytes, at, value);
  } else if (encoding === 4) {
    writeUint32(bytes, at, value as number);
  } else {
    bytes[at] = value as number;
    bytes[at + 1] = (value as number) >> 8;
  }
}
