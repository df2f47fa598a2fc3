/**
 * The replica's role: following one master through connections that come and go.
 *
 * ```
 * connect -> connecting -> handshake -> sync (a file comes) -> connected
 *    ^                          +------- +CONTINUE --------------^  |
 *    +--------------------- the link breaks, or is given up --------+
 * ```
 *
 * - What has been applied of a master's stream outlives the connection (`cached`), so that the next one can go on from there.
 * - A link that broke is made again at once; a handshake that failed is tried again with the next round of the cron.
 */

import { messageOf } from "../base/error_text.ts";
import { requireNet } from "../base/net_access.ts";
import type { MasterAddress } from "../config/replica_of.ts";
import { Client } from "../clients/client.ts";
import { DatasetReceiver, type TransferProgress } from "./dataset_receiver.ts";
import { type PsyncAnswer, shakeHands } from "./handshake.ts";
import { LinkConnection } from "./link_connection.ts";
import { MasterStream } from "./master_stream.ts";
import { connectOut, type OutgoingConnection } from "./outgoing_connection.ts";
import type { ReplicationParts } from "./replication_parts.ts";

/** Where the link to the master stands. */
export type LinkState = "none" | "connect" | "connecting" | "handshake" | "sync" | "connected";

/** What was applied of a master whose connection is gone. */
export interface CachedMaster {
  replicationId: string;
  /** Bytes of its stream that were applied. */
  readonly offset: number;
  /** The database that its stream has selected. */
  readonly dbIndex: number;
}

/** Why an attempt was given up from outside. */
type AbortReason = "unfollowed" | "timeout";

/** One connection to a master, from its first step to its end. */
class Attempt {
  abortReason: AbortReason | null = null;
  link: LinkConnection | null = null;
  client: Client | null = null;
  stream: MasterStream | null = null;
  transfer: TransferProgress | null = null;
  /** When the master last gave a sign of life. */
  lastIoMs: number;

  constructor(nowMs: number) {
    this.lastIoMs = nowMs;
  }

  abort(reason: AbortReason): void {
    this.abortReason ??= reason;
    this.client?.kill();
    this.link?.close();
  }
}

/** What `MasterLink` asks of the whole. */
export interface MasterLinkHost {
  /** Our own history ends: replicas have to start over. */
  onHistoryLost(): void;
  /** The master's data are here: they belong to `id` at `offset`. */
  onDatasetReceived(id: string, offset: number): void;
  /** The master goes on under a new id from where we are. */
  onIdChanged(id: string): void;
  /** The stream goes on after a break. */
  onResumed(): void;
  /** Stops what reads the databases. */
  cancelSnapshots(): void;
  /** True when PSYNC asks the peer to become the master. */
  isFailingOver(): boolean;
  /** The peer has answered PSYNC. */
  onAnswered(answer: PsyncAnswer["kind"]): void;
}

/** The link to the master, when there is one. */
export class MasterLink {
  /** Who is followed; null for a master. */
  master: MasterAddress | null = null;
  state: LinkState = "none";
  cached: CachedMaster | null = null;
  /** When the link went down; 0 when it is up or was never. */
  downSinceMs = 0;

  readonly #parts: ReplicationParts;
  readonly #host: MasterLinkHost;
  #attempt: Attempt | null = null;

  constructor(parts: ReplicationParts, host: MasterLinkHost) {
    this.#parts = parts;
    this.#host = host;
  }

  /** True while the master's stream is applied. */
  get isUp(): boolean {
    return this.state === "connected";
  }

  /** The stream that is being applied, if any. */
  get stream(): MasterStream | null {
    return this.#attempt?.stream ?? null;
  }

  /** The client that stands for the master, while there is one. */
  get client(): Client | null {
    return this.#attempt?.client ?? null;
  }

  /** The transfer in progress, if any. */
  get transfer(): TransferProgress | null {
    return this.#attempt?.transfer ?? null;
  }

  /** When the master last gave a sign of life, 0 without a connection. */
  get lastIoMs(): number {
    return this.#attempt?.lastIoMs ?? 0;
  }

  /** Bytes of the master's stream that were applied, -1 when nobody knows. */
  get offset(): number {
    return this.stream?.offset ?? this.cached?.offset ?? -1;
  }

  /** Begins to follow `address`, giving up whatever was followed. */
  follow(address: MasterAddress): void {
    this.#giveUp();
    this.master = address;
    this.connect();
  }

  /** Follows nobody any more. */
  unfollow(): void {
    this.#giveUp();
    this.master = null;
    this.state = "none";
    this.downSinceMs = 0;
    this.discardCached();
  }

  /** Ends the link for good, as it is: the server stops. */
  stop(): void {
    this.#giveUp();
    this.state = "none";
  }

  /** Forgets where a former link stood. */
  discardCached(): void {
    if (this.cached === null) return;
    this.#parts.logger.notice("Discarding previously cached master state.");
    this.cached = null;
  }

  /** Waits for the next round of the cron to connect: at start. */
  followLater(address: MasterAddress): void {
    this.master = address;
    this.state = "connect";
  }

  /** Tells the master how far we are, if it listens. */
  acknowledge(): void {
    this.stream?.acknowledge();
  }

  /** Once a second: times out what hangs, connects what waits, acknowledges. */
  tick(): void {
    const { master, state } = this;
    if (master === null) return;
    const { clock, logger, config } = this.#parts;
    const attempt = this.#attempt;
    const timeoutMs = config.integer("repl-timeout").value * 1000;
    if (attempt !== null && clock.now - attempt.lastIoMs > timeoutMs + 1000) {
      if (state === "connected") {
        logger.warning("MASTER timeout: no data nor PING received...");
        attempt.client?.kill();
        return;
      }
      logger.warning(
        state === "sync"
          ? "Timeout receiving bulk data from MASTER... If the problem persists try to set the 'repl-timeout' " +
            "parameter in redis.conf to a larger value."
          : "Timeout connecting to the MASTER...",
      );
      attempt.abort("timeout");
      return;
    }
    if (state === "connect") this.connect();
    else if (state === "connected" && this.stream?.hasOffsets === true) this.acknowledge();
    else if (state === "sync" && this.#parts.loading.isActive) this.#sendNewline();
  }

  /** Connects now. */
  connect(): void {
    const { host, port } = this.master!;
    this.#parts.logger.notice(`Connecting to MASTER ${host}:${port}`);
    this.#begin();
  }

  #begin(): void {
    const { tasks, clock, logger } = this.#parts;
    const attempt = new Attempt(clock.refresh());
    this.#attempt = attempt;
    this.state = "connecting";
    logger.notice("MASTER <-> REPLICA sync started");
    tasks.start("link to master", () => this.#run(attempt, this.master!));
  }

  #giveUp(): void {
    const attempt = this.#attempt;
    if (attempt === null) return;
    this.#keepState(attempt);
    this.#attempt = null;
    attempt.abort("unfollowed");
  }

  async #run(attempt: Attempt, address: MasterAddress): Promise<void> {
    try {
      const link = await this.#open(attempt, address);
      if (link !== null) await this.#synchronise(attempt, link, address);
    } catch (error) {
      this.#parts.logger.debug(`Link to the master ended: ${messageOf(error)}`);
    } finally {
      attempt.client?.kill();
      attempt.link?.close();
      if (attempt.client !== null) this.#parts.clients.remove(attempt.client);
      if (this.#attempt === attempt) this.#finish(attempt);
    }
  }

  /** Decides what follows the end of a link that nobody gave up. */
  #finish(attempt: Attempt): void {
    const { logger, clock } = this.#parts;
    const { host, port } = this.master!;
    const { state } = this;
    this.#keepState(attempt);
    this.#attempt = null;
    this.state = "connect";
    if (state === "connected") {
      this.downSinceMs = clock.refresh();
      logger.notice(`Reconnecting to MASTER ${host}:${port}`);
      this.#begin();
    } else if (state === "sync" || attempt.abortReason === "timeout") {
      logger.notice(`Reconnecting to MASTER ${host}:${port} after failure`);
      this.#begin();
    }
  }

  /** Keeps what the next link needs to go on where this one stopped. */
  #keepState(attempt: Attempt): void {
    const { stream, client } = attempt;
    if (stream === null || client === null) return;
    const { logger, history } = this.#parts;
    logger.warning("Connection with master lost.");
    logger.notice("Caching the disconnected master state.");
    this.cached = { replicationId: history.id, offset: stream.offset, dbIndex: client.context.db.index };
    attempt.stream = null;
  }

  async #open(attempt: Attempt, { host, port }: MasterAddress): Promise<LinkConnection | null> {
    const { logger, clock, config } = this.#parts;
    let connection: OutgoingConnection;
    try {
      requireNet(host, port);
      connection = await connectOut({ host, port, sourceAddress: config.string("bind-source-addr").value });
    } catch (error) {
      if (attempt.abortReason === null) logger.warning(`Error condition on socket for SYNC: ${reasonOf(error)}`);
      return null;
    }
    if (attempt.abortReason !== null) {
      connection.close();
      return null;
    }
    const link = new LinkConnection(connection);
    attempt.link = link;
    const { traffic } = this.#parts.metrics;
    link.onRead = (count) => {
      attempt.lastIoMs = clock.refresh();
      traffic.reads++;
      traffic.inputBytes += count;
      traffic.replicationInputBytes += count;
    };
    attempt.client = this.#makeClient(connection, link);
    logger.notice("Non blocking connect for SYNC fired the event.");
    return link;
  }

  #makeClient(connection: OutgoingConnection, link: LinkConnection): Client {
    const { clients, store, metrics } = this.#parts;
    const client = new Client({
      id: clients.nextId(),
      store,
      origin: "master",
      sink: connection,
      traffic: metrics.traffic,
      address: addressText(connection.remoteAddr),
      localAddress: addressText(connection.localAddr),
      descriptor: 8,
      close: () => link.close(),
    });
    client.type = "master";
    return client;
  }

  async #synchronise(attempt: Attempt, link: LinkConnection, address: MasterAddress): Promise<void> {
    this.state = "handshake";
    const answer = await this.#shakeHands(attempt, link);
    if (attempt.abortReason !== null) return;
    this.#host.onAnswered(answer.kind);
    // A failover that was refused makes us a master again, which ends this attempt.
    if (answer.kind === "later" || answer.kind === "unsent" || this.#attempt !== attempt) return;
    const stream = answer.kind === "continue"
      ? this.#resume(attempt, link, answer.replicationId)
      : await this.#receive(attempt, link, answer, address);
    if (stream !== null) await stream.run();
  }

  #shakeHands(attempt: Attempt, link: LinkConnection): Promise<PsyncAnswer> {
    const { logger, config, port } = this.#parts;
    const { cached } = this;
    return shakeHands(link, {
      logger,
      user: config.string("masteruser").bytes,
      password: config.string("masterauth").bytes,
      port: config.integer("replica-announce-port").value || port(),
      announcedAddress: config.string("replica-announce-ip").value,
      resume: cached === null ? null : { replicationId: cached.replicationId, offset: cached.offset + 1 },
      isFailover: this.#host.isFailingOver(),
      onStep: () => {
        attempt.lastIoMs = this.#parts.clock.now;
      },
    });
  }

  #resume(attempt: Attempt, link: LinkConnection, replicationId: string | null): MasterStream {
    const cached = this.cached!;
    this.cached = null;
    if (replicationId !== null && replicationId !== cached.replicationId) {
      this.#parts.logger.warning(`Master replication ID changed to ${replicationId}`);
      this.#host.onIdChanged(replicationId);
    }
    this.#host.onResumed();
    this.#parts.logger.notice("MASTER <-> REPLICA sync: Master accepted a Partial Resynchronization.");
    return this.#startStream(attempt, link, cached);
  }

  async #receive(
    attempt: Attempt,
    link: LinkConnection,
    answer: Extract<PsyncAnswer, { kind: "full" | "unsupported" }>,
    address: MasterAddress,
  ): Promise<MasterStream | null> {
    const { logger, history } = this.#parts;
    if (answer.kind === "unsupported") {
      logger.notice("Retrying with SYNC...");
      await link.send(new TextEncoder().encode("SYNC\r\n"));
    }
    const replicationId = answer.kind === "full" ? answer.replicationId : history.id;
    const offset = answer.kind === "full" ? answer.offset : -1;
    this.state = "sync";
    const receiver = new DatasetReceiver(link, replicationId === history.id, {
      ...this.#parts,
      onHistoryLost: () => {
        this.discardCached();
        this.#host.onHistoryLost();
      },
      cancelSnapshots: () => this.#host.cancelSnapshots(),
    });
    attempt.transfer = receiver.progress;
    const { dbIndex, isMarked } = await receiver.receive();
    attempt.transfer = null;
    if (attempt.abortReason !== null || this.master !== address) return null;
    this.#host.onDatasetReceived(replicationId, Math.max(0, offset));
    const stream = this.#startStream(attempt, link, { replicationId, offset, dbIndex });
    logger.notice("MASTER <-> REPLICA sync: Finished with success");
    if (isMarked) stream.acknowledge();
    return stream;
  }

  #startStream(attempt: Attempt, link: LinkConnection, from: CachedMaster): MasterStream {
    const { clients, store, clock } = this.#parts;
    const client = attempt.client!;
    client.context.db = store.databases[from.dbIndex] ?? store.databases[0]!;
    client.lastInteractionMs = clock.now;
    clients.add(client);
    const stream = new MasterStream({
      ...this.#parts,
      executor: this.#parts.executor(),
      client,
      link,
      offset: from.offset,
    });
    attempt.stream = stream;
    this.state = "connected";
    this.downSinceMs = 0;
    return stream;
  }

  /** Tells the master, which may have sent everything, that we are still busy with it. */
  #sendNewline(): void {
    const output = this.client?.output;
    if (output === undefined) return;
    output.prepare();
    output.buffer.byte(10);
    output.flush();
  }
}

function addressText(address: Deno.NetAddr): string {
  return address.hostname.includes(":")
    ? `[${address.hostname}]:${address.port}`
    : `${address.hostname}:${address.port}`;
}

function reasonOf(error: unknown): string {
  if (error instanceof Deno.errors.ConnectionRefused) return "Connection refused";
  return messageOf(error);
}
