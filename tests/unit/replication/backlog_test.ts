import { assert, assertEquals, assertThrows } from "@std/assert";
import { Backlog } from "../../../src/replication/backlog.ts";
import { OutputBuffer } from "../../../src/resp/output_buffer.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const KIB = 1024;

/** The byte with offset n of the stream is n modulo 251. */
function streamBytes(from: number, count: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => (from + index) % 251);
}

function append(backlog: Backlog, count: number): void {
  backlog.append(streamBytes(backlog.endOffset + 1, count), 0, count);
}

function read(backlog: Backlog, position: number, maxBytes = Infinity): Uint8Array {
  const target = new OutputBuffer();
  backlog.read(position, target, maxBytes);
  return target.take();
}

Deno.test("Backlog counts nothing while it is not active", () => {
  const backlog = new Backlog(16 * KIB);
  append(backlog, 100);
  assertEquals([backlog.endOffset, backlog.firstOffset, backlog.historyBytes], [0, 0, 0]);
  assert(!backlog.has(1));
});

Deno.test("Backlog has what it kept and the byte after", () => {
  const backlog = new Backlog(16 * KIB);
  backlog.activate();
  append(backlog, 100);
  assertEquals([backlog.endOffset, backlog.firstOffset, backlog.historyBytes], [100, 1, 100]);
  assert(backlog.has(1) && backlog.has(100) && backlog.has(101));
  assert(!backlog.has(0) && !backlog.has(102));
});

Deno.test("Backlog.read() gives the bytes after a position, cut anywhere", () => {
  const random = new SeededRandom(1);
  const backlog = new Backlog(1024 * KIB);
  backlog.activate();
  for (let count = 0; count < 200; count++) append(backlog, random.integer(1, 3000));
  for (let count = 0; count < 200; count++) {
    const position = random.integer(backlog.firstOffset - 1, backlog.endOffset);
    const max = random.integer(0, 100_000);
    const wanted = Math.min(max, backlog.endOffset - position);
    assertEquals(read(backlog, position, max), streamBytes(position + 1, wanted));
  }
});

Deno.test("Backlog.pieceAfter() gives the rest of the block that a position lies in, or less, and nothing at the end", () => {
  const backlog = new Backlog(64 * KIB);
  backlog.activate();
  append(backlog, 100);
  append(backlog, 16 * KIB);
  assertEquals(backlog.pieceAfter(40, Infinity), streamBytes(41, 16 * KIB - 40));
  assertEquals(backlog.pieceAfter(40, 10), streamBytes(41, 10));
  assertEquals(backlog.pieceAfter(16 * KIB, Infinity), streamBytes(16 * KIB + 1, 100));
  assertEquals(backlog.pieceAfter(backlog.endOffset, Infinity).length, 0);
});

Deno.test("Backlog keeps at least its size and little more", () => {
  const backlog = new Backlog(64 * KIB);
  backlog.activate();
  for (let count = 0; count < 1000; count++) append(backlog, 1000);
  assert(backlog.historyBytes >= 64 * KIB && backlog.historyBytes <= 96 * KIB, `${backlog.historyBytes}`);
  assertEquals(backlog.firstOffset, backlog.endOffset - backlog.historyBytes + 1);
  assertEquals(read(backlog, backlog.firstOffset - 1), streamBytes(backlog.firstOffset, backlog.historyBytes));
});

Deno.test("Backlog keeps what a reader has not read, and frees it when the reader goes on or away", () => {
  const backlog = new Backlog(64 * KIB);
  backlog.activate();
  append(backlog, 10);
  const reader = { position: 5 };
  backlog.attach(reader);
  append(backlog, 1024 * KIB);
  assertEquals(read(backlog, 5, 20), streamBytes(6, 20));
  assert(backlog.historyBytes >= 1024 * KIB);
  reader.position = 512 * KIB;
  backlog.trim();
  assert(backlog.firstOffset <= 512 * KIB + 1 && backlog.historyBytes < 600 * KIB);
  backlog.detach(reader);
  assert(backlog.historyBytes <= 96 * KIB);
});

Deno.test("Backlog takes one append that is larger than itself", () => {
  const backlog = new Backlog(16 * KIB);
  backlog.activate();
  append(backlog, 100 * KIB);
  assertEquals(read(backlog, backlog.firstOffset - 1), streamBytes(backlog.firstOffset, backlog.historyBytes));
});

Deno.test("Backlog.moveBy() shifts every offset", () => {
  const backlog = new Backlog(64 * KIB);
  backlog.activate();
  append(backlog, 300);
  backlog.moveBy(1000);
  assertEquals([backlog.firstOffset, backlog.endOffset], [1001, 1300]);
  assertEquals(read(backlog, 1100), streamBytes(101, 200));
});

Deno.test("Backlog.rebase() refuses to mix two histories", () => {
  const backlog = new Backlog(64 * KIB);
  backlog.activate();
  append(backlog, 1);
  assertThrows(() => backlog.rebase(5));
  backlog.deactivate();
  backlog.rebase(5);
  backlog.activate();
  assertEquals([backlog.endOffset, backlog.firstOffset], [5, 6]);
});
