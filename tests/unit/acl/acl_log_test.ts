import { assertEquals } from "@std/assert";
import { AclLog } from "../../../src/acl/acl_log.ts";

const REFUSAL = { reason: "key", place: "toplevel", userName: "u", clientLine: "id=1" } as const;

Deno.test("add() counts the same refusal within a minute up, and moves it to the front", () => {
  const log = new AclLog(() => 128);
  log.add({ ...REFUSAL, object: "a", lastAtMs: 0 });
  log.add({ ...REFUSAL, object: "b", lastAtMs: 1 });
  log.add({ ...REFUSAL, object: "a", lastAtMs: 60_000, clientLine: "id=2" });
  assertEquals(log.entries.map(({ object, count, lastAtMs, clientLine }) => [object, count, lastAtMs, clientLine]), [
    ["a", 2, 60_000, "id=2"],
    ["b", 1, 1, "id=1"],
  ]);
  log.add({ ...REFUSAL, object: "a", lastAtMs: 120_001 });
  log.add({ ...REFUSAL, object: "b", lastAtMs: 2, userName: "v" });
  log.add({ ...REFUSAL, object: "b", lastAtMs: 2, place: "lua" });
  log.add({ ...REFUSAL, object: "b", lastAtMs: 2, reason: "channel" });
  assertEquals(log.entries.length, 6);
  log.reset();
  assertEquals(log.entries, []);
});

Deno.test("add() compares with the ten newest only, and keeps no more than it may", () => {
  let maxLength = 128;
  const log = new AclLog(() => maxLength);
  for (let index = 0; index < 11; index++) log.add({ ...REFUSAL, object: String(index), lastAtMs: 0 });
  log.add({ ...REFUSAL, object: "0", lastAtMs: 0 });
  assertEquals(log.entries.length, 12);
  maxLength = 5;
  log.add({ ...REFUSAL, object: "x", lastAtMs: 0 });
  assertEquals(log.entries.map(({ object }) => object), ["x", "0", "10", "9", "8"]);
  maxLength = 0;
  log.add({ ...REFUSAL, object: "y", lastAtMs: 0 });
  assertEquals(log.entries, []);
});
