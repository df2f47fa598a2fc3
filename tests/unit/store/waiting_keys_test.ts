import { assertEquals } from "@std/assert";
import { type KeyWaiter, WaitingKeys } from "../../../src/store/waiting_keys.ts";
import { rethrow, slice } from "./test_store.ts";

/** A waiter that takes what there is from `stock`, and says so in `log`. */
function makeWaiter(name: string, stock: Map<string, number>, log: string[], turnKind?: number): KeyWaiter {
  const serve = (bytes: Uint8Array) => {
    const key = String.fromCharCode(...bytes);
    const left = stock.get(key) ?? 0;
    log.push(left > 0 ? `${name} gets ${key}` : `${name} asked in vain`);
    if (left > 0) stock.set(key, left - 1);
    return left > 0;
  };
  return turnKind === undefined ? { serve } : { serve, turnKind };
}

function keysOf(...keys: string[]): Uint8Array[] {
  return keys.map((key) => slice(key).copy());
}

Deno.test("waiters are served in the order of their arrival, each once", () => {
  const waiting = new WaitingKeys();
  const stock = new Map([["a", 1], ["b", 2]]);
  const log: string[] = [];
  waiting.add(0, keysOf("a", "b"), makeWaiter("first", stock, log));
  waiting.add(0, keysOf("b"), makeWaiter("second", stock, log));
  assertEquals([waiting.waiterCount, waiting.keyCount, waiting.hasReady], [2, 2, false]);
  waiting.signal(0, slice("a"));
  waiting.signal(1, slice("b"));
  waiting.signal(0, slice("b"));
  waiting.serveReady(() => log.push("propagated"), rethrow);
  assertEquals(log, ["first gets a", "propagated", "second gets b", "propagated"]);
  assertEquals([waiting.waiterCount, waiting.keyCount, waiting.hasReady], [0, 0, false]);
});

Deno.test("those who take turns are not asked once one of them got nothing, the others are", () => {
  const waiting = new WaitingKeys();
  const stock = new Map([["k", 1]]);
  const log: string[] = [];
  for (const name of ["list 1", "list 2", "list 3"]) waiting.add(0, keysOf("k"), makeWaiter(name, stock, log, 1));
  waiting.add(0, keysOf("k"), makeWaiter("stream 1", stock, log));
  waiting.add(0, keysOf("k"), makeWaiter("stream 2", stock, log));
  waiting.signal(0, slice("k"));
  waiting.serveReady(() => {}, rethrow);
  assertEquals(log, ["list 1 gets k", "list 2 asked in vain", "stream 1 asked in vain", "stream 2 asked in vain"]);
  assertEquals(waiting.waiterCount, 4);
});

Deno.test("what serving signals in turn is served in the same go", () => {
  const waiting = new WaitingKeys();
  const stock = new Map([["a", 1]]);
  const log: string[] = [];
  const mover: KeyWaiter = {
    serve() {
      stock.set("b", 1);
      waiting.signal(0, slice("b"));
      waiting.serveReady(() => log.push("nested"), rethrow);
      log.push("moved");
      return true;
    },
  };
  waiting.add(0, keysOf("a"), mover);
  waiting.add(0, keysOf("b"), makeWaiter("second", stock, log));
  waiting.signal(0, slice("a"));
  waiting.serveReady(() => {}, rethrow);
  assertEquals(log, ["moved", "second gets b"]);
});

Deno.test("a waiter that throws is over, and those behind it are served", () => {
  const waiting = new WaitingKeys();
  const log: string[] = [];
  const errors: unknown[] = [];
  waiting.add(0, keysOf("a"), {
    serve() {
      throw new Error("broken");
    },
  });
  waiting.add(0, keysOf("a"), makeWaiter("second", new Map([["a", 1]]), log));
  waiting.signal(0, slice("a"));
  waiting.serveReady(() => {}, (error) => errors.push(String(error)));
  assertEquals([errors, log, waiting.waiterCount], [["Error: broken"], ["second gets a"], 0]);
});

Deno.test("remove() and signalDatabase()", () => {
  const waiting = new WaitingKeys();
  const stock = new Map([["a", 5], ["b", 5]]);
  const log: string[] = [];
  const gone = makeWaiter("gone", stock, log);
  waiting.add(1, keysOf("a"), gone);
  waiting.add(1, keysOf("a", "b"), makeWaiter("stays", stock, log));
  waiting.add(2, keysOf("a"), makeWaiter("elsewhere", stock, log));
  waiting.remove(gone);
  waiting.remove(gone);
  waiting.signalDatabase(1);
  waiting.serveReady(() => {}, rethrow);
  assertEquals(log, ["stays gets a"]);
  assertEquals([waiting.waiterCount, waiting.keyCount], [1, 1]);
});
