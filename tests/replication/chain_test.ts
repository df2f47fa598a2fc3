/**
 * A chain real, ours, real, ours under random commands of every family, whose links are cut, stalled and begun anew.
 */
import { assertEquals } from "@std/assert";
import { RandomCommands } from "../properties/random_commands/random_commands.ts";
import { eventually, pause } from "../support/eventually.ts";
import type { RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import { assertInSync, follow, linkIsUp, QUICK_SYNC } from "./topology.ts";

const SEED = 20_261_121;
const CUTS = 20;
const PIPELINED = 20;
/**
 * What Redis itself does not bring to its replicas as it is: consumers that found nothing and how much a group has read, the
 * cached count of a HyperLogLog, the sign of a zero (as a score that a snapshot keeps in a listpack), and a key that BITFIELD
 * makes with OVERFLOW FAIL although every operation fails.
 */
const INEXACT_NAMES = /^(x(readgroup|claim|autoclaim)|pf.*)$/i;
const INEXACT_ARGUMENTS = /^(weights|fail|-0[.e0]*)$/i;

/** Writes what `RandomCommands` draws until it is stopped. */
class RandomLoad {
  count = 0;
  #isStopping = false;
  readonly #done: Promise<void>;

  constructor(client: RawClient, random: SeededRandom) {
    this.#done = this.#run(client, new RandomCommands(random));
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#done;
  }

  async #run(client: RawClient, commands: RandomCommands): Promise<void> {
    while (!this.#isStopping) {
      const argvs = Array.from({ length: PIPELINED }, () => [...commands.next().argv]).filter(isExact);
      await client.pipeline(argvs);
      this.count += argvs.length;
    }
    // Whatever is open ends without an effect.
    await client.call("DISCARD");
  }
}

function isExact(argv: readonly string[]): boolean {
  return !INEXACT_NAMES.test(argv[0]!) && !argv.some((argument) => INEXACT_ARGUMENTS.test(argument));
}

/** Cuts or stalls one link of the chain, or makes everybody start over. */
async function disturb(chain: readonly ServerProcess[], random: SeededRandom): Promise<void> {
  const at = random.integer(0, chain.length - 2);
  const [master, replica] = [chain[at]!, chain[at + 1]!];
  const kind = random.integer(0, 9);
  if (kind < 2) {
    replica.signal("SIGSTOP");
    await pause(random.integer(50, 400));
    replica.signal("SIGCONT");
    return;
  }
  using client = await (kind < 5 ? replica : kind < 8 ? master : chain[0]!).connect();
  if (kind >= 8) await client.expect("DEBUG", "CHANGE-REPL-ID");
  await client.expect("CLIENT", "KILL", "TYPE", kind < 5 ? "master" : "replica");
}

async function digestOf(server: ServerProcess): Promise<string> {
  using client = await server.connect();
  return String(await client.expect("DEBUG", "DIGEST"));
}

referenceTest("a chain redis, redeno, redis, redeno holds the same data however its links break", async () => {
  const random = new SeededRandom(SEED);
  await using top = await startReference({ configLines: QUICK_SYNC });
  await using second = await startRedeno({ configLines: [...QUICK_SYNC, "repl-diskless-load swapdb"] });
  await using third = await startReference({ configLines: QUICK_SYNC });
  await using bottom = await startRedeno({ configLines: QUICK_SYNC });
  const chain = [top, second, third, bottom];
  using client = await top.connect();
  const load = new RandomLoad(client, random);
  for (let at = 1; at < chain.length; at++) await follow(chain[at]!, chain[at - 1]!);
  for (let cut = 0; cut < CUTS; cut++) {
    await disturb(chain, random);
    const before = load.count;
    await eventually(() => load.count > before + 10 * PIPELINED, { what: "more writes" });
  }
  await load.stop();
  for (const replica of chain.slice(1)) await linkIsUp(replica);
  for (const replica of chain.slice(1)) await assertInSync(top, replica);
  await eventually(async () => {
    const digests = await Promise.all(chain.map(digestOf));
    assertEquals(digests, chain.map(() => digests[0]!));
    return true;
  }, { intervalMs: 200, what: "equal digests" });
});
