/**
 * The composition root: builds the parts of one server, wires them, starts and stops them.
 *
 * - Several servers may live in one process: nothing is global.
 */

import { BackgroundTasks } from "../base/background_tasks.ts";
import { Clock } from "../base/clock.ts";
import { Logger } from "../base/logger.ts";
import { Random } from "../base/random.ts";
import { Client } from "../clients/client.ts";
import { ClientRegistry } from "../clients/client_registry.ts";
import { Executor } from "../command/executor.ts";
import { Propagation } from "../command/propagation.ts";
import { CommandRegistry } from "../command/registry.ts";
import { allCommandSpecs } from "../commands/all.ts";
import type { Services } from "../commands/services.ts";
import { Config } from "../config/config.ts";
import { Store } from "../store/store.ts";
import { ByteSource } from "./byte_source.ts";
import { serveClient } from "./connection.ts";
import { Listener } from "./listener.ts";

/** What a server is made with. */
export interface ServerOptions {
  readonly clock?: Clock;
  readonly random?: Random;
  readonly config?: Config;
  /** Takes each log line. */
  readonly writeLog?: (line: string) => void;
}

/** One Redeno server. */
export class Server {
  readonly services: Services;
  readonly #listeners: Listener[] = [];
  readonly #connections = new Set<Deno.Conn>();

  constructor(options: ServerOptions = {}) {
    const clock = options.clock ?? new Clock();
    const random = options.random ?? new Random();
    const logger = new Logger({ clock, pid: Deno.pid, write: options.writeLog ?? (() => {}) });
    const config = options.config ?? new Config({ warn: (text) => logger.warning(text) });
    const store = new Store({ clock, random, databaseCount: config.integer("databases").value });
    const propagation = new Propagation(store);
    const parts = {
      clock,
      random,
      logger,
      config,
      store,
      propagation,
      tasks: new BackgroundTasks(logger),
      clients: new ClientRegistry(),
    };
    const services = this.services = parts as unknown as Services;
    services.registry = new CommandRegistry(allCommandSpecs(services));
    services.executor = new Executor({
      store,
      propagation,
      logger,
      registry: services.registry,
      gates: [],
      observers: [],
    });
  }

  /** The first port in use. */
  get port(): number {
    return this.#listeners[0]?.port ?? 0;
  }

  /** Binds and begins to serve. */
  listen(): void {
    const { clock, logger, config } = this.services;
    const onConnection = (connection: Deno.Conn) => this.#accept(connection as Deno.TcpConn);
    const port = config.integer("port").value;
    this.#listeners.push(new Listener({ hostname: "127.0.0.1", port }, { clock, logger, onConnection }));
  }

  #accept(connection: Deno.TcpConn): void {
    const { clients, store, tasks, executor, logger } = this.services;
    connection.setNoDelay(true);
    this.#connections.add(connection);
    const remote = connection.remoteAddr as Deno.NetAddr;
    const local = connection.localAddr as Deno.NetAddr;
    const client = new Client({
      id: clients.nextId(),
      store,
      sink: connection,
      address: `${remote.hostname}:${remote.port}`,
      localAddress: `${local.hostname}:${local.port}`,
      descriptor: 8,
      close: () => this.#close(connection),
    });
    clients.add(client);
    tasks.start(`client ${client.id}`, async () => {
      try {
        await serveClient(client, new ByteSource(connection), { executor, logger });
      } finally {
        clients.remove(client);
        client.kill();
      }
    });
  }

  #close(connection: Deno.Conn): void {
    if (!this.#connections.delete(connection)) return;
    connection.close();
  }
}
