/**
 * Our server and the real redis-server side by side: the same requests go to both, and the bytes of the replies must be
 * the same.
 */
import { assertEquals } from "@std/assert";
import type { Argument, RawClient } from "./raw_client.ts";
import { startReference } from "./reference.ts";
import type { ServerProcess } from "./server_process.ts";
import { startRedeno } from "./test_server.ts";

const MAX_EXPIRY_DIFFERENCE_MS = 1_000n;

/** A request: its arguments, or a line of them with one blank between two. */
export type Request = string | readonly Argument[];

/** Both servers with a client each, for `await using`. */
export class BothServers implements AsyncDisposable {
  readonly ours: ServerProcess;
  readonly reference: ServerProcess;
  readonly #ourClient: RawClient;
  readonly #referenceClient: RawClient;

  private constructor(servers: [ServerProcess, ServerProcess], clients: [RawClient, RawClient]) {
    [this.ours, this.reference] = servers;
    [this.#ourClient, this.#referenceClient] = clients;
  }

  /** Starts both with the same lines of configuration. */
  static async start(...configLines: string[]): Promise<BothServers> {
    const servers = await Promise.all([startRedeno({ configLines }), startReference({ configLines })]);
    const clients = await Promise.all([servers[0].connect(), servers[1].connect()]);
    return new BothServers(servers, clients);
  }

  /** Sends the requests in order to both servers and compares each reply. */
  async same(...requests: readonly Request[]): Promise<void> {
    for (const request of requests) {
      const argv = typeof request === "string" ? request.split(" ") : request;
      const [ours, expected] = await Promise.all([
        this.#ourClient.callRaw(...argv),
        this.#referenceClient.callRaw(...argv),
      ]);
      assertEquals(shortened(ours), shortened(expected), argv.map((word) => String(word).slice(0, 80)).join(" "));
    }
  }

  /** Compares when a key expires; two servers that were given the same time to live agree to within a second. */
  async sameExpiry(key: string): Promise<void> {
    const [ours, expected] = await Promise.all([
      this.#ourClient.expect("PEXPIRETIME", key),
      this.#referenceClient.expect("PEXPIRETIME", key),
    ]);
    const difference = BigInt(ours as number | bigint) - BigInt(expected as number | bigint);
    if (difference > MAX_EXPIRY_DIFFERENCE_MS || difference < -MAX_EXPIRY_DIFFERENCE_MS) assertEquals(ours, expected);
  }

  /**
   * Compares how long a key was not used, in whole seconds; the clocks of two servers may tick between their answers.
   * Replies that are no number, as of a key that is absent, are the same to the byte.
   */
  async sameIdleTime(key: string): Promise<void> {
    const [ours, expected] = await Promise.all([
      this.#ourClient.callRaw("OBJECT", "IDLETIME", key),
      this.#referenceClient.callRaw("OBJECT", "IDLETIME", key),
    ]);
    const isNumber = ours.startsWith(":") && expected.startsWith(":");
    if (isNumber && Math.abs(Number(ours.slice(1)) - Number(expected.slice(1))) <= 1) return;
    assertEquals(ours, expected, `OBJECT IDLETIME ${key}`);
  }

  /** Switches both connections to a version of RESP. */
  async useProtocol(version: 2 | 3): Promise<void> {
    await Promise.all([this.#ourClient.expect("HELLO", version), this.#referenceClient.expect("HELLO", version)]);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ourClient.close();
    this.#referenceClient.close();
    await Promise.all([this.ours[Symbol.asyncDispose](), this.reference[Symbol.asyncDispose]()]);
  }
}

/** A failure must not print a reply of megabytes; its length and its ends tell enough. */
function shortened(reply: string): string {
  return reply.length <= 2000 ? reply : `${reply.length} bytes: ${reply.slice(0, 500)} ... ${reply.slice(-500)}`;
}
