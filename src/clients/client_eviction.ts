/**
 * `maxmemory-clients`: closes the clients that use the most memory when all of them together use too much.
 *
 * - As Redis 7.0: only normal clients and subscribers count, and those of them that called CLIENT NO-EVICT ON stay. Redis
 *   takes clients of about the same size in any order; here the largest goes first.
 */

import type { Logger } from "../base/logger.ts";
import type { Client } from "./client.ts";
import type { ClientDescriptions } from "./client_description.ts";
import type { ClientMemory } from "./client_memory.ts";
import type { ClientRegistry } from "./client_registry.ts";
import { type Gate, HANDLED } from "../command/gate.ts";

/** A lower limit would leave nobody who could set a higher one. */
const MIN_LIMIT_BYTES = 128 * 1024;

/** What a `ClientEviction` needs. */
export interface ClientEvictionOptions {
  readonly clients: ClientRegistry;
  readonly memory: ClientMemory;
  readonly descriptions: ClientDescriptions;
  readonly logger: Logger;
}

/** Keeps the clients of one server within `maxmemory-clients`. */
export class ClientEviction {
  /** `evicted_clients`. */
  evictedCount = 0;

  readonly #options: ClientEvictionOptions;
  #limitBytes = 0;
  #isCheckPlanned = false;

  constructor(options: ClientEvictionOptions) {
    this.#options = options;
  }

  /** What all clients together may use; 0: no limit. */
  get limitBytes(): number {
    return this.#limitBytes;
  }

  /** Sets the limit: `maxmemory-clients` in bytes, or as a negative percentage of `maxmemory`. */
  setLimit(maxmemoryClients: number, maxmemory: number): void {
    const bytes = maxmemoryClients < 0 ? Math.floor(maxmemory * -maxmemoryClients / 100) : maxmemoryClients;
    this.#limitBytes = bytes === 0 ? 0 : Math.max(bytes, MIN_LIMIT_BYTES);
    const { memory } = this.#options;
    memory.onNoted = this.#limitBytes === 0 ? null : () => this.#planCheck();
    if (this.#limitBytes > 0) this.#planCheck();
  }

  /** Closes clients until the rest is within the limit. */
  run(): void {
    if (!this.#isOverLimit()) return;
    const { logger, descriptions } = this.#options;
    for (const client of this.#evictable()) {
      logger.notice(`Evicting client: ${descriptions.lineOf(client)}`);
      client.kill();
      this.evictedCount++;
      if (!this.#isOverLimit()) return;
    }
    logger.warning("Over client maxmemory after evicting all evictable clients");
  }

  /** Closes clients before a command runs; if its own client is among them, it does not run. */
  readonly gate: Gate = {
    isRaised: () => this.#limitBytes > 0,
    check: (context) => {
      const before = this.evictedCount;
      this.run();
      if (this.evictedCount === before || context.origin !== "client") return null;
      return this.#options.clients.of(context) === undefined ? HANDLED : null;
    },
  };

  #isOverLimit(): boolean {
    return this.#limitBytes > 0 && this.#options.memory.limitedBytes >= this.#limitBytes;
  }

  #evictable(): Client[] {
    return [...this.#options.clients].filter(isEvictable).sort((a, b) => b.share.bytes - a.share.bytes);
  }

  /** Looks at the limit when the work of the moment is done: input and output grow without commands, too. */
  #planCheck(): void {
    if (this.#isCheckPlanned) return;
    this.#isCheckPlanned = true;
    queueMicrotask(() => {
      this.#isCheckPlanned = false;
      this.run();
    });
  }
}

/** Whether the limit may close a client. */
export function isEvictable({ type, isEvictionDenied, isClosing }: Client): boolean {
  return (type === "normal" || type === "pubsub") && !isEvictionDenied && !isClosing;
}
