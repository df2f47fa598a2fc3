import { assertEquals } from "@std/assert";
import { MemoryReturn } from "../../../src/server/memory_return.ts";

const MIB = 1024 * 1024;
const LOOKS_OF_REST = 200;
const LOOKS_OF_STILLNESS = 600;
const LOOKS_PER_HINT = 5;
const HINTS_MAX = 20;

/** A server that is looked at, where V8 collects after so many hints. */
class Watched {
  hints = 0;

  readonly #memoryReturn: MemoryReturn;
  #hintsAtWatch = 0;
  #commands = 0;

  constructor(hintsNeeded = Infinity) {
    const hints = () => this.hints - this.#hintsAtWatch;
    this.#memoryReturn = new MemoryReturn({
      hint: () => void this.hints++,
      watch: () => void (this.#hintsAtWatch = this.hints),
      get isDone() {
        return hints() >= hintsNeeded;
      },
    });
  }

  /** Looks that find a store of this size and so many more commands; returns the hints so far. */
  look(sizeMiB: number, { looks = 1, commands = 0 } = {}): number {
    for (let look = 0; look < looks; look++) {
      this.#commands += commands;
      this.#memoryReturn.observe(sizeMiB * MIB, this.#commands);
    }
    return this.hints;
  }
}

Deno.test("observe() gives up to 20 hints after 20 seconds of rest when the store has shrunk, grown or done much", () => {
  const shrunk = new Watched();
  shrunk.look(100, { looks: 30, commands: 1000 });
  shrunk.look(4);
  assertEquals(shrunk.look(4, { looks: LOOKS_OF_REST - 1 }), 0);
  assertEquals(shrunk.look(4), 1);
  assertEquals(shrunk.look(4, { looks: LOOKS_PER_HINT - 1 }), 1);
  assertEquals(shrunk.look(4), 2);
  assertEquals(shrunk.look(4, { looks: 10_000 }), HINTS_MAX);

  const grown = new Watched();
  grown.look(20);
  assertEquals(grown.look(20, { looks: LOOKS_OF_REST }), 1);

  const worked = new Watched();
  worked.look(1, { looks: 100, commands: 1000 });
  assertEquals(worked.look(1, { looks: 10 * LOOKS_OF_REST, commands: 10 }), HINTS_MAX);
});

Deno.test("observe() gives no more hints after a collection, until there is something to give back again", () => {
  const watched = new Watched(2);
  watched.look(100);
  assertEquals(watched.look(100, { looks: LOOKS_OF_REST + 100 }), 2);
  watched.look(200);
  assertEquals(watched.look(100, { looks: LOOKS_OF_REST - 1 }), 2);
  assertEquals(watched.look(100, { looks: 100 }), 4);
});

Deno.test("observe() leaves a server without rest alone, but for a store that has shrunk a minute ago", () => {
  const grown = new Watched();
  assertEquals(grown.look(100, { looks: 10_000, commands: 11 }), 0);
  const shrunk = new Watched();
  shrunk.look(100, { commands: 11 });
  shrunk.look(50, { commands: 11 });
  assertEquals(shrunk.look(50, { looks: LOOKS_OF_STILLNESS - 1, commands: 11 }), 0);
  assertEquals(shrunk.look(50, { looks: 2 * LOOKS_PER_HINT, commands: 11 }), 2);
  const shrinking = new Watched();
  for (let size = 4000; size > 0; size -= 2) shrinking.look(size);
  assertEquals(shrinking.hints, 0);
});

Deno.test("observe() gives no hint where little was done, and counters may be reset", () => {
  const watched = new Watched();
  watched.look(10, { looks: 1000, commands: 90 });
  watched.look(1, { looks: 1, commands: -90_000 });
  assertEquals(watched.look(1, { looks: 1000 }), 0);
});
