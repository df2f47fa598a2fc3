/**
 * The composition root: builds the parts of one server, wires them, starts and stops them.
 *
 * - Several servers may live in one process: nothing is global.
 */

import type { DeclaredUser, DeclaredUsers } from "../acl/declared_users.ts";
import { BackgroundTasks } from "../base/background_tasks.ts";
import { Clock } from "../base/clock.ts";
import { Cron } from "../base/cron.ts";
import { DebugSwitches } from "../base/debug_switches.ts";
import { Failpoints } from "../base/failpoints.ts";
import { Logger } from "../base/logger.ts";
import { Random } from "../base/random.ts";
import { ClientRegistry } from "../clients/client_registry.ts";
import { Monitors } from "../clients/monitors.ts";
import { DebugSubcommands } from "../command/debug_subcommands.ts";
import { Executor } from "../command/executor.ts";
import { Propagation } from "../command/propagation.ts";
import { CommandRegistry } from "../command/registry.ts";
import { allCommandSpecs } from "../commands/all.ts";
import { addDebugSubcommands } from "../commands/server/debug.ts";
import type { Services } from "../commands/services.ts";
import { Config } from "../config/config.ts";
import { InfoSections } from "../metrics/info_sections.ts";
import { Metrics } from "../metrics/metrics.ts";
import { bindDataDirectory } from "../persistence/data_directory.ts";
import { Loading } from "../persistence/loading.ts";
import { RdbPersistence } from "../persistence/rdb_persistence.ts";
import { PubSub } from "../pubsub/pubsub.ts";
import { ActiveExpiry } from "../store/active_expiry.ts";
import { ConfiguredListLimits } from "../store/configured_list_limits.ts";
import { Eviction } from "../store/eviction.ts";
import { Store } from "../store/store.ts";
import { loadUsers } from "./acl_wiring.ts";
import { createAppendOnlyFile, wireAppendOnlyFile } from "./aof_wiring.ts";
import { Acceptor } from "./acceptor.ts";
import { attackGuard, createClientServices, wireClients } from "./client_wiring.ts";
import { addInfoSections } from "./info.ts";
import { sayWhoStarts } from "./banner.ts";
import { Endpoints } from "./endpoints.ts";
import { saveLast } from "./last_save.ts";
import { allGates } from "./gates.ts";
import { ServerLifecycle } from "./lifecycle.ts";
import { CommandLoop } from "./command_loop.ts";
import { CommandMeter } from "./command_meter.ts";
import { allObservers } from "./observers.ts";
import { createMigrations, wireMigrations } from "./migration_wiring.ts";
import { wireOomScore } from "./oom_score.ts";
import { wirePubSub } from "./pubsub_wiring.ts";
import { warnOfSmallMemory, wireMemoryLimits } from "./memory_wiring.ts";
import { createReplication, prepareReplication, wireReplication } from "./replication_wiring.ts";
import { createScripting, wireScripting } from "./scripting_wiring.ts";
import { addStoreUpkeep } from "./store_upkeep.ts";
import { createTracking, wireTracking } from "./tracking_wiring.ts";
import { refusalOf, warnOfUnmetParameters } from "./unmet_parameters.ts";

/** What is made when the other services exist. */
type LateService = "registry" | "executor" | "replication" | "migrations" | "aof" | "scripting" | "tracking";

/** What a server is made with. */
export interface ServerOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly config?: Config;
  /** Path of the configuration file that `config` came from. */
  readonly configPath?: string;
  /** `rename-command` lines, in order. */
  readonly renames?: readonly { readonly from: string; readonly to: string }[];
  /** `user` lines. */
  readonly users?: DeclaredUsers;
  /** Takes each log line. */
  readonly writeLog?: (line: string) => void;
  /** Whether the data in `dir` are loaded at the start; they are unless this is false. */
  readonly loadsData?: boolean;
  /** Where acts on data files fail, for tests; nowhere by default. */
  readonly failpoints?: Failpoints;
}

/** A server that cannot start; the message is for people. */
export class StartError extends Error {
  override readonly name = "StartError";
}

/** One Redeno server. */
export class Server {
  readonly services: Services;
  readonly lifecycle: ServerLifecycle;
  readonly #endpoints: Endpoints;
  readonly #acceptor: Acceptor;
  readonly #commandLoop: CommandLoop;
  readonly #loadsData: boolean;
  readonly #users: readonly DeclaredUser[];

  constructor(options: ServerOptions = {}) {
    const clock = options.clock ?? new Clock();
    const random = options.random ?? new Random();
    const logger = new Logger({ clock, pid: Deno.pid, write: options.writeLog ?? (() => {}) });
    const config = options.config ?? new Config({ warn: (text) => logger.warning(text) });
    const store = new Store({
      clock,
      random,
      databaseCount: config.integer("databases").value,
      listLimits: new ConfiguredListLimits(config),
    });
    const propagation = new Propagation(store);
    const clients = new ClientRegistry();
    const tasks = new BackgroundTasks(logger);
    const cron = new Cron(clock, logger);
    const metrics = new Metrics(clock.now);
    const onConnection = (connection: Deno.Conn) => this.#acceptor.accept(connection);
    this.#endpoints = new Endpoints({ clock, logger, config, onConnection });
    this.lifecycle = new ServerLifecycle({
      runId: random.hexId(40),
      nowMs: clock.now,
      endpoints: this.#endpoints,
      services: () => this.services,
    });
    this.lifecycle.configPath = options.configPath ?? "";
    bindDataDirectory(config);
    const loading = new Loading();
    const { failpoints = Failpoints.OFF } = options;
    const persistence = new RdbPersistence({ clock, logger, config, store, tasks, loading, failpoints, metrics });
    this.lifecycle.beforeStop.push((flags) => saveLast(this.services, flags));
    const parts = { clock, random, logger, config, store, propagation, clients, tasks, cron, loading, persistence };
    // The commands close over the services, so these are completed after the commands exist.
    const services = {
      ...parts,
      failpoints,
      ...createClientServices({ ...parts, registry: () => this.services.registry }),
      activeExpiry: new ActiveExpiry(store),
      eviction: new Eviction({ ...metrics, store }),
      lifecycle: this.lifecycle,
      metrics,
      info: new InfoSections(),
      monitors: new Monitors(clock, clients),
      pubsub: new PubSub(store.hash),
      debug: new DebugSubcommands(),
      switches: new DebugSwitches(),
    } as Omit<Services, LateService> as Services;
    this.services = services;
    this.#completeServices();
    services.registry = new CommandRegistry(allCommandSpecs(services));
    const meter = new CommandMeter(services);
    services.executor = new Executor({
      store,
      propagation,
      logger,
      registry: services.registry,
      gates: allGates(services),
      observers: allObservers(services, meter),
      timer: meter,
      onUnknown: attackGuard(services),
    });
    this.#commandLoop = new CommandLoop(services);
    this.#acceptor = new Acceptor(services, this.#commandLoop);
    this.#loadsData = options.loadsData ?? true;
    this.#users = options.users?.list ?? [];
    this.#wire();
    this.#rename(options.renames ?? []);
    this.#bindConfig();
    this.#addJobs();
  }

  /** Makes what is made of other services, but for the commands. */
  #completeServices(): void {
    const { services } = this;
    services.aof = createAppendOnlyFile(services, this.lifecycle);
    services.replication = createReplication(services);
    services.migrations = createMigrations(services);
    services.scripting = createScripting(services);
    services.tracking = createTracking(services);
  }

  /** Lets the parts know of each other. */
  #wire(): void {
    const { services } = this;
    wireClients(services);
    wirePubSub(services);
    wireTracking(services);
    wireAppendOnlyFile(services, this.lifecycle);
    wireReplication(services, this.lifecycle);
    wireMigrations(services);
    wireScripting(services);
    wireMemoryLimits(services);
    wireOomScore(services);
    addInfoSections(services);
    addDebugSubcommands(services);
  }

  /** The port in use. */
  get port(): number {
    return this.#endpoints.port;
  }

  /** Binds, loads the data and begins to serve. `port` overrides the configuration; 0 takes any that is free. Throws `StartError`. */
  async start(port?: number): Promise<void> {
    const { logger, config, cron } = this.services;
    logger.warning("oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo");
    const refusal = refusalOf(config);
    if (refusal !== null) throw this.#failure(refusal);
    warnOfUnmetParameters(this.services);
    const wanted = port ?? config.integer("port").value;
    // As in Redis, `port 0` in the configuration means no TCP at all.
    if (port !== undefined || wanted !== 0) this.#listen(wanted);
    const unixRefusal = this.#endpoints.listenUnix();
    if (unixRefusal !== null) {
      await this.#endpoints.close();
      throw this.#failure(`Failed opening Unix socket: bind: ${unixRefusal}`);
    }
    if (!this.#endpoints.isListening) throw this.#failure("Configured to not listen anywhere, exiting.");
    for (const step of this.lifecycle.whenListening) step();
    sayWhoStarts(this.services);
    logger.warning("Server initialized");
    cron.start();
    this.services.tasks.start("command loop", () => this.#commandLoop.run());
    this.lifecycle.atStop.push(() => this.#commandLoop.end());
    const startReplication = prepareReplication(this.services);
    const hasUsers = loadUsers(this.services, this.#users);
    if (!hasUsers || (this.#loadsData && !await this.#loadData())) {
      // The log's last line is the reason.
      await this.lifecycle.stop(1);
      throw new StartError(`The ${hasUsers ? "dataset" : "users"} cannot be loaded`);
    }
    startReplication();
    logger.notice("Ready to accept connections");
    for (const step of this.lifecycle.whenReady) step();
    warnOfSmallMemory(this.services);
  }

  /** The append-only file where there is one: it is the more complete of the two. */
  #loadData(): Promise<boolean> {
    const { aof, persistence, config } = this.services;
    return config.boolean("appendonly").value ? aof.start() : persistence.loadAtStart();
  }

  #listen(port: number): void {
    if (this.#endpoints.listen(port) !== null) throw this.#failure(`Failed listening on port ${port} (TCP), aborting.`);
    if (this.port !== 0) this.services.config.integer("port").store(this.port);
  }

  #failure(text: string): StartError {
    this.services.logger.warning(text);
    return new StartError(text);
  }

  #rename(renames: readonly { readonly from: string; readonly to: string }[]): void {
    for (const { from, to } of renames) {
      const refusal = this.services.registry.rename(from, to);
      if (refusal !== null) throw this.#failure(refusal);
    }
  }

  #bindConfig(): void {
    const { config, logger, cron } = this.services;
    logger.level = config.enum("loglevel").value;
    config.onChange("loglevel", (level) => {
      logger.level = level;
    });
    cron.hz = config.integer("hz").value;
    config.onChange("hz", (hz) => {
      cron.hz = hz;
    });
    config.onChange("port", () => {
      if (this.lifecycle.rebind() !== null) return "Unable to listen on this port. Check server logs.";
    });
    config.onChange("bind", () => {
      if (this.lifecycle.rebind() !== null) return "Failed to bind to specified addresses.";
    });
  }

  #addJobs(): void {
    const { cron, persistence, metrics, executor } = this.services;
    cron.every(100, "rates", (nowMs) => {
      metrics.sampleRates(executor.callCount, nowMs);
      metrics.memory.usedBytes();
    });
    cron.every(0, "scheduled shutdown", () => this.lifecycle.beginScheduledShutdown());
    cron.every(0, "save points", () => persistence.checkSavePoints());
    addStoreUpkeep(this.services);
  }
}
