/**
 * Parameters of memory: limits, eviction, expiry, lazy freeing and defragmentation.
 */

import { boolean, type Declaration, enumeration, integer } from "./declaration.ts";
import { INT_MAX, LONG_MAX, ULONG_MAX } from "./integer_cell.ts";

const EVICTION_POLICIES = [
  "volatile-lru",
  "volatile-lfu",
  "volatile-random",
  "volatile-ttl",
  "allkeys-lru",
  "allkeys-lfu",
  "allkeys-random",
  "noeviction",
] as const;

/** The refusal of a Redis whose allocator cannot move blocks, as Debian's. */
function validateActiveDefrag(isEnabled: boolean): string | null {
  if (!isEnabled) return null;
  return "Active defragmentation cannot be enabled: it requires a Redis server compiled with a modified Jemalloc " +
    "like the one shipped by default with the Redis source distribution";
}

/** Limits, eviction, expiry, freeing and defragmentation. */
export const MEMORY_PARAMETERS = {
  "maxmemory": integer({ default: 0, min: 0, max: ULONG_MAX, unit: "memory", isUnsigned: true }),
  "maxmemory-policy": enumeration({ names: EVICTION_POLICIES, default: "noeviction" }),
  "maxmemory-samples": integer({ default: 5, min: 1, max: INT_MAX }),
  "maxmemory-eviction-tenacity": integer({ default: 10, min: 0, max: 100 }),
  "maxmemory-clients": integer({ default: 0, min: -100, max: LONG_MAX, unit: "memory or percent" }),
  "lfu-log-factor": integer({ default: 10, min: 0, max: INT_MAX }),
  "lfu-decay-time": integer({ default: 1, min: 0, max: INT_MAX }),
  "active-expire-effort": integer({ default: 1, min: 1, max: 10 }),
  "activerehashing": boolean({ default: true }),
  "lazyfree-lazy-eviction": boolean({ default: false }),
  "lazyfree-lazy-expire": boolean({ default: false }),
  "lazyfree-lazy-server-del": boolean({ default: false }),
  "lazyfree-lazy-user-del": boolean({ default: false }),
  "lazyfree-lazy-user-flush": boolean({ default: false }),
  "jemalloc-bg-thread": boolean({ default: true }),
  "activedefrag": boolean({ default: false, validate: validateActiveDefrag }),
  "active-defrag-ignore-bytes": integer({
    default: 100 * 1024 * 1024,
    min: 1,
    max: LONG_MAX,
    unit: "memory",
    isUnsigned: true,
  }),
  "active-defrag-threshold-lower": integer({ default: 10, min: 0, max: 1000 }),
  "active-defrag-threshold-upper": integer({ default: 100, min: 0, max: 1000 }),
  "active-defrag-cycle-min": integer({ default: 1, min: 1, max: 99 }),
  "active-defrag-cycle-max": integer({ default: 25, min: 1, max: 99 }),
  "active-defrag-max-scan-fields": integer({ default: 1000, min: 1, max: LONG_MAX }),
} satisfies Record<string, Declaration>;
