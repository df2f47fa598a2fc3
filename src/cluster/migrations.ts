/**
 * The migrations of one server, and the keys that they hold.
 *
 * - Redis stands still during MIGRATE. Here its client waits and others go on, but whoever is about to write a key that is
 *   being migrated waits until it is moved (or has stayed): between DUMP and DEL it cannot become another.
 * - Reading is free: until the key is moved it is here. With COPY the keys are held as well, so that the copies are of one
 *   moment.
 * - The stream of our own master is never held up: on a writable replica such a write makes the key stay.
 */

import type { BackgroundTasks } from "../base/background_tasks.ts";
import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Random } from "../base/random.ts";
import { latin1 } from "../bytes/ascii.ts";
import type { Slice } from "../bytes/slice.ts";
import type { ClientPause } from "../clients/client_pause.ts";
import type { Context } from "../command/context.ts";
import type { Executor } from "../command/executor.ts";
import type { KeyHolder } from "../command/held_keys.ts";
import { retryAfter, type Wait } from "../command/outcome.ts";
import type { Propagation } from "../command/propagation.ts";
import type { Config } from "../config/config.ts";
import type { Replication } from "../replication/replication.ts";
import type { Reply } from "../resp/reply.ts";
import { Migration, type MigrationRequest } from "./migration.ts";
import { TargetConnections } from "./target_connections.ts";

/** The parts of the server that migrations work with. */
export interface MigrationHostParts {
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger;
  readonly tasks: BackgroundTasks;
  readonly config: Config;
  readonly propagation: Propagation;
  readonly clientPause: ClientPause;
  readonly replication: Replication;
  /** Exists only after the commands do. */
  readonly executor: () => Executor;
}

/** The same with what migrations share. */
export interface MigrationParts extends MigrationHostParts {
  readonly connections: TargetConnections;
}

/** What MIGRATE has begun. */
export class Migrations implements KeyHolder {
  /** What is kept of connections to targets. */
  readonly connections: TargetConnections;

  readonly #parts: MigrationParts;
  /** For each key that is held, what resolves when it is free. */
  readonly #held = new Map<string, Promise<void>>();
  readonly #running = new Set<Migration>();

  constructor(parts: MigrationHostParts) {
    this.connections = new TargetConnections(parts.clock, parts.random);
    this.#parts = { ...parts, connections: this.connections };
  }

  /** Begins to migrate; the reply is written when that ends, unless the client has gone. */
  begin(request: MigrationRequest, context: Context, reply: Reply): Wait {
    const migration = new Migration(request, context, this.#parts);
    const { promise: ended, resolve } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const names = request.keys.map((key) => heldName(context.db.index, key));
    for (const name of names) this.#held.set(name, released);
    this.#running.add(migration);
    let isAwaited = true;
    this.#parts.tasks.start("migrate", async () => {
      let error: string | null = "ERR internal error in 'migrate'";
      try {
        error = await migration.run();
      } finally {
        this.#running.delete(migration);
        for (const name of names) this.#held.delete(name);
        if (isAwaited) {
          if (error === null) reply.ok();
          else reply.error(error);
        }
        release();
        resolve();
      }
    });
    // Nothing cuts a migration short: the target may have the keys already. A client that has gone gets no reply.
    const cancel = () => {
      isAwaited = false;
      resolve();
    };
    return { kind: "migration", isRetry: false, ended, cancel };
  }

  isHolding({ origin }: Context): boolean {
    return this.#held.size > 0 && origin !== "master";
  }

  waitFor({ db }: Context, key: Slice): Wait | null {
    const released = this.#held.get(heldName(db.index, key.bytes, key.start, key.end));
    return released === undefined ? null : retryAfter("migration", released);
  }

  /** Ends all that is under way and closes every connection. */
  stop(): void {
    for (const migration of this.#running) migration.stop();
    this.connections.closeAll();
  }
}

function heldName(dbIndex: number, key: Uint8Array, start = 0, end: number = key.length): string {
  return `${dbIndex}:${latin1(key, start, end)}`;
}
