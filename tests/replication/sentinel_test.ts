/**
 * Redis's Sentinel in charge of a master and two replicas, all ours or mixed with the real redis-server: the master is
 * killed, then its successor is frozen, and nothing that two replicas had acknowledged is lost.
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { eventually, pause } from "../support/eventually.ts";
import { RawClient } from "../support/raw_client.ts";
import { startReference } from "../support/reference.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import { Sentinels, sentinelTest } from "./sentinels.ts";
import { assertInSync, follow, infoOf, QUICK_SYNC } from "./topology.ts";

type Starter = (...configLines: string[]) => Promise<ServerProcess>;

const redeno: Starter = (...lines) => startRedeno({ configLines: [...QUICK_SYNC, ...lines] });
const redis: Starter = (...lines) => startReference({ configLines: [...QUICK_SYNC, ...lines] });

const GROUPS: readonly { name: string; starters: readonly Starter[] }[] = [
  { name: "redeno alone", starters: [redeno, redeno, redeno] },
  { name: "redis with replicas of ours", starters: [redis, redeno, redeno] },
  { name: "redeno with replicas of redis", starters: [redeno, redis, redis] },
];

/**
 * Writes to whom the sentinels take for the master, and remembers what both replicas have acknowledged, until it is
 * disposed of.
 */
class AcknowledgedWrites implements AsyncDisposable {
  readonly keys: string[] = [];
  #isStopping = false;
  #number = 0;
  readonly #sentinels: Sentinels;
  readonly #done: Promise<void>;

  constructor(sentinels: Sentinels) {
    this.#sentinels = sentinels;
    this.#done = this.#run();
  }

  /** Waits until some more have been acknowledged. */
  async advance(): Promise<void> {
    const count = this.keys.length + 50;
    await eventually(() => this.keys.length >= count, { what: "acknowledged writes" });
  }

  /** Writes no more. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#isStopping = true;
    await this.#done;
  }

  /** Any failure means that the master is another one, or will be: it is asked for again. */
  async #run(): Promise<void> {
    while (!this.#isStopping) {
      await this.#writeToMaster().catch(() => {});
      await pause(10);
    }
  }

  async #writeToMaster(): Promise<void> {
    const port = await this.#sentinels.masterPort();
    using client = await RawClient.connect({ port, timeoutMs: 1000 });
    while (!this.#isStopping && await this.#write(client));
  }

  async #write(client: RawClient): Promise<boolean> {
    const key = `write:${this.#number++}`;
    await client.expect("SET", key, this.#number);
    if (await client.expect("WAIT", 2, 500) !== 2) return false;
    this.keys.push(key);
    return true;
  }
}

/** Waits until everyone but the master follows it. */
async function allFollow(master: ServerProcess, group: readonly ServerProcess[]): Promise<void> {
  for (const server of group) {
    if (server === master) continue;
    await eventually(async () => {
      const { role, master_port, master_link_status } = await infoOf(server, "replication");
      return role === "slave" && Number(master_port) === master.port && master_link_status === "up";
    }, { intervalMs: 50, what: "all others following the new master" });
  }
}

/** A restart must find the role that the sentinels gave: they have the configuration files rewritten. */
async function rolesAreWritten(master: ServerProcess, group: readonly ServerProcess[]): Promise<void> {
  for (const server of group) {
    const text = await Deno.readTextFile(`${server.directory}/redis.conf`);
    if (server === master) assert(!text.includes("replicaof"), text);
    else assertMatch(text, new RegExp(`^replicaof 127.0.0.1 ${master.port}$`, "m"));
  }
}

for (const { name, starters } of GROUPS) {
  sentinelTest(`sentinels over ${name}: the master is killed, the next one frozen, nothing is lost`, async () => {
    await using first = await starters[0]!();
    await using second = await starters[1]!();
    await using third = await starters[2]!();
    const group = [first, second, third];
    await Promise.all([follow(second, first), follow(third, first)]);
    await using sentinels = await Sentinels.watch(first, 2);
    await using writes = new AcknowledgedWrites(sentinels);
    await writes.advance();

    first.signal("SIGKILL");
    const next = await sentinels.newMaster(first, group);
    await allFollow(next, group.filter((server) => server !== first));
    await first.startAgain();
    await allFollow(next, group);
    await rolesAreWritten(next, group);
    await writes.advance();

    next.signal("SIGSTOP");
    const last = await sentinels.newMaster(next, group);
    next.signal("SIGCONT");
    await allFollow(last, group);
    await writes.advance();
    await writes[Symbol.asyncDispose]();

    for (const replica of group) if (replica !== last) await assertInSync(last, replica);
    using client = await last.connect();
    assertEquals(await client.expect("EXISTS", ...writes.keys), writes.keys.length);
  });
}

sentinelTest("sentinels find a replica of ours where it says it is, and make it the master there", async () => {
  await using master = await redis();
  await using replica = await redeno("bind 127.0.0.1 127.0.0.2", "replica-announce-ip 127.0.0.2", "replica-priority 1");
  await using other = await redeno("replica-priority 0");
  await Promise.all([follow(replica, master), follow(other, master)]);
  await using sentinels = await Sentinels.watch(master, 2);
  assertEquals(await sentinels.replicas(), [`127.0.0.1:${other.port}`, `127.0.0.2:${replica.port}`].sort());
  await sentinels.failover();
  assertEquals(await sentinels.newMaster(master, [replica, other]), replica);
  await eventually(async () => (await infoOf(other, "replication"))["master_host"] === "127.0.0.2");
});
