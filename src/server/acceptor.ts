/**
 * From an accepted connection to a client that is served.
 */

import { Client } from "../clients/client.ts";
import type { Services } from "../commands/services.ts";
import { ByteSource } from "./byte_source.ts";
import { serveClient } from "./connection.ts";

/** Makes a client of `connection` and serves it in the background until it goes. */
export function acceptClient(connection: Deno.Conn, services: Services): void {
  const { clients, store, tasks, executor, logger } = services;
  if (connection.remoteAddr.transport === "tcp") (connection as Deno.TcpConn).setNoDelay(true);
  const client = new Client({
    id: clients.nextId(),
    store,
    sink: connection,
    address: addressText(connection.remoteAddr),
    localAddress: addressText(connection.localAddr),
    descriptor: 8,
    close: () => connection.close(),
  });
  clients.add(client);
  tasks.start(`client ${client.id}`, async () => {
    try {
      await serveClient(client, new ByteSource(connection), { executor, logger });
    } finally {
      client.kill();
      clients.remove(client);
    }
  });
}

function addressText(address: Deno.Addr): string {
  if (address.transport === "tcp") return `${address.hostname}:${address.port}`;
  return address.transport === "unix" ? `${address.path}:0` : "?:0";
}
