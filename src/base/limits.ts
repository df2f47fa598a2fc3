/**
 * Every bound of the server that is not a configuration parameter, under Redis's name where Redis has one.
 *
 * - Bounds that a user may change live in `config/`.
 */

import { getHeapStatistics } from "node:v8";

/** Bytes of one string value or bulk argument: Redis's `proto-max-bulk-len` default and the size limit of strings. */
export const MAX_STRING_BYTES = 512 * 1024 * 1024;

/** Bytes of one inline request: Redis's `PROTO_INLINE_MAX_SIZE`. */
export const PROTO_INLINE_MAX_SIZE = 64 * 1024;

/** Bytes of a connection's read buffer: Redis's `PROTO_IOBUF_LEN`. */
export const PROTO_IOBUF_LEN = 16 * 1024;

/** Bytes of output that are no subject to limits, and of a block of what is: Redis's `PROTO_REPLY_CHUNK_BYTES`. */
export const PROTO_REPLY_CHUNK_BYTES = 16 * 1024;

/**
 * Bytes of output beyond `PROTO_REPLY_CHUNK_BYTES` that may wait for a client that must authenticate: Redis's
 * `REPLY_BUFFER_SIZE_UNAUTHENTICATED_CLIENT`, which came with 7.2.8.
 */
export const REPLY_BUFFER_SIZE_UNAUTHENTICATED_CLIENT = 1024;

/** Largest read buffer that a busy connection gets. */
export const MAX_READ_BUFFER_BYTES = 64 * 1024;

/** Largest buffer for one read of an argument whose length is known: what the system holds ready then comes at once. */
export const MAX_EXPECTED_READ_BYTES = 1024 * 1024;

/**
 * Bytes of one client's output that go in one write, unless it is more than a portion. Less than Redis's 64 KiB
 * (`NET_MAX_WRITES_PER_EVENT`): with headers these are more than the largest segment of TCP. In a run of a fifth of a second
 * LRANGE of 500 elements of 256 bytes was 1.28 times as fast without the tiny one that follows.
 */
export const OUTPUT_PIECE_BYTES = 56 * 1024;

/** Output of one client that is sent before more of the same pipeline is made. */
export const OUTPUT_PORTION_BYTES = 512 * 1024;

/** Output of one client that may wait to be sent before the server stops reading from that client. */
export const OUTPUT_BACKPRESSURE_BYTES = 64 * 1024 * 1024;

/**
 * Bytes that a script may hold, as `lua/memory_estimate.ts` counts them: what V8 takes for those is less than half of its
 * heap, and it ends the process where that is full.
 */
export const MAX_SCRIPT_BYTES = Math.min(1024 * 1024 * 1024, Math.floor(getHeapStatistics().heap_size_limit / 8));

/** Databases: the upper bound of the `databases` parameter is Redis's INT_MAX; the memory of each is this server's bound. */
export const MAX_DATABASES = 16384;

/** Milliseconds of work that a background job may do before it lets commands run. */
export const TIME_SLICE_MS = 1;

/** Pieces of output (objects in use) over which a snapshot saves a value in slices while its writers wait. */
export const LARGE_VALUE_BYTES = 64 * 1024;

/** Keys that a cron pass examines for expiry at a time: Redis's `ACTIVE_EXPIRE_CYCLE_KEYS_PER_LOOP`. */
export const ACTIVE_EXPIRE_CYCLE_KEYS_PER_LOOP = 20;

/** Bytes kept of one MULTI queue or blocked request. */
export const MAX_QUERY_BUFFER_BYTES = 1024 * 1024 * 1024;

/** Connections to targets of MIGRATE that are kept for reuse. */
export const MIGRATE_SOCKET_CACHE_ITEMS = 64;

/** Milliseconds that such a connection is kept unused: Redis's `MIGRATE_SOCKET_CACHE_TTL`. */
export const MIGRATE_SOCKET_CACHE_TTL_MS = 10_000;
