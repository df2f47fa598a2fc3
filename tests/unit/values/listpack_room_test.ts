import { assert, assertEquals } from "@std/assert";
import { Arena } from "../../../src/values/arena.ts";
import { listpackLast, validateListpack } from "../../../src/values/listpack.ts";
import {
  createListpack,
  exportListpack,
  listpackAppend,
  listpackDelete,
  listpackPrepend,
} from "../../../src/values/listpack_edit.ts";
import {
  appendInRoom,
  dropFirst,
  dropLast,
  type PlacedListpack,
  prependInRoom,
  settle,
} from "../../../src/values/listpack_room.ts";
import { sliceOf } from "./elements.ts";

const FIRST = 6;

function bytesOf(arena: Arena, { handle, room, sizeBytes }: PlacedListpack): Uint8Array {
  const start = arena.offsetOf(handle) + room;
  assert(room + sizeBytes <= arena.capacity(handle));
  assert(validateListpack(arena.bytesOf(handle), start, start + sizeBytes, true));
  return arena.bytesOf(handle).slice(start, start + sizeBytes);
}

Deno.test("prependInRoom() and dropFirst() make the bytes that edits without room make", () => {
  const arena = new Arena();
  let plain = createListpack(arena);
  const placed: PlacedListpack = { handle: createListpack(arena), room: 0, sizeBytes: 7 };
  const elements = ["a", "12", "-70000", "9223372036854775807", "x".repeat(70), "y".repeat(5000), ""];
  for (let round = 0; round < 400; round++) {
    const element = sliceOf(round % 50 === 0 ? elements[5]! : elements[round % 5]!);
    plain = listpackPrepend(arena, plain, element);
    prependInRoom(arena, placed, element);
    if (round % 7 === 6) {
      plain = listpackDelete(arena, plain, FIRST, 3);
      dropFirst(arena, placed, 3);
    }
    assertEquals(bytesOf(arena, placed), exportListpack(arena, plain));
  }
  settle(arena, placed);
  assertEquals(placed.room, 0);
  assertEquals(bytesOf(arena, placed), exportListpack(arena, plain));
});

Deno.test("edits at both ends make the bytes and the blocks that edits without room make", () => {
  const arena = new Arena();
  let plain = createListpack(arena);
  const placed: PlacedListpack = { handle: createListpack(arena), room: 0, sizeBytes: 7 };
  const elements = ["a", "12", "-70000", "9223372036854775807", "x".repeat(63), "y".repeat(64), "z".repeat(5000), ""];
  for (let round = 0; round < 2000; round++) {
    const element = sliceOf(elements[round % (round % 50 === 0 ? 8 : 6)]!);
    if (round % 3 === 0) {
      plain = listpackPrepend(arena, plain, element);
      prependInRoom(arena, placed, element);
    } else {
      plain = listpackAppend(arena, plain, element);
      appendInRoom(arena, placed, element);
    }
    for (let pops = round % 400 > 200 ? 2 : round % 2; pops > 0 && round > 400; pops--) {
      const last = listpackLast(arena.bytesOf(plain), arena.offsetOf(plain));
      if (last === FIRST) break;
      plain = listpackDelete(arena, plain, last);
      dropLast(arena, placed, last);
    }
    assertEquals(bytesOf(arena, placed), exportListpack(arena, plain));
    assertEquals(arena.capacity(placed.handle), arena.capacity(plain));
  }
});

Deno.test("dropFirst() gives back the memory of a block that is less than half full", () => {
  const arena = new Arena();
  const placed: PlacedListpack = { handle: createListpack(arena), room: 0, sizeBytes: 7 };
  for (let count = 0; count < 1000; count++) prependInRoom(arena, placed, sliceOf("element"));
  for (let left = 1000; left > 1; left--) {
    dropFirst(arena, placed, 1);
    assert(arena.isWellFilled(placed.handle, placed.sizeBytes));
  }
  assertEquals(placed.sizeBytes, 7 + 9);
});

Deno.test("prependInRoom() leaves a count that is not known as it is", () => {
  const arena = new Arena();
  const placed: PlacedListpack = { handle: createListpack(arena), room: 0, sizeBytes: 7 };
  for (let count = 0; count < 65_537; count++) prependInRoom(arena, placed, sliceOf("1"));
  dropFirst(arena, placed, 10);
  assertEquals([...bytesOf(arena, placed).subarray(4, 6)], [0xff, 0xff]);
});
