import { assertEquals } from "@std/assert";
import { Clock } from "../../../src/base/clock.ts";
import { Context } from "../../../src/command/context.ts";
import { ReplyRecorder } from "../../../src/resp/reply_recorder.ts";
import { Args } from "../../../src/resp/request_batch.ts";
import { Server } from "../../../src/server/server.ts";

const NOW = 1_700_000_000_000;

/** A server that is not started, whose commands run at `NOW`, with what it propagates and the events of its keys. */
function makeStream() {
  const clock = new Clock({ frozenAtMs: NOW });
  const { services } = new Server({ clock });
  const { store } = services;
  // FLUSHALL would save an empty file.
  services.config.set([["save", ""]]);
  const context = new Context({ id: 1, origin: "client", store });
  const stream: string[] = [];
  const events: string[] = [];
  services.propagation.attach({
    feed: (dbIndex, args) => {
      stream.push(`${dbIndex}: ${Array.from({ length: args.count }, (_, index) => args.text(index)).join(" ")}`);
    },
  });
  store.notifyClasses = -1;
  store.onEvent.subscribe(({ event, key, dbIndex }) => {
    events.push(`${dbIndex}: ${event} ${String.fromCharCode(...key.view())}`);
  });
  const run = (...lines: string[]) => {
    stream.length = events.length = 0;
    services.executor.beginBatch(context);
    for (const line of lines) {
      const command = services.registry.byName(line.split(" ")[0]!.toLowerCase())!;
      services.executor.call(context, command, Args.from(line.split(" ")), new ReplyRecorder());
    }
    return [...stream];
  };
  return { run, events, clock, services, dirty: () => store.stats.dirty };
}

Deno.test("expire() and its kin propagate a moment or a deletion", () => {
  const { run, events, services } = makeStream();
  run("SET k v");
  assertEquals(run("EXPIRE k 10"), [`0: PEXPIREAT k ${NOW + 10_000}`]);
  assertEquals(events, ["0: expire k"]);
  assertEquals(run("pexpire k 20000 GT"), [`0: PEXPIREAT k ${NOW + 20_000} GT`]);
  assertEquals(run("EXPIREAT k 9000000000"), ["0: PEXPIREAT k 9000000000000"]);
  assertEquals(run("pexpireat k 9000000000001 xx"), ["0: pexpireat k 9000000000001 xx"]);
  assertEquals(run("PEXPIREAT k 1 GT", "EXPIRE none 10", "EXPIRE k x"), []);
  assertEquals(run("PERSIST k", "PERSIST k"), ["0: PERSIST k"]);
  assertEquals(run("EXPIRE k -1"), ["0: DEL k"]);
  assertEquals(events, ["0: del k"]);
  services.store.expiryCommand = "UNLINK";
  assertEquals(run("SET k v", "PEXPIREAT k 5"), ["0: SET k v", "0: UNLINK k"]);
  services.store.expiryRule = "ignore";
  assertEquals(run("SET k v", "PEXPIREAT k 5"), ["0: SET k v", "0: PEXPIREAT k 5"]);
});

Deno.test("deletions, renames, moves and copies count, tell and propagate as Redis", () => {
  const { run, events, dirty } = makeStream();
  run("SET a 1", "SET b 2", "SET c 3");
  assertEquals(run("DEL a none b"), ["0: DEL a none b"]);
  assertEquals([events, dirty()], [["0: del a", "0: del b"], 5]);
  assertEquals(run("UNLINK none", "EXISTS c", "TYPE c", "TOUCH c", "RANDOMKEY"), []);
  assertEquals(run("RENAME c d"), ["0: RENAME c d"]);
  assertEquals(events, ["0: new d", "0: rename_from c", "0: rename_to d"]);
  assertEquals(run("RENAME d d", "RENAMENX d d", "RENAME none x"), []);
  assertEquals(run("MOVE d 2"), ["0: MOVE d 2"]);
  assertEquals(events, ["2: new d", "0: move_from d", "2: move_to d"]);
  run("SET e 1");
  assertEquals(run("COPY e f DB 3"), ["0: COPY e f DB 3"]);
  assertEquals(events, ["3: new f", "3: copy_to f"]);
  assertEquals(dirty(), 9);
});

Deno.test("flushdb(), flushall() and swapdb() propagate, flushes even of nothing", () => {
  const { run, dirty } = makeStream();
  assertEquals(run("FLUSHDB", "FLUSHALL ASYNC"), ["0: FLUSHDB", "0: FLUSHALL ASYNC"]);
  assertEquals(dirty(), 0);
  run("SET a 1", "SET b 2");
  assertEquals(run("SWAPDB 0 3", "SWAPDB 1 99", "FLUSHDB", "FLUSHALL"), ["0: SWAPDB 0 3", "0: FLUSHDB", "0: FLUSHALL"]);
  assertEquals(dirty(), 5);
});

Deno.test("expired keys are propagated as deletions by whoever meets them", () => {
  const { run, events, clock, services } = makeStream();
  run("SET a 1 PX 10", "SET b 1 PX 10", "SET c 1 PX 10", "SET d 1 PX 10", "SET e 1 PX 10");
  clock.advance(11);
  assertEquals(run("GET a"), ["0: DEL a"]);
  assertEquals(run("DEL b"), ["0: DEL b"]);
  assertEquals(run("SET c 2"), ["0: MULTI", "0: DEL c", "0: SET c 2", "0: EXEC"]);
  assertEquals(events, ["0: expired c", "0: new c", "0: set c"]);
  // What a scan deletes on its way does not belong together.
  assertEquals(run("SCAN 0").toSorted(), ["0: DEL d", "0: DEL e"]);
  run(...Array.from({ length: 3 }, (_, index) => `SET x${index} 1 PX 10`));
  clock.advance(11);
  run();
  services.propagation.withoutMulti(() => services.executor.runUnit(() => services.activeExpiry.run()));
  assertEquals(events.toSorted(), ["0: expired x0", "0: expired x1", "0: expired x2"]);
});
