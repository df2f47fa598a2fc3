/**
 * A target of MIGRATE that answers as a test says, and remembers what it was asked.
 */
import { NEED_MORE, readReply } from "../../support/reply_reader.ts";

/** What a target does with a request: sends these bytes (none: it stays silent), or hangs up. */
export type Answer = string | { readonly hangUp: true };

/** Hangs up. */
export const HANG_UP: Answer = { hangUp: true };

/** A listening target, for `using`. */
export class ScriptedTarget implements Disposable {
  /** Every request, after the number of its connection: "0: SELECT 9". */
  readonly requests: string[] = [];
  /** What it does; "+OK" to everything unless a test sets it. */
  answer: (argv: readonly string[]) => Answer = () => "+OK\r\n";

  readonly #listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  readonly #connections: Deno.Conn[] = [];

  constructor() {
    void this.#acceptAll();
  }

  /** Where it listens. */
  get port(): number {
    return (this.#listener.addr as Deno.NetAddr).port;
  }

  /** Closes the connections that it has now. */
  hangUp(): void {
    for (const connection of this.#connections) close(connection);
  }

  /** Sends bytes to everybody who is connected. */
  sendAll(text: string): void {
    // One that has gone in the meantime is no failure.
    for (const connection of this.#connections) connection.write(new TextEncoder().encode(text)).catch(() => {});
  }

  [Symbol.dispose](): void {
    close(this.#listener);
    this.hangUp();
  }

  async #acceptAll(): Promise<void> {
    try {
      for await (const connection of this.#listener) {
        const number = this.#connections.push(connection) - 1;
        // A connection that breaks is what several tests are about.
        this.#serve(connection, number).catch(() => {});
      }
    } catch (error) {
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }

  async #serve(connection: Deno.Conn, number: number): Promise<void> {
    let pending = new Uint8Array(0);
    const chunk = new Uint8Array(64 * 1024);
    for (;;) {
      const count = await connection.read(chunk);
      if (count === null) return close(connection);
      pending = concat(pending, chunk.subarray(0, count));
      for (;;) {
        const request = pending.length === 0 ? NEED_MORE : readReply(pending, 0);
        if (request === NEED_MORE) break;
        pending = pending.slice(request.end);
        const argv = request.value as string[];
        this.requests.push(`${number}: ${argv.join(" ")}`);
        const answer = this.answer(argv);
        if (typeof answer !== "string") return close(connection);
        if (answer !== "") await connection.write(new TextEncoder().encode(answer));
      }
    }
  }
}

function concat(first: Uint8Array, second: Uint8Array): Uint8Array<ArrayBuffer> {
  const joined = new Uint8Array(first.length + second.length);
  joined.set(first);
  joined.set(second, first.length);
  return joined;
}

function close(resource: { close(): void }): void {
  try {
    resource.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
}
