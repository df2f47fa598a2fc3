import { assertEquals, assertMatch } from "@std/assert";
import { type RunningServer, startServer } from "../../../src/mod.ts";
import { eventually } from "../../support/eventually.ts";
import { RawClient } from "../../support/raw_client.ts";

const MIB = 1024 * 1024;

/** Publishes messages of 1 MiB, one after the other; what PUBLISH answered to each. */
async function publish(server: RunningServer, count: number): Promise<unknown[]> {
  using publisher = await RawClient.connect({ port: server.port });
  const answers: unknown[] = [];
  for (let i = 0; i < count; i++) answers.push(await publisher.expect("PUBLISH", "c", "x".repeat(MIB)));
  return answers;
}

async function infoNumber(server: RunningServer, field: string): Promise<number> {
  using client = await RawClient.connect({ port: server.port });
  const info = String(await client.expect("INFO", "everything"));
  return Number(new RegExp(`^${field}:(\\d+)`, "m").exec(info)![1]);
}

Deno.test("a subscriber that never reads is closed at the default limit, and memory stays bounded", async () => {
  const log: string[] = [];
  await using server = await startServer({ log: (line) => log.push(line) });
  using subscriber = await RawClient.connect({ port: server.port });
  await subscriber.expect("SUBSCRIBE", "c");
  let peakBytes = 0;
  const answers: unknown[] = [];
  for (let round = 0; round < 10; round++) {
    answers.push(...await publish(server, 10));
    peakBytes = Math.max(peakBytes, await infoNumber(server, "used_memory"));
  }
  assertEquals([answers[0], answers.at(-1)], [1, 0]);
  // 32 MiB in blocks, each with its header, beside what the two systems hold; Redis closes as late as that.
  assertEquals(answers.indexOf(0) > 30 && answers.indexOf(0) < 60, true, `closed after ${answers.indexOf(0)} MiB`);
  assertEquals(peakBytes < 80 * MIB, true, `${peakBytes} bytes`);
  assertEquals(await infoNumber(server, "pubsub_channels"), 0);
  assertMatch(
    log.find((line) => line.includes("output buffer limits"))!,
    /Client id=1 .* flags=P .* sub=1 .* cmd=subscribe .* scheduled to be closed ASAP for overcoming of output buffer/,
  );
});

Deno.test("subscribers have limits of their own", async () => {
  const config = { "client-output-buffer-limit": "normal 0 0 0 pubsub 2mb 0 0" };
  await using server = await startServer({ config });
  using slow = await RawClient.connect({ port: server.port });
  await slow.expect("PSUBSCRIBE", "*");
  using quick = await RawClient.connect({ port: server.port });
  await quick.expect("SUBSCRIBE", "c");
  using publisher = await RawClient.connect({ port: server.port });
  const answers: unknown[] = [];
  for (let i = 0; i < 20; i++) {
    answers.push(await publisher.expect("PUBLISH", "c", "x".repeat(MIB)));
    assertEquals((await quick.read() as string[])[0], "message");
  }
  // Who reads is not closed for what who does not read has waiting.
  assertEquals([answers[0], answers.at(-1)], [2, 1]);
});

Deno.test("the soft limit closes a subscriber when its time is over, without another message", async () => {
  const log: string[] = [];
  const config = { "client-output-buffer-limit": "pubsub 0 1mb 10" };
  await using server = await startServer({ log: (line) => log.push(line), config, frozenAtMs: 1_000_000 });
  using subscriber = await RawClient.connect({ port: server.port });
  await subscriber.expect("SUBSCRIBE", "c");
  assertEquals((await publish(server, 20)).at(-1), 1);
  server.clock.advance(9_000);
  assertEquals(await infoNumber(server, "pubsub_channels"), 1);
  server.clock.advance(4_000);
  await eventually(async () => await infoNumber(server, "pubsub_channels") === 0);
  assertMatch(log.at(-1)!, /Client id=1 .* closed for overcoming of output buffer limits\./);
});
