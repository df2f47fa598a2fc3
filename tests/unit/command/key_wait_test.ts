import { assertEquals } from "@std/assert";
import { Clock } from "../../../src/base/clock.ts";
import { Random } from "../../../src/base/random.ts";
import { ascii, latin1 } from "../../../src/bytes/ascii.ts";
import { Slice } from "../../../src/bytes/slice.ts";
import { Context } from "../../../src/command/context.ts";
import { waitForKeys } from "../../../src/command/key_wait.ts";
import type { CancelReason, Wait } from "../../../src/command/outcome.ts";
import { OutputBuffer } from "../../../src/resp/output_buffer.ts";
import { ReplyEncoder } from "../../../src/resp/reply_encoder.ts";
import { FORCE_UNBLOCKED, UNBLOCKED } from "../../../src/resp/reply_errors.ts";
import { Store } from "../../../src/store/store.ts";

const rethrow = (error: unknown): void => {
  throw error;
};

const clock = new Clock({ frozenAtMs: 1_700_000_000_000 });

function makeStore(): Store {
  return new Store({ clock, random: new Random(1), databaseCount: 2 });
}

interface TestWait {
  readonly wait: Wait;
  readonly context: Context;
  /** The keys that it was asked to be served from. */
  readonly asked: string[];
  replied(): string;
  isEnded(): Promise<boolean>;
}

interface WaitTestOptions {
  readonly timeoutMs?: number;
  readonly isServed?: boolean;
  readonly fails?: boolean;
}

function startWait(store: Store, keys: string[], options: WaitTestOptions = {}): TestWait {
  const { timeoutMs = 0, isServed = true, fails = false } = options;
  const context = new Context({ id: 1, origin: "client", store });
  const output = new OutputBuffer();
  const reply = new ReplyEncoder(output);
  const asked: string[] = [];
  const wait = waitForKeys({
    context,
    reply,
    keys: keys.map(ascii),
    timeoutMs,
    serve(key) {
      asked.push(latin1(key.bytes, key.start, key.end));
      if (fails) {
        reply.array(2);
        throw new Error("broken");
      }
      return isServed;
    },
  });
  let ended = false;
  void wait.ended.then(() => ended = true);
  return {
    wait,
    context,
    asked,
    replied: () => latin1(output.bytes, 0, output.length),
    isEnded: async () => {
      await Promise.resolve();
      return ended;
    },
  };
}

function signal(store: Store, key: string, dbIndex = 0, onError = rethrow): void {
  store.waiting.signal(dbIndex, new Slice(ascii(key)));
  store.waiting.serveReady(() => {}, onError);
}

Deno.test("a wait whose serving throws ends with an error in place of what was written so far", async () => {
  const store = makeStore();
  const { isEnded, replied } = startWait(store, ["a"], { fails: true });
  const errors: unknown[] = [];
  signal(store, "a", 0, (error) => errors.push(String(error)));
  assertEquals([errors, await isEnded(), store.waiting.waiterCount], [["Error: broken"], true, 0]);
  assertEquals(replied(), "-ERR internal error in a blocked command\r\n");
});

Deno.test("waitForKeys() is served once, from any of its keys", async () => {
  const store = makeStore();
  const { asked, isEnded, replied, wait } = startWait(store, ["a", "b", "a"], { timeoutMs: 1000 });
  assertEquals([store.waiting.waiterCount, store.waiting.keyCount, await isEnded()], [1, 2, false]);
  signal(store, "c");
  signal(store, "b", 1);
  assertEquals(asked, []);
  signal(store, "b");
  assertEquals([asked, await isEnded(), store.waiting.waiterCount], [["b"], true, 0]);
  signal(store, "a");
  clock.advance(2000);
  wait.cancel("timeout");
  assertEquals([asked, replied()], [["b"], ""]);
});

Deno.test("waitForKeys() goes on when a key cannot serve it", async () => {
  const store = makeStore();
  const { asked, isEnded, replied } = startWait(store, ["a"], { isServed: false, timeoutMs: 500 });
  signal(store, "a");
  clock.advance(499);
  assertEquals([asked, await isEnded(), replied()], [["a"], false, ""]);
  clock.advance(1);
  assertEquals([await isEnded(), replied(), store.waiting.waiterCount], [true, "*-1\r\n", 0]);
});

Deno.test("cancel() answers by its reason, once", async () => {
  const expected: Record<CancelReason, string> = {
    disconnect: "",
    timeout: "*-1\r\n",
    error: `-${UNBLOCKED}\r\n`,
    role: `-${FORCE_UNBLOCKED}\r\n`,
  };
  for (const reason of Object.keys(expected) as CancelReason[]) {
    const store = makeStore();
    const { wait, context, replied, isEnded } = startWait(store, ["a"]);
    wait.cancel(reason);
    wait.cancel("error");
    assertEquals(replied(), expected[reason]);
    assertEquals([await isEnded(), store.waiting.waiterCount], [true, 0]);
    assertEquals(context.closeAfterReply, reason === "role");
  }
});
