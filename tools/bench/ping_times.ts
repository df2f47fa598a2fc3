/**
 * What a client feels: one connection that pings every millisecond while others set keys as fast as they can.
 */
import type { RawClient } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";

/** redis-benchmark setting keys until it is disposed of. */
export class SetLoad implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  /** Sets keys among those that `loadKeys` makes, by `clients` connections. */
  constructor(server: ServerProcess, options: { keyCount: number; clients: number; pipeline: number }) {
    this.#child = new Deno.Command("redis-benchmark", {
      args: [
        ...["-h", "127.0.0.1", "-p", String(server.port), "-c", String(options.clients)],
        ...["-P", String(options.pipeline), "-r", String(options.keyCount), "-n", "1000000000", "-t", "set", "-q"],
      ],
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
