/**
 * Connections to targets of MIGRATE that are kept for the next one.
 *
 * - A connection in use belongs to its user alone: it is taken out and given back. Two migrations to one target at a time
 *   have a connection each, of which one is kept.
 */

import type { Clock } from "../base/clock.ts";
import { MIGRATE_SOCKET_CACHE_ITEMS, MIGRATE_SOCKET_CACHE_TTL_MS } from "../base/limits.ts";
import type { Random } from "../base/random.ts";
import type { TargetConnection } from "./target_connection.ts";

/** The idle connections of one server, by "host:port" as the clients write it. */
export class TargetConnections {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #idle = new Map<string, TargetConnection>();

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Number of connections that are kept. */
  get count(): number {
    return this.#idle.size;
  }

  /** Takes the connection to a target out, or null when there is none. */
  take(name: string): TargetConnection | null {
    const connection = this.#idle.get(name) ?? null;
    this.#idle.delete(name);
    return connection;
  }

  /** Takes a connection back that works. With one to the same target already here, it is closed. */
  keep(name: string, connection: TargetConnection): void {
    if (this.#idle.has(name)) return connection.close();
    if (this.#idle.size === MIGRATE_SOCKET_CACHE_ITEMS) {
      this.#drop([...this.#idle.keys()][this.#random.below(this.count)]!);
    }
    connection.lastUsedMs = this.#clock.now;
    this.#idle.set(name, connection);
  }

  /** Closes those that nobody has used for a while. */
  closeUnused(): void {
    for (const [name, { lastUsedMs }] of this.#idle) {
      if (this.#clock.now - lastUsedMs > MIGRATE_SOCKET_CACHE_TTL_MS) this.#drop(name);
    }
  }

  /** Closes all. */
  closeAll(): void {
    for (const name of this.#idle.keys()) this.#drop(name);
  }

  #drop(name: string): void {
    this.take(name)?.close();
  }
}
