/**
 * HSCAN, SSCAN and ZSCAN: the elements of one value, some at a time.
 *
 * - What has no hash table is replied whole, whatever COUNT says, as in Redis.
 */

import { globMatches } from "../bytes/glob.ts";
import { lasting } from "../bytes/lasting_slice.ts";
import type { Reply } from "../resp/reply.ts";
import type { Args } from "../resp/request_batch.ts";
import type { Database } from "../store/database.ts";
import { type EntryRef, NO_ENTRY } from "../store/entry_layout.ts";
import type { Dict } from "../values/dict.ts";
import { ListpackEntry } from "../values/listpack_encoding.ts";
import type { Context } from "./context.ts";
import { readScanCursor, readScanOptions } from "./scan_arguments.ts";

/** Buckets looked at, empty ones included, for each name or value wanted. */
const VISITS_PER_COUNT = 10;

const name = lasting(new ListpackEntry());

/** What a scan goes through: a hash, a set or a sorted set. */
export interface Scannable {
  /** The hash table, or null while the value has its compact form. */
  readonly table: Dict | null;
  /** The handles of all elements. */
  handles(): Int32Array;
}

/** How values of one kind are scanned. */
export interface ValueScan<V extends Scannable> {
  /** The value of an entry, or null after the error reply for another kind. */
  valueOf(db: Database, entry: EntryRef, reply: Reply): V | null;
  /** Reads what an element is found by, which MATCH is about. */
  readName(value: V, handle: number, name: ListpackEntry): void;
  /** Replies with what belongs to the element whose name was read last; null where elements are names alone. */
  readonly replyRest: ((value: V, handle: number, reply: Reply) => void) | null;
}

/** Runs `key cursor [MATCH pattern] [COUNT count]`. */
export function scanValue<V extends Scannable>(
  { db }: Context,
  args: Args,
  reply: Reply,
  { valueOf, readName, replyRest }: ValueScan<V>,
): void {
  const cursor = readScanCursor(args, 2, reply);
  if (cursor === null) return;
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) {
    reply.array(2);
    reply.bulkInteger(0);
    return reply.emptyArray();
  }
  const value = valueOf(db, entry, reply);
  if (value === null) return;
  const options = readScanOptions(args, 3, reply);
  if (options === null) return;
  const { count, pattern } = options;
  const { handles, next } = collectHandles(value, { cursor, count, hasValues: replyRest !== null });
  reply.array(2);
  reply.bulkInteger(next);
  const token = reply.deferredArray();
  let replied = 0;
  for (const handle of handles) {
    readName(value, handle, name);
    if (pattern !== null && !globMatches(pattern, name)) continue;
    reply.bulkSlice(name);
    replyRest?.(value, handle, reply);
    replied += replyRest === null ? 1 : 2;
  }
  reply.endDeferred(token, replied);
}

/** How one call of a scan goes on. */
export interface ScanStep {
  readonly cursor: number;
  /** About how many elements are wanted. */
  readonly count: number;
  /** Whether each element comes with a value, which Redis counts too. */
  readonly hasValues: boolean;
}

/** What one call of a scan found. */
export interface ScanFinding {
  readonly handles: Iterable<number>;
  /** The cursor of the next call, 0 at the end. */
  readonly next: number;
}

/** Collects the handles of some elements. What has no table is gone through whole, whatever the count. */
export function collectHandles(value: Scannable, { cursor, count, hasValues }: ScanStep): ScanFinding {
  const { table } = value;
  if (table === null) return { handles: value.handles(), next: 0 };
  const handles: number[] = [];
  const visit = (entry: number) => void handles.push(entry);
  let visitsLeft = count * (hasValues ? 2 * VISITS_PER_COUNT : VISITS_PER_COUNT);
  let next = cursor;
  do {
    next = table.scan(next, visit);
  } while (next !== 0 && visitsLeft-- > 0 && handles.length < count);
  return { handles, next };
}
