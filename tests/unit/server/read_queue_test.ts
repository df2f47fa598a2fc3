import { assertEquals } from "@std/assert";
import { ReadQueue } from "../../../src/server/read_queue.ts";
import { eventually } from "../../support/eventually.ts";

interface Filled {
  readonly queue: ReadQueue;
  /** Who was read from, in order. */
  readonly read: number[];
  /** A turn in which these were served. */
  turn(first: number, count: number): void;
}

function make(): Filled {
  const queue = new ReadQueue();
  const read: number[] = [];
  const turn = (first: number, count: number) => {
    for (let id = first; id < first + count; id++) queue.add({ request: () => void read.push(id) });
    queue.endTurn(count);
  };
  return { queue, read, turn };
}

function ids(count: number): number[] {
  return Array.from({ length: count }, (_, id) => id);
}

Deno.test("a small turn is read from at once", () => {
  const { read, turn } = make();
  turn(0, 64);
  assertEquals(read, ids(64));
});

Deno.test("after a full turn nobody is read from before two that are not full, then in order and by and by", () => {
  const { read, turn } = make();
  turn(0, 128);
  turn(128, 10);
  assertEquals(read, []);
  turn(138, 10);
  assertEquals(read, ids(64));
  turn(148, 1);
  assertEquals(read, ids(128));
  turn(149, 1);
  assertEquals(read, ids(150));
});

Deno.test("those that wait are read from when there are no more turns", async () => {
  const { read, turn } = make();
  turn(0, 200);
  await eventually(() => read.length === 200);
  assertEquals(read, ids(200));
});
