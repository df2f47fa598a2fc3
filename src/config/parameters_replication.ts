/**
 * Parameters of replication and of the cluster.
 */

import { boolean, type Declaration, enumeration, integer, special, string } from "./declaration.ts";
import { INT_MAX, LONG_MAX, ULONG_MAX } from "./integer_cell.ts";
import { ReplicaOfCell } from "./replica_of.ts";

/** Longest host name that may be announced, plus one. */
const MAX_HOST_NAME_BYTES = 256;

/** Smallest backlog: CONFIG SET raises smaller sizes to it. */
const MIN_BACKLOG_BYTES = 16 * 1024;

function validateHostName(text: string): string | null {
  if (text.length >= MAX_HOST_NAME_BYTES) return `Hostnames must be less than ${MAX_HOST_NAME_BYTES} characters`;
  if (!/^[A-Za-z0-9.-]*$/.test(text)) return "Hostnames may only contain alphanumeric characters, hyphens or dots";
  return null;
}

/** Both roles of replication. */
export const REPLICATION_PARAMETERS = {
  "replicaof": special(() => new ReplicaOfCell(), { alias: "slaveof", isImmutable: true }),
  "masteruser": string({ default: null, isSensitive: true }),
  "masterauth": string({ default: null, isBinary: true, isSensitive: true }),
  "replica-serve-stale-data": boolean({ default: true, alias: "slave-serve-stale-data" }),
  "replica-read-only": boolean({ default: true, alias: "slave-read-only" }),
  "replica-priority": integer({ default: 100, min: 0, max: INT_MAX, alias: "slave-priority" }),
  "replica-announced": boolean({ default: true }),
  "replica-announce-ip": string({ default: null, alias: "slave-announce-ip" }),
  "replica-announce-port": integer({ default: 0, min: 0, max: 65535, alias: "slave-announce-port" }),
  "replica-ignore-maxmemory": boolean({ default: true, alias: "slave-ignore-maxmemory" }),
  "replica-lazy-flush": boolean({ default: false, alias: "slave-lazy-flush" }),
  "replica-ignore-disk-write-errors": boolean({ default: false }),
  "min-replicas-to-write": integer({ default: 0, min: 0, max: INT_MAX, alias: "min-slaves-to-write" }),
  "min-replicas-max-lag": integer({ default: 10, min: 0, max: INT_MAX, alias: "min-slaves-max-lag" }),
  "repl-timeout": integer({ default: 60, min: 1, max: INT_MAX }),
  "repl-ping-replica-period": integer({ default: 10, min: 1, max: INT_MAX, alias: "repl-ping-slave-period" }),
  "repl-backlog-size": integer({
    default: 1024 * 1024,
    min: 1,
    max: LONG_MAX,
    unit: "memory",
    clamp: { min: MIN_BACKLOG_BYTES, max: LONG_MAX },
  }),
  "repl-backlog-ttl": integer({ default: 3600, min: 0, max: LONG_MAX }),
  "repl-disable-tcp-nodelay": boolean({ default: false }),
  "repl-diskless-sync": boolean({ default: true }),
  "repl-diskless-sync-delay": integer({ default: 5, min: 0, max: INT_MAX }),
  "repl-diskless-sync-max-replicas": integer({ default: 0, min: 0, max: INT_MAX }),
  "repl-diskless-load": enumeration({
    names: ["disabled", "on-empty-db", "swapdb"],
    default: "disabled",
    isDeniedWhileLoading: true,
  }),
  "propagation-error-behavior": enumeration({ names: ["ignore", "panic", "panic-on-replicas"], default: "ignore" }),
} satisfies Record<string, Declaration>;

/** The cluster. */
export const CLUSTER_PARAMETERS = {
  "cluster-enabled": boolean({ default: false, isImmutable: true }),
  "cluster-config-file": string({ default: "nodes.conf", isImmutable: true }),
  "cluster-node-timeout": integer({ default: 15000, min: 0, max: LONG_MAX }),
  "cluster-port": integer({ default: 0, min: 0, max: 65535, isImmutable: true }),
  "cluster-announce-ip": string({ default: null }),
  "cluster-announce-hostname": string({ default: null, validate: validateHostName }),
  "cluster-announce-port": integer({ default: 0, min: 0, max: 65535 }),
  "cluster-announce-tls-port": integer({ default: 0, min: 0, max: 65535 }),
  "cluster-announce-bus-port": integer({ default: 0, min: 0, max: 65535 }),
  "cluster-preferred-endpoint-type": enumeration({ names: ["ip", "hostname", "unknown-endpoint"], default: "ip" }),
  "cluster-replica-validity-factor": integer({
    default: 10,
    min: 0,
    max: INT_MAX,
    alias: "cluster-slave-validity-factor",
  }),
  "cluster-replica-no-failover": boolean({ default: false, alias: "cluster-slave-no-failover" }),
  "cluster-migration-barrier": integer({ default: 1, min: 0, max: INT_MAX }),
  "cluster-allow-replica-migration": boolean({ default: true }),
  "cluster-require-full-coverage": boolean({ default: true }),
  "cluster-allow-reads-when-down": boolean({ default: false }),
  "cluster-allow-pubsubshard-when-down": boolean({ default: true }),
  "cluster-link-sendbuf-limit": integer({ default: 0, min: 0, max: ULONG_MAX, unit: "memory", isUnsigned: true }),
} satisfies Record<string, Declaration>;
