/** LZF: the bytes that Redis writes, and a decompressor that trusts nothing. */
import { assert, assertEquals } from "@std/assert";
import { ascii, latin1 } from "../../../src/bytes/ascii.ts";
import { crc64 } from "../../../src/bytes/crc64.ts";
import { lzfCompress, LzfCompressor, lzfDecompress, lzfDecompressInto } from "../../../src/bytes/lzf.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { compressible, digestsOf } from "./seeded_cases.ts";

Deno.test("lzfCompress() makes the very bytes that Redis makes", () => {
  const random = new SeededRandom(20_240_104);
  const answers: string[] = [];
  for (let round = 0; round < 1500; round++) {
    const source = compressible(random, round < 10 ? 60_000 : random.integer(21, random.pick([40, 400, 4000])));
    const target = new Uint8Array(source.length - 4);
    const length = lzfCompress(source, 0, source.length, target);
    answers.push(length === 0 ? "" : crc64(target, 0, length).toString(16));
    if (length > 0) assertEquals(latin1(lzfDecompress(target, 0, length, source.length)!), latin1(source));
  }
  // Recorded from DUMP of Redis 7.0.15: the digests of the compressed strings, empty where it did not compress.
  assertEquals(
    digestsOf(answers, 250),
    ["a8cf6b69e7ca0259", "c31f5d318dbbc661", "84471263b931b8b8", "e58f79d71183a10e", "61e3d7a44976753c"]
      .concat("6a47dc87af615249"),
  );
});

Deno.test("lzfCompress() and lzfDecompress() work on parts of arrays", () => {
  const random = new SeededRandom(11);
  for (let round = 0; round < 300; round++) {
    const before = random.integer(0, 20);
    const source = compressible(random, before + random.integer(1, 20_000));
    const target = new Uint8Array(random.integer(0, source.length + 10));
    const length = lzfCompress(source, before, source.length, target);
    assert(length < source.length - before && length <= target.length);
    if (length === 0) continue;
    const framed = new Uint8Array(length + 9);
    framed.set(target.subarray(0, length), 5);
    const back = lzfDecompress(framed, 5, 5 + length, source.length - before);
    assert(back !== null, "seed 11");
    assertEquals(latin1(back), latin1(source, before));
  }
});

Deno.test("LzfCompressor makes the same bytes whatever the steps, and whatever was given up before", () => {
  const random = new SeededRandom(12);
  const compressor = new LzfCompressor();
  for (let round = 0; round < 300; round++) {
    const source = compressible(random, random.integer(1, 3000));
    const expected = new Uint8Array(source.length);
    const length = lzfCompress(source, 0, source.length, expected);
    const target = new Uint8Array(source.length);
    compressor.begin(source, 0, source.length, new Uint8Array(source.length));
    compressor.step(random.integer(0, source.length));
    compressor.begin(source, 0, source.length, target);
    const size = random.integer(1, 100);
    while (!compressor.step(size));
    assertEquals(compressor.length, length, "seed 12");
    assertEquals(latin1(target, 0, length), latin1(expected, 0, length), "seed 12");
  }
});

Deno.test("lzfCompress() returns 0 for what does not get smaller", () => {
  const target = new Uint8Array(100);
  for (const text of ["", "a", "aa", "aaa", "aaaa", "abcdefghijklmnop"]) {
    assertEquals(lzfCompress(ascii(text), 0, text.length, target), 0);
  }
  assertEquals(lzfCompress(ascii("a".repeat(50)), 0, 50, new Uint8Array(0)), 0);
  assertEquals(lzfCompress(ascii("a".repeat(50)), 0, 50, new Uint8Array(3)), 0);
});

Deno.test("lzfDecompress() refuses what is malformed", () => {
  const refused: [number[], number][] = [
    [[], 1],
    [[0], 1],
    [[1, 65], 2],
    [[0, 65], 2],
    [[0, 65, 0, 66], 1],
    [[0, 65, 0x20], 4],
    [[0, 65, 0x20, 1], 4],
    [[0, 65, 0xe0], 10],
    [[0, 65, 0xe0, 0], 10],
    [[0, 65, 0x20, 0], 3],
    [[0, 65, 0x20, 0], 5],
    [[0, 65], -1],
    [[0, 65], NaN],
    [[0, 65], 1.5],
  ];
  for (const [bytes, length] of refused) {
    assertEquals(lzfDecompress(new Uint8Array(bytes), 0, bytes.length, length), null, `${bytes} as ${length}`);
  }
  assertEquals([...lzfDecompress(new Uint8Array([0, 65, 0x20, 0]), 0, 4, 4)!], [65, 65, 65, 65]);
});

Deno.test("lzfDecompressInto() writes no byte beyond the length it is told", () => {
  const source = new Uint8Array([0, 65, 0x20, 0]);
  const target = new Uint8Array(6).fill(1);
  assertEquals(lzfDecompressInto(target, source, 0, 4, 4), true);
  assertEquals([...target], [65, 65, 65, 65, 1, 1]);
  assertEquals(lzfDecompressInto(target.fill(1), source, 0, 4, 3), false);
  assertEquals(target[3], 1);
});

Deno.test("lzfDecompress() takes no memory for a length that its input cannot make", () => {
  assertEquals(lzfDecompress(new Uint8Array(10), 0, 10, 2 ** 52), null);
  assertEquals(lzfDecompress(new Uint8Array(10), 0, 10, 881), null);
});

Deno.test("lzfDecompress() survives random bytes", () => {
  const random = new SeededRandom(12);
  let accepted = 0;
  for (let round = 0; round < 20_000; round++) {
    const bytes = ascii(random.binary(random.integer(0, 30)));
    if (lzfDecompress(bytes, 0, bytes.length, random.integer(0, 60)) !== null) accepted++;
  }
  assert(accepted < 20_000);
});
