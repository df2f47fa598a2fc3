import { assert, assertEquals, assertStrictEquals } from "@std/assert";
import { dropWriteBuffers, giveWriteBuffer, takeWriteBuffer } from "../../../src/clients/write_buffers.ts";

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

Deno.test("no more than 32 MiB of write buffers are kept", () => {
  dropWriteBuffers();
  const taken = Array.from({ length: 40 }, () => takeWriteBuffer(MIB)!);
  taken.forEach(giveWriteBuffer);
  const again = new Set(Array.from({ length: 40 }, () => takeWriteBuffer(MIB)!));
  assertEquals(taken.filter((buffer) => again.has(buffer)).length, 32);
  assert(again.size === 40);
});

Deno.test("view() is the beginning of the memory", () => {
  const buffer = takeWriteBuffer(0)!;
  assertEquals(buffer.view(10).length, 10);
  assertStrictEquals(buffer.view(10), buffer.view(10));
  assertStrictEquals(buffer.view(12).buffer, buffer.bytes.buffer);
});
