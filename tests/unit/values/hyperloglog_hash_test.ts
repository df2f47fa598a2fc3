import { assertEquals } from "@std/assert";
import { INDEX_BITS, registerOf } from "../../../src/values/hyperloglog_hash.ts";
import { REGISTER_COUNT } from "../../../src/values/hyperloglog_header.ts";
import { bytesOfText } from "../../support/byte_text.ts";
import { elementOfHash, elementOfRegister, murmurHash } from "../../support/murmur_hash.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

interface Register {
  readonly index: number;
  readonly value: number;
}

function registerFromHash(hash: bigint): Register {
  const rest = (hash >> 14n) | (1n << 50n);
  let value = 1;
  while (((rest >> BigInt(value - 1)) & 1n) === 0n) value++;
  return { index: Number(hash & 0x3fffn), value };
}

function registerAt(bytes: Uint8Array, start: number, end: number): Register {
  const register = registerOf(bytes, start, end);
  return { index: register & (REGISTER_COUNT - 1), value: register >>> INDEX_BITS };
}

Deno.test("registerOf() is MurmurHash64A at every length and place", () => {
  const random = new SeededRandom(64);
  for (let length = 0; length <= 70; length++) {
    for (let round = 0; round < 40; round++) {
      const element = bytesOfText(round === 0 ? "\xff".repeat(length) : random.binary(length));
      const before = random.integer(0, 9);
      const buffer = new Uint8Array(before + length + 9).fill(0xaa);
      buffer.set(element, before);
      const expected = registerFromHash(murmurHash(element));
      assertEquals(registerAt(buffer, before, before + length), expected, `${length}: ${element}`);
    }
  }
});

Deno.test("registerOf() gives every value from 1 to 51", () => {
  const random = new SeededRandom(65);
  for (let value = 1; value <= 51; value++) {
    for (const index of [0, 1, 8191, 8192, 16383]) {
      assertEquals(registerAt(elementOfRegister(index, value), 0, 8), { index, value });
      // The bits above the one that tells make no difference.
      const above = value > 49 ? 0n : BigInt(random.word()) << BigInt(14 + value);
      const element = elementOfHash(murmurHash(elementOfRegister(index, value)) | BigInt.asUintN(64, above));
      assertEquals(registerAt(element, 0, 8), { index, value });
    }
  }
});
