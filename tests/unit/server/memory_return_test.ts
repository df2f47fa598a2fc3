import { assertEquals } from "@std/assert";
import { MemoryReturn } from "../../../src/server/memory_return.ts";

const MIB = 1024 * 1024;

/** How many hints there were after each look. */
function hintsAfter(sizes: readonly number[]): number[] {
  let hints = 0;
  const memoryReturn = new MemoryReturn(() => hints++);
  return sizes.map((size) => {
    memoryReturn.observe(size * MIB);
    return hints;
  });
}

Deno.test("observe() gives three hints when the store has shrunk and stays so", () => {
  assertEquals(hintsAfter([100, 100, 70, 40, 4, 4, 4, 4, 4, 4]), [0, 0, 0, 0, 0, 1, 2, 3, 3, 3]);
});

Deno.test("observe() gives no hint while the store grows, shrinks a little or is refilled", () => {
  assertEquals(hintsAfter([0, 50, 100, 100, 90, 90, 90, 100, 100, 40, 100, 100]).at(-1), 0);
});

Deno.test("observe() gives hints again when the store grew and shrank again", () => {
  assertEquals(hintsAfter([100, 0, 0, 0, 0, 0, 200, 100, 100, 100, 100, 100]), [0, 0, 1, 2, 3, 3, 3, 3, 4, 5, 6, 6]);
});
