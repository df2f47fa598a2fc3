/** Numbers as configuration spells them. */
import { assertEquals } from "@std/assert";
import { formatMemorySize, parseLeadingInteger, parseMemorySize } from "../../../src/config/number_syntax.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

Deno.test("parseLeadingInteger() reads as strtoll does", () => {
  const read = (text: string, radix?: 8 | 10) => {
    const { value, isWhole, isOverflow } = parseLeadingInteger(text, radix);
    return [value, isWhole, isOverflow];
  };
  assertEquals(read(""), [0n, true, false]);
  assertEquals(read(" \t-12"), [-12n, true, false]);
  assertEquals(read("+7x"), [7n, false, false]);
  assertEquals(read("x"), [0n, false, false]);
  assertEquals(read("1\0x"), [1n, true, false]);
  assertEquals(read("9223372036854775808"), [9223372036854775807n, true, true]);
  assertEquals(read("-9223372036854775809"), [-9223372036854775808n, true, true]);
  assertEquals(read("777", 8), [511n, true, false]);
  assertEquals(read("78", 8), [7n, false, false]);
});

Deno.test("parseMemorySize() knows decimal and binary units in any case", () => {
  const sizes = {
    "": 0n,
    "12": 12n,
    "3b": 3n,
    "1k": 1000n,
    "1Kb": 1024n,
    "2M": 2000000n,
    "1mB": 1048576n,
    "1G": 10n ** 9n,
    "1gb": 1n << 30n,
  };
  for (const [text, size] of Object.entries(sizes)) assertEquals(parseMemorySize(text), size, text);
  for (const text of ["-1", "1t", "x", "1 kb", "1kbx", " 1", "1".repeat(128)]) {
    assertEquals(parseMemorySize(text), null, text);
  }
});

Deno.test("parseMemorySize() clamps digits and wraps products at 64 bits", () => {
  assertEquals(parseMemorySize("99999999999999999999"), (1n << 64n) - 1n);
  assertEquals(parseMemorySize("17179869184gb"), 0n);
});

Deno.test("formatMemorySize() is read back as the same size", () => {
  const random = new SeededRandom(20240607);
  assertEquals([0n, 1n, 1024n, 1536n, 3n << 20n, 5n << 30n, 1000n].map(formatMemorySize), [
    "0",
    "1",
    "1kb",
    "1536",
    "3mb",
    "5gb",
    "1000",
  ]);
  for (let round = 0; round < 1000; round++) {
    const size = BigInt(random.integer(1, 1 << 30)) << BigInt(random.integer(0, 33));
    assertEquals(parseMemorySize(formatMemorySize(size)), size);
  }
});
