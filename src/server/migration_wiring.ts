/**
 * Builds what MIGRATE works with and ties it to the rest of the server.
 */

import { Migrations } from "../cluster/migrations.ts";
import type { Services } from "../commands/services.ts";

const PERIOD_MS = 1000;

/** Builds it. */
export function createMigrations(services: Services): Migrations {
  return new Migrations({ ...services, executor: () => services.executor });
}

/** Makes it close what is not used, and known to INFO. */
export function wireMigrations({ migrations: { connections }, cron, info }: Services): void {
  cron.every(PERIOD_MS, "migration connections", () => connections.closeUnused());
  info.supply("stats", () => ({ migrate_cached_sockets: connections.count }));
}
