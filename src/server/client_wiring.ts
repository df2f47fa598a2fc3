/**
 * Builds what looks after clients and ties it to the rest of the server.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import { AttackGuard } from "../clients/attack_guard.ts";
import { ClientDescriptions } from "../clients/client_description.ts";
import { ClientEviction } from "../clients/client_eviction.ts";
import { ClientMemory } from "../clients/client_memory.ts";
import type { ClientRegistry } from "../clients/client_registry.ts";
import { ClientPause } from "../clients/client_pause.ts";
import { ClientHousekeeping } from "../clients/housekeeping.ts";
import { OutputBarrier } from "../clients/output_barrier.ts";
import { OutputLimits } from "../clients/output_limits.ts";
import type { CommandRegistry } from "../command/registry.ts";
import type { ExecutorOptions } from "../command/executor.ts";
import type { Services } from "../commands/services.ts";
import type { Config } from "../config/config.ts";
import { describeTransaction, discardTransaction } from "../transaction/transaction.ts";
import { createAcl } from "./acl_wiring.ts";

const HOUSEKEEPING_PERIOD_MS = 1000;

/** The parts of a server that look after clients. */
export type ClientServices = Pick<
  Services,
  | "users"
  | "permissions"
  | "aclLog"
  | "clientDescriptions"
  | "clientMemory"
  | "clientEviction"
  | "clientPause"
  | "outputLimits"
  | "outputBarrier"
>;

/** Builds them. */
export function createClientServices(
  options: {
    clock: Clock;
    logger: Logger;
    config: Config;
    clients: ClientRegistry;
    registry: () => CommandRegistry;
  },
): ClientServices {
  const { clock, clients, logger } = options;
  const clientDescriptions = new ClientDescriptions(clock);
  const clientMemory = new ClientMemory(clients, clientDescriptions);
  const acl = createAcl({ ...options, clientDescriptions });
  return {
    ...acl,
    clientDescriptions,
    clientMemory,
    clientEviction: new ClientEviction({
      clients,
      memory: clientMemory,
      descriptions: clientDescriptions,
      logger,
    }),
    clientPause: new ClientPause(clock),
    outputBarrier: new OutputBarrier(),
    outputLimits: new OutputLimits({
      ...options,
      descriptions: clientDescriptions,
      mustAuthenticate: ({ context }) => acl.users.mustAuthenticate(context),
    }),
  };
}

/** Makes them follow the configuration and each other. */
export function wireClients(services: Services): void {
  const { clients, clientDescriptions, cron } = services;
  clientDescriptions.describe(describeTransaction);
  clients.onGone.subscribe(({ context }) => discardTransaction(context));
  const housekeeping = new ClientHousekeeping({ ...services, limits: services.outputLimits });
  cron.every(HOUSEKEEPING_PERIOD_MS, "clients", () => housekeeping.run());
  followPassword(services);
  followInputLimits(services);
  holdExpiryWhilePaused(services);
}

/** What the executor asks about a request that names no command. */
export function attackGuard(services: Services): NonNullable<ExecutorOptions["onUnknown"]> {
  const guard = new AttackGuard(services);
  return (context, args) => {
    const client = services.clients.of(context);
    return client !== undefined && guard.closes(client, args.at(0));
  };
}

function followPassword({ config, users }: Services): void {
  const password = config.string("requirepass");
  if (password.bytes.length > 0) users.setDefaultPassword(password.bytes);
  config.onChange("requirepass", () => users.setDefaultPassword(password.bytes));
}

function followInputLimits({ config, clients }: Services): void {
  config.onAnyChange(["proto-max-bulk-len", "client-query-buffer-limit"], () => {
    for (const { parser, type } of clients) {
      if (type === "master") continue;
      parser.maxBulkLength = config.integer("proto-max-bulk-len").value;
      parser.maxQueryBuffer = config.integer("client-query-buffer-limit").value;
    }
  });
}

/** What a paused server answers must not change by itself, and nothing may go to replicas. */
function holdExpiryWhilePaused({ clientPause, store, logger }: Services): void {
  clientPause.onChange.subscribe((mode) => {
    if (mode !== "off" && store.expiryRule === "delete") store.expiryRule = "hide";
    // A replica hides expired keys anyway.
    if (mode === "off" && store.expiryRule === "hide" && logger.role === "M") store.expiryRule = "delete";
  });
}
