/**
 * Everything that command families may need, gathered by the composition root.
 *
 * - A family's factory takes `Services` and uses what it needs when a command runs, not before: `registry` and
 *   `executor` exist only after all families have been declared.
 */

import type { BackgroundTasks } from "../base/background_tasks.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import type { ClientRegistry } from "../clients/client_registry.ts";
import type { Executor } from "../command/executor.ts";
import type { Propagation } from "../command/propagation.ts";
import type { CommandRegistry } from "../command/registry.ts";
import type { Config } from "../config/config.ts";
import type { Store } from "../store/store.ts";

/** The parts of one server, as its commands see them. */
export interface Services {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly tasks: BackgroundTasks;
  readonly config: Config;
  readonly store: Store;
  readonly clients: ClientRegistry;
  readonly propagation: Propagation;
  registry: CommandRegistry;
  executor: Executor;
}
