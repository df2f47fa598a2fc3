/**
 * Parameters of listeners, connections and TLS.
 *
 * - The TLS parameters are those of a Redis built with TLS, as Debian's is.
 */

import { BindAddressesCell } from "./bind_addresses.ts";
import { boolean, type Declaration, enumeration, integer, special, string } from "./declaration.ts";
import { INT_MAX, LONG_MAX, UINT_MAX } from "./integer_cell.ts";
import { OutputBufferLimitsCell } from "./output_buffer_limits.ts";

const MIB = 1024 * 1024;

/** Listeners, connections and their buffers. */
export const NETWORK_PARAMETERS = {
  "bind": special(() => new BindAddressesCell()),
  "bind-source-addr": string({ default: null }),
  "port": integer({ default: 6379, min: 0, max: 65535 }),
  "protected-mode": boolean({ default: true }),
  "tcp-backlog": integer({ default: 511, min: 0, max: INT_MAX, isImmutable: true }),
  "tcp-keepalive": integer({ default: 300, min: 0, max: INT_MAX }),
  "timeout": integer({ default: 0, min: 0, max: INT_MAX }),
  "unixsocket": string({ default: null, isImmutable: true }),
  "unixsocketperm": integer({ default: 0, min: 0, max: 0o777, unit: "octal", isUnsigned: true, isImmutable: true }),
  "socket-mark-id": integer({ default: 0, min: 0, max: UINT_MAX, isUnsigned: true, isImmutable: true }),
  "maxclients": integer({ default: 10000, min: 1, max: UINT_MAX, isUnsigned: true }),
  "client-output-buffer-limit": special(() => new OutputBufferLimitsCell()),
  "client-query-buffer-limit": integer({
    default: 1024 * MIB,
    min: MIB,
    max: LONG_MAX,
    unit: "memory",
    isUnsigned: true,
  }),
  "proto-max-bulk-len": integer({ default: 512 * MIB, min: MIB, max: LONG_MAX, unit: "memory" }),
  "io-threads": integer({ default: 1, min: 1, max: 128, isImmutable: true }),
  "io-threads-do-reads": boolean({ default: false, isImmutable: true }),
} satisfies Record<string, Declaration>;

/** TLS. */
export const TLS_PARAMETERS = {
  "tls-port": integer({ default: 0, min: 0, max: 65535 }),
  "tls-session-cache-size": integer({ default: 20 * 1024, min: 0, max: INT_MAX }),
  "tls-session-cache-timeout": integer({ default: 300, min: 0, max: INT_MAX }),
  "tls-cluster": boolean({ default: false }),
  "tls-replication": boolean({ default: false }),
  "tls-auth-clients": enumeration({ names: ["no", "yes", "optional"], default: "yes" }),
  "tls-prefer-server-ciphers": boolean({ default: false }),
  "tls-session-caching": boolean({ default: true }),
  "tls-cert-file": string({ default: null, isVolatile: true }),
  "tls-key-file": string({ default: null, isVolatile: true }),
  "tls-key-file-pass": string({ default: null }),
  "tls-client-cert-file": string({ default: null, isVolatile: true }),
  "tls-client-key-file": string({ default: null, isVolatile: true }),
  "tls-client-key-file-pass": string({ default: null }),
  "tls-dh-params-file": string({ default: null, isVolatile: true }),
  "tls-ca-cert-file": string({ default: null, isVolatile: true }),
  "tls-ca-cert-dir": string({ default: null, isVolatile: true }),
  "tls-protocols": string({ default: null }),
  "tls-ciphers": string({ default: null }),
  "tls-ciphersuites": string({ default: null }),
} satisfies Record<string, Declaration>;
