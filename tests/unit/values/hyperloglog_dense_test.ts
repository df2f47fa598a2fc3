import { assertEquals } from "@std/assert";
import {
  countDensePairs,
  mergeDense,
  packDense,
  raiseDense,
  readDense,
  writeDense,
} from "../../../src/values/hyperloglog_dense.ts";
import { DENSE_BYTES, HEADER_BYTES, REGISTER_COUNT } from "../../../src/values/hyperloglog_header.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

const START = 5;

/** A string at an odd place, amid bytes that nothing may touch. */
function makeString(random: SeededRandom): Uint8Array {
  return new Uint8Array(START + DENSE_BYTES + 3).map(() => random.word());
}

/** All registers, bit by bit. */
function registersOf(bytes: Uint8Array): number[] {
  return Array.from({ length: REGISTER_COUNT }, (_, index) => {
    let value = 0;
    for (let i = 0; i < 6; i++) {
      const bit = index * 6 + i;
      value |= ((bytes[START + HEADER_BYTES + (bit >>> 3)]! >>> (bit & 7)) & 1) << i;
    }
    return value;
  });
}

Deno.test("readDense() and writeDense() agree with single bits, up to the last register", () => {
  const random = new SeededRandom(6);
  const bytes = makeString(random);
  const outside = [...bytes.subarray(0, START + HEADER_BYTES), ...bytes.subarray(START + DENSE_BYTES)];
  const model = registersOf(bytes);
  assertEquals(Array.from(model, (_, index) => readDense(bytes, START, index)), model);
  for (let round = 0; round < 20_000; round++) {
    const index = random.pick([0, 1, 2, 3, 16_382, 16_383, random.integer(0, REGISTER_COUNT - 1)]);
    const value = random.integer(0, 63);
    if (random.chance(0.5)) {
      writeDense(bytes, START, index, value);
      model[index] = value;
    } else {
      assertEquals(raiseDense(bytes, START, index, value), value > model[index]!);
      model[index] = Math.max(value, model[index]!);
    }
    assertEquals(readDense(bytes, START, index), model[index]);
  }
  assertEquals(registersOf(bytes), model);
  assertEquals([...bytes.subarray(0, START + HEADER_BYTES), ...bytes.subarray(START + DENSE_BYTES)], outside);
});

Deno.test("packDense() and mergeDense() carry all registers over", () => {
  const random = new SeededRandom(7);
  const registers = new Uint8Array(REGISTER_COUNT).map(() => random.integer(0, 63));
  const bytes = makeString(random);
  packDense(registers, bytes, START);
  assertEquals(registersOf(bytes), [...registers]);
  const other = new Uint8Array(REGISTER_COUNT).map(() => random.integer(0, 63));
  const expected = other.map((value, index) => Math.max(value, registers[index]!));
  mergeDense(bytes, START, other);
  assertEquals(other, expected);
});

Deno.test("countDensePairs() counts every two registers once", () => {
  const bytes = makeString(new SeededRandom(8));
  const pairs = new Uint16Array(4096);
  countDensePairs(bytes, START, pairs);
  const expected = new Uint16Array(4096);
  const registers = registersOf(bytes);
  for (let i = 0; i < REGISTER_COUNT; i += 2) expected[registers[i]! + 64 * registers[i + 1]!]!++;
  assertEquals(pairs, expected);
});
