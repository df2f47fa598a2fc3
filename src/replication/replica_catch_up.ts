/**
 * Waiting for replicas before the server stops, so that a planned stop loses nothing.
 */

import type { Logger } from "../base/logger.ts";
import type { Backlog } from "./backlog.ts";
import { REPLICA_STATE_NAMES } from "./replica_link.ts";
import type { Replicas } from "./replicas.ts";
import { replicaName } from "./replica_traits.ts";

/** What a `ReplicaCatchUp` needs. */
export interface ReplicaCatchUpOptions {
  readonly logger: Logger;
  readonly replicas: Replicas;
  readonly backlog: Backlog;
}

/** Whether the replicas of one server have everything. */
export class ReplicaCatchUp {
  readonly #options: ReplicaCatchUpOptions;
  #waiting: (() => void)[] = [];

  constructor(options: ReplicaCatchUpOptions) {
    this.#options = options;
    options.replicas.onGone.subscribe(() => this.check());
  }

  /** True when every replica has acknowledged the whole stream. */
  get isComplete(): boolean {
    const { replicas, backlog } = this.#options;
    for (const { ackOffset } of replicas) if (ackOffset !== backlog.endOffset) return false;
    return true;
  }

  /** Resolves when `isComplete`. */
  wait(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.check();
    });
  }

  /** Looks again: a replica has acknowledged something, or has left. */
  check(): void {
    if (this.#waiting.length === 0 || !this.isComplete) return;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resolve of waiting) resolve();
  }

  /** Tells the log which replicas lack something. */
  report(): void {
    const { replicas, backlog, logger } = this.#options;
    if (replicas.size === 0) return;
    let inSync = 0;
    for (const link of replicas) {
      const missing = backlog.endOffset - link.ackOffset;
      if (missing === 0) {
        inSync++;
        continue;
      }
      const lag = link.state === "online" ? replicas.lagSeconds(link) : 0;
      logger.warning(
        `Lagging replica ${replicaName(link.client)} reported offset ${missing} behind master, lag=${lag}, ` +
          `state=${REPLICA_STATE_NAMES[link.state]}.`,
      );
    }
    logger.notice(`${inSync} of ${replicas.size} replicas are in sync when shutting down.`);
  }
}
