/**
 * What a listpack of 128 entries costs, as a small hash or a node of a list is: `deno bench src/values/listpack_bench.ts`.
 */

import { ascii } from "../bytes/ascii.ts";
import { Slice } from "../bytes/slice.ts";
import { Arena } from "./arena.ts";
import {
  LISTPACK_EMPTY_BYTES,
  LISTPACK_HEADER_BYTES,
  listpackFind,
  listpackFirst,
  listpackLength,
  listpackNext,
} from "./listpack.ts";
import { createListpack, listpackAppend, listpackDelete, listpackInsert } from "./listpack_edit.ts";
import { showEntries } from "./listpack_encoding.ts";
import { appendInRoom, dropFirst, type PlacedListpack, prependInRoom } from "./listpack_room.ts";

const ENTRY_COUNT = 128;

const arena = new Arena();
const strings = Array.from({ length: ENTRY_COUNT }, (_, index) => sliceOf(`field:${String(index).padStart(6, "0")}`));
const integers = Array.from({ length: ENTRY_COUNT }, (_, index) => sliceOf(String(index * 1000)));
const filled = listpackOf(strings);
const last = strings[ENTRY_COUNT - 1]!;

function sliceOf(text: string): Slice {
  return new Slice(ascii(text));
}

function listpackOf(elements: readonly Slice[]): number {
  let handle = createListpack(arena);
  for (let i = 0; i < elements.length; i++) handle = listpackAppend(arena, handle, elements[i]!);
  return handle;
}

function emptyInRoom(): PlacedListpack {
  return { handle: createListpack(arena), room: 0, sizeBytes: LISTPACK_EMPTY_BYTES };
}

Deno.bench("128 appends of 12 bytes to an empty listpack", () => {
  arena.free(listpackOf(strings));
});

Deno.bench("128 appends of integers to an empty listpack", () => {
  arena.free(listpackOf(integers));
});

Deno.bench("128 appends at the end of one with room", () => {
  const listpack = emptyInRoom();
  for (let i = 0; i < ENTRY_COUNT; i++) appendInRoom(arena, listpack, strings[i]!);
  arena.free(listpack.handle);
});

Deno.bench("128 prepends to one with room, and 127 removals of the first", () => {
  const listpack = emptyInRoom();
  for (let i = 0; i < ENTRY_COUNT; i++) prependInRoom(arena, listpack, strings[i]!);
  for (let i = 1; i < ENTRY_COUNT; i++) dropFirst(arena, listpack, 1);
  arena.free(listpack.handle);
});

Deno.bench("the last of 128 is found", () => {
  const bytes = arena.bytesOf(filled);
  const base = arena.offsetOf(filled);
  if (listpackFind(bytes, base, listpackFirst(bytes, base), last, 0) === 0) throw new Error("The last is missing");
});

Deno.bench("a walk over 128 entries", () => {
  const bytes = arena.bytesOf(filled);
  const base = arena.offsetOf(filled);
  let passed = 0;
  for (let at = listpackFirst(bytes, base); at !== 0; at = listpackNext(bytes, base, at)) passed++;
  if (passed !== listpackLength(bytes, base)) throw new Error("Entries are missing");
});

let shownBytes = 0;
const sink = {
  bulk(_bytes: Uint8Array, start: number, end: number): void {
    shownBytes += end - start;
  },
};

Deno.bench("128 entries shown", () => {
  shownBytes = 0;
  showEntries(arena.bytesOf(filled), arena.offsetOf(filled) + LISTPACK_HEADER_BYTES, ENTRY_COUNT, sink);
  if (shownBytes !== ENTRY_COUNT * last.length) throw new Error("Entries are missing");
});

let edited = listpackOf(strings);

Deno.bench("an insertion before 128 entries, and its removal", () => {
  edited = listpackInsert(arena, edited, LISTPACK_HEADER_BYTES, last);
  edited = listpackDelete(arena, edited, LISTPACK_HEADER_BYTES);
});
