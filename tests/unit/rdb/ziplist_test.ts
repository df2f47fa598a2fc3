import { assert, assertEquals } from "@std/assert";
import { ZiplistCursor } from "../../../src/rdb/ziplist.ts";
import { latin1 } from "../../../src/bytes/ascii.ts";
import { SeededRandom } from "../../support/seeded_random.ts";
import { ziplistOf } from "./ziplist_maker.ts";

/** All entries of a ziplist, or `null` if it is not sound. */
function readZiplist(bytes: Uint8Array, start = 0, end = bytes.length): string[] | null {
  const cursor = new ZiplistCursor(bytes, start, end);
  const entries: string[] = [];
  while (cursor.next()) entries.push(latin1(cursor.text.bytes, cursor.text.start, cursor.text.end));
  return cursor.isValid ? entries : null;
}

Deno.test("ZiplistCursor reads the two small integers of Redis's documented example", () => {
  const example = new Uint8Array([0x0f, 0, 0, 0, 0x0c, 0, 0, 0, 2, 0, 0, 0xf3, 2, 0xf6, 0xff]);
  assertEquals(readZiplist(example), ["2", "5"]);
});

Deno.test("ZiplistCursor reads every encoding of strings and integers", () => {
  const entries = ["", "a", "x".repeat(63), "y".repeat(64), "z".repeat(253), "w".repeat(16_383), "v".repeat(16_384)];
  for (const integer of [0, 12, 13, -1, 127, -128, 128, 32767, -32768, 32768, 8388607, -8388608, 8388608]) {
    entries.push(String(integer));
  }
  entries.push("2147483647", "-2147483648", "2147483648", "9223372036854775807", "-9223372036854775808");
  assertEquals(readZiplist(ziplistOf(entries)), entries);
});

Deno.test("ZiplistCursor reads a ziplist in the middle of other bytes", () => {
  const ziplist = ziplistOf(["one", "2"]);
  const around = new Uint8Array(ziplist.length + 20).fill(0xff);
  around.set(ziplist, 7);
  assertEquals(readZiplist(around, 7, 7 + ziplist.length), ["one", "2"]);
});

Deno.test("ZiplistCursor reads no entries from an empty ziplist", () => {
  assertEquals(readZiplist(ziplistOf([])), []);
});

Deno.test("ZiplistCursor refuses a ziplist that is cut anywhere", () => {
  const ziplist = ziplistOf(["one", "1234567", "x".repeat(300), "last"]);
  for (let length = 0; length < ziplist.length; length++) assertEquals(readZiplist(ziplist, 0, length), null);
});

Deno.test("ZiplistCursor refuses false totals, tails, counts and lengths of the entry before", () => {
  const sound = ziplistOf(["one", "two", "three"]);
  const withByte = (at: number, value: number) => {
    const bytes = sound.slice();
    bytes[at] = value;
    return readZiplist(bytes);
  };
  assertEquals(withByte(0, sound.length + 1), null, "total");
  assertEquals(withByte(4, 10), null, "tail");
  assertEquals(withByte(8, 2), null, "count");
  assertEquals(withByte(15, 4), null, "length of the entry before");
  assertEquals(withByte(sound.length - 1, 0), null, "end");
});

Deno.test("ZiplistCursor ends within the bytes it was given whatever they hold", () => {
  const random = new SeededRandom(7);
  const sound = ziplistOf(["one", "70000", "x".repeat(300), "-3", "y".repeat(100), "9223372036854775807"]);
  for (let round = 0; round < 20_000; round++) {
    const bytes = sound.slice();
    for (let flips = random.integer(1, 3); flips > 0; flips--) {
      bytes[random.integer(0, bytes.length - 1)]! ^= 1 << random.integer(0, 7);
    }
    const cursor = new ZiplistCursor(bytes, 0, bytes.length);
    while (cursor.next()) {
      assert(cursor.text.end <= cursor.text.bytes.length && cursor.text.start <= cursor.text.end, `round ${round}`);
    }
  }
});
