/**
 * The same random commands to our server and to the real redis-server: the same replies, byte for byte, and in the end
 * the same data.
 *
 * - Two clients take turns, one in RESP2 and one in RESP3, so that they meet in WATCH and in each other's keys.
 * - `REDENO_PROPERTY_OPERATIONS` and `REDENO_PROPERTY_SEED` choose a longer run and another one.
 */
import { assertEquals } from "@std/assert";
import { bytesOfText } from "../support/byte_text.ts";
import { type Argument, encodeRequest, type RawClient } from "../support/raw_client.ts";
import { referenceTest, startReference } from "../support/reference.ts";
import { ErrorReply, NEED_MORE, readReply, type ReplyValue } from "../support/reply_reader.ts";
import { SeededRandom } from "../support/seeded_random.ts";
import type { ServerProcess } from "../support/server_process.ts";
import { startRedeno } from "../support/test_server.ts";
import type { RandomCommand } from "./random_commands/draw.ts";
import { RandomCommands } from "./random_commands/random_commands.ts";

const OPERATIONS = Number(Deno.env.get("REDENO_PROPERTY_OPERATIONS") ?? 20_000);
const SEED = Number(Deno.env.get("REDENO_PROPERTY_SEED") ?? 1);
const DATABASES = 3;
const PIPELINE_MAX = 200;
const HISTORY_SHOWN = 25;

/** How far apart two ages or times to live may be. */
const TIME_TOLERANCE_MS = 60_000;

/** Limits so low that every way to store a value comes up with a handful of elements. */
const SMALL_LIMITS = ["list-max-listpack-size 4", "set-max-intset-entries 6", "stream-node-max-entries 4"];

for (const [what, configLines] of [["default", []], ["small", SMALL_LIMITS]] as const) {
  referenceTest(`random commands get the replies of the reference, with ${what} limits`, async () => {
    await using ours = await startRedeno({ configLines: [...configLines] });
    await using theirs = await startReference({ configLines });
    const clients = await Promise.all([2, 3].map((protocol) => ClientPair.connect(ours, theirs, protocol)));
    try {
      const random = new SeededRandom(SEED);
      const generators = clients.map(() => new RandomCommands(random));
      for (let done = 0, turn = 0; done < OPERATIONS / 2; turn++) {
        const index = turn % clients.length;
        const commands = Array.from({ length: random.integer(1, PIPELINE_MAX) }, () => generators[index]!.next());
        await clients[index]!.play(commands);
        done += commands.length;
      }
      for (const client of clients) await client.leaveTransaction();
      await assertSameData(clients[0]!);
    } catch (error) {
      const settings = `REDENO_PROPERTY_SEED=${SEED} REDENO_PROPERTY_OPERATIONS=${OPERATIONS}`;
      throw new Error(`With ${what} limits, ${settings}: ${(error as Error).message}`, { cause: error });
    } finally {
      for (const client of clients) client.close();
    }
  });
}

/** One client of ours and one of the reference that say the same. */
class ClientPair {
  readonly ours: RawClient;
  readonly theirs: RawClient;
  readonly #protocol: number;
  readonly #history: RandomCommand[] = [];

  private constructor(ours: RawClient, theirs: RawClient, protocol: number) {
    this.ours = ours;
    this.theirs = theirs;
    this.#protocol = protocol;
  }

  static async connect(ours: ServerProcess, theirs: ServerProcess, protocol: number): Promise<ClientPair> {
    const pair = new ClientPair(await ours.connect(), await theirs.connect(), protocol);
    for (const client of [pair.ours, pair.theirs]) {
      await client.expect("HELLO", protocol);
      // Keys whose time has passed go when they are looked up, which both do at the same command.
      await client.expect("DEBUG", "SET-ACTIVE-EXPIRE", 0);
    }
    return pair;
  }

  /** Sends commands to both as one pipeline and compares what comes back. */
  async play(commands: readonly RandomCommand[]): Promise<void> {
    const requests = commands.map(({ argv }) => encodeRequest(argv));
    const [ours, theirs] = await Promise.all(
      [this.ours, this.theirs].map((client) => exchange(client, requests)),
    );
    for (const [index, command] of commands.entries()) {
      const isSame = isSameReply(command, ours![index]!, theirs![index]!);
      if (!isSame) throw new Error(this.#complaint(command, ours![index]!, theirs![index]!));
      this.#history.push(command);
      if (this.#history.length > HISTORY_SHOWN * 40) this.#history.splice(0, HISTORY_SHOWN * 20);
    }
  }

  /** Ends a transaction that the last command has left open. */
  async leaveTransaction(): Promise<void> {
    for (const client of [this.ours, this.theirs]) await client.call("DISCARD");
  }

  /** Calls both, and returns both replies. */
  async callBoth(...argv: Argument[]): Promise<[ReplyValue, ReplyValue]> {
    return [await this.ours.call(...argv), await this.theirs.call(...argv)];
  }

  close(): void {
    this.ours.close();
    this.theirs.close();
  }

  #complaint(command: RandomCommand, ours: string, theirs: string): string {
    const words = new Set(command.argv.slice(1));
    const isRelated = ({ argv }: RandomCommand) => argv.some((word) => /^[slexbc]\d$/.test(word) && words.has(word));
    const related = this.#history.filter(isRelated);
    // Without a key of its own, a command is about whatever came before.
    if (related.length === 0) related.push(...this.#history);
    return [
      `a reply in RESP${this.#protocol} differs`,
      ...related.slice(-HISTORY_SHOWN).map(lineOf),
      `-> ${lineOf(command)}`,
      `ours:   ${JSON.stringify(ours)}`,
      `theirs: ${JSON.stringify(theirs)}`,
    ].join("\n");
  }
}

async function exchange(client: RawClient, requests: readonly Uint8Array[]): Promise<string[]> {
  const whole = new Uint8Array(requests.reduce((sum, bytes) => sum + bytes.length, 0));
  let offset = 0;
  for (const bytes of requests) {
    whole.set(bytes, offset);
    offset += bytes.length;
  }
  const written = client.sendRaw(whole);
  const replies: string[] = [];
  while (replies.length < requests.length) replies.push(await client.readRaw());
  await written;
  return replies;
}

function lineOf({ argv }: RandomCommand): string {
  return argv.map((word) => JSON.stringify(word.length > 60 ? word.slice(0, 60) + "..." : word)).join(" ");
}

function isSameReply({ comparison }: RandomCommand, ours: string, theirs: string): boolean {
  if (ours === theirs) return true;
  if (comparison === "exact") return false;
  // The kind of the reply and its size are exact in any case.
  if (ours[0] !== theirs[0]) return false;
  const [a, b] = [valueOf(ours), valueOf(theirs)];
  return comparison === "unordered" ? sorted(a) === sorted(b) : isAbout(a, b);
}

function valueOf(raw: string): ReplyValue {
  const reply = readReply(bytesOfText(raw), 0);
  if (reply === NEED_MORE) throw new Error(`Cannot read a reply: ${JSON.stringify(raw)}`);
  return reply.value;
}

function sorted(value: ReplyValue): string {
  if (value instanceof Set) return `set(${sorted([...value])})`;
  if (Array.isArray(value)) return `[${value.map(sorted).sort().join()}]`;
  if (value instanceof ErrorReply) return value.text;
  return typeof value === "bigint" ? String(value) : JSON.stringify(value);
}

function isAbout(ours: ReplyValue, theirs: ReplyValue): boolean {
  if (isNumber(ours) && isNumber(theirs)) {
    const areTimes = ours >= 0 && theirs >= 0;
    return ours === theirs || (areTimes && Math.abs(Number(BigInt(ours) - BigInt(theirs))) <= TIME_TOLERANCE_MS);
  }
  if (ours instanceof Map && theirs instanceof Map) return isAbout([...ours].flat(), [...theirs].flat());
  if (Array.isArray(ours) && Array.isArray(theirs)) {
    return ours.length === theirs.length && ours.every((item, index) => isAbout(item, theirs[index]!));
  }
  return sorted(ours) === sorted(theirs);
}

function isNumber(value: ReplyValue): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

/** Compares every key of every database, and names those that differ. */
async function assertSameData(pair: ClientPair): Promise<void> {
  const [ourDigest, theirDigest] = await pair.callBoth("DEBUG", "DIGEST");
  if (ourDigest === theirDigest) return;
  for (let db = 0; db < DATABASES; db++) {
    await pair.callBoth("SELECT", db);
    const [ourKeys, theirKeys] = (await pair.callBoth("KEYS", "*")).map((keys) => (keys as string[]).sort());
    assertEquals(ourKeys, theirKeys, `keys of database ${db}`);
    for (const key of theirKeys!) {
      const [ours, theirs] = await pair.callBoth("DEBUG", "DIGEST-VALUE", key);
      assertEquals(ours, theirs, `key ${key} of database ${db}`);
      const [ourTtl, theirTtl] = await pair.callBoth("TTL", key);
      assertEquals(ourTtl === -1, theirTtl === -1, `expiry of key ${key} of database ${db}`);
    }
  }
  assertEquals(ourDigest, theirDigest, "DEBUG DIGEST");
}
