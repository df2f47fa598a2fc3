import { assertEquals } from "@std/assert";
import { ClientRegistry } from "../../../src/clients/client_registry.ts";
import type { Client } from "../../../src/clients/client.ts";
import type { Store } from "../../../src/store/store.ts";
import { Tracking } from "../../../src/tracking/tracking.ts";
import { describeTracking, TRACKING, type TrackingOptions } from "../../../src/tracking/tracking_state.ts";
import { makeClient, type TestClient } from "../pubsub/test_clients.ts";
import { makeStore, slice } from "../store/test_store.ts";

const DEFAULTS: TrackingOptions = {
  redirectId: 0,
  isBroadcast: false,
  isOptIn: false,
  isOptOut: false,
  isNoLoop: false,
};

interface Fixture {
  readonly store: Store;
  readonly tracking: Tracking;
  /** What is to be done after the unit. */
  readonly afterUnit: (() => void)[];
  /** A RESP3 client that is registered. */
  client(id: number): TestClient;
}

function makeFixture(): Fixture {
  const store = makeStore();
  const clients = new ClientRegistry();
  const afterUnit: (() => void)[] = [];
  const tracking = new Tracking({
    store,
    clients,
    random: store.random,
    isInTransaction: () => false,
    isNested: () => false,
    afterUnit: (work) => afterUnit.push(work),
  });
  return {
    store,
    tracking,
    afterUnit,
    client(id) {
      const made = makeClient(store, id);
      made.client.setProtocol(3);
      clients.add(made.client);
      return made;
    },
  };
}

function on(tracking: Tracking, client: Client, options: Partial<TrackingOptions> = {}, prefixes: string[] = []): void {
  tracking.enable(client, { ...DEFAULTS, ...options }, prefixes);
}

/** Lets what was planned for the end of the batch happen. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 3; turn++) await Promise.resolve();
}

const invalidate = (...keys: string[]): string => {
  return `>2\r\n$10\r\ninvalidate\r\n*${keys.length}\r\n${keys.map((key) => `$${key.length}\r\n${key}\r\n`).join("")}`;
};

Deno.test("nobody listens to changes while nobody tracks and nothing is tracked", () => {
  const { store, tracking, client } = makeFixture();
  const { client: one } = client(1);
  assertEquals(store.onKeyChanged.hasListeners, false);
  on(tracking, one);
  assertEquals([store.onKeyChanged.hasListeners, tracking.isWatching(one.context)], [true, true]);
  tracking.table.add(slice("a"), 1);
  tracking.disable(one);
  assertEquals([store.onKeyChanged.hasListeners, tracking.clientCount], [true, 0]);
  store.databases[2]!.touch(slice("a"));
  assertEquals([store.onKeyChanged.hasListeners, tracking.table.keyCount], [false, 0]);
});

Deno.test("what the running client changes itself is told after the unit, what others track at once", async () => {
  const { store, tracking, afterUnit, client } = makeFixture();
  const [one, two] = [client(1), client(2)];
  for (const { client } of [one, two]) on(tracking, client);
  for (const id of [1, 2]) tracking.table.add(slice("a"), id);
  store.actorId = 1;
  store.databases[0]!.touch(slice("a"));
  await settle();
  assertEquals([one.writes, two.writes], [[], [invalidate("a")]]);
  for (const work of afterUnit) work();
  await settle();
  assertEquals(one.writes, [invalidate("a")]);
});

Deno.test("NOLOOP leaves out what the client changes itself, but not what expires meanwhile", async () => {
  const { store, tracking, client } = makeFixture();
  const [one, two] = [client(1), client(2)];
  on(tracking, one.client, { isBroadcast: true, isNoLoop: true }, [""]);
  on(tracking, two.client, { isBroadcast: true }, [""]);
  const db = store.databases[0]!;
  store.actorId = 1;
  db.touch(slice("own"));
  db.setExpiry(db.setString(slice("old"), slice("v")), store.clock.now - 1);
  db.lookupRead(slice("old"));
  store.actorId = 2;
  db.touch(slice("foreign"));
  await settle();
  assertEquals(one.writes, [invalidate("foreign", "old")]);
  assertEquals(two.writes, [invalidate("foreign", "old", "own")]);
});

Deno.test("limit() gives up more keys at each run that does not suffice", () => {
  const { tracking } = makeFixture();
  tracking.maxKeys = 10;
  for (let i = 0; i < 410; i++) tracking.table.add(slice(`key:${i}`), 1);
  const left = Array.from({ length: 4 }, () => {
    tracking.limit();
    return tracking.table.keyCount;
  });
  assertEquals(left, [310, 110, 10, 10]);
  tracking.maxKeys = 0;
  for (let i = 0; i < 410; i++) tracking.table.add(slice(`key:${i}`), 1);
  tracking.limit();
  assertEquals(tracking.table.keyCount > 400, true);
});

Deno.test("a redirection to a client that is gone is told once for each key, and marks the client", async () => {
  const { store, tracking, client } = makeFixture();
  const one = client(1);
  on(tracking, one.client, { redirectId: 9 });
  tracking.table.add(slice("a"), 1);
  store.databases[0]!.touch(slice("a"));
  store.databases[0]!.touch(slice("a"));
  await settle();
  assertEquals(one.writes, [">2\r\n$21\r\ntracking-redir-broken\r\n:9\r\n"]);
  const facts = { flags: new Set<string>(), redirect: -1, extraBytes: 0 };
  describeTracking(one.client, facts as unknown as Parameters<typeof describeTracking>[1]);
  assertEquals([[...facts.flags], facts.redirect], [["R", "t"], 9]);
  on(tracking, one.client);
  assertEquals(TRACKING.of(one.client.context).isRedirectBroken, false);
});

Deno.test("a client that is being closed is told nothing", async () => {
  const { store, tracking, client } = makeFixture();
  const [one, two] = [client(1), client(2)];
  for (const { client } of [one, two]) on(tracking, client);
  for (const id of [1, 2, 3]) tracking.table.add(slice("a"), id);
  one.client.isClosing = true;
  two.client.context.closeAfterReply = true;
  store.databases[0]!.touch(slice("a"));
  store.flush(-1);
  await settle();
  assertEquals([one.writes, two.writes], [[], []]);
});
