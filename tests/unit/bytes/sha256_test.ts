import { assertEquals } from "@std/assert";
import { ascii } from "../../../src/bytes/ascii.ts";
import { sha256Hex } from "../../../src/bytes/sha256.ts";

Deno.test("sha256Hex() agrees with the vectors of FIPS 180-4", () => {
  assertEquals(sha256Hex(ascii("")), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  assertEquals(sha256Hex(ascii("abc")), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  const two = "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq";
  assertEquals(sha256Hex(ascii(two)), "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
});

Deno.test("sha256Hex() agrees with Web Crypto at every length around a block", async () => {
  for (let length = 50; length <= 130; length++) {
    const bytes = Uint8Array.from({ length }, (_, index) => (index * 7 + length) & 0xff);
    const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
    assertEquals(sha256Hex(bytes), [...digest].map((byte) => byte.toString(16).padStart(2, "0")).join(""));
  }
});
