/**
 * Changes to listpacks that live in arena blocks (`listpack.ts` has the format and the reading half).
 *
 * - Every change returns the handle that holds the listpack afterwards: the block may have moved. Positions stay true.
 * - The bytes of a new element must not lie in the listpack that is changed.
 * - A block shrinks as `Arena.resize` decides: not before half of it lies idle, so that pops and pushes do not move
 *   it each time.
 */

import { copyBytes } from "../bytes/copy.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Arena } from "./arena.ts";
import { type Int64, parseInt64 } from "./int64.ts";
import {
  LISTPACK_COUNT_UNKNOWN,
  LISTPACK_EMPTY_BYTES,
  LISTPACK_HEADER_BYTES,
  LISTPACK_MAX_BYTES,
  listpackBytes,
  listpackHeaderCount,
  listpackLength,
  listpackSeek,
} from "./listpack.ts";
import {
  backlenBytes,
  entryBytes,
  integerBytes,
  LISTPACK_END,
  stringBytes,
  writeIntegerEntry,
  writeStringEntry,
  writeUint32,
} from "./listpack_encoding.ts";

/** An empty listpack in a block of at least `capacityBytes`. */
export function createListpack(arena: Arena, capacityBytes = LISTPACK_EMPTY_BYTES): number {
  const handle = arena.allocate(Math.max(capacityBytes, LISTPACK_EMPTY_BYTES));
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle);
  writeUint32(bytes, base, LISTPACK_EMPTY_BYTES);
  bytes[base + 4] = 0;
  bytes[base + 5] = 0;
  bytes[base + LISTPACK_HEADER_BYTES] = LISTPACK_END;
  return handle;
}

/** A block with a copy of the listpack in `bytes[start, end)`, which was validated before. */
export function importListpack(arena: Arena, bytes: Uint8Array, start: number, end: number): number {
  const handle = arena.allocate(end - start);
  copyBytes(arena.bytesOf(handle), arena.offsetOf(handle), bytes, start, end);
  return handle;
}

/** The listpack's bytes in memory of their own. */
export function exportListpack(arena: Arena, handle: number): Uint8Array<ArrayBuffer> {
  const base = arena.offsetOf(handle);
  const bytes = arena.bytesOf(handle);
  return new Uint8Array(bytes.subarray(base, base + listpackBytes(bytes, base)));
}

/** Whether `addedBytes` more keep a listpack of `totalBytes` within the limit of 1 GiB. */
export function isSafeToAdd(totalBytes: number, addedBytes: number): boolean {
  return totalBytes + addedBytes <= LISTPACK_MAX_BYTES;
}

/** Adds `element` at the end. */
export function listpackAppend(arena: Arena, handle: number, element: Slice): number {
  const integer = parseInt64(element.bytes, element.start, element.end);
  if (integer === integer) return listpackAppendInteger(arena, handle, integer);
  const encoded = stringBytes(element.end - element.start);
  const total = listpackBytes(arena.bytesOf(handle), arena.offsetOf(handle));
  handle = grow(arena, handle, total, encoded + backlenBytes(encoded));
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle);
  const next = writeStringEntry(bytes, base + total - 1, element.bytes, element.start, element.end);
  endListpack(bytes, base, next, 1);
  return handle;
}

/** Adds the integer `value` at the end. */
export function listpackAppendInteger(arena: Arena, handle: number, value: Int64): number {
  const total = listpackBytes(arena.bytesOf(handle), arena.offsetOf(handle));
  handle = grow(arena, handle, total, integerBytes(value) + 1);
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle);
  endListpack(bytes, base, writeIntegerEntry(bytes, base + total - 1, value), 1);
  return handle;
}

/** Adds `element` before all others. */
export function listpackPrepend(arena: Arena, handle: number, element: Slice): number {
  return listpackInsert(arena, handle, LISTPACK_HEADER_BYTES, element);
}

/** Adds `element` so that it starts at `position`, before the entry (or the end) that is there now. */
export function listpackInsert(arena: Arena, handle: number, position: number, element: Slice): number {
  handle = put(arena, handle, position, 0, element);
  addToCount(arena.bytesOf(handle), arena.offsetOf(handle), 1);
  return handle;
}

/** Adds `element` after the entry at `position`. */
export function listpackInsertAfter(arena: Arena, handle: number, position: number, element: Slice): number {
  const passed = entryBytes(arena.bytesOf(handle), arena.offsetOf(handle) + position);
  return listpackInsert(arena, handle, position + passed, element);
}

/** Puts `element` in the place of the entry at `position`. */
export function listpackReplace(arena: Arena, handle: number, position: number, element: Slice): number {
  const removed = entryBytes(arena.bytesOf(handle), arena.offsetOf(handle) + position);
  return put(arena, handle, position, removed, element);
}

/** Puts the integer `value` in the place of the entry at `position`. */
export function listpackReplaceInteger(arena: Arena, handle: number, position: number, value: Int64): number {
  const removed = entryBytes(arena.bytesOf(handle), arena.offsetOf(handle) + position);
  return putInteger(arena, handle, position, removed, value);
}

/**
 * Takes `count` entries out (as many as there are), the one at `position` first. The next entry, if any, is then at
 * `position`.
 */
export function listpackDelete(arena: Arena, handle: number, position: number, count = 1): number {
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle);
  let at = base + position;
  let deleted = 0;
  for (; deleted < count && bytes[at] !== LISTPACK_END; deleted++) at += entryBytes(bytes, at);
  if (deleted === 0) return handle;
  addToCount(bytes, base, -deleted);
  return splice(arena, handle, position, at - base - position, 0);
}

/** Takes `count` entries out (as many as there are) from `index` on; a negative index counts from the end. */
export function listpackDeleteRange(arena: Arena, handle: number, index: number, count: number): number {
  if (count <= 0) return handle;
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle);
  const position = listpackSeek(bytes, base, index);
  if (position === 0) return handle;
  const known = listpackHeaderCount(bytes, base);
  const first = index < 0 ? known + index : index;
  if (known === LISTPACK_COUNT_UNKNOWN || known - first > count) {
    return listpackDelete(arena, handle, position, count);
  }
  // All to the end: no need to walk over what goes.
  setCount(bytes, base, first);
  return splice(arena, handle, position, listpackBytes(bytes, base) - 1 - position, 0);
}

/**
 * Moves the entries of `second` behind those of `first`, and frees the block that is not returned: the smaller one, as
 * Redis does.
 */
export function listpackMerge(arena: Arena, first: number, second: number): number {
  const firstBytes = listpackBytes(arena.bytesOf(first), arena.offsetOf(first));
  const secondBytes = listpackBytes(arena.bytesOf(second), arena.offsetOf(second));
  const count = listpackLength(arena.bytesOf(first), arena.offsetOf(first)) +
    listpackLength(arena.bytesOf(second), arena.offsetOf(second));
  const keepsFirst = firstBytes >= secondBytes;
  const source = keepsFirst ? second : first;
  const added = (keepsFirst ? secondBytes : firstBytes) - LISTPACK_EMPTY_BYTES;
  const position = keepsFirst ? firstBytes - 1 : LISTPACK_HEADER_BYTES;
  const target = splice(arena, keepsFirst ? first : second, position, 0, added);
  const bytes = arena.bytesOf(target);
  const base = arena.offsetOf(target);
  const from = arena.offsetOf(source) + LISTPACK_HEADER_BYTES;
  copyBytes(bytes, base + position, arena.bytesOf(source), from, from + added);
  setCount(bytes, base, Math.min(count, LISTPACK_COUNT_UNKNOWN));
  arena.free(source);
  return target;
}

function put(arena: Arena, handle: number, position: number, removed: number, element: Slice): number {
  const integer = parseInt64(element.bytes, element.start, element.end);
  if (integer === integer) return putInteger(arena, handle, position, removed, integer);
  const encoded = stringBytes(element.end - element.start);
  handle = splice(arena, handle, position, removed, encoded + backlenBytes(encoded));
  const at = arena.offsetOf(handle) + position;
  writeStringEntry(arena.bytesOf(handle), at, element.bytes, element.start, element.end);
  return handle;
}

function putInteger(arena: Arena, handle: number, position: number, removed: number, value: Int64): number {
  handle = splice(arena, handle, position, removed, integerBytes(value) + 1);
  writeIntegerEntry(arena.bytesOf(handle), arena.offsetOf(handle) + position, value);
  return handle;
}

/** Makes `removed` bytes at `position` into `inserted` bytes of any content, and sets the total. */
function splice(arena: Arena, handle: number, position: number, removed: number, inserted: number): number {
  const total = listpackBytes(arena.bytesOf(handle), arena.offsetOf(handle));
  const after = total + inserted - removed;
  if (inserted > removed) handle = grow(arena, handle, total, inserted - removed);
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle);
  if (inserted !== removed) {
    // A pop moves the end alone, which a call of the engine's memmove would cost ten times as much.
    if (position + removed === total - 1) bytes[base + position + inserted] = LISTPACK_END;
    else bytes.copyWithin(base + position + inserted, base + position + removed, base + total);
    writeUint32(bytes, base, after);
  }
  return inserted < removed ? arena.resize(handle, after, after) : handle;
}

/** Makes room for `addedBytes` more in the block of a listpack of `total` bytes. */
function grow(arena: Arena, handle: number, total: number, addedBytes: number): number {
  const needed = total + addedBytes;
  if (needed > 0xffff_ffff) throw new RangeError(`Cannot grow the listpack: it would be ${needed} bytes long`);
  return needed > arena.capacity(handle) ? arena.resize(handle, total, needed) : handle;
}

/** Ends the listpack at `base`, to which `added` entries were written whose last one ends at `at`. */
export function endListpack(bytes: Uint8Array, base: number, at: number, added: number): void {
  bytes[at] = LISTPACK_END;
  writeUint32(bytes, base, at + 1 - base);
  addToCount(bytes, base, added);
}

function addToCount(bytes: Uint8Array, base: number, change: number): void {
  const count = listpackHeaderCount(bytes, base);
  if (count !== LISTPACK_COUNT_UNKNOWN) setCount(bytes, base, Math.min(count + change, LISTPACK_COUNT_UNKNOWN));
}

function setCount(bytes: Uint8Array, base: number, count: number): void {
  bytes[base + 4] = count;
  bytes[base + 5] = count >>> 8;
}
