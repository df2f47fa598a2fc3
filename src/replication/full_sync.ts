/**
 * Full synchronisation from the master's side: when a save for the waiting replicas begins, and how its file reaches them.
 *
 * - Diskless: the snapshot is piped to all replicas that wait at that moment; the slowest sets the pace. Whoever comes later
 *   waits for the next one.
 * - With a file: a background save is made, and each replica is sent the file. Whoever comes while it is made may join a
 *   replica that waits for it already.
 * - Without permission to write files the diskless way is taken also where `repl-diskless-sync` is off, and for clients that
 *   must be told a length in advance the file is collected in memory.
 */

import type { BackgroundTasks } from "../base/background_tasks.ts";
import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/error_text.ts";
import { canWrite } from "../base/file_access.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import { ascii } from "../bytes/ascii.ts";
import type { Config } from "../config/config.ts";
import { openRdbFile, rdbPath } from "../persistence/rdb_file.ts";
import type { RdbPersistence } from "../persistence/rdb_persistence.ts";
import { RdbSnapshot } from "../persistence/rdb_snapshot.ts";
import type { Store } from "../store/store.ts";
import type { Backlog } from "./backlog.ts";
import { EOF_MARK_BYTES } from "./rdb_framing.ts";
import type { ReplicaLink } from "./replica_link.ts";
import type { Replicas } from "./replicas.ts";
import { isSameFilter, isWhole, type RdbFilter, replicaName, replicaTraits } from "./replica_traits.ts";
import type { ReplicationFeed } from "./replication_feed.ts";
import type { ReplicationHistory } from "./replication_history.ts";

/** What a `FullSync` needs. */
export interface FullSyncOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly random: Random;
  readonly store: Store;
  readonly tasks: BackgroundTasks;
  readonly persistence: RdbPersistence;
  readonly replicas: Replicas;
  readonly backlog: Backlog;
  readonly feed: ReplicationFeed;
  readonly history: ReplicationHistory;
}

/** Where the file of a synchronisation goes. */
type Target = "sockets" | "disk" | "memory";

/** A file as it is sent: its size and its bytes. */
interface SizedFile {
  readonly size: number;
  readonly chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
}

/** Makes and sends the files of one server. */
export class FullSync {
  readonly #options: FullSyncOptions;
  /** What is being made or sent now for replicas. */
  #target: Target | null = null;
  #snapshot: RdbSnapshot | null = null;
  /** True when the RDB file on disk was made for replicas only. */
  #hasLeftFile = false;

  constructor(options: FullSyncOptions) {
    this.#options = options;
    options.persistence.onBackgroundSaveEnded.subscribe(({ isOk }) => this.#endSave(isOk));
    options.replicas.onGone.subscribe((link) => this.#stopUseless(link));
  }

  /** True while a file is piped to replicas. */
  get isDiskless(): boolean {
    return this.#target === "sockets";
  }

  /** Finds a file for a replica that has just arrived: one that is being made, the next one, or one of its own. */
  admit(link: ReplicaLink): void {
    const { logger, persistence, config, store } = this.#options;
    if (persistence.snapshot !== null) {
      const peer = this.#findPeer(link);
      if (peer === undefined) {
        logger.notice("Can't attach the replica to the current BGSAVE. Waiting for next BGSAVE for SYNC");
        return;
      }
      this.#setUp(link, peer.snapshotOffset);
      logger.notice("Waiting for end of BGSAVE for SYNC");
    } else if (this.#snapshot !== null) {
      logger.notice("Current BGSAVE has socket target. Waiting for next BGSAVE for SYNC");
    } else if (
      config.boolean("repl-diskless-sync").value && replicaTraits(link.client.context).hasEof &&
      config.integer("repl-diskless-sync-delay").value > 0
    ) {
      logger.notice("Delay next BGSAVE for diskless SYNC");
    } else if (store.snapshot !== null) {
      logger.notice("No BGSAVE in progress, but another BG operation is active. BGSAVE for replication delayed");
    } else {
      this.#start(replicaTraits(link.client.context).hasEof, link.filter);
    }
  }

  /** Begins a save when replicas wait for one and it is time: once a second, and when a save has ended. */
  startPending(): void {
    const { store, replicas, config, clock } = this.#options;
    if (store.snapshot !== null || this.#target !== null) return;
    const waiting = [...replicas].filter((link) => link.state === "wait_start");
    const first = waiting[0];
    if (first === undefined) return;
    const group = waiting.filter((link) => isSameFilter(link.filter, first.filter));
    const nowSeconds = Math.floor(clock.now / 1000);
    const idle = Math.max(...group.map((link) => nowSeconds - Math.floor(link.client.lastInteractionMs / 1000)));
    const maxReplicas = config.integer("repl-diskless-sync-max-replicas").value;
    const isTime = !config.boolean("repl-diskless-sync").value ||
      (maxReplicas > 0 && group.length >= maxReplicas) ||
      idle >= config.integer("repl-diskless-sync-delay").value;
    if (isTime) this.#start(group.every((link) => replicaTraits(link.client.context).hasEof), first.filter);
  }

  /** Shows replicas that wait for a file that their master lives. */
  sendNewlines(): void {
    for (const link of this.#options.replicas) {
      const isWaiting = link.state === "wait_start" || (link.state === "wait_end" && !this.isDiskless);
      if (isWaiting) link.sendNewline();
    }
  }

  /** Removes the file that was made for replicas where persistence is off and `rdb-del-sync-files` asks for that. */
  removeUnwantedFile(): void {
    const { config, persistence, logger, replicas } = this.#options;
    if (!this.#hasLeftFile) return;
    if (!config.boolean("rdb-del-sync-files").value) {
      this.#hasLeftFile = false;
      return;
    }
    if (config.cell("save").value.length > 0 || config.boolean("appendonly").value) return;
    for (const { state } of replicas) if (state !== "online" && state !== "rdb_transmitted") return;
    this.#hasLeftFile = false;
    logger.notice("Removing the RDB file used to feed replicas in a persistence-less instance");
    const { location } = persistence;
    location.files.remove(rdbPath(location)).catch(() => {});
  }

  /** Gives up what is being made for replicas: the data are about to be replaced, or the server stops. */
  cancel(): void {
    this.#snapshot?.cancel();
  }

  #findPeer(link: ReplicaLink): ReplicaLink | undefined {
    const traits = replicaTraits(link.client.context);
    for (const other of this.#options.replicas) {
      const theirs = replicaTraits(other.client.context);
      if (other.state !== "wait_end" || (theirs.isRdbOnly && !traits.isRdbOnly)) continue;
      const hasCapabilities = (traits.hasEof || !theirs.hasEof) && (traits.hasPsync2 || !theirs.hasPsync2);
      const isUsable = traits.isRdbOnly || theirs.isRdbOnly || this.#options.backlog.has(other.snapshotOffset + 1);
      return hasCapabilities && isUsable && isSameFilter(link.filter, other.filter) ? other : undefined;
    }
    return undefined;
  }

  #start(hasEof: boolean, filter: RdbFilter): void {
    const { logger, replicas, persistence } = this.#options;
    const target = this.#chooseTarget(hasEof, filter);
    logger.notice(`Starting BGSAVE for SYNC with target: ${target === "sockets" ? "replicas sockets" : target}`);
    const group = [...replicas].filter((link) => link.state === "wait_start" && isSameFilter(link.filter, filter));
    if (target === "disk") {
      const refusal = persistence.startBackgroundSave();
      if (refusal !== null) return this.#refuse(group, refusal);
      this.#target = target;
      this.#hasLeftFile = this.#options.config.boolean("rdb-del-sync-files").value;
      this.#setUpAll(group);
      return;
    }
    const snapshot = new RdbSnapshot(this.#options.store, {
      ...persistence.snapshotOptions(),
      ...filterOptions(filter),
    });
    this.#target = target;
    this.#snapshot = snapshot;
    this.#setUpAll(group);
    logger.notice(`Background RDB transfer started by pid ${Deno.pid}`);
    const work = target === "sockets" ? () => this.#pipe(snapshot, group) : () => this.#collect(snapshot, group);
    this.#options.tasks.start("full synchronisation", work);
  }

  #chooseTarget(hasEof: boolean, filter: RdbFilter): Target {
    const { config, persistence } = this.#options;
    const isFileAllowed = canWrite(rdbPath(persistence.location));
    const isDiskless = config.boolean("repl-diskless-sync").value || !isWhole(filter) || !isFileAllowed;
    if (isDiskless && hasEof) return "sockets";
    return isFileAllowed ? "disk" : "memory";
  }

  #setUpAll(group: readonly ReplicaLink[]): void {
    for (const link of group) this.#setUp(link, this.#options.backlog.endOffset);
  }

  #setUp(link: ReplicaLink, offset: number): void {
    const { feed, history } = this.#options;
    link.snapshotOffset = offset;
    link.state = "wait_end";
    // The new replica's data have no database selected.
    feed.forgetDatabase();
    if (!link.isPrePsync) link.sendText(`+FULLRESYNC ${history.id} ${offset}\r\n`);
    if (!replicaTraits(link.client.context).isRdbOnly) link.readFrom(offset);
  }

  #refuse(group: readonly ReplicaLink[], reason: string): void {
    const { logger, replicas } = this.#options;
    logger.warning(`BGSAVE for replication failed: ${reason}`);
    for (const link of group) {
      link.sendText("-ERR BGSAVE failed, replication can't continue\r\n");
      replicas.remove(link.client);
      const { client } = link;
      this.#options.tasks.start(`refusal of replica ${client.id}`, async () => {
        await client.output.finished();
        client.kill();
      });
    }
  }

  async #pipe(snapshot: RdbSnapshot, group: readonly ReplicaLink[]): Promise<void> {
    const { logger, random } = this.#options;
    const mark = ascii(random.hexId(EOF_MARK_BYTES));
    const isOk = await this.#sendToAll(snapshot, group, mark);
    await snapshot.ended;
    const alive = group.filter((link) => !link.isClosed);
    this.#snapshot = null;
    this.#target = null;
    if (isOk) {
      logger.warning(`Diskless rdb transfer, done reading from pipe, ${alive.length} replicas still up.`);
      logger.notice("Background RDB transfer terminated with success");
    } else {
      logger.warning("Background transfer error");
    }
    for (const link of alive) {
      if (!isOk) {
        link.kill();
        logger.warning("SYNC failed. BGSAVE child returned an error");
        continue;
      }
      logger.notice(
        `Streamed RDB transfer with replica ${replicaName(link.client)} succeeded (socket). ` +
          "Waiting for REPLCONF ACK from slave to enable streaming",
      );
      // The end of the file is recognised by its mark, which is simplest when nothing follows it at once.
      if (!this.#putOnline(link)) link.kill();
      else if (link.hasAckedFile) this.#options.tasks.start(`stream to replica ${link.client.id}`, () => link.stream());
      else link.startsOnAck = true;
    }
    this.startPending();
  }

  async #sendToAll(snapshot: RdbSnapshot, group: readonly ReplicaLink[], mark: Uint8Array): Promise<boolean> {
    const { logger } = this.#options;
    const send = (bytes: Uint8Array) => Promise.all(group.map((link) => link.sendBytes(bytes)));
    try {
      await send(ascii(`$EOF:`));
      await send(mark);
      await send(ascii("\r\n"));
      for await (const chunk of snapshot.readable) {
        await send(chunk);
        if (group.every((link) => link.isClosed)) {
          logger.warning("Diskless rdb transfer, last replica dropped, killing fork child.");
          snapshot.cancel();
        }
      }
      await send(mark);
      return true;
    } catch (error) {
      if (!snapshot.isCancelled) logger.warning(`Diskless rdb transfer failed: ${messageOf(error)}`);
      return false;
    }
  }

  async #collect(snapshot: RdbSnapshot, group: readonly ReplicaLink[]): Promise<void> {
    const chunks: Uint8Array[] = [];
    let size = 0;
    let isOk = true;
    try {
      for await (const chunk of snapshot.readable) {
        chunks.push(chunk);
        size += chunk.length;
      }
    } catch (error) {
      this.#options.logger.warning(`SYNC failed: ${messageOf(error)}`);
      isOk = false;
    }
    await snapshot.ended;
    this.#snapshot = null;
    this.#target = null;
    for (const link of group) {
      if (!isOk) link.kill();
      else if (!link.isClosed) this.#sendFile(link, () => Promise.resolve({ size, chunks }));
    }
    this.startPending();
  }

  #endSave(isOk: boolean): void {
    const { replicas, logger, persistence } = this.#options;
    if (this.#target === "disk") this.#target = null;
    if (this.#snapshot === null) {
      for (const link of [...replicas]) {
        if (link.state !== "wait_end") continue;
        if (isOk) {
          this.#sendFile(link, () => openSizedFile(persistence));
          continue;
        }
        link.kill();
        logger.warning("SYNC failed. BGSAVE child returned an error");
      }
    }
    this.startPending();
  }

  #sendFile(link: ReplicaLink, open: () => Promise<SizedFile>): void {
    const { tasks, logger } = this.#options;
    link.state = "send_bulk";
    tasks.start(`file to replica ${link.client.id}`, async () => {
      let file: SizedFile;
      try {
        file = await open();
      } catch (error) {
        logger.warning(`SYNC failed. Can't open/stat DB after BGSAVE: ${messageOf(error)}`);
        return link.kill();
      }
      await link.sendBytes(ascii(`$${file.size}\r\n`));
      for await (const chunk of file.chunks) {
        await link.sendBytes(chunk);
        if (link.isClosed) return;
      }
      if (!this.#putOnline(link)) return link.kill();
      await link.stream();
    });
  }

  /** False: the replica wanted no more than the file. */
  #putOnline(link: ReplicaLink): boolean {
    const { logger, clock } = this.#options;
    const name = replicaName(link.client);
    if (replicaTraits(link.client.context).isRdbOnly) {
      link.state = "rdb_transmitted";
      logger.notice(`RDB transfer completed, rdb only replica (${name}) should be disconnected asap`);
      return false;
    }
    link.state = "online";
    link.ackAtMs = clock.now;
    logger.notice(`Synchronization with replica ${name} succeeded`);
    return true;
  }

  /** A save that nobody waits for any more is given up, unless save points want it anyway. */
  #stopUseless(gone: ReplicaLink): void {
    const { replicas, config, persistence } = this.#options;
    if (gone.state !== "wait_end" || this.#target !== "disk" || config.cell("save").value.length > 0) return;
    for (const link of replicas) if (link.state === "wait_end") return;
    persistence.cancelBackgroundSave();
  }
}

function filterOptions(filter: RdbFilter): { hasData: boolean; libraries?: readonly Uint8Array[] } {
  return filter.hasFunctions ? { hasData: filter.hasData } : { hasData: filter.hasData, libraries: [] };
}

async function openSizedFile(persistence: RdbPersistence): Promise<SizedFile> {
  const file = await openRdbFile(persistence.location);
  if (file === null) throw new Deno.errors.NotFound("No such file or directory");
  return { size: file.size, chunks: file.stream };
}
