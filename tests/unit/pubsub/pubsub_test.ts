import { assertEquals } from "@std/assert";
import { PubSub } from "../../../src/pubsub/pubsub.ts";
import { SUBSCRIPTIONS } from "../../../src/pubsub/subscriptions.ts";
import { textOfBytes } from "../../support/byte_text.ts";
import { makeStore, slice } from "../store/test_store.ts";
import { makeClient } from "./test_clients.ts";

Deno.test("publish() writes one message to each subscriber, in the form of its protocol", async () => {
  const store = makeStore();
  const pubsub = new PubSub(store.hash);
  const [two, three] = [makeClient(store, 2), makeClient(store, 3)];
  three.client.setProtocol(3);
  pubsub.subscribe(three.client, "channel", slice("news"));
  pubsub.subscribe(two.client, "channel", slice("news"));
  pubsub.subscribe(three.client, "pattern", slice("n*"));
  pubsub.subscribe(two.client, "shardChannel", slice("news"));
  assertEquals(pubsub.publish(slice("news"), slice("hi\r\n")), 3);
  assertEquals(pubsub.publish(slice("other"), slice("hi")), 0);
  assertEquals(pubsub.publishToShard(slice("news"), slice("")), 1);
  await Promise.resolve();
  const message = "3\r\n$7\r\nmessage\r\n$4\r\nnews\r\n$4\r\nhi\r\n\r\n";
  assertEquals(two.writes, [`*${message}*3\r\n$8\r\nsmessage\r\n$4\r\nnews\r\n$0\r\n\r\n`]);
  assertEquals(three.writes, [`>${message}>4\r\n$8\r\npmessage\r\n$2\r\nn*\r\n$4\r\nnews\r\n$4\r\nhi\r\n\r\n`]);
});

Deno.test("publish() of many messages in a row leads to one write", async () => {
  const store = makeStore();
  const pubsub = new PubSub(store.hash);
  const { client, writes } = makeClient(store, 1);
  pubsub.subscribe(client, "channel", slice("c"));
  for (let i = 0; i < 1000; i++) pubsub.publish(slice("c"), slice(String(i)));
  assertEquals(writes, []);
  await Promise.resolve();
  assertEquals(writes.length, 1);
  assertEquals(writes[0]!.match(/message/g)!.length, 1000);
});

Deno.test("publish() counts a client that is being closed and writes nothing to it", async () => {
  const store = makeStore();
  const pubsub = new PubSub(store.hash);
  const [closing, quitting] = [makeClient(store, 1), makeClient(store, 2)];
  for (const { client } of [closing, quitting]) pubsub.subscribe(client, "channel", slice("c"));
  closing.client.isClosing = true;
  quitting.client.context.closeAfterReply = true;
  assertEquals(pubsub.publish(slice("c"), slice("m")), 2);
  await Promise.resolve();
  assertEquals([closing.writes, quitting.writes], [[], []]);
});

Deno.test("a client is of the class pubsub from its first subscription to its last", () => {
  const store = makeStore();
  const pubsub = new PubSub(store.hash);
  const { client } = makeClient(store, 1);
  pubsub.unsubscribe(client, "channel", slice("c"));
  assertEquals(client.type, "normal");
  pubsub.subscribe(client, "shardChannel", slice("c"));
  pubsub.subscribe(client, "shardChannel", slice("c"));
  pubsub.subscribe(client, "pattern", slice("c"));
  assertEquals([client.type, SUBSCRIPTIONS.peek(client.context)?.count], ["pubsub", 2]);
  pubsub.unsubscribe(client, "shardChannel", slice("c"));
  pubsub.unsubscribe(client, "channel", slice("c"));
  assertEquals(client.type, "pubsub");
  pubsub.unsubscribe(client, "pattern", slice("c"));
  assertEquals([client.type, SUBSCRIPTIONS.peek(client.context)], ["normal", undefined]);
});

Deno.test("a replica that subscribes stays a replica", () => {
  const store = makeStore();
  const pubsub = new PubSub(store.hash);
  const { client } = makeClient(store, 1);
  client.type = "replica";
  pubsub.subscribe(client, "channel", slice("c"));
  assertEquals(client.type, "replica");
  pubsub.forget(client);
  assertEquals(client.type, "replica");
});

Deno.test("forget() leaves nothing of a client, and the others as they were", () => {
  const store = makeStore();
  const pubsub = new PubSub(store.hash);
  const [going, staying] = [makeClient(store, 1), makeClient(store, 2)];
  pubsub.subscribe(staying.client, "channel", slice("both"));
  const bytesBefore = pubsub.memoryBytes;
  for (const kind of ["channel", "pattern", "shardChannel"] as const) {
    for (let i = 0; i < 100; i++) pubsub.subscribe(going.client, kind, slice(`name:${i}`));
  }
  pubsub.subscribe(going.client, "channel", slice("both"));
  assertEquals(pubsub.namesOf(going.client, "pattern").map(textOfBytes).at(-1), "name:99");
  pubsub.forget(going.client);
  pubsub.forget(going.client);
  assertEquals([pubsub.channels.size, pubsub.patterns.size, pubsub.shardChannels.size], [1, 0, 0]);
  assertEquals(pubsub.memoryBytes, bytesBefore);
  assertEquals(pubsub.publish(slice("both"), slice("m")), 1);
  assertEquals(pubsub.publish(slice("name:1"), slice("m")), 0);
  pubsub.forget(staying.client);
  assertEquals([pubsub.memoryBytes, pubsub.hasListeners], [0, false]);
});
