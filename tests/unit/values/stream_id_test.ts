import { assert, assertEquals } from "@std/assert";
import { addUint64, parseStreamId, StreamId, subtractUint64, UINT64_MAX } from "../../../src/values/stream_id.ts";
import { sliceOf } from "./elements.ts";

Deno.test("parseStreamId() reads what Redis reads", () => {
  const cases: [string, string, string][] = [
    ["5-7", "complete", "5-7"],
    ["5", "complete", "5-9"],
    ["5-*", "auto-sequence", "5-0"],
    ["007-01", "complete", "7-1"],
    ["18446744073709551615-18446744073709551615", "complete", "18446744073709551615-18446744073709551615"],
    ["9007199254740993-1", "complete", "9007199254740993-1"],
  ];
  for (const [text, form, printed] of cases) {
    const id = new StreamId();
    assertEquals(parseStreamId(sliceOf(text), id, 9), form, text);
    assertEquals(id.toString(), printed);
  }
  for (const text of ["", "-", "a", "5-", "5-a", "5-6-7", "18446744073709551616-0", "-5", "5-**", "1".repeat(200)]) {
    assertEquals(parseStreamId(sliceOf(text), new StreamId(), 9), "invalid", text);
  }
});

Deno.test("increment() and decrement() carry at 2^53 and 2^64", () => {
  const max = UINT64_MAX;
  const pairs: [StreamId, StreamId][] = [
    [new StreamId(1, 2 ** 53 - 1), new StreamId(1, 2n ** 53n)],
    [new StreamId(1, max), new StreamId(2, 0)],
    [new StreamId(2 ** 53 - 1, max), new StreamId(2n ** 53n, 0)],
    [new StreamId(max, max - 1n), new StreamId(max, max)],
  ];
  for (const [before, after] of pairs) {
    const id = before.clone();
    assert(id.increment());
    assert(id.equals(after), id.toString());
    assert(before.compare(after) < 0 && after.compare(before) > 0);
    assert(id.decrement());
    assert(id.equals(before), id.toString());
  }
  const last = new StreamId(max, max);
  assert(!last.increment());
  assert(last.isZero);
  assert(!last.decrement());
  assertEquals(last.toString(), `${max}-${max}`);
});

Deno.test("the key form is big endian and exact", () => {
  const key = new Uint8Array(18);
  for (const part of [0, 1, 255, 1_700_000_000_123, 2 ** 53 - 1, 2n ** 53n + 1n, 2n ** 63n, UINT64_MAX]) {
    const id = new StreamId(part, 7);
    id.writeKey(key, 1);
    assertEquals(new DataView(key.buffer).getBigUint64(1), BigInt(part));
    assert(new StreamId().readKey(key, 1).equals(id));
  }
});

Deno.test("addUint64() undoes subtractUint64()", () => {
  const values = [0, 5, 2 ** 53 - 1, 2n ** 53n, 2n ** 63n, UINT64_MAX];
  for (const left of values) {
    for (const right of values) assertEquals(addUint64(right, subtractUint64(left, right)), left);
  }
});

Deno.test("subtractUint64() is exact where the difference of two safe numbers is not safe", () => {
  assertEquals(subtractUint64(2 ** 53 - 1, -2), 2n ** 53n + 1n);
});
