/**
 * The keyspace events of stream commands, and which of them WATCH takes for a change.
 */
import { assertEquals } from "@std/assert";
import { Context } from "../../../src/command/context.ts";
import { ReplyRecorder } from "../../../src/resp/reply_recorder.ts";
import { Args } from "../../../src/resp/request_batch.ts";
import { Server } from "../../../src/server/server.ts";
import { NOTIFY_KEY_MISS, NOTIFY_NEW } from "../../../src/store/keyspace_events.ts";
import { referenceTest, startReference } from "../../support/reference.ts";
import { BothServers } from "../../support/both_servers.ts";

const LINES = [
  "XADD s 1-1 a b",
  "XADD s MAXLEN 1 1-2 a b",
  "XADD s MAXLEN 5 1-3 a b",
  "XADD s 1-1 a b",
  "XTRIM s MAXLEN 1",
  "XTRIM s MAXLEN 1",
  "XDEL s 1-3 1-3",
  "XDEL s 1-3",
  "XADD s 2-1 a b",
  "XADD s 2-2 a b",
  "XSETID s 3-1",
  "XGROUP CREATE s g 0",
  "XGROUP CREATE t g $ MKSTREAM",
  "XGROUP CREATE s g 0",
  "XGROUP SETID s g 0",
  "XGROUP CREATECONSUMER s g ann",
  "XGROUP CREATECONSUMER s g ann",
  "XREADGROUP GROUP g ben COUNT 1 STREAMS s >",
  "XREADGROUP GROUP g ben STREAMS s >",
  "XREADGROUP GROUP g cyd NOACK STREAMS s 0",
  "XCLAIM s g dot 0 2-1",
  "XAUTOCLAIM s g eve 0 0",
  "XACK s g 2-1",
  "XGROUP DELCONSUMER s g ann",
  "XGROUP DESTROY s g",
  "XREAD STREAMS s 0",
  "XRANGE s - +",
];

/** All classes that `A` stands for. */
const ALL_CLASSES = 0xffff & ~(NOTIFY_KEY_MISS | NOTIFY_NEW);

function ourEvents(): string[] {
  const { services } = new Server();
  const { store, executor } = services;
  const events: string[] = [];
  store.notifyClasses = ALL_CLASSES;
  store.onEvent.subscribe(({ event, key }) => {
    events.push(`${event} ${new TextDecoder().decode(key.view())}`);
  });
  const context = new Context({ id: 1, origin: "client", store });
  for (const line of LINES) {
    executor.beginBatch(context);
    executor.execute(context, Args.from(line.split(" ")), new ReplyRecorder());
    events.push(line);
  }
  return events;
}

async function referenceEvents(): Promise<string[]> {
  await using reference = await startReference({ configLines: ["notify-keyspace-events AE"] });
  using client = await reference.connect();
  using subscriber = await reference.connect();
  await subscriber.expect("PSUBSCRIBE", "__keyevent@0__:*");
  const events: string[] = [];
  for (const line of LINES) {
    await client.call(...line.split(" "));
    // The end of the line's events, as one more of them.
    await client.expect("PUBLISH", "__keyevent@0__:", line);
    for (let event = ""; event !== line;) {
      const [, , channel, key] = await subscriber.read() as string[];
      event = `${channel!.split(":")[1]} ${key}`.trimStart();
      events.push(event);
    }
  }
  return events;
}

referenceTest("stream commands publish the events of the reference", async () => {
  assertEquals(ourEvents(), await referenceEvents());
});

referenceTest("stream commands touch watched keys where the reference does", async () => {
  await using servers = await BothServers.start();
  for (const line of LINES.filter((line) => !line.startsWith("XREAD") && !line.startsWith("XRANGE"))) {
    await servers.same("WATCH s t", line, "MULTI", "PING", "EXEC");
  }
});
