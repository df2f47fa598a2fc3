import { assert, assertEquals, assertMatch, assertNotEquals, assertThrows } from "@std/assert";
import { invariant, InvariantError } from "../../../src/base/invariant.ts";
import { Random } from "../../../src/base/random.ts";

Deno.test("Random with one seed repeats itself and with another does not", () => {
  const first = new Random(42);
  const again = new Random(42);
  const other = new Random(43);
  const drawn = Array.from({ length: 100 }, () => first.uint32());
  assertEquals(Array.from({ length: 100 }, () => again.uint32()), drawn);
  assertNotEquals(Array.from({ length: 100 }, () => other.uint32()), drawn);
  assertEquals(new Random(7).hexId(40), new Random(7).hexId(40));
  assertNotEquals(new Random(2 ** 33).uint32(), new Random(2 ** 34).uint32());
});

Deno.test("Random without a seed differs each time", () => {
  assertNotEquals(new Random().bytes(16), new Random().bytes(16));
  assertNotEquals(new Random().double(), new Random().double());
});

Deno.test("uint32() draws the same from a seed in every version of this program", () => {
  // Checked once against the reference code of xoshiro128**.
  const drawn = (seed: number) => {
    const random = new Random(seed);
    return [random.uint32(), random.uint32(), random.uint32()];
  };
  assertEquals(drawn(0), [1_789_933_344, 44_971_166, 2_521_387_044]);
  assertEquals(drawn(1), [393_288_148, 2_174_103_013, 3_814_759_091]);
  assertEquals(drawn(2 ** 40 + 5), [932_393_219, 953_296_263, 3_032_988_875]);
});

Deno.test("foresee() tells what uint32() will give", () => {
  const random = new Random(7);
  for (let round = 0; round < 200; round++) {
    const foreseen = Array.from({ length: 64 }, (_, later) => random.foresee(later));
    assertEquals(Array.from({ length: round % 64 }, () => random.uint32()), foreseen.slice(0, round % 64));
  }
});

Deno.test("below() stays in range and is even", () => {
  const random = new Random(1);
  for (const n of [1, 2, 3, 10, 1000]) {
    const counts = new Array<number>(n).fill(0);
    const draws = n * 2000;
    for (let i = 0; i < draws; i++) counts[random.below(n)]!++;
    for (const count of counts) assert(Math.abs(count - 2000) < 300, `below(${n}) gave ${count} of 2000`);
  }
  for (let i = 0; i < 1000; i++) {
    const high = random.below(2 ** 53);
    assert(Number.isSafeInteger(high) && high >= 0);
    const middle = random.below(2 ** 32);
    assert(middle >= 0 && middle < 2 ** 32 && Number.isInteger(middle));
  }
});

Deno.test("double() fills the interval from 0 to 1", () => {
  const random = new Random(9);
  let sum = 0;
  for (let i = 0; i < 20_000; i++) {
    const drawn = random.double();
    assert(drawn >= 0 && drawn < 1);
    sum += drawn;
  }
  assert(Math.abs(sum / 20_000 - 0.5) < 0.01);
});

Deno.test("bytes() and hexId() have the length asked for", () => {
  for (const random of [new Random(), new Random(5)]) {
    for (const length of [0, 1, 40, 100_000]) assertEquals(random.bytes(length).length, length);
    assertMatch(random.hexId(40), /^[0-9a-f]{40}$/);
    assertEquals(random.hexId(0), "");
    assert(new Set(random.bytes(10_000)).size === 256);
  }
});

Deno.test("invariant() throws its message when the condition does not hold", () => {
  invariant(true, "unused");
  assertThrows(() => invariant(false, "Two and two are five"), InvariantError, "Two and two are five");
});
