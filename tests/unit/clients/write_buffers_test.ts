import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import {
  dropWriteBuffers,
  giveWriteBuffer,
  takeWriteBuffer,
  type WriteBuffer,
} from "../../../src/clients/write_buffers.ts";

const KIB = 1024;
const MIB = 1024 * KIB;

Deno.test("write buffers have the next power of two, from 16 KiB to 1 MiB", () => {
  dropWriteBuffers();
  const sizeFor = (sizeBytes: number) => takeWriteBuffer(sizeBytes)?.bytes.length ?? null;
  assertEquals([0, 1, 16 * KIB].map(sizeFor), [16 * KIB, 16 * KIB, 16 * KIB]);
  assertEquals([16 * KIB + 1, 32 * KIB, 700 * KIB, MIB].map(sizeFor), [32 * KIB, 32 * KIB, MIB, MIB]);
  assertEquals(sizeFor(MIB + 1), null);
});

Deno.test("write buffers come back to who wants their size, until they are dropped", () => {
  dropWriteBuffers();
  const [small, large] = [takeWriteBuffer(0)!, takeWriteBuffer(100 * KIB)!];
  giveWriteBuffer(small);
  giveWriteBuffer(large);
  assertStrictEquals(takeWriteBuffer(70 * KIB), large);
  assertStrictEquals(takeWriteBuffer(5), small);
  giveWriteBuffer(small);
  dropWriteBuffers();
  assert(takeWriteBuffer(5) !== small);
});

Deno.test("no more than 64 MiB of write buffers are kept", () => {
  dropWriteBuffers();
  assertEquals(countKept(MIB, giveBack(MIB, 70)), 64);
});

Deno.test("write buffers that are wanted take the place of other sizes, the largest first", () => {
  dropWriteBuffers();
  const small = giveBack(32 * KIB, 32);
  const middle = giveBack(128 * KIB, 8);
  const large = giveBack(MIB, 62);
  const wanted = giveBack(256 * KIB, 8);
  assertEquals(countKept(256 * KIB, wanted), 8);
  assertEquals(countKept(MIB, large), 60);
  assertEquals(countKept(128 * KIB, middle), 8);
  assertEquals(countKept(32 * KIB, small), 32);
});

function giveBack(sizeBytes: number, count: number): WriteBuffer[] {
  const buffers = Array.from({ length: count }, () => takeWriteBuffer(sizeBytes)!);
  buffers.forEach(giveWriteBuffer);
  return buffers;
}

/** How many of `buffers` are lent again. */
function countKept(sizeBytes: number, buffers: readonly WriteBuffer[]): number {
  const again = new Set(buffers.map(() => takeWriteBuffer(sizeBytes)!));
  assertEquals(again.size, buffers.length);
  return buffers.filter((buffer) => again.has(buffer)).length;
}

Deno.test("view() is the beginning of the memory", () => {
  const buffer = takeWriteBuffer(0)!;
  assertEquals(buffer.view(10).length, 10);
  assertStrictEquals(buffer.view(10), buffer.view(10));
  assertStrictEquals(buffer.view(12).buffer, buffer.bytes.buffer);
});
