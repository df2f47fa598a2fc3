/**
 * Several clients of one server that take turns: what each of them received is the transcript, to be compared with that
 * of another server.
 */
import type { Argument, RawClient } from "./raw_client.ts";
import { eventually } from "./eventually.ts";

/** A request: its arguments, or a line of them with one blank between two. */
export type Line = string | readonly Argument[];

/** How long a client must receive nothing to count as silent. */
const SILENCE_MS = 60;

/** Named clients, each connected when it is first named; for `using`. */
export class Players implements Disposable {
  /** What the clients received, in the order in which it was asked for. */
  readonly transcript: string[] = [];
  readonly #connect: () => Promise<RawClient>;
  readonly #clients = new Map<string, RawClient>();

  constructor(connect: () => Promise<RawClient>) {
    this.#connect = connect;
  }

  /** Sends requests one after the other and notes each reply. */
  async call(name: string, ...lines: Line[]): Promise<void> {
    for (const line of lines) {
      await (await this.client(name)).send(...argvOf(line));
      await this.reply(name);
    }
  }

  /** Sends a request that must block its client. */
  async block(name: string, line: Line): Promise<void> {
    const before = await this.#blockedCount();
    await (await this.client(name)).send(...argvOf(line));
    await this.waitForBlocked(before + 1);
  }

  /** Waits until so many clients are blocked. */
  async waitForBlocked(count: number): Promise<void> {
    await eventually(async () => await this.#blockedCount() === count, { what: `${count} blocked clients` });
  }

  /** Notes the next reply to a client. */
  async reply(name: string): Promise<void> {
    this.transcript.push(`${name}: ${await (await this.client(name)).readRaw()}`);
  }

  /** Throws where a client receives anything. */
  async silent(name: string): Promise<void> {
    await (await this.client(name)).expectSilence(SILENCE_MS);
  }

  /** Closes the connection of a client. */
  leave(name: string): void {
    this.#clients.get(name)?.close();
    this.#clients.delete(name);
  }

  /** The connection of a client. */
  async client(name: string): Promise<RawClient> {
    const known = this.#clients.get(name);
    if (known !== undefined) return known;
    const client = await this.#connect();
    this.#clients.set(name, client);
    return client;
  }

  [Symbol.dispose](): void {
    for (const client of this.#clients.values()) client.close();
  }

  async #blockedCount(): Promise<number> {
    const info = String(await (await this.client("control")).expect("INFO", "clients"));
    return Number(/blocked_clients:(\d+)/.exec(info)![1]);
  }
}

function argvOf(line: Line): readonly Argument[] {
  return typeof line === "string" ? line.split(" ") : line;
}
