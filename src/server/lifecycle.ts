/**
 * The start and the orderly end of a server.
 *
 * - A shutdown asks everybody in `beforeStop` in turn (waiting for replicas, the last save); the first refusal keeps the
 *   server running unless the shutdown is forced.
 * - Only one shutdown at a time; a second request joins the one under way.
 */

import type { Lifecycle, Services, ShutdownFlags, StopAnswer } from "../commands/services.ts";
import type { Endpoints } from "./endpoints.ts";

const SHUTDOWN_ABORTED = "Shutdown manually aborted.";

/** The lifecycle of one server. */
export class ServerLifecycle implements Lifecycle {
  readonly runId: string;
  readonly startedAtMs: number;
  readonly beforeStop: ((flags: ShutdownFlags) => Promise<StopAnswer>)[] = [];
  /** Called in order when the server listens, before it loads the data. */
  readonly whenListening: (() => void)[] = [];
  /** Called in order when the data are loaded. */
  readonly whenReady: (() => void)[] = [];
  /** Called when everybody has gone: what ends then. */
  readonly atStop: (() => void)[] = [];
  configPath = "";
  shutdownDeadlineMs = 0;
  /** Resolves with the exit code when the server has stopped. */
  readonly stopped: Promise<number>;

  readonly #endpoints: Endpoints;
  readonly #services: () => Services;
  #scheduled: ShutdownFlags | null = null;
  #shutdown: Promise<string | null> | null = null;
  #abort: (() => void) | null = null;
  #resolveStopped: (exitCode: number) => void = () => {};

  constructor(options: { runId: string; nowMs: number; endpoints: Endpoints; services: () => Services }) {
    this.runId = options.runId;
    this.startedAtMs = options.nowMs;
    this.#endpoints = options.endpoints;
    this.#services = options.services;
    this.stopped = new Promise((resolve) => this.#resolveStopped = resolve);
  }

  get port(): number {
    return this.#endpoints.port;
  }

  rebind(): string | null {
    const port = this.#services().config.integer("port").value;
    if (port !== 0) return this.#endpoints.listen(port);
    this.#endpoints.closeTcp();
    return null;
  }

  /** True from the request of a shutdown until the server goes on. */
  get isShuttingDown(): boolean {
    return this.#scheduled !== null || this.#shutdown !== null;
  }

  /** Asks for a shutdown in the next round of the cron: a signal comes in the middle of anything. */
  scheduleShutdown(flags: ShutdownFlags): void {
    this.#scheduled = flags;
  }

  /** Begins the shutdown that was scheduled, if any. */
  beginScheduledShutdown(): void {
    const flags = this.#scheduled;
    if (flags === null) return;
    this.#scheduled = null;
    void this.shutdown(flags);
  }

  shutdown(flags: ShutdownFlags): Promise<string | null> {
    return this.#shutdown ??= this.#run(flags).finally(() => {
      this.#shutdown = null;
      this.#abort = null;
      this.shutdownDeadlineMs = 0;
    });
  }

  abortShutdown(): boolean {
    if (this.#abort !== null) {
      this.#abort();
      return true;
    }
    if (this.#scheduled === null) return false;
    this.#scheduled = null;
    this.#services().logger.notice(SHUTDOWN_ABORTED);
    return true;
  }

  /** Lets `wait` be ended by SHUTDOWN ABORT; false when it was. */
  async abortable(wait: Promise<void>, deadlineMs: number): Promise<boolean> {
    this.shutdownDeadlineMs = deadlineMs;
    const aborted = Promise.withResolvers<boolean>();
    this.#abort = () => aborted.resolve(false);
    const isDone = await Promise.race([wait.then(() => true), aborted.promise]);
    this.#abort = null;
    this.shutdownDeadlineMs = 0;
    return isDone;
  }

  /** Stops at once, without asking anybody. */
  async stop(exitCode = 0): Promise<void> {
    const { cron, clients, clock, tasks, persistence, replication, migrations, aof, scripting } = this.#services();
    cron.stop();
    scripting.runner.abandon();
    await this.#endpoints.close();
    replication.stop();
    migrations.stop();
    // Whoever wanted the data saved has had that done before: a save in the background could take minutes to end.
    persistence.cancelBackgroundSave();
    aof.turnOff();
    for (const client of [...clients]) client.kill();
    for (const end of this.atStop) end();
    await tasks.settled();
    clock.stop();
    this.#resolveStopped(exitCode);
  }

  async #run(flags: ShutdownFlags): Promise<string | null> {
    const { logger, clientPause } = this.#services();
    logger.warning("User requested shutdown...");
    for (const step of this.beforeStop) {
      const answer = await step(flags);
      if (answer === "ready" || (answer === "refused" && flags.isForced)) continue;
      if (answer === "aborted") logger.notice(SHUTDOWN_ABORTED);
      else logger.warning("Errors trying to shut down the server. Check the logs for more information.");
      // The wait for replicas has paused writes.
      clientPause.unpause("shutdown");
      return "ERR Errors trying to SHUTDOWN. Check logs.";
    }
    logger.warning("Redis is now ready to exit, bye bye...");
    // The stop waits for the very task that may be serving this SHUTDOWN, so it must not be awaited here.
    void this.stop();
    return null;
  }
}
