/**
 * What tests of replication share: servers that follow each other, a write load, and the proof that two servers are equal.
 */
import { assertEquals } from "@std/assert";
import { type DatasetEntry, dumpDataset } from "../support/dataset_dump.ts";
import { eventually } from "../support/eventually.ts";
import type { RawClient } from "../support/raw_client.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import type { ServerProcess } from "../support/server_process.ts";

/** Configuration of servers in these tests: a diskless sync begins at once, and pings do not blur the offsets. */
export const QUICK_SYNC: readonly string[] = ["repl-diskless-sync-delay 0", "repl-ping-replica-period 1000"];

/** Makes `replica` follow `master` and waits until the link is up on both ends. */
export async function follow(replica: ServerProcess, master: ServerProcess): Promise<void> {
  using client = await replica.connect();
  await client.expect("REPLICAOF", "127.0.0.1", master.port);
  await linkIsUp(replica);
  await eventually(async () => {
    const info = await infoOf(master, "replication");
    return Object.values(info).some((line) => line.includes(`port=${replica.port},state=online`));
  }, { what: "the replica being online" });
}

/** Waits until the link to the server's master is up. */
export function linkIsUp(replica: ServerProcess): Promise<boolean> {
  return eventually(async () => (await infoOf(replica, "replication"))["master_link_status"] === "up", {
    what: "the link to the master",
  });
}

/** The fields of a section of INFO. */
export async function infoOf(server: ServerProcess, section: string): Promise<Record<string, string>> {
  using client = await server.connect();
  const text = String(await client.expect("INFO", section));
  const fields: Record<string, string> = {};
  for (const line of text.split("\r\n")) {
    const colon = line.indexOf(":");
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1);
  }
  return fields;
}

/** Waits until the replica has applied as much as the master has written, and compares everything they hold. */
export async function assertInSync(master: ServerProcess, replica: ServerProcess): Promise<void> {
  await eventually(async () => {
    const offset = (await infoOf(master, "replication"))["master_repl_offset"];
    const applied = (await infoOf(replica, "replication"))["slave_repl_offset"];
    return offset === applied;
  }, { what: "the replica having applied everything" });
  // Keys may still be expiring: the replica hides them before its master's DEL arrives.
  await eventually(async () => {
    assertEquals(await dumpOf(replica), await dumpOf(master));
    return true;
  }, { intervalMs: 200, what: "equal data" });
}

async function dumpOf(server: ServerProcess): Promise<DatasetEntry[]> {
  using client = await server.connect({ timeoutMs: 60_000 });
  return await dumpDataset(client, { hasTimes: false, hasEncodings: false });
}

/** Writes to a server until it is stopped. */
export class WriteLoad {
  /** Commands answered so far. */
  count = 0;
  #isStopping = false;
  readonly #done: Promise<void>;

  /** Starts to write commands that follow from `seed`. */
  constructor(client: RawClient, seed: number) {
    this.#done = this.#run(client, new SeededRandom(seed));
  }

  /** Stops after the running command. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#done;
  }

  async #run(client: RawClient, random: SeededRandom): Promise<void> {
    await client.expect("SELECT", random.integer(0, 2));
    while (!this.#isStopping) {
      for (const argv of randomWrite(random)) await client.call(...argv);
      this.count++;
    }
  }
}

function randomWrite(random: SeededRandom): (string | number)[][] {
  const key = `key:${random.integer(0, 299)}`;
  const value = `value:${random.integer(0, 999_999)}`;
  switch (random.integer(0, 8)) {
    case 0:
      return [["SET", key, value]];
    case 1:
      return [["SET", key, value, "PX", random.chance(0.5) ? 20 : 1_000_000]];
    case 2:
      return [["RPUSH", `list:${random.integer(0, 49)}`, value, value]];
    case 3:
      return [["LPOP", `list:${random.integer(0, 49)}`]];
    case 4:
      return [["SADD", `set:${random.integer(0, 49)}`, value]];
    case 5:
      return [["SPOP", `set:${random.integer(0, 49)}`]];
    case 6:
      return [["MULTI"], ["INCR", "counter"], [
        "APPEND",
        `text:${random.integer(0, 19)}`,
        "x".repeat(random.integer(0, 199)),
      ], [
        "EXEC",
      ]];
    case 7:
      return [["DEL", key]];
    default:
      return [["XADD", `stream:${random.integer(0, 9)}`, "MAXLEN", 100, "*", "field", value]];
  }
}
