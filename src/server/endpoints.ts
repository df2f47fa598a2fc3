/**
 * The sockets that a server listens on: the addresses of `bind` on `port`, and `unixsocket`.
 *
 * - As in Redis, `-` before an address makes a failure to bind it harmless, `*` is all of IPv4 and `::*` all of IPv6.
 * - With the default `bind`, while protected mode would refuse everybody else anyway, only the loopback is bound.
 */

import type { Logger } from "../base/logger.ts";
import type { Config } from "../config/config.ts";
import { type ConnectionHandler, type ListenAddress, Listener } from "./listener.ts";
import type { Clock } from "../base/clock.ts";

const DEFAULT_BIND = "* -::*";

/** What `Endpoints` needs. */
export interface EndpointOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly config: Config;
  readonly onConnection: ConnectionHandler;
}

/** The listening sockets of one server. */
export class Endpoints {
  readonly #options: EndpointOptions;
  #listeners: Listener[] = [];
  #unix: Listener | null = null;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  /** The port in use; 0 when none is. */
  get port(): number {
    return this.#listeners[0]?.port ?? 0;
  }

  /**
   * Binds `port` (0 for any that is free) on every address; null, or the reason why that cannot be. Another port is bound
   * before the old one is given up; the same port on other addresses cannot be, so that a failure leaves nothing bound.
   */
  listen(port: number): string | null {
    const opened: Listener[] = [];
    if (port === this.port) this.closeTcp();
    for (const address of this.#addresses()) {
      const hostname = hostnameOf(address.replace(/^-/, ""));
      const actual = port === 0 ? opened[0]?.port ?? 0 : port;
      try {
        opened.push(this.#open({ hostname, port: actual }));
      } catch (error) {
        if (address.startsWith("-")) continue;
        const reason = error instanceof Deno.errors.AddrInUse ? "Address already in use" : messageOf(error);
        this.#options.logger.warning(
          `Warning: Could not create server TCP listening socket ${hostname}:${port}: bind: ${reason}`,
        );
        for (const listener of opened) listener.close();
        return reason;
      }
    }
    this.closeTcp();
    this.#listeners = opened;
    return null;
  }

  /** Gives up the TCP sockets. */
  closeTcp(): void {
    for (const listener of this.#listeners) listener.close();
    this.#listeners = [];
  }

  /** Binds the Unix socket of the configuration, if there is one. */
  listenUnix(): string | null {
    const path = this.#options.config.string("unixsocket").value;
    if (!path) return null;
    try {
      try {
        Deno.removeSync(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      this.#unix = this.#open({ path });
      return null;
    } catch (error) {
      return messageOf(error);
    }
  }

  /** Accepts nothing more. */
  async close(): Promise<void> {
    const all = this.#unix === null ? this.#listeners : [...this.#listeners, this.#unix];
    for (const listener of all) listener.close();
    await Promise.all(all.map((listener) => listener.ended));
    if (this.#unix === null) return;
    try {
      Deno.removeSync(this.#options.config.string("unixsocket").value!);
    } catch {
      // Somebody else has removed the socket's file: it is to be gone anyway.
    }
  }

  #open(address: ListenAddress): Listener {
    return new Listener(address, this.#options);
  }

  #addresses(): readonly string[] {
    const { config } = this.#options;
    const addresses = config.cell("bind").value;
    const isOpen = !config.boolean("protected-mode").value || config.string("requirepass").value;
    return addresses.join(" ") === DEFAULT_BIND && !isOpen ? ["127.0.0.1", "-::1"] : addresses;
  }
}

function hostnameOf(address: string): string {
  if (address === "*") return "0.0.0.0";
  return address === "::*" ? "::" : address;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
