/** HalfSipHash, against a plain implementation that reproduces the published vectors. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { SeededHash } from "../../../src/bytes/seeded_hash.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

/** HalfSipHash-c-d with 32 bits of output, as its paper states it. */
function plainHash(bytes: Uint8Array, k0: number, k1: number, wordRounds: number, finalRounds: number): number {
  const v = [k0 | 0, k1 | 0, 0x6c796765 ^ k0, 0x74656462 ^ k1] as [number, number, number, number];
  const rotate = (value: number, by: number) => (value << by) | (value >>> (32 - by));
  const rounds = (count: number) => {
    for (let round = 0; round < count; round++) {
      v[0] = (v[0] + v[1]) | 0;
      v[1] = rotate(v[1], 5) ^ v[0];
      v[0] = rotate(v[0], 16);
      v[2] = (v[2] + v[3]) | 0;
      v[3] = rotate(v[3], 8) ^ v[2];
      v[0] = (v[0] + v[3]) | 0;
      v[3] = rotate(v[3], 7) ^ v[0];
      v[2] = (v[2] + v[1]) | 0;
      v[1] = rotate(v[1], 13) ^ v[2];
      v[2] = rotate(v[2], 16);
    }
  };
  const padded = new Uint8Array((bytes.length & ~3) + 4);
  padded.set(bytes);
  padded[padded.length - 1] = bytes.length;
  const words = new DataView(padded.buffer);
  for (let at = 0; at < padded.length; at += 4) {
    const word = words.getInt32(at, true);
    v[3] ^= word;
    rounds(wordRounds);
    v[0] ^= word;
  }
  v[2] ^= 0xff;
  rounds(finalRounds);
  return v[1] ^ v[3];
}

/** The published vectors: HalfSipHash-2-4 of 0, 1, 2, ... bytes 00 01 02 ..., key 00 to 07. */
const VECTORS = [
  "a9359f5b",
  "27475ab8",
  "fa62a603",
  "8afee704",
  "2a6e4689",
  "c5fab669",
  "5863fc23",
  "8bcf63c5",
  "d0b8848f",
]
  .concat(["f806e779", "94b07934", "08083050", "57f0872f", "77e663ff", "d6fff87c", "74fe2b97", "d9b5ac84", "c474645b"]);

Deno.test("the plain implementation reproduces the published vectors", () => {
  for (const [length, expected] of VECTORS.entries()) {
    const bytes = Uint8Array.from({ length }, (_, index) => index);
    const hash = new DataView(new ArrayBuffer(4));
    hash.setInt32(0, plainHash(bytes, 0x03020100, 0x07060504, 2, 4), true);
    assertEquals(hash.getUint32(0).toString(16).padStart(8, "0"), expected, `${length} bytes`);
  }
});

Deno.test("hash() is HalfSipHash-1-3, at every length and position", () => {
  const random = new SeededRandom(14);
  for (let round = 0; round < 3000; round++) {
    const k0 = random.word();
    const k1 = random.word() | 0;
    const before = random.integer(0, 5);
    const length = random.integer(0, random.pick([20, 600]));
    const bytes = ascii(random.binary(before + length + 3));
    const hash = new SeededHash(k0, k1).hash(bytes, before, before + length);
    assertEquals(hash, plainHash(bytes.subarray(before, before + length), k0, k1, 1, 3), `seed 14, ${length} bytes`);
    assert((hash | 0) === hash);
  }
});

Deno.test("hashIgnoreCase() is the hash of the text in lower case", () => {
  const random = new SeededRandom(15);
  const seeded = new SeededHash(random.word(), random.word());
  for (let round = 0; round < 3000; round++) {
    const bytes = ascii(random.binary(random.integer(0, 40)));
    const lower = bytes.map((byte) => byte >= 0x41 && byte <= 0x5a ? byte + 32 : byte);
    assertEquals(seeded.hashIgnoreCase(bytes, 0, bytes.length), seeded.hash(lower, 0, lower.length), "seed 15");
  }
});

Deno.test("hash() depends on each half of the key and spreads over the low bits", () => {
  const key = ascii("key");
  const hash = new SeededHash(1, 2).hash(key, 0, 3);
  assertNotEquals(new SeededHash(3, 2).hash(key, 0, 3), hash);
  assertNotEquals(new SeededHash(1, 3).hash(key, 0, 3), hash);
  const seeded = new SeededHash(1, 2);
  const counts = new Uint32Array(1024);
  for (let index = 0; index < 102_400; index++) {
    const bytes = ascii(`key:${index}`);
    counts[seeded.hash(bytes, 0, bytes.length) & 1023]!++;
  }
  assert(Math.max(...counts) < 160 && Math.min(...counts) > 50);
});
