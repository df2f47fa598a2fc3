/**
 * SYNC and PSYNC: a client asks to become a replica, and either goes on where it was or is sent everything.
 */

import type { BackgroundTasks } from "../base/background_tasks.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Client } from "../clients/client.ts";
import type { Metrics } from "../metrics/metrics.ts";
import { NOMASTERLINK, NOMASTERLINK_FAILOVER } from "../resp/reply_errors.ts";
import type { Backlog } from "./backlog.ts";
import type { FullSync } from "./full_sync.ts";
import { ReplicaLink } from "./replica_link.ts";
import type { Replicas } from "./replicas.ts";
import { isWhole, replicaName, replicaTraits } from "./replica_traits.ts";
import type { ReplicationFeed } from "./replication_feed.ts";
import type { ReplicationHistory } from "./replication_history.ts";

/** Counters of INFO. */
export interface SyncStats {
  syncFull: number;
  syncPartialOk: number;
  syncPartialError: number;
}

/** What an `Admission` needs. */
export interface AdmissionOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly tasks: BackgroundTasks;
  readonly metrics: Metrics;
  readonly replicas: Replicas;
  readonly backlog: Backlog;
  readonly feed: ReplicationFeed;
  readonly history: ReplicationHistory;
  readonly fullSync: FullSync;
  /** True while this server hands its role over. */
  readonly isFailingOver: () => boolean;
  /** False while this server itself waits for its master's data. */
  readonly isLinkedOrMaster: () => boolean;
  /** Begins a history of our own with its backlog. */
  readonly createBacklog: () => void;
}

/** What PSYNC asks for; null: the old SYNC. */
export interface PsyncRequest {
  readonly replicationId: string;
  readonly offset: number;
}

const PENDING_OUTPUT = "ERR SYNC and PSYNC are invalid with pending output";
const FILTER_WITHOUT_EOF = "ERR Filtered replica requires EOF capability";

/** Makes replicas of clients. */
export class Admission {
  readonly stats: SyncStats = { syncFull: 0, syncPartialOk: 0, syncPartialError: 0 };

  readonly #options: AdmissionOptions;

  constructor(options: AdmissionOptions) {
    this.#options = options;
  }

  /** CONFIG RESETSTAT. */
  resetStats(): void {
    this.stats.syncFull = this.stats.syncPartialOk = this.stats.syncPartialError = 0;
  }

  /** The error that a client gets that may not become a replica now, or null. */
  refusal(client: Client): string | null {
    if (this.#options.isFailingOver()) return NOMASTERLINK_FAILOVER;
    if (!this.#options.isLinkedOrMaster()) return NOMASTERLINK;
    if (client.output.pendingBytes > 0) return PENDING_OUTPUT;
    const { filter, hasEof } = replicaTraits(client.context);
    return !isWhole(filter) && !hasEof ? FILTER_WITHOUT_EOF : null;
  }

  /** Makes a replica of `client`. */
  admit(client: Client, request: PsyncRequest | null): void {
    if (request !== null && this.#tryPartial(client, request)) {
      this.stats.syncPartialOk++;
      return;
    }
    if (request !== null && !request.replicationId.startsWith("?")) this.stats.syncPartialError++;
    this.stats.syncFull++;
    const link = this.#makeReplica(client, request === null);
    const { replicas, backlog, createBacklog, fullSync } = this.#options;
    if (replicas.size === 1 && !backlog.isActive) createBacklog();
    fullSync.admit(link);
  }

  /** Sends a replica the stream that was held back until its first acknowledgement. */
  startStream(link: ReplicaLink): void {
    link.startsOnAck = false;
    this.#options.tasks.start(`stream to replica ${link.client.id}`, () => link.stream());
  }

  #tryPartial(client: Client, { replicationId, offset }: PsyncRequest): boolean {
    const { logger, backlog, history } = this.#options;
    if (!this.#isOurHistory(client, replicationId, offset)) return false;
    if (!backlog.has(offset)) {
      const name = replicaName(client);
      logger.notice(
        `Unable to partial resync with replica ${name} for lack of backlog (Replica request was: ${offset}).`,
      );
      if (offset > backlog.endOffset) {
        logger.warning(
          `Warning: replica ${name} tried to PSYNC with an offset that is greater than the master replication offset.`,
        );
      }
      return false;
    }
    const link = this.#makeReplica(client, false);
    link.state = "online";
    link.ackAtMs = this.#options.clock.now;
    link.sendText(replicaTraits(client.context).hasPsync2 ? `+CONTINUE ${history.id}\r\n` : "+CONTINUE\r\n");
    link.readFrom(offset - 1);
    this.startStream(link);
    logger.notice(
      `Partial resynchronization request from ${replicaName(client)} accepted. ` +
        `Sending ${backlog.endOffset - offset + 1} bytes of backlog starting from offset ${offset}.`,
    );
    return true;
  }

  #isOurHistory(client: Client, replicationId: string, offset: number): boolean {
    const { history, logger } = this.#options;
    const wanted = replicationId.toLowerCase();
    const isSecond = wanted === history.secondId.toLowerCase();
    if (wanted === history.id || (isSecond && offset <= history.secondOffset)) return true;
    if (replicationId.startsWith("?")) {
      logger.notice(`Full resync requested by replica ${replicaName(client)}`);
    } else if (isSecond) {
      logger.notice(
        "Partial resynchronization not accepted: " +
          `Requested offset for second ID was ${offset}, but I can reply up to ${history.secondOffset}`,
      );
    } else {
      logger.notice(
        `Partial resynchronization not accepted: Replication ID mismatch (Replica asked for '${replicationId}', ` +
          `my replication IDs are '${history.id}' and '${history.secondId}')`,
      );
    }
    return false;
  }

  #makeReplica(client: Client, isPrePsync: boolean): ReplicaLink {
    const { clock, backlog, replicas, metrics } = this.#options;
    const { filter } = replicaTraits(client.context);
    const link = new ReplicaLink({ client, clock, backlog, traffic: metrics.traffic, filter, isPrePsync });
    replicas.add(link);
    client.type = "replica";
    // What waits for a replica waits in the backlog, where `Replicas` limits it; its own buffer holds one piece at most.
    client.output.mayGrow = null;
    client.output.onLarge = null;
    return link;
  }
}
