import { assertEquals } from "@std/assert";
import { Context } from "../../../src/command/context.ts";
import { ReplyRecorder } from "../../../src/resp/reply_recorder.ts";
import { Args } from "../../../src/resp/request_batch.ts";
import { Server } from "../../../src/server/server.ts";
import { assertSameEffects } from "../../support/effects.ts";
import { referenceTest } from "../../support/reference.ts";

referenceTest("commands on sets notify and propagate as in Redis", async () => {
  await assertSameEffects(async (players) => {
    await players.call(
      "a",
      "SADD s 1 2 3",
      "SADD s 1",
      "SADD s 1 4",
      "SREM s 9",
      "SREM s 1 9",
      "SREM s 2 3 4 5",
      "SADD s x",
    );
    await players.call("a", "SMOVE s t 9", "SMOVE s t x", "SMOVE none t x", "SADD s x y", "SMOVE s t x", "SMOVE s s y");
    await players.call(
      "a",
      "SPOP s",
      "SPOP s",
      "SPOP none 2",
      "SADD s 1",
      "SPOP s 0",
      "SPOP s 1",
      "SADD s 1 2",
      "SPOP s 9",
    );
    await players.call("a", "SADD s 1 2", "SADD u 2 3", "SINTERSTORE d s u", "SUNIONSTORE d s u", "SDIFFSTORE d s u");
    await players.call("a", "SINTERSTORE d s none", "SINTERSTORE d s none", "SDIFFSTORE d s s", "SUNIONSTORE d none");
    await players.call("a", "SUNIONSTORE d s u", "SDIFFSTORE d none s", "SINTERSTORE s s u", "SINTERSTORE s s u none");
    await players.call(
      "a",
      "SET d x",
      "SUNIONSTORE d u",
      "SINTER none u",
      "SUNION none u",
      "SDIFF u none",
      "SMEMBERS none",
    );
    await players.call("a", "SCARD none", "SISMEMBER none 1", "SMISMEMBER none 1", "SRANDMEMBER none", "SSCAN none 0");
    await players.call("a", "SADD one x", "SRANDMEMBER one", "MULTI", "SPOP one", "SADD one 5 6", "SPOP one 2", "EXEC");
  });
});

Deno.test("spop() propagates the removal of the very members that it replied", () => {
  const { services } = new Server();
  const { store, registry, executor, propagation } = services;
  const context = new Context({ id: 1, origin: "client", store });
  const stream: string[] = [];
  propagation.attach({
    feed: (_db, args) => void stream.push(Array.from({ length: args.count }, (_, i) => args.text(i)).join(" ")),
  });
  const run = (...argv: (string | number)[]) => {
    const reply = new ReplyRecorder();
    stream.length = 0;
    executor.beginBatch(context);
    executor.call(context, registry.byName(String(argv[0]).toLowerCase())!, Args.from(argv), reply);
    return reply.take();
  };
  const text = (value: unknown) => String.fromCharCode(...value as Uint8Array);
  const members = Array.from({ length: 40 }, (_, index) => `m${index}`);
  run("SADD", "s", ...members);
  assertEquals(`SREM s ${text(run("SPOP", "s"))}`, stream.join());
  for (const count of [5, 30]) {
    run("SADD", "s", ...members);
    const dirtyBefore = store.stats.dirty;
    const popped = (run("SPOP", "s", count) as unknown[]).map(text);
    assertEquals(stream, ["MULTI", ...popped.map((member) => `SREM s ${member}`), "EXEC"]);
    assertEquals(store.stats.dirty - dirtyBefore, count);
  }
});
