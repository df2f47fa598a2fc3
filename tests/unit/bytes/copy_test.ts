import { assertEquals } from "@std/assert";
import { copyBytes, forgetCopied } from "../../../src/bytes/copy.ts";

const MARGIN = 40;

/** `count` bytes that are all different from their neighbours and from those of another seed. */
function pattern(count: number, seed: number): Uint8Array {
  return Uint8Array.from({ length: count }, (_, index) => (index * 31 + seed * 101 + (index >> 8)) & 0xff);
}

for (
  const [what, sourceBytes, targetBytes] of [
    ["short memory to short memory", 2000, 2000],
    ["short memory to long memory", 2000, 40_000],
    ["long memory to short memory", 40_000, 2000],
    ["long memory to long memory", 40_000, 40_000],
  ] as const
) {
  Deno.test(`copyBytes() copies any length from and to anywhere, and nothing else: ${what}`, () => {
    const source = pattern(sourceBytes, 1);
    const target = pattern(targetBytes, 2);
    for (let count = 0; count <= 600; count++) {
      const start = MARGIN + count % 9;
      const at = MARGIN + count % 7;
      const expected = target.slice();
      for (let i = 0; i < count; i++) expected[at + i] = source[start + i]!;
      copyBytes(target, at, source, start, start + count);
      assertEquals(target, expected);
    }
  });
}

Deno.test("copyBytes() reaches the last byte of both memories", () => {
  const source = pattern(20_000, 1);
  const target = new Uint8Array(30_000);
  for (const count of [1, 23, 24, 31, 32, 33, 255, 256, 257]) {
    copyBytes(target, target.length - count, source, source.length - count, source.length);
    assertEquals(target.subarray(-count), source.subarray(-count));
  }
});

Deno.test("copyBytes() knows views of a part of a buffer, many memories in turn, and the same memory", () => {
  const buffer = pattern(100_000, 3).buffer;
  const memories = Array.from({ length: 5 }, (_, index) => new Uint8Array(buffer, 20_000 * index + 1, 19_999));
  for (let round = 0; round < 20; round++) {
    const from = memories[round % 5]!;
    const to = memories[(round * 3) % 5]!;
    copyBytes(to, 10_000, from, 100, 200);
    assertEquals(to.slice(10_000, 10_100), from.slice(100, 200));
    if (round % 7 === 0) forgetCopied();
  }
});
