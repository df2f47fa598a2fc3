import { assertEquals } from "@std/assert";
import { KeyspaceNotifications } from "../../../src/pubsub/keyspace_notifications.ts";
import { PubSub } from "../../../src/pubsub/pubsub.ts";
import { NOTIFY_GENERIC, NOTIFY_KEYEVENT, NOTIFY_KEYSPACE, NOTIFY_STRING } from "../../../src/store/keyspace_events.ts";
import { makeStore, slice } from "../store/test_store.ts";
import { makeClient } from "./test_clients.ts";

async function messagesOf(notifyClasses: number): Promise<string[]> {
  const store = makeStore();
  const pubsub = new PubSub(store.hash);
  new KeyspaceNotifications(store, pubsub);
  const { client, writes } = makeClient(store, 1);
  pubsub.subscribe(client, "pattern", slice("*"));
  store.notifyClasses = notifyClasses;
  store.databases[2]!.notify(NOTIFY_STRING, "set", slice("a key"));
  store.databases[0]!.notify(NOTIFY_GENERIC, "del", slice("\xff"));
  await Promise.resolve();
  const arguments_ = writes.join("").matchAll(/\$\d+\r\n(.*)\r\n/g);
  return Array.from(arguments_, ([, text]) => text!).filter((text) => text !== "pmessage" && text !== "*");
}

Deno.test("keyspace events are published on the channel of the key, then on that of the event", async () => {
  const both = NOTIFY_KEYSPACE | NOTIFY_KEYEVENT;
  const set = ["__keyspace@2__:a key", "set", "__keyevent@2__:set", "a key"];
  const del = ["__keyspace@0__:\xff", "del", "__keyevent@0__:del", "\xff"];
  assertEquals(await messagesOf(both | NOTIFY_STRING | NOTIFY_GENERIC), [...set, ...del]);
  assertEquals(await messagesOf(NOTIFY_KEYSPACE | NOTIFY_STRING), set.slice(0, 2));
  assertEquals(await messagesOf(NOTIFY_KEYEVENT | NOTIFY_GENERIC), del.slice(2));
});

Deno.test("keyspace events without K or E, or of no class that is wanted, are not published", async () => {
  assertEquals(await messagesOf(NOTIFY_STRING | NOTIFY_GENERIC), []);
  assertEquals(await messagesOf(NOTIFY_KEYSPACE | NOTIFY_KEYEVENT), []);
});
