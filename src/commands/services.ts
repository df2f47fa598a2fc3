/**
 * Everything that command families may need, gathered by the composition root.
 *
 * - A family's factory takes `Services` and uses what it needs when a command runs, not before: `registry` and
 *   `executor` exist only after all families have been declared.
 */

import type { BackgroundTasks } from "../base/background_tasks.ts";
import type { Clock } from "../base/clock.ts";
import type { Cron } from "../base/cron.ts";
import type { DebugSwitches } from "../base/debug_switches.ts";
import type { Failpoints } from "../base/failpoints.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import type { AclLog } from "../acl/acl_log.ts";
import type { Permissions } from "../acl/permissions.ts";
import type { UserRegistry } from "../acl/user_registry.ts";
import type { ClientDescriptions } from "../clients/client_description.ts";
import type { ClientEviction } from "../clients/client_eviction.ts";
import type { ClientMemory } from "../clients/client_memory.ts";
import type { ClientPause } from "../clients/client_pause.ts";
import type { Monitors } from "../clients/monitors.ts";
import type { ClientRegistry } from "../clients/client_registry.ts";
import type { OutputBarrier } from "../clients/output_barrier.ts";
import type { OutputLimits } from "../clients/output_limits.ts";
import type { DebugSubcommands } from "../command/debug_subcommands.ts";
import type { Migrations } from "../cluster/migrations.ts";
import type { Executor } from "../command/executor.ts";
import type { Propagation } from "../command/propagation.ts";
import type { CommandRegistry } from "../command/registry.ts";
import type { Config } from "../config/config.ts";
import type { InfoSections } from "../metrics/info_sections.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { AppendOnlyFile } from "../persistence/append_only_file.ts";
import type { Loading } from "../persistence/loading.ts";
import type { RdbPersistence } from "../persistence/rdb_persistence.ts";
import type { PubSub } from "../pubsub/pubsub.ts";
import type { Replication } from "../replication/replication.ts";
import type { Scripting } from "../scripting/scripting.ts";
import type { ActiveExpiry } from "../store/active_expiry.ts";
import type { Eviction } from "../store/eviction.ts";
import type { Store } from "../store/store.ts";
import type { Tracking } from "../tracking/tracking.ts";

/** What SHUTDOWN and SIGTERM ask for. */
export interface ShutdownFlags {
  /** Save even without save points; false: do not save; null: as the save points say. */
  readonly save: boolean | null;
  /** Do not wait for replicas. */
  readonly isNow: boolean;
  /** Go on when the save fails. */
  readonly isForced: boolean;
}

/** What a step before the stop says: go on, better not (the log has the reason), or that the stop was taken back. */
export type StopAnswer = "ready" | "refused" | "aborted";

/** The start and the end of a server. */
export interface Lifecycle {
  /** 40 hexadecimal digits that no other run of a server has. */
  readonly runId: string;
  /** Unix time in milliseconds of the start. */
  readonly startedAtMs: number;
  /** Unix time in milliseconds when a shutdown that waits for replicas goes on; 0 while none is under way. */
  readonly shutdownDeadlineMs: number;
  /** Path of the configuration file, or the empty string. */
  readonly configPath: string;
  /** The port in use. */
  readonly port: number;
  /** Rebinds the listening sockets after CONFIG SET; null, or the reason why that cannot be. */
  rebind(): string | null;
  /** Begins a shutdown; resolves with null when the server has stopped, or with the error why it goes on. */
  shutdown(flags: ShutdownFlags): Promise<string | null>;
  /** Takes a waiting shutdown back; false when there is none. */
  abortShutdown(): boolean;
  /** Work to be done before the server stops, in order; "refused" counts unless the stop is forced. */
  readonly beforeStop: ((flags: ShutdownFlags) => Promise<StopAnswer>)[];
}

/** The parts of one server, as its commands see them. */
export interface Services {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly tasks: BackgroundTasks;
  readonly cron: Cron;
  readonly failpoints: Failpoints;
  readonly config: Config;
  readonly store: Store;
  readonly activeExpiry: ActiveExpiry;
  /** `maxmemory`. */
  readonly eviction: Eviction;
  readonly clients: ClientRegistry;
  /** Lines of CLIENT LIST; features add what they know of a client. */
  readonly clientDescriptions: ClientDescriptions;
  readonly clientMemory: ClientMemory;
  /** `maxmemory-clients`. */
  readonly clientEviction: ClientEviction;
  readonly clientPause: ClientPause;
  readonly outputLimits: OutputLimits;
  /** Holds back replies until what they tell of is kept. */
  readonly outputBarrier: OutputBarrier;
  readonly users: UserRegistry;
  /** The check of what users may do. */
  readonly permissions: Permissions;
  /** What they were refused. */
  readonly aclLog: AclLog;
  readonly pubsub: PubSub;
  readonly propagation: Propagation;
  readonly loading: Loading;
  readonly persistence: RdbPersistence;
  /** Who starts and stops the server. */
  readonly lifecycle: Lifecycle;
  /** What the server measures about itself. */
  readonly metrics: Metrics;
  /** The clients that called MONITOR. */
  readonly monitors: Monitors;
  /** The subcommands of DEBUG: every subsystem adds its own. */
  readonly debug: DebugSubcommands;
  /** What DEBUG has switched on or off. */
  readonly switches: DebugSwitches;
  /** The sections of INFO: every subsystem adds or supplies its own. */
  readonly info: InfoSections;
  /** The append-only file. */
  aof: AppendOnlyFile;
  /** Both roles of replication. */
  replication: Replication;
  /** Scripts and functions. */
  scripting: Scripting;
  /** Client-side caching. */
  tracking: Tracking;
  /** What MIGRATE does. */
  migrations: Migrations;
  registry: CommandRegistry;
  executor: Executor;
}
