import { assert, assertEquals, assertMatch } from "@std/assert";
import { Clock } from "../../../src/base/clock.ts";
import { Logger } from "../../../src/base/logger.ts";
import { Random } from "../../../src/base/random.ts";
import { Client } from "../../../src/clients/client.ts";
import { ClientDescriptions } from "../../../src/clients/client_description.ts";
import { ClientEviction } from "../../../src/clients/client_eviction.ts";
import { ClientMemory } from "../../../src/clients/client_memory.ts";
import { ClientRegistry } from "../../../src/clients/client_registry.ts";
import { Traffic } from "../../../src/metrics/traffic.ts";
import { Store } from "../../../src/store/store.ts";

const NOBODY_READS = new Promise<number>(() => {});

/** Clients without connections. */
class Trial {
  readonly clock = new Clock({ frozenAtMs: 1_700_000_000_000 });
  readonly store = new Store({ clock: this.clock, random: new Random(1), databaseCount: 1 });
  readonly clients = new ClientRegistry();
  readonly descriptions = new ClientDescriptions(this.clock);
  readonly memory = new ClientMemory(this.clients, this.descriptions);
  readonly log: string[] = [];
  readonly eviction = new ClientEviction({
    clients: this.clients,
    memory: this.memory,
    descriptions: this.descriptions,
    logger: new Logger({ clock: this.clock, pid: 1, write: (line) => this.log.push(line) }),
  });

  add(outputBytes = 0): Client {
    const client: Client = new Client({
      id: this.clients.nextId(),
      store: this.store,
      sink: { write: () => NOBODY_READS },
      address: "127.0.0.1:1",
      localAddress: "127.0.0.1:2",
      descriptor: 8,
      traffic: new Traffic(),
      close: () => this.clients.remove(client),
    });
    this.clients.add(client);
    if (outputBytes > 0) say(client, outputBytes);
    return client;
  }

  /** Ids of the clients that are left. */
  get ids(): number[] {
    return [...this.clients].map(({ id }) => id);
  }
}

function say(client: Client, byteCount: number): void {
  client.output.prepare();
  client.output.buffer.append(new Uint8Array(byteCount));
  client.output.flush();
}

Deno.test("the sum follows what clients hold, and is exact again when they go", () => {
  const trial = new Trial();
  const { memory } = trial;
  const first = trial.add();
  const idleBytes = memory.limitedBytes;
  assertEquals(first.share.bytes, idleBytes);
  const second = trial.add(1_000_000);
  assert(memory.limitedBytes > 2 * idleBytes + 1_000_000);
  second.type = "replica";
  memory.note(second);
  assertEquals(memory.limitedBytes, idleBytes);
  assert(memory.replicaBytes > 1_000_000);
  second.kill();
  assertEquals([memory.replicaBytes, memory.ordinaryBytes], [0, idleBytes]);
  memory.note(second);
  first.kill();
  assertEquals([memory.replicaBytes, memory.ordinaryBytes], [0, 0]);
});

Deno.test("while a batch runs its client is counted at every look, without what features keep", () => {
  const trial = new Trial();
  const { memory } = trial;
  let queuedBytes = 100;
  trial.descriptions.describe((_client, facts) => facts.queuedBytes += queuedBytes);
  const client = trial.add();
  const before = memory.limitedBytes;
  client.output.prepare();
  client.batchBytes = 500;
  const running = memory.limitedBytes;
  client.output.buffer.append(new Uint8Array(100_000));
  queuedBytes = 400;
  assert(memory.limitedBytes > running + 80_000);
  client.output.buffer.reset(0);
  client.batchBytes = 0;
  assertEquals(memory.limitedBytes, before + 300);
});

Deno.test("the largest clients go first, and only until the limit is kept", () => {
  const trial = new Trial();
  for (const kilobytes of [200, 900, 50, 600]) trial.add(kilobytes * 1000);
  trial.eviction.setLimit(1_000_000, 0);
  trial.eviction.run();
  assertEquals([trial.ids, trial.eviction.evictedCount], [[1, 3, 4], 1]);
  trial.eviction.setLimit(300_000, 0);
  trial.eviction.run();
  assertEquals([trial.ids, trial.eviction.evictedCount], [[1, 3], 2]);
  assertMatch(trial.log[0]!, /Evicting client: id=2 addr=127\.0\.0\.1:1 /);
});

Deno.test("who called CLIENT NO-EVICT ON counts but stays, and replicas do neither", () => {
  const trial = new Trial();
  const protectedClient = trial.add(900_000);
  protectedClient.isEvictionDenied = true;
  const replica = trial.add(900_000);
  replica.type = "replica";
  trial.memory.note(replica);
  const small = trial.add(1000);
  trial.eviction.setLimit(500_000, 0);
  trial.eviction.run();
  assertEquals(trial.ids, [protectedClient.id, replica.id]);
  assert(small.isClosing);
  assertMatch(trial.log.at(-1)!, /Over client maxmemory after evicting all evictable clients/);
  protectedClient.kill();
  trial.add(1000);
  trial.eviction.run();
  assertEquals(trial.clients.size, 2);
});

Deno.test("the limit may be a part of maxmemory and is never too small to work with", () => {
  const { eviction } = new Trial();
  const limitOf = (maxmemoryClients: number, maxmemory: number) => {
    eviction.setLimit(maxmemoryClients, maxmemory);
    return eviction.limitBytes;
  };
  assertEquals([limitOf(0, 1e9), limitOf(-5, 0), limitOf(-5, 1e9), limitOf(-1, 1000), limitOf(1, 0)], [
    0,
    0,
    50_000_000,
    128 * 1024,
    128 * 1024,
  ]);
});

Deno.test("output that grows without a command of its client is noticed", async () => {
  const trial = new Trial();
  trial.eviction.setLimit(1_000_000, 0);
  const client = trial.add();
  for (let count = 0; count < 5; count++) {
    say(client, 300_000);
    await Promise.resolve();
  }
  assertEquals([trial.clients.size, trial.eviction.evictedCount], [0, 1]);
});
