/**
 * What the cron does for clients once a second: idle timeouts, and output limits where no traffic shows them.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/config.ts";
import type { Client } from "./client.ts";
import type { ClientRegistry } from "./client_registry.ts";
import type { OutputLimits } from "./output_limits.ts";

/** What `ClientHousekeeping` needs. */
export interface HousekeepingOptions {
  readonly clients: ClientRegistry;
  readonly limits: OutputLimits;
  readonly config: Config;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** Looks after the clients of one server. */
export class ClientHousekeeping {
  readonly #options: HousekeepingOptions;

  constructor(options: HousekeepingOptions) {
    this.#options = options;
  }

  /** One pass over all clients. */
  run(): void {
    const { clients, limits, config, clock, logger } = this.#options;
    const nowSeconds = Math.floor(clock.refresh() / 1000);
    const timeoutSeconds = config.integer("timeout").value;
    for (const client of clients) {
      if (timeoutSeconds > 0 && hasTimeout(client) && isIdle(client, nowSeconds, timeoutSeconds)) {
        logger.verbose("Closing idle client");
        client.kill();
      } else {
        limits.enforce(client);
      }
    }
  }
}

/** Replicas, masters, monitors, subscribers and whoever is blocked may be silent for as long as they like. */
function hasTimeout(client: Client): boolean {
  return client.type === "normal" && !client.isMonitor && client.wait === null;
}

function isIdle(client: Client, nowSeconds: number, timeoutSeconds: number): boolean {
  return nowSeconds - Math.floor(client.lastInteractionMs / 1000) > timeoutSeconds;
}
