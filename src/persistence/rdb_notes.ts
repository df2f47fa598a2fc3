/**
 * The notes at the start of an RDB file, in Redis's order: who wrote it, when, and where in the replication stream.
 */

import type { Clock } from "../base/clock.ts";
import type { Logger } from "../base/logger.ts";
import type { Loading } from "./loading.ts";
import type { RdbNote } from "./rdb_snapshot_writer.ts";

/** The version of Redis that the server is compatible with. */
const REDIS_VERSION = "7.0.15";

/** Where in the replication stream a file belongs. */
export interface ReplicationPoint {
  /** The database that the stream has selected, -1 when none. */
  readonly dbIndex: number;
  readonly replicationId: string;
  readonly offset: number;
}

/** What the notes tell. */
export interface RdbNotesOptions {
  readonly nowMs: number;
  readonly usedMemoryBytes: number;
  /** Null where nobody could resume replication from the file. */
  readonly replication?: ReplicationPoint | null;
  /** True for the base of an append-only file. */
  readonly isAofBase?: boolean;
}

/** The notes of one file. */
export function rdbNotes(options: RdbNotesOptions): RdbNote[] {
  const { replication } = options;
  return [
    ["redis-ver", REDIS_VERSION],
    ["redis-bits", 64],
    ["ctime", Math.floor(options.nowMs / 1000)],
    ["used-mem", options.usedMemoryBytes],
    ...(replication
      ? [
        ["repl-stream-db", replication.dbIndex],
        ["repl-id", replication.replicationId],
        ["repl-offset", replication.offset],
      ] as const
      : []),
    ["aof-base", options.isAofBase === true ? 1 : 0],
  ];
}

/** Takes a note of a file that is being loaded: the log is told of its origin, and `loading` of its memory. */
export function takeRdbNote(
  [key, value]: readonly [key: string, value: string],
  { logger, clock, loading }: { logger: Logger; clock: Clock; loading: Loading },
): void {
  if (key === "redis-ver") logger.notice(`Loading RDB produced by version ${value}`);
  else if (key === "ctime") {
    const ageSeconds = Math.max(0, Math.floor(clock.now / 1000) - Number(value));
    logger.notice(`RDB age ${ageSeconds} seconds`);
  } else if (key === "used-mem") {
    loading.usedMemoryBytes = Number(value) || 0;
    logger.notice(`RDB memory usage when created ${(loading.usedMemoryBytes / (1024 * 1024)).toFixed(2)} Mb`);
  }
}
