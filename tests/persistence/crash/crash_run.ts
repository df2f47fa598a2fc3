/**
 * One server that is killed again and again: at a random moment under load, at a failpoint, or while it starts. What it
 * leaves behind is compared with what it acknowledged, by itself and by Redis's programs.
 *
 * - Killing a process loses nothing that the system was given: everything acknowledged must be there with `appendfsync always`
 *   and `no`, and without an append-only file everything as of the last save that was acknowledged. With `everysec` writes
 *   wait for a sync under way, as in Redis, while replies do not: what was acknowledged within the last second may be gone.
 */

import { assert, assertEquals } from "@std/assert";
import { KILLED_STATUS } from "../../../src/base/failpoints.ts";
import { eventually, pause } from "../../support/eventually.ts";
import type { RawClient } from "../../support/raw_client.ts";
import type { SeededRandom } from "../../support/seeded_random.ts";
import type { ServerProcess } from "../../support/server_process.ts";
import { startRedeno } from "../../support/test_server.ts";
import { CounterJournal, EVERYSEC_LOSS_MS, type Journal, TransactionJournal } from "./journal.ts";
import { inspectFiles } from "./left_files.ts";
import type { CrashMode, PlanDeck } from "./plan_deck.ts";

/** What a `CrashRun` is made with. */
export interface CrashRunOptions {
  readonly mode: CrashMode;
  readonly random: SeededRandom;
  readonly deck: PlanDeck;
}

/** How one life of a server ended, and how much it had acknowledged. */
export interface Death {
  /** The failpoint with its action, "random moment", "start", or "cut tail". */
  readonly cause: string;
  readonly acknowledged: number;
}

const FILLER_COUNT = 200;
/** Makes a save of the fillers take about 60 ms. */
const KEY_DELAY_US = 300;
const MAX_LIFE_MS = 500;
/** With `everysec`: long enough for operations that are older than what may be lost. */
const MAX_EVERYSEC_LIFE_MS = 2_000;
const MAX_START_MS = 500;
const SAVE_POLL_MS = 10;
const SAVE_POINTS = "save 1 100";

/** One server directory and what must be in it. */
export class CrashRun implements AsyncDisposable {
  readonly #mode: CrashMode;
  readonly #random: SeededRandom;
  readonly #deck: PlanDeck;
  readonly #server: ServerProcess;
  readonly #isEverysec: boolean;
  readonly #journals: readonly Journal[] = [
    ...["t1", "t2"].map((name) => new TransactionJournal(name)),
    ...["c1", "c2"].map((name) => new CounterJournal(name)),
  ];
  /** Per journal, what must be there at least. */
  #floors: number[] = [];

  private constructor({ mode, random, deck }: CrashRunOptions, isEverysec: boolean, server: ServerProcess) {
    this.#mode = mode;
    this.#random = random;
    this.#deck = deck;
    this.#server = server;
    this.#isEverysec = isEverysec;
  }

  /** Starts a server with a configuration by chance, and gives it data that stay. */
  static async start(options: CrashRunOptions): Promise<CrashRun> {
    const { mode, random } = options;
    const policy = random.pick(["always", "always", "everysec", "no"]);
    const aofLines = [
      "appendonly yes",
      `appendfsync ${policy}`,
      `aof-use-rdb-preamble ${random.pick(["yes", "no"])}`,
      `auto-aof-rewrite-percentage ${random.pick([0, 50])}`,
      "auto-aof-rewrite-min-size 10kb",
      ...(random.chance(0.5) ? [SAVE_POINTS] : []),
    ];
    const server = await startRedeno({
      configLines: [...(mode === "aof" ? aofLines : [SAVE_POINTS]), `rdb-key-save-delay ${KEY_DELAY_US}`],
    });
    const run = new CrashRun(options, mode === "aof" && policy === "everysec", server);
    using client = await server.connect();
    await client.pipeline(fillerKeys().map((key) => ["SET", key, key.repeat(20)]));
    if (mode === "rdb") await client.expect("SAVE");
    else await rewriteBase(client);
    run.#floors = run.#journals.map(() => 0);
    return run;
  }

  /** The configuration and all that the server printed, for a failure. */
  get report(): string {
    return `${Deno.readTextFileSync(`${this.#server.directory}/redis.conf`)}\n${this.#server.log.slice(-6_000)}`;
  }

  /**
   * Lets the server live for a moment under load until it dies, looks at what it left, starts it again and asks it. Throws
   * an `AssertionError` where something is not as it was acknowledged.
   */
  async round(): Promise<Death> {
    const cause = await this.#live();
    const acknowledged = this.#journals.reduce((sum, journal) => sum + journal.acknowledged, 0);
    if (this.#mode === "aof") this.#floors = this.#journals.map((journal) => journal.acknowledgedBy(this.#keptUntilMs));
    const hasCutTail = this.#mode === "aof" && this.#random.chance(0.2) && await this.#cutTail();
    if (this.#random.chance(0.25)) await this.#dieAtStart();
    const byReference = await inspectFiles(this.#server.directory, this.#mode, (client) => this.#read(client));
    await this.#server.startAgain();
    using client = await this.#server.connect();
    const kept = await this.#read(client);
    if (byReference !== null) assertEquals(kept, byReference, "what is loaded, and what the reference loads");
    for (const [index, journal] of this.#journals.entries()) {
      const count = kept[index]!;
      const bounds = `${this.#floors[index]} were to be kept, ${journal.sent} sent and ${count} kept`;
      assert(count <= journal.sent && (hasCutTail || count >= this.#floors[index]!), bounds);
      journal.resume(count);
    }
    return { cause: hasCutTail ? `${cause}, cut tail` : cause, acknowledged };
  }

  /** Kills the server while it does FLUSHALL: all is gone or, unless that was acknowledged, all is there. */
  async endWithFlush(): Promise<void> {
    let isAcknowledged = false;
    {
      using client = await this.#server.connect();
      const flushed = client.call("FLUSHALL").then(() => isAcknowledged = true, () => {});
      await pause(this.#random.integer(0, 8));
      this.#kill();
      await flushed;
    }
    await this.#server.exited();
    const hasData = async (client: RawClient) => {
      if (await client.expect("DBSIZE") === 0) return false;
      assertEquals(await this.#read(client), this.#journals.map((journal) => journal.acknowledged));
      return true;
    };
    const byReference = await inspectFiles(this.#server.directory, this.#mode, hasData);
    await this.#server.startAgain();
    using client = await this.#server.connect();
    const hasKept = await hasData(client);
    if (byReference !== null) assertEquals(hasKept, byReference, "what is loaded, and what the reference loads");
    assert(!hasKept || !isAcknowledged, "FLUSHALL was acknowledged, and the data are back");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server[Symbol.asyncDispose]();
  }

  /** What was acknowledged later than this may be gone: `performance.now()`. */
  get #keptUntilMs(): number {
    const lastAnswerMs = Math.max(...this.#journals.map((journal) => journal.lastAnswerMs));
    return this.#isEverysec ? lastAnswerMs - EVERYSEC_LOSS_MS : lastAnswerMs;
  }

  /** From a start with a failpoint (or none) to the death; why it died. */
  async #live(): Promise<string> {
    const plan = this.#random.chance(0.75) ? this.#deck.draw(this.#mode) : null;
    if (plan !== null) {
      this.#server.signal("SIGKILL");
      const hasStarted = await this.#server.startAgain({ REDENO_FAILPOINTS: plan }).then(() => true, () => false);
      if (!hasStarted) {
        assertEquals((await this.#server.exited()).code, KILLED_STATUS);
        return `${plan} at start`;
      }
    }
    const writing = this.#journals.map((journal) => this.#write(journal));
    const disturbing = this.#disturb();
    const exited = this.#server.exited();
    const maxLifeMs = this.#isEverysec ? MAX_EVERYSEC_LIFE_MS : MAX_LIFE_MS;
    const limit = pause(this.#random.integer(20, maxLifeMs) + (plan === null ? 0 : MAX_LIFE_MS));
    await Promise.race([exited, limit, ...writing.map((writer) => writer.then(() => exited))]);
    this.#kill();
    await Promise.all([...writing, disturbing]);
    const { signal, code } = await exited;
    if (signal !== null) return "random moment";
    assertEquals([plan !== null, code], [true, KILLED_STATUS], "a server that ended by itself");
    return plan!;
  }

  async #write(journal: Journal): Promise<void> {
    const client = await this.#server.connect().catch(() => null);
    if (client === null) return;
    using _client = client;
    await journal.write(client, this.#random);
  }

  /** Has files made and changed until the connection breaks. */
  async #disturb(): Promise<void> {
    const client = await this.#server.connect().catch(() => null);
    if (client === null) return;
    using _client = client;
    const saves = [() => this.#save(client), () => this.#backgroundSave(client)];
    const rewrites = [() => client.call("BGREWRITEAOF"), () => client.call("BGREWRITEAOF")];
    const acts = [...saves, ...(this.#mode === "aof" ? rewrites : saves), () => this.#rewriteConfig(client)];
    try {
      for (;;) {
        await this.#random.pick(acts)();
        await pause(this.#random.integer(0, 30));
      }
    } catch {
      // The connection is gone, and with it the server.
    }
  }

  async #save(client: RawClient): Promise<void> {
    const floors = this.#journals.map((journal) => journal.acknowledged);
    if (await client.call("SAVE") === "OK") this.#raiseFloors(floors);
  }

  async #backgroundSave(client: RawClient): Promise<void> {
    const floors = this.#journals.map((journal) => journal.acknowledged);
    if (typeof await client.call("BGSAVE") !== "string") return;
    let info: string;
    // Until the save or the connection is over: whatever waited for longer would wait for a dead server.
    do {
      await pause(SAVE_POLL_MS);
      info = String(await client.expect("INFO", "persistence"));
    } while (!info.includes("rdb_bgsave_in_progress:0"));
    if (info.includes("rdb_last_bgsave_status:ok")) this.#raiseFloors(floors);
  }

  #raiseFloors(floors: readonly number[]): void {
    this.#floors = this.#floors.map((floor, index) => Math.max(floor, floors[index]!));
  }

  async #rewriteConfig(client: RawClient): Promise<void> {
    await client.call("CONFIG", "SET", "maxmemory", `${this.#random.integer(1, 9)}gb`);
    await client.call("CONFIG", "REWRITE");
  }

  /** Removes some bytes from the end of what was written last, as a file system may after a power loss. */
  async #cutTail(): Promise<boolean> {
    const path = `${this.#server.directory}/appendonlydir`;
    const manifest = await Deno.readTextFile(`${path}/appendonly.aof.manifest`).catch(() => "");
    const name = [...manifest.matchAll(/^file (\S+) seq \d+ type i$/gm)].at(-1)?.[1];
    if (name === undefined) return false;
    const { size } = await Deno.stat(`${path}/${name}`);
    if (size === 0) return false;
    await Deno.truncate(`${path}/${name}`, size - this.#random.integer(1, Math.min(size, 3_000)));
    return true;
  }

  /** Starts the server and kills it before, while or after it loads. */
  async #dieAtStart(): Promise<void> {
    const starting = this.#server.startAgain().catch(() => {});
    await pause(this.#random.integer(50, MAX_START_MS));
    this.#kill();
    await starting;
    await this.#server.exited();
  }

  #kill(): void {
    try {
      this.#server.signal("SIGKILL");
    } catch (error) {
      // It may have died at its failpoint.
      if (!(error instanceof TypeError) && !(error instanceof Deno.errors.NotFound)) throw error;
    }
  }

  /** How much of each journal there is; the fillers must be there in any case. */
  async #read(client: RawClient): Promise<number[]> {
    assertEquals(await client.expect("EXISTS", ...fillerKeys()), FILLER_COUNT);
    const kept: number[] = [];
    for (const journal of this.#journals) kept.push(await journal.read(client));
    return kept;
  }
}

/** Moves the data to where no cut of the last file's end reaches. */
async function rewriteBase(client: RawClient): Promise<void> {
  await client.expect("BGREWRITEAOF");
  await eventually(async () => {
    const text = String(await client.expect("INFO", "persistence"));
    return text.includes("aof_rewrite_in_progress:0") && text.includes("aof_rewrite_scheduled:0");
  });
}

function fillerKeys(): string[] {
  return Array.from({ length: FILLER_COUNT }, (_, index) => `filler:${index}`);
}
