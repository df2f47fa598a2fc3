/**
 * ZSCAN: members and scores, some at a time.
 *
 * - A listpack is replied whole, whatever COUNT says, as in Redis.
 */

import { formatDouble, formatStoredDouble } from "../../bytes/double.ts";
import { globMatches } from "../../bytes/glob.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import { collectHandles, readScanCursor, readScanOptions, type ScanOptions } from "../../command/scan_arguments.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import type { SortedSetValue } from "../../values/sorted_set_value.ts";
import { readSortedSet } from "./sorted_set_keys.ts";

const member = new ListpackEntry();

function replyNothing(reply: Reply): void {
  reply.array(2);
  reply.bulkInteger(0);
  reply.emptyArray();
}

function zscan({ db }: Context, args: Args, reply: Reply): void {
  const cursor = readScanCursor(args, 2, reply);
  if (cursor === null) return;
  const set = readSortedSet(db, args.at(1), reply, replyNothing);
  if (set === null) return;
  const options = readScanOptions(args, 3, reply);
  if (options === null) return;
  const { handles, next } = collectHandles(set, { cursor, count: options.count, hasValues: true });
  reply.array(2);
  reply.bulkInteger(next);
  replyMatching(set, handles, options, reply);
}

function replyMatching(
  set: SortedSetValue,
  handles: Iterable<number>,
  { pattern }: ScanOptions,
  reply: Reply,
): void {
  const token = reply.deferredArray();
  const format = set.table === null ? formatStoredDouble : formatDouble;
  let count = 0;
  for (const handle of handles) {
    set.readHandle(handle, member);
    if (pattern !== null && !globMatches(pattern, member)) continue;
    reply.bulkSlice(member);
    reply.bulkText(format(set.scoreOf(handle)));
    count += 2;
  }
  reply.endDeferred(token, count);
}

/** ZSCAN. */
export const sortedSetScanCommands: CommandSpec[] = [
  {
    name: "zscan",
    group: "sorted-set",
    since: "2.8.0",
    summary: "Incrementally iterate sorted sets elements and associated scores",
    complexity:
      "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection..",
    arity: -3,
    flags: "readonly",
    acl: "sortedset",
    hints: "nondeterministic_output",
    keys: [key(1, "RO access")],
    syntax: "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
    run: zscan,
  },
];
