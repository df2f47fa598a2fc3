/**
 * The sockets that a server listens on: the addresses of `bind` on `port`, and `unixsocket`.
 *
 * - As in Redis, `-` before an address makes a failure to bind it harmless, `*` is all of IPv4 and `::*` all of IPv6.
 * - With the default `bind`, while protected mode would refuse everybody else anyway, only the loopback is bound.
 */

import { requireRead, requireWrite } from "../base/file_access.ts";
import type { Logger } from "../base/logger.ts";
import { requireNet } from "../base/net_access.ts";
import type { Config } from "../config/config.ts";
import { pathInDataDirectory } from "../persistence/data_directory.ts";
import { type ConnectionHandler, Listener } from "./listener.ts";
import type { Clock } from "../base/clock.ts";
import { systemReason } from "../base/system_reason.ts";

const DEFAULT_BIND = "* -::*";

/** How often and how long a socket waits for the address of one that was just closed. */
const REBIND_ATTEMPTS = 50;
const REBIND_DELAY_MS = 2;

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
  /** The TCP sockets by host name. */
  readonly #tcp = new Map<string, Listener>();
  #unix: { readonly path: string; readonly listener: Listener } | null = null;

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  /** The port in use; 0 when none is. */
  get port(): number {
    return firstPort(this.#tcp);
  }

  /** Whether anybody can connect at all. */
  get isListening(): boolean {
    return this.#tcp.size > 0 || this.#unix !== null;
  }

  /**
   * Binds `port` (0 for any that is free) on every address; null, or the reason why that cannot be. What is bound already
   * stays as it is, and nothing is given up before all else is bound.
   */
  listen(port: number): string | null {
    const kept = port === this.port ? this.#tcp : new Map<string, Listener>();
    const opened = new Map<string, Listener>();
    const inTheWay: string[] = [];
    for (const address of this.#addresses()) {
      const hostname = hostnameOf(address.replace(/^-/, ""));
      if (kept.has(hostname)) continue;
      const actual = port === 0 ? firstPort(opened) : port;
      try {
        opened.set(hostname, this.#openTcp(hostname, actual));
      } catch (error) {
        if (address.startsWith("-")) continue;
        // Our own sockets of other addresses may be in the way: `*` after `127.0.0.1`.
        const isOurs = error instanceof Deno.errors.AddrInUse && kept.size > 0 && isUsable(hostname);
        if (isOurs) inTheWay.push(hostname);
        else return this.#refuse(`${hostname}:${port}`, error, opened);
      }
    }
    this.#replace(opened, port);
    for (const hostname of inTheWay) this.#openWhenFree(hostname, port);
    return null;
  }

  /** Gives up the TCP sockets. */
  closeTcp(): void {
    for (const listener of this.#tcp.values()) listener.close();
    this.#tcp.clear();
  }

  /** Binds the Unix socket of the configuration, if there is one. */
  listenUnix(): string | null {
    const { config } = this.#options;
    const name = config.string("unixsocket").value;
    if (!name) return null;
    const path = pathInDataDirectory(config, name);
    try {
      requireRead(path, "use the Unix socket");
      requireWrite(path, "use the Unix socket");
      try {
        Deno.removeSync(path);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
      this.#unix = { path, listener: new Listener({ path }, this.#options) };
      const mode = config.integer("unixsocketperm").value;
      if (mode !== 0) Deno.chmodSync(path, mode);
      return null;
    } catch (error) {
      return systemReason(error);
    }
  }

  /** Accepts nothing more. */
  async close(): Promise<void> {
    const all = [...this.#tcp.values()];
    if (this.#unix !== null) all.push(this.#unix.listener);
    for (const listener of all) listener.close();
    await Promise.all(all.map((listener) => listener.ended));
    if (this.#unix === null) return;
    try {
      Deno.removeSync(this.#unix.path);
    } catch {
      // Somebody else has removed the socket's file: it is to be gone anyway.
    }
  }

  #refuse(address: string, error: unknown, opened: ReadonlyMap<string, Listener>): string {
    const reason = error instanceof Deno.errors.AddrInUse ? "Address already in use" : systemReason(error);
    this.#options.logger.warning(`Warning: Could not create server TCP listening socket ${address}: bind: ${reason}`);
    for (const listener of opened.values()) listener.close();
    return reason;
  }

  /** Closes what is no longer wanted and takes over what was opened. */
  #replace(opened: ReadonlyMap<string, Listener>, port: number): void {
    const wanted = new Set(this.#addresses().map((address) => hostnameOf(address.replace(/^-/, ""))));
    const isPortKept = port === this.port;
    for (const [hostname, listener] of this.#tcp) {
      if (isPortKept && wanted.has(hostname)) continue;
      listener.close();
      this.#tcp.delete(hostname);
    }
    for (const [hostname, listener] of opened) this.#tcp.set(hostname, listener);
  }

  /** A closed socket gives its address back some turns of the event loop later. */
  #openWhenFree(hostname: string, port: number, attempts = REBIND_ATTEMPTS): void {
    this.#options.clock.after(REBIND_DELAY_MS, () => {
      try {
        this.#tcp.set(hostname, this.#openTcp(hostname, port));
      } catch (error) {
        if (attempts > 0) this.#openWhenFree(hostname, port, attempts - 1);
        else this.#refuse(`${hostname}:${port}`, error, new Map());
      }
    });
  }

  #openTcp(hostname: string, port: number): Listener {
    const tcpBacklog = this.#options.config.integer("tcp-backlog").value;
    return new Listener({ hostname, port, tcpBacklog }, this.#options);
  }

  #addresses(): readonly string[] {
    const { config } = this.#options;
    const addresses = config.cell("bind").value;
    const isOpen = !config.boolean("protected-mode").value || config.string("requirepass").value;
    return addresses.join(" ") === DEFAULT_BIND && !isOpen ? ["127.0.0.1", "-::1"] : addresses;
  }
}

function firstPort(listeners: ReadonlyMap<string, Listener>): number {
  for (const { port } of listeners.values()) return port;
  return 0;
}

/** Whether this machine has the address at all. */
function isUsable(hostname: string): boolean {
  try {
    requireNet(hostname, 0);
    Deno.listen({ hostname, port: 0 }).close();
    return true;
  } catch {
    return false;
  }
}

function hostnameOf(address: string): string {
  if (address === "*") return "0.0.0.0";
  return address === "::*" ? "::" : address;
}
