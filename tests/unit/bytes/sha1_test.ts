import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { ascii } from "../../../src/bytes/ascii.ts";
import { sha1, SHA1_BYTES } from "../../../src/bytes/sha1.ts";

function hashOf(bytes: Uint8Array, start = 0, end = bytes.length): string {
  const hash = new Uint8Array(SHA1_BYTES);
  sha1(bytes, start, end, hash, 0);
  return hash.toHex();
}

Deno.test("sha1() knows the examples of its standard", () => {
  assertEquals(hashOf(ascii("abc")), "a9993e364706816aba3e25717850c26c9cd0d89d");
  assertEquals(hashOf(ascii("")), "da39a3ee5e6b4b0d3255bfef95601890afd80709");
});

Deno.test("sha1() agrees with node:crypto at every length around a block", () => {
  const bytes = Uint8Array.from({ length: 300 }, (_, index) => index * 31 & 0xff);
  for (let length = 0; length <= 200; length++) {
    const expected = createHash("sha1").update(bytes.subarray(7, 7 + length)).digest("hex");
    assertEquals(hashOf(bytes, 7, 7 + length), expected, `${length} bytes`);
  }
});

Deno.test("sha1() writes its hash over its own source", () => {
  const bytes = ascii("x".repeat(SHA1_BYTES));
  const expected = hashOf(bytes);
  sha1(bytes, 0, SHA1_BYTES, bytes, 0);
  assertEquals(bytes.toHex(), expected);
});
