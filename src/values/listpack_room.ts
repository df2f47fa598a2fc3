/**
 * Listpacks that begin somewhere in their block: the room in front of them makes additions at the front as cheap as those at
 * the end. Additions and removals at both ends.
 *
 * ```
 * <room> <total bytes u32 LE> <count u16 LE> <entry> ... <entry> <0xff> <unused>
 * ```
 *
 * - Only the functions here and in `quicklist.ts` know of room; the functions of `listpack_edit.ts` want none, which `settle`
 *   sees to.
 * - The listpack itself, its size and the size of its block are what they would be without room.
 */

import { copyBytes } from "../bytes/copy.ts";
import type { Slice } from "../bytes/slice.ts";
import type { Arena } from "./arena.ts";
import { parseInt64 } from "./int64.ts";
import { LISTPACK_COUNT_UNKNOWN, LISTPACK_HEADER_BYTES, listpackHeaderCount } from "./listpack.ts";
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

/** A listpack, and where in its block it lies. */
export interface PlacedListpack {
  handle: number;
  /** Bytes of the block in front of the listpack. */
  room: number;
  sizeBytes: number;
}

/** Adds `element`, whose bytes must not lie in the listpack, before all others. */
export function prependInRoom(arena: Arena, listpack: PlacedListpack, element: Slice): void {
  const { bytes: source, start, end } = element;
  const integer = parseInt64(source, start, end);
  const isInteger = integer === integer;
  const encoded = isInteger ? integerBytes(integer) : stringBytes(end - start);
  const added = encoded + backlenBytes(encoded);
  if (listpack.room < added) makeRoom(arena, listpack, added);
  const { handle, room } = listpack;
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle) + room;
  // Before the entry, which may take the place of the former header.
  const count = changedCount(bytes, base, 1);
  const at = base - added + LISTPACK_HEADER_BYTES;
  if (isInteger) writeIntegerEntry(bytes, at, integer);
  else writeStringEntry(bytes, at, source, start, end);
  listpack.room = room - added;
  listpack.sizeBytes += added;
  writeHeader(bytes, base - added, listpack.sizeBytes, count);
}

/** Adds `element`, whose bytes must not lie in the listpack, after all others. */
export function appendInRoom(arena: Arena, listpack: PlacedListpack, element: Slice): void {
  const { bytes: source, start, end } = element;
  const integer = parseInt64(source, start, end);
  const isInteger = integer === integer;
  const encoded = isInteger ? integerBytes(integer) : stringBytes(end - start);
  const added = encoded + backlenBytes(encoded);
  const { sizeBytes } = listpack;
  if (listpack.room + sizeBytes + added > arena.capacity(listpack.handle)) {
    settle(arena, listpack);
    if (sizeBytes + added > arena.capacity(listpack.handle)) {
      listpack.handle = arena.resize(listpack.handle, sizeBytes, sizeBytes + added);
    }
  }
  const bytes = arena.bytesOf(listpack.handle);
  const base = arena.offsetOf(listpack.handle) + listpack.room;
  const at = base + sizeBytes - 1;
  if (isInteger) writeIntegerEntry(bytes, at, integer);
  else writeStringEntry(bytes, at, source, start, end);
  bytes[at + added] = LISTPACK_END;
  listpack.sizeBytes = sizeBytes + added;
  writeHeader(bytes, base, sizeBytes + added, changedCount(bytes, base, 1));
}

/** Takes the last entry, which is at `position` and not the only one, out. */
export function dropLast(arena: Arena, listpack: PlacedListpack, position: number): void {
  const bytes = arena.bytesOf(listpack.handle);
  const base = arena.offsetOf(listpack.handle) + listpack.room;
  bytes[base + position] = LISTPACK_END;
  listpack.sizeBytes = position + 1;
  writeHeader(bytes, base, position + 1, changedCount(bytes, base, -1));
  shrink(arena, listpack);
}

/** Takes the first `count` entries, and not all there are, out: their place becomes room. */
export function dropFirst(arena: Arena, listpack: PlacedListpack, count: number): void {
  const { handle, room } = listpack;
  const bytes = arena.bytesOf(handle);
  const base = arena.offsetOf(handle) + room;
  let dropped = 0;
  for (let left = count; left > 0; left--) dropped += entryBytes(bytes, base + LISTPACK_HEADER_BYTES + dropped);
  const rest = changedCount(bytes, base, -count);
  listpack.room = room + dropped;
  listpack.sizeBytes -= dropped;
  writeHeader(bytes, base + dropped, listpack.sizeBytes, rest);
  shrink(arena, listpack);
}

/** Gives the room up: the listpack then begins where its block does. */
export function settle(arena: Arena, listpack: PlacedListpack): void {
  const { handle, room, sizeBytes } = listpack;
  if (room === 0) return;
  const start = arena.offsetOf(handle);
  arena.bytesOf(handle).copyWithin(start, start + room, start + room + sizeBytes);
  listpack.room = 0;
}

/** Makes at least `added` bytes of room: all that the block has to spare, or that of another one. */
function makeRoom(arena: Arena, listpack: PlacedListpack, added: number): void {
  const { handle, room, sizeBytes } = listpack;
  const spare = arena.capacity(handle) - sizeBytes;
  if (spare < added) {
    const moved = arena.allocate(sizeBytes + added);
    moveTo(arena, listpack, moved, arena.capacity(moved) - sizeBytes);
    return;
  }
  const start = arena.offsetOf(handle);
  arena.bytesOf(handle).copyWithin(start + spare, start + room, start + room + sizeBytes);
  listpack.room = spare;
}

/** Moves a listpack that fills its block badly to a smaller one. */
function shrink(arena: Arena, listpack: PlacedListpack): void {
  const { handle, sizeBytes } = listpack;
  if (!arena.isWellFilled(handle, sizeBytes)) moveTo(arena, listpack, arena.allocate(sizeBytes), 0);
}

/** Moves the listpack to the block `target`, with so much room there, and frees the block it was in. */
function moveTo(arena: Arena, listpack: PlacedListpack, target: number, room: number): void {
  const { handle, sizeBytes } = listpack;
  const start = arena.offsetOf(handle) + listpack.room;
  copyBytes(arena.bytesOf(target), arena.offsetOf(target) + room, arena.bytesOf(handle), start, start + sizeBytes);
  arena.free(handle);
  listpack.handle = target;
  listpack.room = room;
}

/** What the header is to count after a change of the number of entries. */
function changedCount(bytes: Uint8Array, base: number, change: number): number {
  const known = listpackHeaderCount(bytes, base);
  return known === LISTPACK_COUNT_UNKNOWN ? known : known + change;
}

function writeHeader(bytes: Uint8Array, base: number, sizeBytes: number, count: number): void {
  writeUint32(bytes, base, sizeBytes);
  bytes[base + 4] = count;
  bytes[base + 5] = count >>> 8;
}
