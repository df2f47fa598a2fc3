/**
 * Parameters of snapshots and of the append-only file.
 */

import { boolean, type Declaration, enumeration, integer, special, string } from "./declaration.ts";
import { INT_MAX, INT_MIN, LONG_MAX } from "./integer_cell.ts";
import { SavePointsCell } from "./save_points.ts";
import { WorkingDirectoryCell } from "./working_directory.ts";

/** A check of a name that must not hold a path; `noun` is what the name is for. */
function validateBaseName(parameter: string, noun: string, mayBeEmpty: boolean): (text: string) => string | null {
  return (text) => {
    if (text === "" && !mayBeEmpty) return `${parameter} can't be empty`;
    return /[/\\]/.test(text) ? `${parameter} can't be a path, just a ${noun}` : null;
  };
}

/** Snapshots, and where files go. */
export const SNAPSHOT_PARAMETERS = {
  "dir": special(() => new WorkingDirectoryCell(), { isProtected: true, isDeniedWhileLoading: true }),
  "dbfilename": string({
    default: "dump.rdb",
    validate: validateBaseName("dbfilename", "filename", true),
    isProtected: true,
  }),
  "save": special(() => new SavePointsCell()),
  "stop-writes-on-bgsave-error": boolean({ default: true }),
  "rdbchecksum": boolean({ default: true, isImmutable: true }),
  "rdbcompression": boolean({ default: true }),
  "rdb-save-incremental-fsync": boolean({ default: true }),
  "rdb-del-sync-files": boolean({ default: false }),
  "rdb-key-save-delay": integer({ default: 0, min: INT_MIN, max: INT_MAX, isHidden: true }),
  "key-load-delay": integer({ default: 0, min: INT_MIN, max: INT_MAX, isHidden: true }),
  "loading-process-events-interval-bytes": integer({
    default: 2 * 1024 * 1024,
    min: 1024,
    max: INT_MAX,
    isHidden: true,
  }),
  "sanitize-dump-payload": enumeration({ names: ["no", "yes", "clients"], default: "no" }),
} satisfies Record<string, Declaration>;

/** The append-only file. */
export const AOF_PARAMETERS = {
  "appendonly": boolean({ default: false, isDeniedWhileLoading: true }),
  "appendfilename": string({
    default: "appendonly.aof",
    validate: validateBaseName("appendfilename", "filename", false),
    isImmutable: true,
  }),
  "appenddirname": string({
    default: "appendonlydir",
    validate: validateBaseName("appenddirname", "dirname", false),
    isImmutable: true,
  }),
  "appendfsync": enumeration({ names: ["everysec", "always", "no"], default: "everysec" }),
  "no-appendfsync-on-rewrite": boolean({ default: false }),
  "auto-aof-rewrite-percentage": integer({ default: 100, min: 0, max: INT_MAX }),
  "auto-aof-rewrite-min-size": integer({ default: 64 * 1024 * 1024, min: 0, max: LONG_MAX, unit: "memory" }),
  "aof-load-truncated": boolean({ default: true }),
  "aof-use-rdb-preamble": boolean({ default: true }),
  "aof-timestamp-enabled": boolean({ default: false }),
  "aof-rewrite-incremental-fsync": boolean({ default: true }),
  "aof-disable-auto-gc": boolean({ default: false }),
} satisfies Record<string, Declaration>;
