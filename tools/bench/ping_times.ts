/**
 * What a client feels: one connection that pings every millisecond while others set keys as fast as they can.
 *
 * - Whoever pings goes first where a processor is wanted, and who sets keys goes last, where the system permits it (as root,
 *   on Linux). Otherwise, on a machine with fewer processors than busy processes, the longest answers are those for which
 *   one of them waited for its turn: up to 4 ms with any server, with or without a save.
 */
import type { RawClient } from "../../tests/support/raw_client.ts";
import type { ServerProcess } from "../../tests/support/server_process.ts";
import { runProgram } from "../conformance/child_process.ts";

/** What a `RequestLoad` sends. */
export interface RequestLoadOptions {
  /** A command of redis-benchmark's own by its name, or any command with `__rand_int__` in it. */
  readonly what: string | readonly string[];
  /** How many different numbers it draws. */
  readonly keyCount: number;
  readonly clients: number;
  readonly pipeline: number;
  /** Whether it takes only what processor time the servers leave, which is the default. */
  readonly isYielding?: boolean;
}

/** What `chrt` is to be told before a program that takes only what processor time the servers leave. */
export const WHEN_IDLE: readonly string[] = ["--idle", "0"];
/** Not for the processes that it starts. */
const BEFORE_OTHERS = ["--reset-on-fork", "--fifo", "--pid", "1"];
const LIKE_OTHERS = ["--other", "--pid", "0"];

/** redis-benchmark sending requests as fast as they are answered, until it is disposed of. */
export class RequestLoad implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;

  /** Starts it; among keys it knows those that `loadKeys` makes. */
  constructor(server: ServerProcess, options: RequestLoadOptions) {
    const { what, keyCount, clients, pipeline, isYielding = true } = options;
    const [program = "", ...args] = [
      ...isYielding ? ["chrt", ...WHEN_IDLE] : [],
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
  await using turns = new AsyncDisposableStack();
  if (await takeTurns(BEFORE_OTHERS)) turns.defer(async () => void await takeTurns(LIKE_OTHERS));
  while (!isOver()) {
    const startMs = performance.now();
    await client.expect("PING");
    timesMs.push(performance.now() - startMs);
    await turn(1);
  }
  return timesMs.sort((a, b) => a - b);
}

/** Whether the system lets this process have its turns on the processors so. */
async function takeTurns(policy: readonly string[]): Promise<boolean> {
  return (await runProgram("chrt", ["--all-tasks", ...policy, String(Deno.pid)])).code === 0;
}

/** The value that `share` of a rising list does not exceed. */
export function quantile(rising: readonly number[], share: number): number {
  return rising[Math.max(0, Math.ceil(rising.length * share) - 1)] ?? NaN;
}

/** Waits. */
export function turn(durationMs: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, durationMs));
}
