/**
 * Three processes of Redis's own Sentinel that watch over a master, for tests.
 *
 * - Their periods are a fraction of the usual ones, so that a failover takes a few seconds.
 */
import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { programTest } from "../support/reference.ts";
import type { ReplyValue } from "../support/reply_reader.ts";
import { ServerProcess } from "../support/server_process.ts";

const PROGRAM = "redis-sentinel";
const GROUP = "group";
const COUNT = 3;
const QUORUM = 2;
const DOWN_AFTER_MS = 1000;
const PERIODS = {
  "info-period": 200,
  // A replica is not promoted unless its INFO, asked for once a second by then, is younger than five of these.
  "ping-period": 400,
  "ask-period": 100,
  "publish-period": 200,
  "min-link-reconnect-period": 1000,
  "election-timeout": 2000,
  // A machine that stands still for a while must not make them wait for half a minute.
  "tilt-trigger": 60_000,
};
/** Sentinels that fail at a failover try again, seconds later. */
const FAILOVER_TIMEOUT_MS = 60_000;

/** Registers a test that needs the real redis-server and its Sentinel. */
export function sentinelTest(name: string, fn: () => Promise<void>): void {
  programTest(name, ["redis-server", PROGRAM], fn);
}

/** Three sentinels and whom they watch, for `await using`. */
export class Sentinels implements AsyncDisposable {
  readonly #processes: readonly ServerProcess[];

  private constructor(processes: readonly ServerProcess[]) {
    this.#processes = processes;
  }

  /** Starts them over a master that has its replicas, and waits until they know of everyone. */
  static async watch(master: ServerProcess, replicaCount: number): Promise<Sentinels> {
    const configLines = [
      `sentinel monitor ${GROUP} 127.0.0.1 ${master.port} ${QUORUM}`,
      `sentinel down-after-milliseconds ${GROUP} ${DOWN_AFTER_MS}`,
      `sentinel failover-timeout ${GROUP} 2000`,
      `sentinel parallel-syncs ${GROUP} 2`,
    ];
    const start = () => ServerProcess.start({ command: [PROGRAM], configLines });
    const sentinels = new Sentinels(await Promise.all(Array.from({ length: COUNT }, start)));
    try {
      await sentinels.#ask("DEBUG", ...Object.entries(PERIODS).flat());
      await sentinels.#know(replicaCount);
    } catch (error) {
      await sentinels[Symbol.asyncDispose]();
      throw error;
    }
    return sentinels;
  }

  /** The port of the master; fails while they do not agree. */
  async masterPort(): Promise<number> {
    const addresses = await this.#ask("GET-MASTER-ADDR-BY-NAME", GROUP);
    const ports = new Set(addresses.map((address) => Number((address as ReplyValue[])[1])));
    assertEquals(ports.size, 1);
    return [...ports][0]!;
  }

  /** Waits until all of them take another server than `old` for the master. */
  async newMaster(old: ServerProcess, group: readonly ServerProcess[]): Promise<ServerProcess> {
    const port = await eventually(async () => {
      const port = await this.masterPort();
      return port !== old.port && port;
    }, { timeoutMs: FAILOVER_TIMEOUT_MS, intervalMs: 50, what: "another master" }).catch((error) => {
      const logs = this.#processes.map((process) => process.log).join("\n");
      throw new Error(`${error.message}; the sentinels printed\n${logs}`, { cause: error });
    });
    return group.find((server) => server.port === port)!;
  }

  /** The addresses of the replicas as the first of them knows them, `ip:port`, in order. */
  async replicas(): Promise<string[]> {
    const [replicas] = await this.#ask("REPLICAS", GROUP);
    return (replicas as ReplyValue[][]).map((fields) => String(fields[1])).sort();
  }

  /** Has the first of them replace the master, which is well, without asking the others. */
  async failover(): Promise<void> {
    using client = await this.#processes[0]!.connect();
    await client.expect("SENTINEL", "FAILOVER", GROUP);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#processes.map((process) => process[Symbol.asyncDispose]()));
  }

  async #know(replicaCount: number): Promise<void> {
    await eventually(async () => {
      for (const fields of await this.#ask("MASTER", GROUP)) {
        const master = fields as ReplyValue[];
        const valueOf = (name: string) => Number(master[master.indexOf(name) + 1]);
        assertEquals([valueOf("num-slaves"), valueOf("num-other-sentinels")], [replicaCount, COUNT - 1]);
      }
      return true;
    }, { intervalMs: 50, what: "the sentinels knowing everyone" });
  }

  #ask(...request: (string | number)[]): Promise<ReplyValue[]> {
    return Promise.all(this.#processes.map(async (process) => {
      using client = await process.connect();
      return await client.expect("SENTINEL", ...request);
    }));
  }
}
