/**
 * Replication of one server in both roles: who follows us, whom we follow, and what happens when that changes.
 */

import { Topic } from "../base/topic.ts";
import type { Client } from "../clients/client.ts";
import type { Command } from "../command/command.ts";
import type { Context } from "../command/context.ts";
import type { ExecutorObserver } from "../command/executor.ts";
import type { MasterAddress } from "../config/replica_of.ts";
import type { ReplicationPoint } from "../persistence/rdb_notes.ts";
import type { Slice } from "../bytes/slice.ts";
import { Args } from "../resp/request_batch.ts";
import { Admission } from "./admission.ts";
import { Backlog } from "./backlog.ts";
import { Failover } from "./failover.ts";
import { FullSync } from "./full_sync.ts";
import { MasterLink } from "./master_link.ts";
import { NO_DATABASE, ReplicationFeed } from "./replication_feed.ts";
import { ReplicationHistory } from "./replication_history.ts";
import type { ReplicationHostParts, ReplicationParts } from "./replication_parts.ts";
import { ReplicaCatchUp } from "./replica_catch_up.ts";
import { Replicas } from "./replicas.ts";
import { LastOffsets, ReplicaWaits } from "./wait.ts";

/** Replication, as commands, gates and INFO see it. */
export class Replication implements ExecutorObserver {
  readonly history: ReplicationHistory;
  readonly backlog: Backlog;
  readonly feed: ReplicationFeed;
  readonly replicas: Replicas;
  readonly fullSync: FullSync;
  readonly admission: Admission;
  readonly link: MasterLink;
  readonly waits: ReplicaWaits;
  /** FAILOVER. */
  readonly failover: Failover;
  /** Whether replicas have everything: what a shutdown waits for. */
  readonly catchUp: ReplicaCatchUp;
  readonly lastOffsets = new LastOffsets();
  /** Told when the server has become a master (true) or a replica (false). */
  readonly onRoleChange = new Topic<boolean>();
  /** A client's line for the log. */
  describeClient: (client: Client) => string = (client) => client.address;

  readonly #parts: ReplicationParts;
  /** The round before the first one, at the very start, finds no replicas to ping. */
  #rounds = 1;
  #isStarted = false;
  #isAckWanted = false;
  /** The replica whose command runs, and what waited to be sent to it before. */
  #asking: Client | null = null;
  #outputBefore = 0;

  constructor(host: ReplicationHostParts) {
    const { clock, random, logger, config, store, propagation, clients, persistence } = host;
    this.history = new ReplicationHistory(random);
    this.backlog = new Backlog(config.integer("repl-backlog-size").value);
    this.feed = new ReplicationFeed(this.backlog, propagation);
    const describe = (client: Client) => this.describeClient(client);
    this.replicas = new Replicas({ clock, logger, config, backlog: this.backlog, describe });
    this.#parts = { ...host, backlog: this.backlog, feed: this.feed, history: this.history, replicas: this.replicas };
    this.fullSync = new FullSync(this.#parts);
    this.waits = new ReplicaWaits(clock, this.replicas);
    this.catchUp = new ReplicaCatchUp(this.#parts);
    this.link = new MasterLink(this.#parts, {
      onHistoryLost: () => this.#loseHistory(),
      onDatasetReceived: (id, offset) => this.#adopt(id, offset),
      onIdChanged: (id) => this.#followId(id),
      onResumed: () => {
        if (!this.backlog.isActive) this.backlog.activate();
      },
      cancelSnapshots: () => this.#cancelSnapshots(),
      isFailingOver: () => this.failover.isInProgress,
      onAnswered: (answer) => this.failover.conclude(answer),
    });
    this.failover = new Failover({
      ...this.#parts,
      follow: (target) => this.follow(target),
      promote: () => this.promote(),
    });
    this.admission = new Admission({
      ...this.#parts,
      fullSync: this.fullSync,
      isFailingOver: () => this.failover.isActive,
      isLinkedOrMaster: () => this.isMaster || this.link.isUp,
      createBacklog: () => this.#createBacklog(),
    });
    this.feed.onGrown = () => this.replicas.wakeAll();
    this.backlog.onNewBlock = () => this.replicas.enforceOutputLimits();
    clients.onGone.subscribe((client) => this.replicas.lose(client));
    host.clientPause.onChange.subscribe((mode) => {
      if (mode === "off" && this.#isAckWanted) this.#sendAckRequest();
    });
    config.onChange("repl-backlog-size", (size) => {
      this.backlog.sizeBytes = size;
      this.backlog.trim();
    });
    persistence.replicationPoint = () => this.replicationPoint;
    persistence.isReplica = () => !this.isMaster;
    persistence.isTransferring = () => this.fullSync.isDiskless;
    persistence.cancelTransfers = () => this.fullSync.cancel();
    // As Redis: nobody needs the data any more that were on their way.
    store.onFlushAll.subscribe(() => this.fullSync.cancel());
    store.expiryRule = "delete";
  }

  /** True unless another server is followed. */
  get isMaster(): boolean {
    return this.link.master === null;
  }

  /** True for the context of a client that is a replica of ours. */
  isReplica(context: Context): boolean {
    return context.origin === "client" && this.#parts.clients.of(context)?.type === "replica";
  }

  /** Where the data stand in the stream, for the notes of a file; null when nobody could resume from there. */
  get replicationPoint(): ReplicationPoint | null {
    const { history, backlog, link, feed } = this;
    const point = (dbIndex: number) => ({ dbIndex, replicationId: history.id, offset: backlog.endOffset });
    if (this.isMaster) return backlog.isActive ? point(feed.dbIndex === NO_DATABASE ? 0 : feed.dbIndex) : null;
    if (link.stream !== null) return point(link.client!.context.db.index);
    return link.cached === null ? null : point(link.cached.dbIndex);
  }

  /** Part of `ExecutorObserver`. */
  isWatching(): boolean {
    return this.backlog.isActive;
  }

  /** Part of `ExecutorObserver`: remembers for WAIT how far the stream was after each client's last command. */
  onCall(context: Context): void {
    if (this.#parts.executor().depth > 0) return;
    this.lastOffsets.begin(context, this.backlog.endOffset);
    const client = this.replicas.size === 0 ? undefined : this.#parts.clients.of(context);
    this.#asking = client?.type === "replica" ? client : null;
    this.#outputBefore = this.#asking?.output.pendingBytes ?? 0;
  }

  /** Part of `ExecutorObserver`: a replica that gets a reply would take it for a part of its stream. */
  onCalled(_context: Context, command: Command, _args: Args): void {
    const client = this.#asking;
    if (client === null || this.#parts.executor().depth > 1) return;
    this.#asking = null;
    if (client.isClosing || client.output.pendingBytes === this.#outputBefore) return;
    this.#cutOff(client, command.fullName);
  }

  /** Part of `ExecutorObserver`: as `onCalled`, for errors, which gates may give as well. */
  onError(context: Context, text: string): void {
    const client = this.replicas.size === 0 ? undefined : this.#parts.clients.of(context);
    if (client?.type !== "replica") return;
    this.#cutOff(client, client.lastCommand);
    const shown = text.startsWith("ERR ") ? text.slice("ERR ".length) : `-${text}`;
    this.#parts.logger.warning(
      `== CRITICAL == This master is sending an error to its replica: '${shown}' ` +
        `after processing the command '${client.lastCommand}'`,
    );
  }

  /** Follows another server from now on. */
  follow(address: MasterAddress): void {
    const { logger, config } = this.#parts;
    const wasMaster = this.isMaster;
    logger.role = "S";
    if (wasMaster) {
      logger.notice(
        "Before turning into a replica, using my own master parameters to synthesize a cached master: " +
          "I may be able to synchronize with the new master with just a partial transfer.",
      );
      this.link.discardCached();
      this.link.cached = { replicationId: this.history.id, offset: this.backlog.endOffset, dbIndex: 0 };
    }
    this.#releaseBlockedClients();
    config.cell("replicaof").store(address);
    this.link.follow(address);
    if (wasMaster) this.#applyRole();
  }

  /** Takes the role that the configuration asks for, before the data are loaded. Nothing connects before `start`. */
  prepare(): void {
    const { config } = this.#parts;
    const address = config.cell("replicaof").value;
    if (address !== null) this.link.followLater(address);
    // Keys that turn out to have expired while the server was down are told to replicas that come back.
    else this.backlog.activate();
    this.#applyRole();
  }

  /** Begins to work when the data are loaded; `point` is what their file said about the stream, if anything. */
  start(point: ReplicationPoint | null): void {
    const { history, backlog, replicas, link } = this;
    if (point === null) {
      if (backlog.isActive) backlog.deactivate();
    } else if (this.isMaster) {
      history.secondId = point.replicationId;
      history.secondOffset = point.offset + 1;
      backlog.moveBy(point.offset);
      replicas.emptySinceMs = this.#parts.clock.now;
    } else {
      history.id = point.replicationId;
      backlog.rebase(point.offset);
      link.cached = { replicationId: point.replicationId, offset: point.offset, dbIndex: point.dbIndex };
    }
    this.feed.setMaster(this.isMaster);
    this.#isStarted = true;
  }

  /** Puts the deletion of a key that had expired before it was loaded into the stream. */
  feedExpired(dbIndex: number, key: Slice): void {
    if (!this.isMaster || this.#isStarted) return;
    const command = this.#parts.config.boolean("lazyfree-lazy-expire").value ? "UNLINK" : "DEL";
    this.feed.feed(dbIndex, Args.of(command, key.copy()));
  }

  /** Becomes a master with the data as they are. */
  promote(): void {
    if (this.isMaster) return;
    const { logger, config, clock } = this.#parts;
    config.cell("replicaof").store(null);
    this.link.unfollow();
    const { history, backlog, replicas } = this;
    history.branch(backlog.endOffset);
    logger.warning(
      `Setting secondary replication ID to ${history.secondId}, valid up to offset: ${history.secondOffset}. ` +
        `New replication ID is ${history.id}`,
    );
    replicas.disconnectAll();
    replicas.emptySinceMs = clock.now;
    this.#applyRole();
    this.feed.forgetDatabase();
    // A full synchronisation that was broken off has left it off.
    this.#parts.aof.turnOnAgain();
  }

  /** An acknowledgement of a replica. */
  acknowledge(client: Client, offset: number): void {
    const link = this.replicas.of(client);
    if (link === undefined) return;
    if (offset > link.ackOffset) link.ackOffset = offset;
    link.ackAtMs = this.#parts.clock.now;
    // A replica may be faster than we are in noticing that its file is complete.
    if (link.state === "wait_end") link.hasAckedFile = true;
    if (link.startsOnAck && link.state === "online") this.admission.startStream(link);
    if (this.waits.isAny) this.waits.check();
    this.catchUp.check();
    this.failover.checkSoon();
  }

  /** Asks all replicas for their offsets, once in a turn of the event loop. */
  requestAcks(): void {
    if (this.#isAckWanted) return;
    this.#isAckWanted = true;
    queueMicrotask(() => this.#sendAckRequest());
  }

  /** Ends everything that goes on in the background: the server stops. */
  stop(): void {
    this.link.stop();
    this.fullSync.cancel();
    for (const { client } of [...this.replicas]) this.replicas.remove(client);
  }

  /** Once a second: Redis's `replicationCron`. */
  tick(): void {
    const { config } = this.#parts;
    if (!this.#isStarted) return;
    this.link.tick();
    if (this.#isAckWanted) this.#sendAckRequest();
    const pingPeriod = config.integer("repl-ping-replica-period").value;
    const isPingDue = this.#rounds++ % pingPeriod === 0;
    // During a failover the stream stands still, so that a replica can have all of it.
    if (isPingDue && this.replicas.size > 0 && this.isMaster && !this.failover.isActive) this.feed.ping();
    this.fullSync.sendNewlines();
    this.replicas.noteSigns();
    this.replicas.enforceTimeouts(this.fullSync.isDiskless);
    this.replicas.enforceOutputLimits();
    this.#freeIdleBacklog();
    this.fullSync.startPending();
    this.fullSync.removeUnwantedFile();
  }

  /** Ten times a second: a failover does not wait for the round of once a second. */
  tickFailover(): void {
    if (!this.failover.isActive) return;
    this.failover.checkSoon();
    this.link.tick();
  }

  #cutOff(client: Client, command: string): void {
    this.#parts.logger.warning(
      `Replica generated a reply to command '${command}', disconnecting it: ${this.describeClient(client)}`,
    );
    client.closeSoon();
  }

  #sendAckRequest(): void {
    // The request itself is a part of the stream, which must stand still while clients are paused.
    if (this.#parts.clientPause.mode !== "off") return;
    this.#isAckWanted = false;
    if (this.isMaster) this.feed.requestAcks();
  }

  #createBacklog(): void {
    const { logger } = this.#parts;
    this.history.renew();
    this.backlog.activate();
    this.feed.setMaster(this.isMaster);
    logger.notice(
      `Replication backlog created, my new replication IDs are '${this.history.id}' and '${this.history.secondId}'`,
    );
  }

  #freeIdleBacklog(): void {
    const { config, clock, logger } = this.#parts;
    const ttlSeconds = config.integer("repl-backlog-ttl").value;
    if (!this.isMaster || !this.backlog.isActive || this.replicas.size > 0 || ttlSeconds === 0) return;
    const idleSeconds = Math.floor(clock.now / 1000) - Math.floor(this.replicas.emptySinceMs / 1000);
    if (idleSeconds <= ttlSeconds) return;
    // Without a backlog nothing counts the stream, so an id that stayed would promise what we cannot keep.
    this.history.renew();
    this.backlog.deactivate();
    this.feed.setMaster(true);
    logger.notice(`Replication backlog freed after ${ttlSeconds} seconds without connected replicas.`);
  }

  #loseHistory(): void {
    this.replicas.disconnectAll();
    if (this.backlog.isActive) this.backlog.deactivate();
  }

  #adopt(id: string, offset: number): void {
    this.history.adopt(id);
    if (this.backlog.isActive) this.backlog.deactivate();
    this.backlog.rebase(offset);
    this.backlog.activate();
    this.#parts.aof.turnOnAgain();
  }

  #followId(id: string): void {
    this.history.follow(id, this.backlog.endOffset);
    this.replicas.disconnectAll();
  }

  #cancelSnapshots(): void {
    const { persistence, aof, logger } = this.#parts;
    this.fullSync.cancel();
    // The data that it goes on from are about to be replaced.
    aof.turnOff();
    if (persistence.snapshot === null) return;
    logger.notice(
      "Replica is about to load the RDB file received from the master, but there is a pending RDB child running. " +
        `Killing process ${Deno.pid} and removing its temp file to avoid any race`,
    );
    persistence.cancelBackgroundSave();
  }

  /** Clients that waited on a master would wait for ever on a replica. */
  #releaseBlockedClients(): void {
    for (const client of [...this.#parts.clients]) {
      if (client.wait?.kind !== "keys" && client.wait?.kind !== "replicas") continue;
      client.context.closeAfterReply = true;
      client.cancelWait("role");
    }
  }

  #applyRole(): void {
    const { store, logger } = this.#parts;
    const { isMaster } = this;
    store.expiryRule = isMaster ? "delete" : "hide";
    logger.role = isMaster ? "M" : "S";
    this.feed.setMaster(isMaster);
    this.onRoleChange.emit(isMaster);
  }
}
