/**
 * FAILOVER: this master hands its role over to one of its replicas, and no write is lost on the way.
 *
 * ```
 * no-failover -- begin: writes are paused --> waiting-for-sync -- a replica has everything, or FORCE --> failover-in-progress
 *      ^  ^                                          |                                                       |    |
 *      |  +------ ABORT, or the time is up ----------+                 PSYNC ... FAILOVER was accepted ------+    |
 *      +------------- ABORT, or it was refused: this server becomes a master again -------------------------------+
 * ```
 *
 * - While it is in progress this server is a replica already, so that there are never two masters.
 * - Writes wait until the end: then they run here, or are told that this is a replica.
 */

import type { Clock, Timer } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { ClientPause } from "../clients/client_pause.ts";
import type { MasterAddress } from "../config/replica_of.ts";
import type { Backlog } from "./backlog.ts";
import type { PsyncAnswer } from "./handshake.ts";
import type { ReplicaLink } from "./replica_link.ts";
import type { Replicas } from "./replicas.ts";
import { replicaHost, replicaTraits } from "./replica_traits.ts";

/** Where a failover stands, as INFO names it. */
export type FailoverState = "no-failover" | "waiting-for-sync" | "failover-in-progress";

/** What FAILOVER asks for. */
export interface FailoverRequest {
  /** Who is to be the new master; null: whoever has everything first. */
  readonly target: MasterAddress | null;
  /** How long the target may take to catch up; 0: as long as it likes. */
  readonly timeoutMs: number;
  /** True when the target becomes the master after that time even though it lacks something. */
  readonly isForced: boolean;
}

/** What a `Failover` needs. */
export interface FailoverOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly clientPause: ClientPause;
  readonly backlog: Backlog;
  readonly replicas: Replicas;
  /** Makes this server a replica of the target. */
  readonly follow: (target: MasterAddress) => void;
  /** Makes this server a master again. */
  readonly promote: () => void;
}

/** The coordinated failover of one server. */
export class Failover {
  readonly #options: FailoverOptions;
  #state: FailoverState = "no-failover";
  #target: MasterAddress | null = null;
  #isForced = false;
  #deadline: Timer | null = null;
  #isCheckDue = false;

  constructor(options: FailoverOptions) {
    this.#options = options;
  }

  /** `master_failover_state`. */
  get state(): FailoverState {
    return this.#state;
  }

  /** True from `begin` to the end. */
  get isActive(): boolean {
    return this.#state !== "no-failover";
  }

  /** True when the next PSYNC asks its peer to become the master. */
  get isInProgress(): boolean {
    return this.#state === "failover-in-progress";
  }

  /** Pauses writes and waits for a replica that has everything. The server is a master with replicas. */
  begin({ target, timeoutMs, isForced }: FailoverRequest): void {
    const { clock, logger, clientPause } = this.#options;
    logger.notice(`FAILOVER requested to ${target === null ? "any replica" : nameOf(target)}.`);
    this.#target = target;
    this.#isForced = isForced;
    this.#state = "waiting-for-sync";
    if (timeoutMs > 0) this.#deadline = clock.after(timeoutMs, () => this.#expire());
    clientPause.pause("failover", Number.MAX_SAFE_INTEGER, "write");
    this.checkSoon();
  }

  /** Looks after the running commands whether a replica has caught up: its acknowledgement may be among them. */
  checkSoon(): void {
    if (this.#state !== "waiting-for-sync" || this.#isCheckDue) return;
    this.#isCheckDue = true;
    queueMicrotask(() => {
      this.#isCheckDue = false;
      this.#check();
    });
  }

  /** The target has answered the PSYNC that asked it to become the master. */
  conclude(answer: PsyncAnswer["kind"]): void {
    if (!this.isInProgress) return;
    if (answer === "continue" || answer === "full") this.#clear();
    else this.abort(answer === "unsent" ? "Write error to failover target" : "Failover target rejected psync request");
  }

  /** Gives it up: this server is the master, as before. */
  abort(reason: string): void {
    if (!this.isActive) return;
    const name = this.#target === null ? "any replica" : nameOf(this.#target);
    this.#options.logger.notice(`FAILOVER to ${name} aborted: ${reason}`);
    if (this.isInProgress) this.#options.promote();
    this.#clear();
  }

  #expire(): void {
    if (this.#state !== "waiting-for-sync") return;
    // FORCE is given with a target only.
    if (!this.#isForced || this.#target === null) return this.abort("Replica never caught up before timeout");
    this.#options.logger.notice(`FAILOVER to ${nameOf(this.#target)} time out exceeded, failing over.`);
    this.#handOver(this.#target);
  }

  #check(): void {
    if (this.#state !== "waiting-for-sync") return;
    const { logger, replicas } = this.#options;
    const replica = this.#target === null
      ? [...replicas].find((link) => this.#hasEverything(link))
      : replicas.find(this.#target);
    if (replica === undefined || !this.#hasEverything(replica)) return;
    this.#target ??= { host: replicaHost(replica.client), port: replicaTraits(replica.client.context).port };
    logger.notice(`Failover target ${nameOf(this.#target)} is synced, failing over.`);
    this.#handOver(this.#target);
  }

  #hasEverything({ state, ackOffset }: ReplicaLink): boolean {
    return state === "online" && ackOffset === this.#options.backlog.endOffset;
  }

  #handOver(target: MasterAddress): void {
    this.#state = "failover-in-progress";
    this.#options.follow(target);
  }

  #clear(): void {
    this.#deadline?.cancel();
    this.#deadline = null;
    this.#target = null;
    this.#isForced = false;
    this.#state = "no-failover";
    this.#options.clientPause.unpause("failover");
  }
}

function nameOf({ host, port }: MasterAddress): string {
  return `${host}:${port}`;
}
