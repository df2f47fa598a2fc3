/**
 * Parameters of the keyspace: databases, events, and up to which size a value keeps its compact encoding.
 */

import { type Declaration, integer, special } from "./declaration.ts";
import { INT_MAX, INT_MIN, LONG_MAX } from "./integer_cell.ts";
import { KeyspaceEventsCell } from "./keyspace_events.ts";

/** A count of entries. */
const COUNT = { min: 0, max: LONG_MAX, isUnsigned: true } as const;
/** A size in bytes. */
const SIZE = { min: 0, max: LONG_MAX, unit: "memory", isUnsigned: true } as const;

/** Databases, events and the bounds of compact encodings. */
export const ENCODING_PARAMETERS = {
  "databases": integer({ default: 16, min: 1, max: INT_MAX, isImmutable: true }),
  "notify-keyspace-events": special(() => new KeyspaceEventsCell()),
  "tracking-table-max-keys": integer({ default: 1000000, ...COUNT }),
  "hash-max-listpack-entries": integer({ default: 512, ...COUNT, alias: "hash-max-ziplist-entries" }),
  "hash-max-listpack-value": integer({ default: 64, ...SIZE, alias: "hash-max-ziplist-value" }),
  "list-max-listpack-size": integer({ default: -2, min: INT_MIN, max: INT_MAX, alias: "list-max-ziplist-size" }),
  "list-compress-depth": integer({ default: 0, min: 0, max: INT_MAX }),
  "set-max-intset-entries": integer({ default: 512, ...COUNT }),
  "zset-max-listpack-entries": integer({ default: 128, ...COUNT, alias: "zset-max-ziplist-entries" }),
  "zset-max-listpack-value": integer({ default: 64, ...SIZE, alias: "zset-max-ziplist-value" }),
  "hll-sparse-max-bytes": integer({ default: 3000, ...SIZE }),
  "stream-node-max-bytes": integer({ default: 4096, ...SIZE }),
  "stream-node-max-entries": integer({ default: 100, min: 0, max: LONG_MAX }),
} satisfies Record<string, Declaration>;
