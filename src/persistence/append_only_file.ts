/**
 * The append-only file of one server: when it is loaded, written, rewritten, switched on and off.
 *
 * ```
 * off --CONFIG SET appendonly yes--> waiting --a rewrite is complete--> on --CONFIG SET appendonly no--> off
 * ```
 *
 * - A rewrite freezes the data (`Snapshot`), opens a new increment for what is written from then on, and when the new base is
 *   complete one manifest puts it in the place of all files before. At every moment the manifest on disk names a whole set.
 * - While waiting, effects go to a temporary increment that gets its name with the first base.
 * - Where files may not be used, one error says so: at start, or to CONFIG SET and BGREWRITEAOF.
 */

import type { Failpoints } from "../base/failpoints.ts";
import { FileAccessError } from "../base/file_access.ts";
import type { Gate } from "../command/gate.ts";
import { aofMisconf } from "../resp/reply_errors.ts";
import { AofDirectory, AofFileError } from "./aof_directory.ts";
import { AofLoader, type AofLoaderOptions } from "./aof_loader.ts";
import { AofManifest, AofManifestError } from "./aof_manifest.ts";
import { AofRewriteLimit } from "./aof_rewrite_limit.ts";
import { AofWriter, type AofWriterOptions } from "./aof_writer.ts";
import { CommandSnapshotWriter } from "./command_snapshot_writer.ts";
import type { Propagation } from "../command/propagation.ts";
import type { RdbPersistence } from "./rdb_persistence.ts";
import { Snapshot, type SnapshotWriter } from "./rdb_snapshot.ts";
import { RdbSnapshotWriter } from "./rdb_snapshot_writer.ts";

/** What an `AppendOnlyFile` needs. */
export interface AppendOnlyFileOptions
  extends Omit<AofWriterOptions, "isDiskBusy">, Omit<AofLoaderOptions, "directory" | "rdbLoader"> {
  readonly propagation: Propagation;
  readonly persistence: RdbPersistence;
  readonly failpoints: Failpoints;
}

/** Whether effects are written: see the drawing above. */
export type AofState = "off" | "waiting" | "on";

interface Rewrite {
  readonly snapshot: Snapshot;
  readonly startedAtMs: number;
  readonly format: "rdb" | "aof";
  isCancelled: boolean;
}

/** Bytes of a new base between two syncs: Redis's `REDIS_AUTOSYNC_BYTES`. */
const AUTOSYNC_BYTES = 4 * 1024 * 1024;
const TURN_ON_FAILED = "Unable to turn on AOF. Check server logs.";

/** The append-only file of one server. */
export class AppendOnlyFile {
  state: AofState = "off";
  /** A rewrite that waits for another walk to end. */
  isRewriteScheduled = false;
  /** Rewrites begun: `aof_rewrites`. */
  rewriteCount = 0;
  isLastRewriteOk = true;
  /** Seconds that the last rewrite took, -1 before the first. */
  lastRewriteSeconds = -1;
  /** Bytes saved out of turn by the last rewrite: what a fork would have copied. */
  lastPreservedBytes = 0;
  /** Size when the last rewrite was complete, or of the base that was loaded. */
  baseBytes = 0;
  readonly limit = new AofRewriteLimit();
  readonly writer: AofWriter;

  readonly #options: AppendOnlyFileOptions;
  readonly #directory: AofDirectory;
  readonly #loader: AofLoader;
  #manifest: AofManifest | null = null;
  #rewrite: Rewrite | null = null;
  /** Size of all files but the one that is written to. */
  #settledBytes = 0;
  #detach: (() => void) | null = null;

  constructor(options: AppendOnlyFileOptions) {
    this.#options = options;
    const { config, store, persistence, failpoints } = options;
    this.#directory = new AofDirectory(config, failpoints);
    this.writer = new AofWriter({ ...options, isDiskBusy: () => store.snapshot !== null });
    this.#loader = new AofLoader({ ...options, directory: this.#directory, rdbLoader: persistence.loader });
  }

  /** True while a new base is being made. */
  get isRewriting(): boolean {
    return this.#rewrite !== null;
  }

  /** Bytes in all files: `aof_current_size`. */
  get currentBytes(): number {
    return this.#settledBytes + this.writer.fileBytes;
  }

  /** Seconds since the rewrite in progress began, -1 when there is none. */
  get currentRewriteSeconds(): number {
    const rewrite = this.#rewrite;
    return rewrite === null ? -1 : wholeSeconds(this.#options.clock.now) - wholeSeconds(rewrite.startedAtMs);
  }

  /** Loads what there is and begins to write. False when the server must not go on; the log says why. */
  async start(): Promise<boolean> {
    const { clock, logger } = this.#options;
    const startMs = clock.stopwatchMs();
    try {
      this.#directory.requireAccess();
      this.#manifest = this.#upgraded(this.#directory.readManifest());
      const { result, totalBytes, baseBytes } = await this.#loader.load(this.#manifest);
      if (result === "failed") return false;
      if (result !== "missing") {
        const seconds = ((clock.stopwatchMs() - startMs) / 1000).toFixed(3);
        logger.notice(`DB loaded from append only file: ${seconds} seconds`);
      }
      this.#settledBytes = totalBytes;
      this.baseBytes = baseBytes;
      this.#openAtStart();
      this.#removeHistory();
      return true;
    } catch (error) {
      this.#report(error);
      return false;
    }
  }

  /**
   * DEBUG LOADAOF: empties the databases and loads the files; from the call on clients are told to wait. Null, or the error
   * reply.
   */
  async reload(): Promise<string | null> {
    const { store, persistence } = this.#options;
    try {
      this.#directory.requireAccess();
      this.writer.flush();
      const manifest = this.#directory.readManifest();
      if (manifest.isEmpty) return "ERR The append only file is not enabled";
      store.flush(-1);
      persistence.libraries?.clear();
      store.lazyFree.run(Infinity);
      const { result } = await this.#loader.load(manifest);
      return result === "failed" ? "ERR Error trying to load the AOF files, check server logs." : null;
    } catch (error) {
      this.#report(error);
      return error instanceof FileAccessError
        ? `ERR ${error.message}`
        : "ERR Error trying to load the AOF files, check server logs.";
    }
  }

  /** Follows `appendonly` after it was changed. A text refuses the change. */
  apply(isWanted: boolean, isInTransaction: boolean): string | void {
    if (isWanted === (this.state !== "off")) return;
    if (isWanted) return this.#turnOn(isInTransaction);
    this.turnOff();
  }

  /** Puts everything on the medium and writes no more. The files stay. */
  turnOff(): void {
    if (this.state === "off") return;
    this.cancelRewrite();
    this.writer.isCollecting = false;
    this.writer.close();
    this.#detach?.();
    this.#detach = null;
    this.state = "off";
    this.isRewriteScheduled = false;
    this.#settledBytes = 0;
  }

  /** After the data were replaced while it was off: goes on with a base of the new ones, as soon as that can be. */
  turnOnAgain(): void {
    if (!this.#options.config.boolean("appendonly").value || this.state !== "off") return;
    if (this.#turnOn(false) === undefined) return;
    this.#options.logger.warning("Failed enabling the AOF after successful master synchronization! Trying it again.");
    this.#attach("waiting");
    this.isRewriteScheduled = true;
  }

  /** BGREWRITEAOF and whoever else wants a rewrite now: false when it cannot begin; the log says why. */
  startRewrite(): boolean {
    const { store, logger, clock, config, persistence } = this.#options;
    if (this.#rewrite !== null || store.snapshot !== null || persistence.isSaving) return false;
    const format = config.boolean("aof-use-rdb-preamble").value ? "rdb" : "aof";
    try {
      this.#directory.requireAccess();
      this.#directory.create();
      this.#manifest ??= this.#directory.readManifest();
      this.#openForRewrite();
    } catch (error) {
      this.#report(error);
      this.isLastRewriteOk = false;
      return false;
    }
    this.isRewriteScheduled = false;
    this.rewriteCount++;
    const snapshot = new Snapshot(store, this.#snapshotWriter(format), persistence.snapshotOptions(true));
    const rewrite: Rewrite = { snapshot, format, startedAtMs: clock.now, isCancelled: false };
    this.#rewrite = rewrite;
    logger.notice(`Background append only file rewriting started by pid ${Deno.pid}`);
    this.#options.inBackground("rewrite of the append only file", () => this.#finishRewrite(rewrite));
    return true;
  }

  /** Gives up the rewrite, if there is one. */
  cancelRewrite(): void {
    const rewrite = this.#rewrite;
    if (rewrite === null || rewrite.isCancelled) return;
    this.#options.logger.notice(`Killing running AOF rewrite child: ${Deno.pid}`);
    rewrite.isCancelled = true;
    rewrite.snapshot.cancel();
  }

  /** What is due now and then: about every 100 ms. */
  tick(): void {
    const { config, logger, store, persistence, clock, loading } = this.#options;
    this.writer.tick();
    if (loading.isActive || this.isRewriting || store.snapshot !== null || persistence.isSaving) return;
    const isLimited = () =>
      this.limit.isLimited(clock.now, (minutes) => {
        logger.warning(
          `Background AOF rewrite has repeatedly failed and triggered the limit, will retry in ${minutes} minutes`,
        );
      });
    if (this.isRewriteScheduled) {
      if (!isLimited()) this.startRewrite();
      return;
    }
    const wantedGrowth = config.integer("auto-aof-rewrite-percentage").value;
    if (this.state !== "on" || wantedGrowth === 0) return;
    if (this.currentBytes <= config.integer("auto-aof-rewrite-min-size").value) return;
    const growth = Math.trunc(this.currentBytes * 100 / (this.baseBytes || 1)) - 100;
    if (growth < wantedGrowth || isLimited()) return;
    logger.notice(`Starting automatic rewriting of AOF on ${growth}% growth`);
    this.startRewrite();
  }

  /** Before the server stops. False when it should not, which the log explains. */
  prepareStop(isForced: boolean): boolean {
    const { logger } = this.#options;
    if (this.isRewriting) {
      if (this.state === "waiting") {
        logger.warning(isForced ? "Writing initial AOF. Exit anyway." : "Writing initial AOF, can't exit.");
        if (!isForced) return false;
      }
      logger.warning("There is a child rewriting the AOF. Killing it!");
      this.cancelRewrite();
    }
    if (this.state === "off") return true;
    logger.notice("Calling fsync() on the AOF file.");
    this.writer.flushAndSync();
    return true;
  }

  /** Refuses writes while the file cannot be written. */
  readonly gate: Gate = {
    isRaised: ({ origin }) => this.writer.failure !== null && this.state !== "off" && origin === "client",
    concerns: (command) => command.isWrite || command.hasTraits || command.name === "ping",
    check: (context, command, args) => {
      const reason = this.writer.failure;
      if (reason === null || this.#options.persistence.isReplica()) return null;
      return command.traitsOf(context, args).isWrite || command.name === "ping" ? aofMisconf(reason) : null;
    },
  };

  #turnOn(isInTransaction: boolean): string | void {
    const { store, logger, persistence } = this.#options;
    this.#attach("waiting");
    const schedule = (reason: string) => {
      this.isRewriteScheduled = true;
      logger.warning(reason);
    };
    if (this.isRewriting) {
      // It does not collect what is written meanwhile, and its walk takes a moment to end.
      schedule(
        "AOF was enabled but there is already an AOF rewriting in background. Stopping background AOF and starting a " +
          "rewrite now.",
      );
      this.cancelRewrite();
    } else if (store.snapshot !== null || persistence.isSaving) {
      schedule(
        "AOF was enabled but there is already another background operation. An AOF background was scheduled to start " +
          "when possible.",
      );
    } else if (isInTransaction) {
      schedule(
        "AOF was enabled during a transaction. An AOF background was scheduled to start when possible.",
      );
    } else if (!this.startRewrite()) {
      this.turnOff();
      logger.warning(
        "Redis needs to enable the AOF but can't trigger a background AOF rewrite operation. Check the above logs for " +
          "more info about the error.",
      );
      return TURN_ON_FAILED;
    }
    this.writer.forgetFailure();
  }

  #attach(state: AofState): void {
    this.state = state;
    this.#detach ??= this.#options.propagation.attach(this.writer);
  }

  /** Takes the single file of an older server as the base, if there is one and nothing newer. */
  #upgraded(manifest: AofManifest): AofManifest {
    const directory = this.#directory;
    const upgraded = directory.adoptSingleFile(manifest);
    if (upgraded === null) return manifest;
    this.#options.logger.notice(
      `Successfully migrated an old-style AOF file (${directory.prefix}) into the AOF directory (${directory.name}).`,
    );
    return upgraded;
  }

  /** Opens the last increment, or the first one with a base before it. */
  #openAtStart(): void {
    const { logger, config } = this.#options;
    const directory = this.#directory;
    let manifest = this.#manifest!;
    directory.create();
    if (manifest.isEmpty) {
      const format = config.boolean("aof-use-rdb-preamble").value ? "rdb" : "aof";
      const base = manifest.withNewBase(directory.prefix, format);
      const temporary = directory.pathBeside(`temp-rewriteaof-${Deno.pid}.aof`);
      directory.writeBaseSync(temporary, this.#snapshotWriter(format).end());
      directory.renamePart(temporary, base.name, "base");
      logger.notice(`Creating AOF base file ${base.name} on server start`);
      manifest = base.manifest;
    }
    const last = manifest.increments.at(-1);
    const added = last === undefined ? manifest.withNewIncrement(directory.prefix) : null;
    const name = last?.name ?? added!.name;
    const file = directory.openPart(name, false);
    const fileBytes = directory.sizeOf(name);
    if (added !== null) {
      manifest = added.manifest;
      const unsynced = directory.writeManifest(manifest);
      if (unsynced !== null) throw unsynced;
    }
    this.#manifest = manifest;
    this.#settledBytes = Math.max(0, this.#settledBytes - fileBytes);
    this.writer.switchTo(file, fileBytes);
    this.writer.isCollecting = true;
    this.#attach("on");
    logger.notice(`${last === undefined ? "Creating" : "Opening"} AOF incr file ${name} on server start`);
  }

  /** What is written from now on goes to a new increment: the base in the making holds what was written before. */
  #openForRewrite(): void {
    const directory = this.#directory;
    if (this.state === "off") return;
    this.writer.flush();
    if (this.writer.pendingBytes > 0) {
      // The base would hold what waits, and the new increment once more.
      throw new AofFileError(`Can't rewrite the append only file while it cannot be written: ${this.writer.failure}`);
    }
    const isWaiting = this.state === "waiting";
    const added = isWaiting ? null : this.#manifest!.withNewIncrement(directory.prefix);
    const name = added?.name ?? directory.temporaryIncrementName;
    const { file, unsynced } = added === null
      ? { file: directory.openPart(name, true), unsynced: null }
      : directory.addIncrement(added);
    if (added !== null) this.#manifest = added.manifest;
    this.#options.logger.notice(`Creating AOF incr file ${name} on background rewrite`);
    this.#settledBytes += this.writer.fileBytes;
    this.writer.switchTo(file, 0);
    this.writer.isCollecting = true;
    if (unsynced !== null) throw unsynced;
  }

  #snapshotWriter(format: "rdb" | "aof"): SnapshotWriter {
    const { store, config, clock, persistence } = this.#options;
    const options = persistence.snapshotOptions(true);
    if (format === "rdb") return new RdbSnapshotWriter(store, options, options);
    const stampSeconds = config.boolean("aof-timestamp-enabled").value ? wholeSeconds(clock.now) : null;
    return new CommandSnapshotWriter({ stampSeconds, libraries: options.libraries });
  }

  async #finishRewrite(rewrite: Rewrite): Promise<void> {
    const { logger, clock, config } = this.#options;
    const { snapshot } = rewrite;
    const syncEveryBytes = config.boolean("aof-rewrite-incremental-fsync").value ? AUTOSYNC_BYTES : Infinity;
    const name = `temp-rewriteaof-bg-${Deno.pid}.aof`;
    const temporary = this.#directory.pathBeside(name);
    let isOk = false;
    try {
      await this.#directory.writeBase(temporary, snapshot.readable, syncEveryBytes);
      isOk = true;
    } catch (error) {
      if (!rewrite.isCancelled) this.#report(error);
    }
    await snapshot.ended;
    clock.refresh();
    if (rewrite.isCancelled) {
      this.#rewrite = null;
      await this.#directory.removeTemporary(temporary);
      return;
    }
    if (isOk) {
      logger.notice(`Successfully created the temporary AOF base file ${name}`);
      logger.notice("Background AOF rewrite terminated with success");
      isOk = this.#installBase(temporary, name, rewrite.format);
    } else {
      logger.warning("Background AOF rewrite terminated with error");
    }
    this.isLastRewriteOk = isOk;
    this.limit.failures = isOk ? 0 : this.limit.failures + 1;
    this.lastRewriteSeconds = wholeSeconds(clock.now) - wholeSeconds(rewrite.startedAtMs);
    this.lastPreservedBytes = snapshot.preservedBytes;
    this.#rewrite = null;
    if (this.state === "waiting") this.#waitForNextRewrite();
    if (!isOk) await this.#directory.removeTemporary(temporary);
  }

  /** Puts the new base in the place of all that was written before it began. Synchronous: nothing is written meanwhile. */
  #installBase(temporary: string, temporaryName: string, format: "rdb" | "aof"): boolean {
    const { logger } = this.#options;
    const directory = this.#directory;
    const base = this.#manifest!.withNewBase(directory.prefix, format);
    let manifest = base.manifest;
    const newParts: string[] = [];
    let unsynced: AofFileError | null = null;
    try {
      directory.renamePart(temporary, base.name, "base");
      newParts.push(base.name);
      logger.notice(`Successfully renamed the temporary AOF base file ${temporaryName} into ${base.name}`);
      if (this.state === "waiting") {
        const increment = manifest.withNewIncrement(directory.prefix);
        const from = directory.temporaryIncrementName;
        directory.renamePart(directory.pathOf(from), increment.name, "incr");
        newParts.push(increment.name);
        logger.notice(`Successfully renamed the temporary AOF incr file ${from} into ${increment.name}`);
        manifest = increment.manifest;
      }
      manifest = manifest.withIncrementsRewritten(this.writer.hasFile ? 1 : 0);
      unsynced = directory.writeManifest(manifest);
    } catch (error) {
      this.#report(error);
      // At once: the next rewrite uses the same names.
      for (const name of newParts) directory.removePartSync(name);
      return false;
    }
    this.#manifest = manifest;
    if (this.state !== "off") {
      this.#settledBytes = directory.sizeOf(base.name);
      this.baseBytes = this.currentBytes;
      this.state = "on";
    }
    if (unsynced !== null) {
      this.#report(unsynced);
      return false;
    }
    this.#removeHistory();
    logger.notice("Background AOF rewrite finished successfully");
    return true;
  }

  /** The first base could not be made: what was collected for it is worth nothing without it. */
  #waitForNextRewrite(): void {
    const { logger } = this.#options;
    const name = this.#directory.temporaryIncrementName;
    this.writer.isCollecting = false;
    this.writer.close();
    logger.notice(`Removing the temp incr aof file ${name} in the background`);
    this.#remove([name]);
    this.isRewriteScheduled = true;
  }

  #removeHistory(): void {
    const { config, logger } = this.#options;
    const manifest = this.#manifest!;
    if (config.boolean("aof-disable-auto-gc").value || manifest.history.length === 0) return;
    for (const { name } of manifest.history) logger.notice(`Removing the history file ${name} in the background`);
    this.#remove(manifest.history.map(({ name }) => name));
    this.#manifest = manifest.withoutHistory();
    try {
      const unsynced = this.#directory.writeManifest(this.#manifest);
      if (unsynced !== null) this.#report(unsynced);
    } catch (error) {
      // Files that are gone and still named as history do no harm.
      this.#report(error);
    }
  }

  #remove(names: readonly string[]): void {
    this.#options.inBackground("removal of append only files", async () => {
      for (const name of names) await this.#directory.removePart(name);
    });
  }

  #report(error: unknown): void {
    const { logger } = this.#options;
    if (error instanceof AofManifestError) { for (const line of error.logLines) logger.warning(line); }
    else if (error instanceof AofFileError || error instanceof FileAccessError) logger.warning(error.message);
    else throw error;
  }
}

function wholeSeconds(ms: number): number {
  return Math.floor(ms / 1000);
}
