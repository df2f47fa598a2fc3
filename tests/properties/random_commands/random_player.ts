/**
 * Plays random commands to two servers and stops at the first difference.
 *
 * - Two clients of each server take turns, one in RESP2 and one in RESP3, so that they meet in WATCH and in each other's
 *   keys. What one client says in one turn goes out as one pipeline.
 * - A reply drawn by chance is checked against the data that it was drawn from; where the command removed something, both
 *   servers are given the same value again.
 */
import { type Argument, encodeRequest, type RawClient } from "../../support/raw_client.ts";
import { ErrorReply, type ReplyValue } from "../../support/reply_reader.ts";
import type { ServerProcess } from "../../support/server_process.ts";
import { checkChance } from "./chance_check.ts";
import type { RandomCommand } from "./draw.ts";
import { isSameReply, isSameTransaction, sameValues, valueOf } from "./reply_comparison.ts";

/** Two servers that must not differ. */
export interface ServerPair {
  readonly ours: ServerProcess;
  readonly theirs: ServerProcess;
}

/** A command, which client says it, and in which turn. */
export interface PlayedCommand {
  readonly turn: number;
  readonly client: number;
  readonly command: RandomCommand;
}

/** Where two servers differed. */
export class Difference extends Error {
  override readonly name = "Difference";

  constructor(readonly command: readonly Argument[], ours: string, theirs: string) {
    super(`${lineOf(command)}\nours:   ${shortened(ours)}\ntheirs: ${shortened(theirs)}`);
  }
}

const PROTOCOLS = [2, 3];
const MAX_CURSOR_CALLS = 10_000;
const MAX_SHOWN_BYTES = 2_000;
const PLAYED_APART = new Set(["chance", "cursor", "restore"]);

/** The clients of both servers. */
export class RandomPlayer implements Disposable {
  readonly #clients: readonly ClientPair[];

  private constructor(clients: readonly ClientPair[]) {
    this.#clients = clients;
  }

  /** Connects the clients. */
  static async connect(pair: ServerPair): Promise<RandomPlayer> {
    return new RandomPlayer(await Promise.all(PROTOCOLS.map((protocol) => ClientPair.connect(pair, protocol))));
  }

  /** Leaves both servers without a key and every client in database 0, with the given parameters set. */
  async reset(parameters: readonly string[]): Promise<void> {
    for (const client of this.#clients) await client.reset();
    const client = this.#clients[0]!;
    await client.same("FLUSHALL");
    await client.same("CONFIG", "SET", ...parameters);
  }

  /** Plays commands; `done()` is told after each turn how many of them have been played. */
  async play(commands: readonly PlayedCommand[], done?: (count: number) => void): Promise<void> {
    for (let start = 0; start < commands.length;) {
      const { turn, client } = commands[start]!;
      let end = start + 1;
      while (end < commands.length && commands[end]!.turn === turn) end++;
      done?.(end);
      await this.#clients[client]!.play(commands.slice(start, end).map(({ command }) => command));
      start = end;
    }
  }

  /** Compares the replies to more requests, by a client in RESP3 and outside of any transaction. */
  async compare(commands: readonly RandomCommand[]): Promise<void> {
    await this.#clients[1]!.play(commands);
  }

  /** Ends the transactions that are open. */
  async leaveTransactions(): Promise<void> {
    for (const client of this.#clients) await client.leaveTransaction();
  }

  /** Our reply to a request that changes nothing, after the reference's was compared with it. */
  async same(...argv: string[]): Promise<ReplyValue> {
    return await this.#clients[1]!.same(...argv);
  }

  /** Sends a request to one of the servers; an error reply is thrown. */
  async expect(side: keyof ServerPair, ...argv: Argument[]): Promise<ReplyValue> {
    return await this.#clients[1]![side].expect(...argv);
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients) client.close();
  }
}

/** One client of ours and one of the reference that say the same. */
class ClientPair {
  readonly ours: RawClient;
  readonly theirs: RawClient;
  readonly #protocol: number;
  /** The commands of the transaction that is open. */
  #queued: RandomCommand[] | null = null;

  private constructor(ours: RawClient, theirs: RawClient, protocol: number) {
    this.ours = ours;
    this.theirs = theirs;
    this.#protocol = protocol;
  }

  static async connect({ ours, theirs }: ServerPair, protocol: number): Promise<ClientPair> {
    return new ClientPair(await ours.connect(), await theirs.connect(), protocol);
  }

  async reset(): Promise<void> {
    await this.same("RESET");
    this.#queued = null;
    for (const client of [this.ours, this.theirs]) {
      await client.expect("HELLO", this.#protocol);
      // Keys whose time has passed go when they are looked up, which both do at the same command.
      await client.expect("DEBUG", "SET-ACTIVE-EXPIRE", 0);
    }
  }

  async leaveTransaction(): Promise<void> {
    if (this.#queued !== null) await this.same("DISCARD");
    this.#queued = null;
  }

  async play(commands: readonly RandomCommand[]): Promise<void> {
    let start = 0;
    for (let end = 0; end < commands.length; end++) {
      const command = commands[end]!;
      if (!PLAYED_APART.has(command.comparison)) continue;
      await this.#playPipeline(commands.slice(start, end));
      // A minimal list of commands may have lost the end of a transaction.
      if (this.#queued === null) await this.#playApart(command);
      start = end + 1;
    }
    await this.#playPipeline(commands.slice(start));
  }

  async same(...argv: string[]): Promise<ReplyValue> {
    const [ours, theirs] = await this.#both(...argv);
    if (ours !== theirs) throw new Difference(argv, ours, theirs);
    return valueOf(ours);
  }

  close(): void {
    this.ours.close();
    this.theirs.close();
  }

  async #playPipeline(commands: readonly RandomCommand[]): Promise<void> {
    if (commands.length === 0) return;
    const requests = joined(commands.map(({ argv }) => encodeRequest(argv)));
    const [ours, theirs] = await Promise.all(
      [this.ours, this.theirs].map((client) => exchange(client, requests, commands.length)),
    );
    for (const [index, command] of commands.entries()) this.#check(command, ours![index]!, theirs![index]!);
  }

  /** Compares the replies to one command, and follows the transaction that it begins, belongs to or ends. */
  #check(command: RandomCommand, ours: string, theirs: string): void {
    const name = command.argv[0]!.toUpperCase();
    const queued = this.#queued;
    const isTransaction = name === "EXEC" && queued !== null;
    const isSame = isTransaction ? isSameTransaction(queued, ours, theirs) : isSameReply(command, ours, theirs);
    if (!isSame) throw new Difference(command.argv, ours, theirs);
    if (theirs === "+QUEUED\r\n") queued?.push(command);
    else if (name === "MULTI" && theirs === "+OK\r\n") this.#queued = [];
    else if ((name === "EXEC" || name === "DISCARD") && !theirs.startsWith("-ERR")) this.#queued = null;
  }

  async #playApart(command: RandomCommand): Promise<void> {
    if (command.comparison === "chance") await this.#playChance(command.argv);
    else if (command.comparison === "cursor") await this.#playCursor(command.argv);
    else await this.#playRestore(command.argv);
  }

  /** A command that draws by chance, between two looks at what it draws from. */
  async #playChance(argv: readonly string[]): Promise<void> {
    const key = argv[1] ?? "";
    const look = lookBefore(argv);
    const befores = await this.#values(...look);
    const raw = await this.#both(...argv);
    const afters = await this.#values(...look);
    if (raw[0][0] !== raw[1][0] || (raw[0][0] === "-" && raw[0] !== raw[1])) throw new Difference(argv, ...raw);
    const complaints = raw.map((reply, side) =>
      checkChance(argv, { reply: valueOf(reply), before: befores[side]!, after: afters[side]! })
    );
    if (complaints.some((complaint) => complaint !== null) || sizeOf(raw[0]) !== sizeOf(raw[1])) {
      throw new Difference(argv, `${complaints[0] ?? "fits"}: ${raw[0]}`, `${complaints[1] ?? "fits"}: ${raw[1]}`);
    }
    if (argv[0] === "SPOP" && raw[0][0] !== "-") await this.#alignKey(key);
  }

  /** Gives both servers the value that the reference has. */
  async #alignKey(key: string): Promise<void> {
    const payload = await this.theirs.expect("DUMP", key);
    if (payload === null) return void await this.same("DEL", key);
    const expireAtMs = String(await this.theirs.expect("PEXPIRETIME", key));
    const expiry = expireAtMs === "-1" ? ["0"] : [expireAtMs, "ABSTTL"];
    await this.same("RESTORE", key, expiry[0]!, payload as string, "REPLACE", ...expiry.slice(1));
  }

  /** A walk: where a cursor stands is each server's own, what it has seen in the end is not. */
  async #playCursor(argv: readonly string[]): Promise<void> {
    const [ours, theirs] = [await walk(this.ours, argv), await walk(this.theirs, argv)];
    if (ours !== theirs) throw new Difference(argv, ours, theirs);
  }

  /** `DUMP source RESTORE destination ttl options`. */
  async #playRestore(argv: readonly string[]): Promise<void> {
    const [, source, , destination, ttl, ...options] = argv as [string, string, string, string, string];
    const [ours, theirs] = await this.#values("DUMP", source);
    if (!sameValues("dump", ours!, theirs!)) throw new Difference(["DUMP", source], String(ours), String(theirs));
    // Now the one, now the other server's payload, and the same one again when the commands are played again.
    const payload = destination < source ? ours : theirs;
    if (typeof payload === "string") await this.same("RESTORE", destination, ttl, payload, ...options);
  }

  async #both(...argv: string[]): Promise<[ours: string, theirs: string]> {
    return await Promise.all([this.ours.callRaw(...argv), this.theirs.callRaw(...argv)]);
  }

  async #values(...argv: string[]): Promise<ReplyValue[]> {
    return (await this.#both(...argv)).map(valueOf);
  }
}

/** The request that shows what a command draws from. */
function lookBefore([name, key = ""]: readonly string[]): [string, ...string[]] {
  switch (name) {
    case "RANDOMKEY":
      return ["KEYS", "*"];
    case "HRANDFIELD":
      return ["HGETALL", key];
    case "ZRANDMEMBER":
      return ["ZRANGE", key, "0", "-1", "WITHSCORES"];
    default:
      return ["SMEMBERS", key];
  }
}

/** How many elements an array has; the same for all texts. */
function sizeOf(raw: string): string {
  return raw[0] === "$" ? "" : raw.slice(0, raw.indexOf("\r\n"));
}

async function walk(client: RawClient, argv: readonly string[]): Promise<string> {
  const cursorAt = argv[0] === "SCAN" ? 1 : 2;
  const isPaired = argv[0] === "HSCAN" || argv[0] === "ZSCAN";
  const seen = new Set<string>();
  let cursor = "0";
  for (let calls = 0; calls < MAX_CURSOR_CALLS; calls++) {
    const reply = await client.call(...argv.slice(0, cursorAt), cursor, ...argv.slice(cursorAt + 1));
    if (reply instanceof ErrorReply) return `error ${reply.text}`;
    const [next, items] = reply as [string, string[]];
    const step = isPaired ? 2 : 1;
    for (let index = 0; index < items.length; index += step) {
      seen.add(JSON.stringify(items.slice(index, index + step)));
    }
    cursor = next;
    if (cursor === "0") return [...seen].sort().join(" ");
  }
  return `no end after ${MAX_CURSOR_CALLS} calls`;
}

async function exchange(client: RawClient, requests: Uint8Array, count: number): Promise<string[]> {
  const written = client.sendRaw(requests);
  const replies: string[] = [];
  while (replies.length < count) replies.push(await client.readRaw());
  await written;
  return replies;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, bytes) => sum + bytes.length, 0));
  let offset = 0;
  for (const bytes of parts) {
    whole.set(bytes, offset);
    offset += bytes.length;
  }
  return whole;
}

/** A command on one line, as a person can read and repeat it. */
export function lineOf(argv: readonly Argument[]): string {
  return argv.map((word) => quoted(String(word))).join(" ");
}

/** As redis-cli reads it: in quotes where it is no plain word. */
function quoted(word: string): string {
  if (/^[\w.$*+(\[?#~>=-]+$/.test(word)) return word;
  const inside = word.replace(/["\\]/g, "\\$&").replace(/[^ -~]/g, (c) => {
    return "\\x" + c.charCodeAt(0).toString(16).padStart(2, "0");
  });
  return `"${inside}"`;
}

function shortened(text: string): string {
  const shown = text.length <= MAX_SHOWN_BYTES
    ? text
    : `${text.slice(0, MAX_SHOWN_BYTES / 2)} ... ${text.slice(-MAX_SHOWN_BYTES / 2)}`;
  return JSON.stringify(shown);
}
