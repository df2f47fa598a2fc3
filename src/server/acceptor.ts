/**
 * From an accepted connection to a client that is served, or to a connection that is refused.
 */

import { Client, isLoopbackAddress } from "../clients/client.ts";
import type { Services } from "../commands/services.ts";
import { ascii } from "../bytes/ascii.ts";
import { PROTECTED_MODE, TOO_MANY_CLIENTS, TOO_MANY_CLIENTS_IN_CLUSTER } from "../resp/reply_errors.ts";
import type { CommandLoop } from "./command_loop.ts";
import { DescriptorNumbers } from "./descriptor_numbers.ts";

/** Where a connection comes from and where it has come to, as CLIENT LIST prints it. */
interface ConnectionEnds {
  readonly address: string;
  readonly localAddress: string;
  readonly isUnixSocket: boolean;
}

/** Takes in the connections of one server. */
export class Acceptor {
  readonly #services: Services;
  readonly #descriptors = new DescriptorNumbers();
  readonly #commandLoop: CommandLoop;

  constructor(services: Services, commandLoop: CommandLoop) {
    this.#services = services;
    this.#commandLoop = commandLoop;
  }

  /** Makes a client of `connection`, which the command loop serves until it goes. */
  accept(connection: Deno.Conn): void {
    const ends = endsOf(connection);
    if (ends === null) return connection.close();
    const { clients, config, logger } = this.#services;
    logger.verbose(
      `Accepted ${ends.isUnixSocket ? "connection to " + config.string("unixsocket").value : ends.address}`,
    );
    if (clients.size >= config.integer("maxclients").value) {
      const inCluster = config.boolean("cluster-enabled").value;
      return this.#refuse(connection, inCluster ? TOO_MANY_CLIENTS_IN_CLUSTER : TOO_MANY_CLIENTS);
    }
    const isLocal = ends.isUnixSocket || isLoopbackAddress(ends.address);
    if (config.boolean("protected-mode").value && !this.#services.users.hasPassword && !isLocal) {
      return this.#refuse(connection, PROTECTED_MODE);
    }
    clients.acceptedCount++;
    this.#serve(this.#createClient(connection, ends), connection);
  }

  #createClient(connection: Deno.Conn, ends: ConnectionEnds): Client {
    const { clients, store, executor, users, outputLimits, outputBarrier, metrics, config } = this.#services;
    const descriptor = this.#descriptors.take();
    const client: Client = new Client({
      ...ends,
      id: clients.nextId(),
      store,
      sink: connection,
      traffic: metrics.traffic,
      barrier: outputBarrier,
      descriptor,
      close: () => {
        this.#descriptors.giveBack(descriptor);
        // The runtime closes a socket only when its event loop turns; the peer is to know before any later reply is sent.
        connection.closeWrite().catch(() => {});
        connection.close();
        clients.remove(client);
      },
    });
    users.admit(client.context);
    outputLimits.attach(client);
    client.reply.onError = (text) => executor.noteError(client.context, text);
    client.output.onFailure = () => client.kill();
    client.parser.maxBulkLength = config.integer("proto-max-bulk-len").value;
    client.parser.maxQueryBuffer = config.integer("client-query-buffer-limit").value;
    return client;
  }

  #serve(client: Client, connection: Deno.Conn): void {
    const { clients, config } = this.#services;
    if (!client.isUnixSocket) {
      const tcp = connection as Deno.TcpConn;
      tcp.setNoDelay(true);
      // The interval is the system's: Deno shows only the switch.
      if (config.integer("tcp-keepalive").value > 0) tcp.setKeepAlive(true);
    }
    clients.add(client);
    this.#commandLoop.admit(client, connection);
  }

  /** Says why, as well as that can be done without waiting for the peer, and closes. */
  #refuse(connection: Deno.Conn, text: string): void {
    const { clients, tasks } = this.#services;
    clients.rejectedCount++;
    tasks.start("refusal of a connection", async () => {
      try {
        await connection.write(ascii(`-${text}\r\n`));
      } catch {
        // The peer did not wait for the reason.
      } finally {
        connection.close();
      }
    });
  }
}

/** The two ends, or null when the peer is gone already and the system does not know them any more. */
function endsOf(connection: Deno.Conn): ConnectionEnds | null {
  try {
    const { remoteAddr, localAddr } = connection;
    if (localAddr.transport === "unix") {
      const address = `${localAddr.path}:0`;
      return { address, localAddress: address, isUnixSocket: true };
    }
    return { address: addressText(remoteAddr), localAddress: addressText(localAddr), isUnixSocket: false };
  } catch {
    return null;
  }
}

function addressText(address: Deno.Addr): string {
  if (address.transport !== "tcp") return "?:0";
  return address.hostname.includes(":")
    ? `[${address.hostname}]:${address.port}`
    : `${address.hostname}:${address.port}`;
}
