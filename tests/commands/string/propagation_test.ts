import { assertEquals } from "@std/assert";
import { Clock } from "../../../src/base/clock.ts";
import { Context } from "../../../src/command/context.ts";
import { ReplyRecorder } from "../../../src/resp/reply_recorder.ts";
import { Args } from "../../../src/resp/request_batch.ts";
import { Server } from "../../../src/server/server.ts";

const NOW = 1_700_000_000_000;

/** A server that is not started, whose commands run at `NOW`, and the stream of what it propagates. */
function makeStream(config: Readonly<Record<string, "yes" | "no">> = {}): {
  run: (...lines: string[]) => string[];
  dirty: () => number;
} {
  const server = new Server({ clock: new Clock({ frozenAtMs: NOW }) });
  const { services } = server;
  for (const [name, value] of Object.entries(config)) {
    services.config.boolean(name as "lazyfree-lazy-expire").assign([value]);
  }
  const context = new Context({ id: 1, origin: "client", store: services.store });
  const stream: string[] = [];
  services.propagation.attach({
    feed: (_dbIndex, args) => {
      stream.push(Array.from({ length: args.count }, (_, index) => args.text(index)).join(" "));
    },
  });
  const run = (...lines: string[]) => {
    stream.length = 0;
    services.executor.beginBatch(context);
    for (const line of lines) {
      const command = services.registry.byName(line.split(" ")[0]!.toLowerCase())!;
      services.executor.call(context, command, Args.from(line.split(" ")), new ReplyRecorder());
    }
    return [...stream];
  };
  return { run, dirty: () => services.store.stats.dirty };
}

Deno.test("set() propagates the moment of expiry and never GET", () => {
  const { run } = makeStream();
  assertEquals(run("set k v EX 10"), [`SET k v PXAT ${NOW + 10_000}`]);
  assertEquals(run("SET k v PX 10 GET"), [`SET k v PXAT ${NOW + 10}`]);
  assertEquals(run("SET k v XX EXAT 9000000000"), ["SET k v PXAT 9000000000000"]);
  assertEquals(run("SET k v PXAT 9223372036854775807"), ["SET k v PXAT 9223372036854775807"]);
  assertEquals(run("SETEX k 10 v"), [`SET k v PXAT ${NOW + 10_000}`]);
  assertEquals(run("PSETEX k 10 7"), [`SET k 7 PXAT ${NOW + 10}`]);
  assertEquals(run("set k v"), ["set k v"]);
  assertEquals(run("set k v GET KEEPTTL get XX"), ["set k v KEEPTTL XX"]);
  assertEquals(run("SET k get GET"), ["SET k get"]);
  assertEquals(run("GETSET k w"), ["SET k w"]);
});

Deno.test("set() that changes nothing propagates nothing", () => {
  const { run, dirty } = makeStream();
  assertEquals(run("SET k v XX", "SET k v XX GET", "SET k v EX 0", "SETNX k v", "SETNX k v"), ["SETNX k v"]);
  assertEquals(run("SET k v NX", "SET k v NX GET", "SET k v NX EX 10", "SET k v FOO", "MSETNX k v a b"), []);
  assertEquals(dirty(), 1);
});

Deno.test("getex() and getdel() propagate what they do to the key", () => {
  const { run } = makeStream();
  assertEquals(run("SET k v", "GETEX k"), ["SET k v"]);
  assertEquals(run("GETEX k EX 10"), [`PEXPIREAT k ${NOW + 10_000}`]);
  assertEquals(run("GETEX k PX 10"), [`PEXPIREAT k ${NOW + 10}`]);
  assertEquals(run("GETEX k PXAT 9000000000000"), ["PEXPIREAT k 9000000000000"]);
  assertEquals(run("GETEX k PERSIST", "GETEX k PERSIST"), ["PERSIST k"]);
  assertEquals(run("GETEX k EXAT 1"), ["DEL k"]);
  assertEquals(run("GETEX k EXAT 1", "GETDEL k", "GETEX k EX 10"), []);
  assertEquals(run("SET k v", "GETDEL k"), ["SET k v", "DEL k"]);
});

Deno.test("getex() and getdel() propagate UNLINK where lazy freeing is asked for", () => {
  const lazyExpire = makeStream({ "lazyfree-lazy-expire": "yes" });
  assertEquals(lazyExpire.run("SET k v", "GETEX k PXAT 1", "SET k v", "GETDEL k"), [
    "SET k v",
    "UNLINK k",
    "SET k v",
    "DEL k",
  ]);
  const lazyDelete = makeStream({ "lazyfree-lazy-user-del": "yes" });
  assertEquals(lazyDelete.run("SET k v", "GETEX k PXAT 1", "SET k v", "GETDEL k"), [
    "SET k v",
    "DEL k",
    "SET k v",
    "UNLINK k",
  ]);
});

Deno.test("incrbyfloat() propagates its result", () => {
  const { run } = makeStream();
  assertEquals(run("INCRBYFLOAT k 1.5", "INCRBYFLOAT k 1.5"), ["SET k 1.5 KEEPTTL", "SET k 3 KEEPTTL"]);
  assertEquals(run("INCRBYFLOAT k x", "INCRBYFLOAT k inf"), []);
});

Deno.test("the other writes propagate as sent, once, and count their changes", () => {
  const { run, dirty } = makeStream();
  const writes = ["INCR n", "DECRBY n 3", "APPEND t ab", "SETRANGE t 5 x", "MSET a 1 b 2 a 3", "MSETNX c 1 d 2"];
  assertEquals(run(...writes), writes);
  assertEquals(dirty(), 9);
  assertEquals(run("SETRANGE new 5 ", "INCR t", "GET n", "MGET n t", "STRLEN t", "GETRANGE t 0 1", "LCS a b"), []);
});
