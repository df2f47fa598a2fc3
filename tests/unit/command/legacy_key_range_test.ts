/** First key, last key and step, as older clients read them. */
import { assertEquals } from "@std/assert";
import { key, keyAfter, keyCount, keyRange, type KeySpec, unknownKeys } from "../../../src/command/key_specs.ts";
import { legacyKeyRange } from "../../../src/command/legacy_key_range.ts";

function rangeText(...specs: KeySpec[]): string {
  const { first, last, step, isMovable } = legacyKeyRange(specs);
  return `${first} ${last} ${step}${isMovable ? " movable" : ""}`;
}

Deno.test("legacyKeyRange() is all zero without keys", () => {
  assertEquals(rangeText(), "0 0 0");
});

Deno.test("legacyKeyRange() tells a single range as it is", () => {
  assertEquals(rangeText(key(1, "RO")), "1 1 1");
  assertEquals(rangeText(keyRange(1, -1, "OW", { step: 2 })), "1 -1 2");
  assertEquals(rangeText(keyRange(2, 1, "RW")), "2 3 1");
  assertEquals(rangeText(key(1, "RW incomplete")), "1 1 1 movable");
});

Deno.test("legacyKeyRange() joins ranges that follow each other", () => {
  assertEquals(rangeText(key(1, "RW"), key(2, "RW")), "1 2 1");
  assertEquals(rangeText(key(1, "OW"), keyRange(2, -1, "RO")), "1 -1 1");
  assertEquals(rangeText(key(1, "RO"), key(3, "RO")), "1 1 1 movable");
});

Deno.test("legacyKeyRange() says that keys move where no range can tell them", () => {
  assertEquals(rangeText(keyCount(1, "RO")), "0 0 0 movable");
  assertEquals(rangeText(key(1, "RO"), unknownKeys("RO")), "1 1 1 movable");
  assertEquals(rangeText(key(1, "RO"), keyAfter("STORE", 5, "OW")), "1 1 1 movable");
  assertEquals(rangeText(key(1, "OW"), keyCount(2, "RO")), "1 1 1 movable");
});
