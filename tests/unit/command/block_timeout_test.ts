import { assertEquals } from "@std/assert";
import { readTimeoutMs, readTimeoutSeconds } from "../../../src/command/block_timeout.ts";
import { TIMEOUT_NEGATIVE, TIMEOUT_NOT_A_FLOAT, TIMEOUT_NOT_AN_INTEGER } from "../../../src/resp/reply_errors.ts";
import { ReplyRecorder } from "../../../src/resp/reply_recorder.ts";
import type { ReplyError } from "../../../src/resp/reply_value.ts";
import { Args } from "../../../src/resp/request_batch.ts";
import { Clock } from "../../../src/base/clock.ts";

type Reader = typeof readTimeoutSeconds;

function read(reader: Reader, text: string): number | string {
  const reply = new ReplyRecorder();
  const timeoutMs = reader(Args.of(text), 0, reply);
  return timeoutMs ?? (reply.take() as ReplyError).text;
}

Deno.test("readTimeoutSeconds() rounds up to milliseconds in the arithmetic of a long double", () => {
  const cases: [string, number][] = [
    ["0", 0],
    ["-0", 0],
    ["1", 1000],
    ["0.1", 100],
    ["0.3", 300],
    ["1.001", 1001],
    ["0.001", 1],
    ["1e-5", 1],
    ["0.0010000000000000000001", 2],
    ["0.001000000000000001", 2],
    ["0x1p-20", 1],
    ["+0.05", 50],
    ["1e3", 1_000_000],
    ["-0.0001", 0],
    ["-0.001", 0],
    ["9007199254740", 9007199254740000],
    ["9223372036854775", 9223372036854775000],
  ];
  for (const [text, expected] of cases) {
    const timeoutMs = read(readTimeoutSeconds, text);
    assertEquals(timeoutMs === 0 ? 0 : timeoutMs, expected, text);
  }
});

Deno.test("readTimeoutSeconds() refuses as Redis does", () => {
  for (const text of ["", " 1", "1 ", "nan", "x", "1,5", "--1"]) {
    assertEquals(read(readTimeoutSeconds, text), TIMEOUT_NOT_A_FLOAT, text);
  }
  for (const text of ["-1", "-0.1", "-inf", "inf", "0x7FFFFFFFFFFFFFFF", "9223372036854775808", "1e400"]) {
    assertEquals(read(readTimeoutSeconds, text), TIMEOUT_NEGATIVE, text);
  }
});

Deno.test("readTimeoutMs() takes whole milliseconds", () => {
  assertEquals(read(readTimeoutMs, "0"), 0);
  assertEquals(read(readTimeoutMs, "1500"), 1500);
  assertEquals(read(readTimeoutMs, "-1"), TIMEOUT_NEGATIVE);
  for (const text of ["1.5", "", "x", "9223372036854775808"]) {
    assertEquals(read(readTimeoutMs, text), TIMEOUT_NOT_AN_INTEGER);
  }
});

Deno.test("a timeout of any accepted length can be given to the clock", () => {
  const clock = new Clock({ frozenAtMs: 1_700_000_000_000 });
  let isDue = false;
  clock.after(read(readTimeoutSeconds, "9223372036854775") as number, () => isDue = true);
  clock.advance(1e15);
  assertEquals(isDue, false);
});
