/**
 * What the parts of replication are made from: the server's own parts, and those that both roles share.
 */

import type { BackgroundTasks } from "../base/background_tasks.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import type { ClientPause } from "../clients/client_pause.ts";
import type { ClientRegistry } from "../clients/client_registry.ts";
import type { Executor } from "../command/executor.ts";
import type { Propagation } from "../command/propagation.ts";
import type { Config } from "../config/config.ts";
import type { Metrics } from "../metrics/metrics.ts";
import type { AppendOnlyFile } from "../persistence/append_only_file.ts";
import type { Loading } from "../persistence/loading.ts";
import type { RdbPersistence } from "../persistence/rdb_persistence.ts";
import type { Store } from "../store/store.ts";
import type { Backlog } from "./backlog.ts";
import type { Replicas } from "./replicas.ts";
import type { ReplicationFeed } from "./replication_feed.ts";
import type { ReplicationHistory } from "./replication_history.ts";

/** The parts of the server that replication works with. */
export interface ReplicationHostParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly tasks: BackgroundTasks;
  readonly config: Config;
  readonly store: Store;
  readonly clients: ClientRegistry;
  readonly clientPause: ClientPause;
  readonly propagation: Propagation;
  readonly loading: Loading;
  readonly persistence: RdbPersistence;
  readonly aof: AppendOnlyFile;
  readonly metrics: Metrics;
  /** Exists only after the commands do. */
  readonly executor: () => Executor;
  /** The port that the server listens on. */
  readonly port: () => number;
}

/** The same with what both roles share. */
export interface ReplicationParts extends ReplicationHostParts {
  readonly backlog: Backlog;
  readonly feed: ReplicationFeed;
  readonly history: ReplicationHistory;
  readonly replicas: Replicas;
}
