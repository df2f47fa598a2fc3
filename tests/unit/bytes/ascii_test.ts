/** Bytes to text and back, comparisons of byte ranges. */
import { assert, assertEquals } from "@std/assert";
import {
  ascii,
  compareBytes,
  equalBytes,
  equalsIgnoreCase,
  equalSlices,
  latin1,
  utf8,
} from "../../../src/bytes/ascii.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { SeededRandom } from "../../support/seeded_random.ts";

Deno.test("ascii() and latin1() keep every byte, at every length", () => {
  const random = new SeededRandom(1);
  for (let length = 0; length < 70; length++) {
    const text = random.binary(length);
    const bytes = ascii(text);
    assertEquals([...bytes], [...text].map((character) => character.charCodeAt(0)));
    assertEquals(latin1(bytes), text);
  }
});

Deno.test("latin1() reads a part of a view that does not start its buffer", () => {
  const bytes = ascii("0123456789abcdefghijklmnopqrstuvwxyz").subarray(10);
  assertEquals(latin1(bytes, 1, 4), "bcd");
  assertEquals(latin1(bytes, 1, 24), "bcdefghijklmnopqrstuvwx");
  assertEquals(latin1(bytes, 26), "");
});

Deno.test("ascii() keeps the low byte of wide characters", () => {
  assertEquals([...ascii("\u20acA")], [0xac, 0x41]);
});

Deno.test("utf8() encodes, with a lone surrogate replaced", () => {
  assertEquals([...utf8("é€")], [0xc3, 0xa9, 0xe2, 0x82, 0xac]);
  assertEquals([...utf8("\ud800")], [0xef, 0xbf, 0xbd]);
});

Deno.test("equalsIgnoreCase() folds A to Z only", () => {
  const slice = (text: string) => new Slice(ascii(`<${text}>`), 1, 1 + text.length);
  assert(equalsIgnoreCase(slice("GeT"), ascii("get")));
  assert(equalsIgnoreCase(slice(""), ascii("")));
  assert(!equalsIgnoreCase(slice("GETX"), ascii("get")));
  assert(!equalsIgnoreCase(slice("GE"), ascii("get")));
  assert(!equalsIgnoreCase(slice("@[{"), ascii("`{[")));
  assert(!equalsIgnoreCase(slice("\xc0"), ascii("\xe0")));
});

Deno.test("equalBytes(), equalSlices() and compareBytes() agree with the comparison of the texts", () => {
  const random = new SeededRandom(2);
  for (let round = 0; round < 2000; round++) {
    const texts = [0, 1].map(() => {
      let text = "";
      for (let left = random.integer(0, 4); left > 0; left--) text += random.pick(["a", "b", "\xff", "\0"]);
      return text;
    }) as [string, string];
    const a = new Slice(ascii(`x${texts[0]}a`), 1, 1 + texts[0].length);
    const b = new Slice(ascii(`yy${texts[1]}`), 2, 2 + texts[1].length);
    const expected = texts[0] < texts[1] ? -1 : texts[0] > texts[1] ? 1 : 0;
    assertEquals(Math.sign(compareBytes(a.bytes, a.start, a.end, b.bytes, b.start, b.end)), expected);
    assertEquals(equalBytes(a.bytes, a.start, a.end, b.bytes, b.start, b.end), expected === 0);
    assertEquals(equalSlices(a, b), expected === 0);
  }
});
