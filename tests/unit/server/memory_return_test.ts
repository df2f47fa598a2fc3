import { assertEquals } from "@std/assert";
import { MemoryReturn } from "../../../src/server/memory_return.ts";

const MIB = 1024 * 1024;

/** How many hints there were after each look, where it takes so many of them to make V8 collect. */
function hintsAfter(sizes: readonly number[], hintsNeeded = Infinity): number[] {
  let hints = 0;
  let atWatch = 0;
  const memoryReturn = new MemoryReturn({
    hint: () => void hints++,
    watch: () => void (atWatch = hints),
    get isDone() {
      return hints - atWatch >= hintsNeeded;
    },
  });
  return sizes.map((size) => {
    memoryReturn.observe(size * MIB);
    return hints;
  });
}

/** So many looks at a store of the same size. */
function still(sizeMiB: number, looks = 15): number[] {
  return new Array<number>(looks).fill(sizeMiB);
}

Deno.test("observe() gives three hints when the store has shrunk and stays so for ten looks", () => {
  const hints = hintsAfter([100, 100, 70, 40, ...still(4)]);
  assertEquals(hints.slice(4), [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 3, 3]);
});

Deno.test("observe() gives no more hints after a collection", () => {
  assertEquals(hintsAfter([100, ...still(0)], 1).at(-1), 1);
  assertEquals(hintsAfter([100, ...still(0), 200, ...still(100)], 2).at(-1), 4);
});

Deno.test("observe() gives no hint while the store grows, shrinks a little, is refilled or goes on shrinking", () => {
  const shrinking = Array.from({ length: 30 }, (_, index) => 100 - 2 * index);
  assertEquals(
    hintsAfter([0, 50, ...still(100), ...still(90), ...still(40, 9), ...still(100), ...shrinking]).at(-1),
    0,
  );
});

Deno.test("observe() gives hints again when the store grew and shrank again", () => {
  assertEquals(hintsAfter([100, ...still(0), 200, ...still(100)]).at(-1), 6);
});
