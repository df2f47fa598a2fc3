/**
 * Connections that this server makes, from an address of its own choice where the configuration has one.
 *
 * - `Deno.connect` cannot choose (Deno 2.9): only then does the connection come from `node:net`, which is loaded then: it
 *   would be a tenth of the start of the server.
 */

import type { Socket } from "node:net";
import type { Duplex } from "./link_connection.ts";

/** A connection with both its ends. */
export interface OutgoingConnection extends Duplex {
  readonly localAddr: Deno.NetAddr;
  readonly remoteAddr: Deno.NetAddr;
}

/** Where to connect to, and from where. */
export interface OutgoingOptions {
  readonly host: string;
  readonly port: number;
  /** `bind-source-addr`; empty: any. */
  readonly sourceAddress: string;
}

/** Connects without Nagle's delay. As Redis: from any address where the one that is asked for cannot be had. */
export async function connectOut({ host, port, sourceAddress }: OutgoingOptions): Promise<OutgoingConnection> {
  if (sourceAddress !== "") {
    const socket = await connectFrom(sourceAddress, host, port);
    if (socket !== null) return new SocketDuplex(socket);
  }
  const connection = await Deno.connect({ hostname: host, port });
  connection.setNoDelay(true);
  return connection;
}

/** Null where that cannot be. */
async function connectFrom(localAddress: string, host: string, port: number): Promise<Socket | null> {
  // What Deno does not permit `node:net` throws where nobody can catch it.
  const permission = await Deno.permissions.query({ name: "net", host: `${localAddress}:0` });
  if (permission.state !== "granted") return null;
  const { connect } = await import("node:net");
  return await new Promise((resolve) => {
    const socket = connect({ host, port, localAddress, noDelay: true });
    socket.once("connect", () => resolve(socket));
    // Errors after the connection was made come out of the reading loop, too.
    socket.on("error", () => resolve(null));
  });
}

/** A socket of `node:net` as a duplex of bytes. */
class SocketDuplex implements OutgoingConnection {
  readonly localAddr: Deno.NetAddr;
  readonly remoteAddr: Deno.NetAddr;
  readonly #socket: Socket;
  readonly #chunks: AsyncIterator<Uint8Array>;
  /** What was received and not read. */
  #rest: Uint8Array = new Uint8Array(0);

  constructor(socket: Socket) {
    this.#socket = socket;
    this.#chunks = socket[Symbol.asyncIterator]() as AsyncIterator<Uint8Array>;
    this.localAddr = netAddress(socket.localAddress, socket.localPort);
    this.remoteAddr = netAddress(socket.remoteAddress, socket.remotePort);
  }

  async read(target: Uint8Array): Promise<number | null> {
    if (this.#rest.length === 0) {
      const { done, value } = await this.#chunks.next();
      if (done === true) return null;
      this.#rest = value;
    }
    const count = Math.min(target.length, this.#rest.length);
    target.set(this.#rest.subarray(0, count));
    this.#rest = this.#rest.subarray(count);
    return count;
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve(bytes.length));
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}

function netAddress(hostname = "", port = 0): Deno.NetAddr {
  return { transport: "tcp", hostname, port };
}
