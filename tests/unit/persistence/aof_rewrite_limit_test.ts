import { assertEquals } from "@std/assert";
import { AofRewriteLimit } from "../../../src/persistence/aof_rewrite_limit.ts";

const MINUTE_MS = 60_000;

Deno.test("after three failures in a row the pauses double up to an hour, and a success ends them", () => {
  const limit = new AofRewriteLimit();
  const pauses: number[] = [];
  const isLimited = (nowMs: number) => limit.isLimited(nowMs, (minutes) => pauses.push(minutes));
  limit.failures = 2;
  assertEquals(isLimited(0), false);
  limit.failures = 3;
  let nowMs = 1_000;
  for (let attempt = 0; attempt < 8; attempt++) {
    assertEquals(isLimited(nowMs), true);
    nowMs += pauses.at(-1)! * MINUTE_MS;
    assertEquals([isLimited(nowMs - 1), isLimited(nowMs)], [true, false]);
    limit.failures++;
  }
  assertEquals(pauses, [1, 2, 4, 8, 16, 32, 60, 60]);
  limit.failures = 0;
  assertEquals(isLimited(nowMs), false);
  limit.failures = 3;
  isLimited(nowMs);
  assertEquals(pauses.at(-1), 1);
});
