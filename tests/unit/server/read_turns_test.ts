import { assert, assertEquals } from "@std/assert";
import { ReadTurns } from "../../../src/server/read_turns.ts";

/** One turn in which `count` connections have read; what those wait for who want to read again. */
function turn(turns: ReadTurns, count: number): Promise<void> | null {
  for (let i = 0; i < count; i++) turns.noteRead();
  return turns.next();
}

Deno.test("connections of a turn that is not full read again at once", () => {
  const turns = new ReadTurns();
  assertEquals(turns.next(), null);
  for (let i = 0; i < 10; i++) assertEquals(turn(turns, 127), null);
});

Deno.test("connections of full turns wait for the one that is not", async () => {
  const turns = new ReadTurns();
  const first = turn(turns, 128);
  assert(first !== null);
  assertEquals(turn(turns, 128), first);
  let isReleased = false;
  first.then(() => isReleased = true);
  await Promise.resolve();
  assertEquals(isReleased, false);
  assertEquals(turn(turns, 1), null);
  await first;
  assertEquals(isReleased, true);
});

Deno.test("connections of a full turn do not wait for others that do not come", async () => {
  const turns = new ReadTurns();
  await turn(turns, 128);
  const later = turn(turns, 128);
  assert(later !== null);
  await later;
});
