/**
 * What a client has told of itself with REPLCONF, before or after it became a replica.
 */

import type { Client } from "../clients/client.ts";
import type { Context } from "../command/context.ts";
import { Facet } from "../command/facet.ts";

/** What an RDB file for a replica leaves out. */
export interface RdbFilter {
  readonly hasData: boolean;
  readonly hasFunctions: boolean;
}

/** A file with everything in it. */
export const WHOLE_RDB: RdbFilter = { hasData: true, hasFunctions: true };

/** Announcements of one client. */
export interface ReplicaTraits {
  /** REPLCONF listening-port. */
  port: number;
  /** REPLCONF ip-address; empty: the peer's own address. */
  address: string;
  /** REPLCONF capa eof: understands a file whose length is not told in advance. */
  hasEof: boolean;
  /** REPLCONF capa psync2: understands a new replication id in `+CONTINUE`. */
  hasPsync2: boolean;
  /** REPLCONF rdb-only: wants the file and no stream. */
  isRdbOnly: boolean;
  /** REPLCONF rdb-filter-only. */
  filter: RdbFilter;
}

const facet = new Facet<ReplicaTraits>(() => ({
  port: 0,
  address: "",
  hasEof: false,
  hasPsync2: false,
  isRdbOnly: false,
  filter: WHOLE_RDB,
}));

/** The announcements of a client, to be read and written. */
export function replicaTraits(context: Context): ReplicaTraits {
  return facet.of(context);
}

/** Where a replica says it is, or where it connected from. */
export function replicaHost(client: Client): string {
  const announced = facet.of(client.context).address;
  if (announced !== "") return announced;
  return client.address.slice(0, client.address.lastIndexOf(":")).replace(/^\[(.*)\]$/, "$1");
}

/** How log lines name a replica. */
export function replicaName(client: Client): string {
  const { port } = facet.of(client.context);
  const host = replicaHost(client);
  if (port === 0) return `${host}:<unknown-replica-port>`;
  return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}

/** True when the same file suits both. */
export function isSameFilter(a: RdbFilter, b: RdbFilter): boolean {
  return a.hasData === b.hasData && a.hasFunctions === b.hasFunctions;
}

/** True when the file has everything in it. */
export function isWhole(filter: RdbFilter): boolean {
  return filter.hasData && filter.hasFunctions;
}
