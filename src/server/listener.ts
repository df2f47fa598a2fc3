/**
 * Accepts connections on one address and gives each to a handler.
 *
 * - The accept loop is our own: `for await` over a listener ends at the first error, and running out of descriptors
 *   (EMFILE) must only slow a server down.
 */

import type { Clock } from "../base/clock.ts";
import { messageOf } from "../base/error_text.ts";
import type { Logger } from "../base/logger.ts";
import { requireNet } from "../base/net_access.ts";

/** Pause after an accept that failed, in milliseconds. */
const ACCEPT_RETRY_MS = 50;

/** Takes an accepted connection and returns at once. */
export type ConnectionHandler = (connection: Deno.Conn) => void;

/** Where to listen: a TCP address or the path of a Unix socket. */
export type ListenAddress =
  | { readonly hostname: string; readonly port: number; readonly tcpBacklog: number }
  | { readonly path: string };

/** What an accept loop needs. */
export interface ListenerOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  readonly onConnection: ConnectionHandler;
}

/** One listening socket with its accept loop. */
export class Listener {
  /** The port in use; 0 for a Unix socket. */
  readonly port: number;
  /** Resolves when the loop has ended, after `close()`. */
  readonly ended: Promise<void>;

  readonly #listener: Deno.Listener;
  #isClosed = false;

  /** Binds at once; throws what `Deno.listen` throws, or a `NetAccessError`. */
  constructor(address: ListenAddress, options: ListenerOptions) {
    if (!("path" in address)) requireNet(address.hostname, address.port);
    this.#listener = "path" in address ? Deno.listen({ transport: "unix", path: address.path }) : Deno.listen(address);
    this.port = this.#listener.addr.transport === "tcp" ? this.#listener.addr.port : 0;
    this.ended = this.#acceptAll(options);
  }

  /** Accepts nothing more. Connections that were accepted go on. */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#listener.close();
  }

  async #acceptAll(options: ListenerOptions): Promise<void> {
    while (!this.#isClosed) {
      let connection: Deno.Conn;
      try {
        connection = await this.#listener.accept();
      } catch (error) {
        if (this.#isClosed) return;
        options.logger.warning(`Accepting client connection: ${messageOf(error)}`);
        await options.clock.sleep(ACCEPT_RETRY_MS);
        continue;
      }
      options.onConnection(connection);
    }
  }
}
