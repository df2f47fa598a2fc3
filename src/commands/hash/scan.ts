/**
 * HSCAN: the fields and their values, some at a time.
 *
 * - A listpack is replied whole, whatever COUNT says, as in Redis.
 */

import { globMatches } from "../../bytes/glob.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import { collectHandles, readScanCursor, readScanOptions, type ScanOptions } from "../../command/scan_arguments.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import type { HashValue } from "../../values/hash_value.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import { hashOf } from "./hash_keys.ts";

const field = new ListpackEntry();
const value = new ListpackEntry();

function hscan({ db }: Context, args: Args, reply: Reply): void {
  const cursor = readScanCursor(args, 2, reply);
  if (cursor === null) return;
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) {
    reply.array(2);
    reply.bulkInteger(0);
    return reply.emptyArray();
  }
  const hash = hashOf(db, entry, reply);
  if (hash === null) return;
  const options = readScanOptions(args, 3, reply);
  if (options === null) return;
  const { handles, next } = collectHandles(hash, { cursor, count: options.count, hasValues: true });
  reply.array(2);
  reply.bulkInteger(next);
  replyMatching(hash, handles, options, reply);
}

function replyMatching(hash: HashValue, handles: Iterable<number>, { pattern }: ScanOptions, reply: Reply): void {
  const token = reply.deferredArray();
  let count = 0;
  for (const handle of handles) {
    hash.readHandle(handle, field, value);
    if (pattern !== null && !globMatches(pattern, field)) continue;
    reply.bulkSlice(field);
    reply.bulkSlice(value);
    count += 2;
  }
  reply.endDeferred(token, count);
}

/** HSCAN. */
export const hashScanCommands: readonly CommandSpec[] = [
  {
    name: "hscan",
    group: "hash",
    since: "2.8.0",
    summary: "Incrementally iterate hash fields and associated values",
    complexity:
      "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection..",
    arity: -3,
    flags: "readonly",
    acl: "hash",
    hints: "nondeterministic_output",
    keys: [key(1, "RO access")],
    syntax: "key cursor:integer [MATCH pattern:pattern] [COUNT count:integer]",
    run: hscan,
  },
];
