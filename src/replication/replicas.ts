/**
 * The replicas that are connected to us: who they are, which of them keep up, and which have to go.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { Topic } from "../base/topic.ts";
import type { Client } from "../clients/client.ts";
import type { Config } from "../config/config.ts";
import type { MasterAddress } from "../config/replica_of.ts";
import type { Backlog } from "./backlog.ts";
import type { ReplicaLink } from "./replica_link.ts";
import { replicaHost, replicaName, replicaTraits } from "./replica_traits.ts";

/** What `Replicas` needs. */
export interface ReplicasOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly backlog: Backlog;
  /** A client's line for the log. */
  readonly describe: (client: Client) => string;
}

/** The connected replicas of one server, in the order of their arrival. */
export class Replicas {
  /** When the last replica left, or the server became a master without any. */
  emptySinceMs: number;
  /** Told of each replica that has left. */
  readonly onGone = new Topic<ReplicaLink>();

  readonly #links = new Map<number, ReplicaLink>();
  readonly #options: ReplicasOptions;

  constructor(options: ReplicasOptions) {
    this.#options = options;
    this.emptySinceMs = options.clock.now;
  }

  /** Number of replicas, in any state. */
  get size(): number {
    return this.#links.size;
  }

  /** The replica that a client is, if it is one. */
  of(client: Client): ReplicaLink | undefined {
    return this.#links.get(client.id);
  }

  /** The replica that listens at an address, by its own account. */
  find({ host, port }: MasterAddress): ReplicaLink | undefined {
    for (const link of this.#links.values()) {
      if (replicaTraits(link.client.context).port !== port) continue;
      if (replicaHost(link.client).toLowerCase() === host.toLowerCase()) return link;
    }
    return undefined;
  }

  add(link: ReplicaLink): void {
    this.#links.set(link.client.id, link);
  }

  /** Tells the log of a replica that has gone, and forgets it; any other client is none of our business. */
  lose(client: Client): void {
    if (!this.#links.has(client.id)) return;
    this.#options.logger.warning(`Connection with replica ${replicaName(client)} lost.`);
    this.remove(client);
  }

  /** Forgets a client. */
  remove(client: Client): void {
    const link = this.#links.get(client.id);
    if (link === undefined) return;
    this.#links.delete(client.id);
    link.close();
    if (this.#links.size === 0) this.emptySinceMs = this.#options.clock.now;
    this.onGone.emit(link);
  }

  [Symbol.iterator](): Iterator<ReplicaLink> {
    return this.#links.values();
  }

  /** Closes the connection of every replica. */
  disconnectAll(): void {
    for (const link of [...this.#links.values()]) {
      link.kill();
      this.lose(link.client);
    }
  }

  /** Number of replicas that have acknowledged `offset`. */
  countAcknowledged(offset: number): number {
    let count = 0;
    for (const link of this.#links.values()) if (link.state === "online" && link.ackOffset >= offset) count++;
    return count;
  }

  /** Number of replicas that `min-replicas-max-lag` lets count. */
  countGood(): number {
    const { config } = this.#options;
    const maxLagSeconds = config.integer("min-replicas-max-lag").value;
    let count = 0;
    for (const link of this.#links.values()) {
      if (link.state === "online" && this.lagSeconds(link) <= maxLagSeconds) count++;
    }
    return count;
  }

  /** Seconds since the replica's last acknowledgement. */
  lagSeconds(link: ReplicaLink): number {
    return Math.floor(this.#options.clock.now / 1000) - Math.floor(link.ackAtMs / 1000);
  }

  /** Sends the stream on. */
  wakeAll(): void {
    for (const link of this.#links.values()) link.wake();
  }

  /** Closes replicas whose output is over `client-output-buffer-limit replica`. */
  enforceOutputLimits(): void {
    const { config, clock, logger, backlog } = this.#options;
    const { hardBytes, softBytes, softSeconds } = config.cell("client-output-buffer-limit").value.replica;
    if (hardBytes === 0 && softBytes === 0) return;
    // A limit below the size of the backlog would cut a replica off that the backlog could serve.
    const hardLimit = hardBytes === 0 ? Infinity : Math.max(hardBytes, backlog.sizeBytes);
    for (const link of [...this.#links.values()]) {
      const { pendingBytes } = link;
      const isSoft = softBytes > 0 && pendingBytes >= softBytes;
      if (!isSoft) link.softLimitSinceMs = 0;
      else if (link.softLimitSinceMs === 0) link.softLimitSinceMs = clock.now;
      const isSoftOver = isSoft && clock.now - link.softLimitSinceMs > softSeconds * 1000;
      if (pendingBytes < hardLimit && !isSoftOver) continue;
      logger.warning(
        `Client ${
          this.#options.describe(link.client)
        } scheduled to be closed ASAP for overcoming of output buffer limits.`,
      );
      link.kill();
    }
  }

  /** Takes newlines for signs of life: a replica sends them while it loads its data. */
  noteSigns(): void {
    for (const link of this.#links.values()) {
      const { consumedBytes } = link.client.parser;
      if (consumedBytes === link.consumedBytes) continue;
      link.consumedBytes = consumedBytes;
      if (link.state === "online") link.ackAtMs = this.#options.clock.now;
    }
  }

  /** Closes replicas that have been silent, or did not take their file, for `repl-timeout`. */
  enforceTimeouts(isDisklessRunning: boolean): void {
    const { config, clock, logger } = this.#options;
    const timeoutMs = config.integer("repl-timeout").value * 1000;
    for (const link of [...this.#links.values()]) {
      if (link.state === "online" && !link.isPrePsync && this.lagSeconds(link) * 1000 > timeoutMs) {
        logger.warning(`Disconnecting timedout replica (streaming sync): ${replicaName(link.client)}`);
        link.kill();
      } else if (
        link.state === "wait_end" && isDisklessRunning && link.sendingSinceMs !== 0 &&
        clock.now - link.sendingSinceMs > timeoutMs
      ) {
        logger.warning(`Disconnecting timedout replica (full sync): ${replicaName(link.client)}`);
        link.kill();
      }
    }
  }
}
