/**
 * A connection to the target of a MIGRATE: requests out, reply lines in, each within a time limit.
 *
 * - A step that takes too long closes the connection; `isTimedOut` tells that from a peer that hung up.
 * - Errors of the network end as false or null here: the one who migrates only needs to know that it failed.
 */

import type { Clock } from "../base/clock.ts";
import { requireNet } from "../base/net_access.ts";
import { LinkClosed, LinkConnection } from "../replication/link_connection.ts";
import type { Int64 } from "../values/int64.ts";

/** Where a target is. */
export interface TargetAddress {
  readonly host: string;
  readonly port: number;
}

/** What a connection is opened with. */
export interface TargetOptions {
  readonly clock: Clock;
  /** For the connection to be made. */
  readonly timeoutMs: number;
  /** Gives up sooner. */
  readonly signal: AbortSignal;
}

/** Bytes that may be sent within one time limit. */
const SEND_BYTES = 64 * 1024;
/** The number of no database. */
const NO_DATABASE = -1;

/** One connection to a target. */
export class TargetConnection {
  /** The database selected there, or -1 when nobody knows. */
  selectedDb: Int64 = NO_DATABASE;
  /** Unix time in milliseconds of the last use. */
  lastUsedMs = 0;
  /** True when a step took too long. */
  isTimedOut = false;

  readonly #clock: Clock;
  readonly #link: LinkConnection;

  private constructor(clock: Clock, connection: Deno.TcpConn) {
    this.#clock = clock;
    this.#link = new LinkConnection(connection);
  }

  /** Connects. Rejects when that cannot be or takes too long. */
  static async open({ host, port }: TargetAddress, options: TargetOptions): Promise<TargetConnection> {
    const { clock, timeoutMs } = options;
    requireNet(host, port);
    const timeout = new AbortController();
    const timer = clock.after(timeoutMs, () => timeout.abort());
    const signal = AbortSignal.any([timeout.signal, options.signal]);
    try {
      const connection = await Deno.connect({ hostname: host, port, signal });
      connection.setNoDelay(true);
      return new TargetConnection(clock, connection);
    } finally {
      timer.cancel();
    }
  }

  /** Sends all of `bytes`; false when that failed. Each 64 KiB have the whole time. */
  async send(bytes: Uint8Array, timeoutMs: number): Promise<boolean> {
    try {
      for (let at = 0; at < bytes.length; at += SEND_BYTES) {
        await this.#within(timeoutMs, () => this.#link.send(bytes.subarray(at, at + SEND_BYTES)));
      }
      return true;
    } catch {
      // Whatever the runtime calls it: the peer is gone, or the time was up.
      return false;
    }
  }

  /** The next line without its end, or null when none comes. */
  async readLine(timeoutMs: number): Promise<string | null> {
    try {
      return await this.#within(timeoutMs, () => this.#link.readLine());
    } catch (error) {
      if (!(error instanceof LinkClosed)) throw error;
      return null;
    }
  }

  /** Closes the connection; a step under way fails. */
  close(): void {
    this.#link.close();
  }

  async #within<T>(timeoutMs: number, step: () => Promise<T>): Promise<T> {
    const timer = this.#clock.after(timeoutMs, () => {
      this.isTimedOut = true;
      this.close();
    });
    try {
      return await step();
    } finally {
      timer.cancel();
    }
  }
}
