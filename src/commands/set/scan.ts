/**
 * SSCAN: the members, some at a time.
 *
 * - An intset is replied whole, whatever COUNT says, as in Redis.
 */

import { globMatches } from "../../bytes/glob.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import { collectHandles, readScanCursor, readScanOptions, type ScanOptions } from "../../command/scan_arguments.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import type { SetValue } from "../../values/set_value.ts";
import { setOf } from "./set_keys.ts";

const member = new ListpackEntry();

function sscan({ db }: Context, args: Args, reply: Reply): void {
  const cursor = readScanCursor(args, 2, reply);
  if (cursor === null) return;
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) {
    reply.array(2);
    reply.bulkInteger(0);
    return reply.emptyArray();
  }
  const set = setOf(db, entry, reply);
  if (set === null) return;
  const options = readScanOptions(args, 3, reply);
  if (options === null) return;
  const { handles, next } = collectHandles(set, { cursor, count: options.count, hasValues: false });
  reply.array(2);
  reply.bulkInteger(next);
  replyMatching(set, handles, options, reply);
}

function replyMatching(set: SetValue, handles: Iterable<number>, { pattern }: ScanOptions, reply: Reply): void {
  const token = reply.deferredArray();
  let count = 0;
  for (const handle of handles) {
    set.readHandle(handle, member);
    if (pattern !== null && !globMatches(pattern, member)) continue;
    reply.bulkSlice(member);
    count++;
  }
  reply.endDeferred(token, count);
}

/** SSCAN. */
export const setScanCommands: CommandSpec[] = [
  {
    name: "sscan",
    group: "set",
    since: "2.8.0",
    summary: "Incrementally iterate Set elements",
    complexity:
      "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection..",
    arity: -3,
    flags: "readonly",
    acl: "set",
    hints: "nondeterministic_output",
    keys: [key(1, "RO access")],
    syntax: "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
    run: sscan,
  },
];
