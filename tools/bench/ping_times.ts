/**
 * What a client feels: one connection that pings every millisecond while others set keys as fast as they can.
 */
import type { RawClient } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";

/** What a `RequestLoad` sends. */
export interface RequestLoadOptions {
  /** A command of redis-benchmark's own by its name, or any command with `__rand_int__` in it. */
  readonly what: string | readonly string[];
  /** How many different numbers it draws. */
  readonly keyCount: number;
  readonly clients: number;
  readonly pipeline: number;
  /**
   * Whether it takes only what processor time the servers leave, which is the default. Otherwise, on a machine with fewer
   * processors than busy processes, waits are the scheduler's more than the server's.
   */
  readonly isYielding?: boolean;
}

const LOWEST_PRIORITY = ["nice", "-n", "19"];

/** redis-benchmark sending requests as fast as they are answered, until it is disposed of. */
export class RequestLoad implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  /** Starts it; among keys it knows those that `loadKeys` makes. */
  constructor(server: ServerProcess, options: RequestLoadOptions) {
    const { what, keyCount, clients, pipeline, isYielding = true } = options;
    const [program = "", ...args] = [
      ...isYielding ? LOWEST_PRIORITY : [],
      ...["redis-benchmark", "-h", "127.0.0.1", "-p", String(server.port), "-c", String(clients)],
      ...["-P", String(pipeline), "-r", String(keyCount), "-n", "1000000000", "-q"],
      ...typeof what === "string" ? ["-t", what] : what,
    ];
    this.#child = new Deno.Command(program, {
      args,
      stdin: "null",
      stdout: "null",
      stderr: "null",
    }).spawn();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#child.status;
  }
}

/** Pings until it is over; milliseconds of every answer, in rising order. */
export async function pingTimes(client: RawClient, isOver: () => boolean): Promise<number[]> {
  const timesMs: number[] = [];
  while (!isOver()) {
    const startMs = performance.now();
    await client.expect("PING");
    timesMs.push(performance.now() - startMs);
    await turn(1);
  }
  return timesMs.sort((a, b) => a - b);
}

/** The value that `share` of a rising list does not exceed. */
export function quantile(rising: readonly number[], share: number): number {
  return rising[Math.max(0, Math.ceil(rising.length * share) - 1)] ?? NaN;
}

/** Waits. */
export function turn(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
