/**
 * SCAN: the keys, some at a time, with Redis's guarantees.
 *
 * - A call visits buckets until it has seen COUNT keys, but no more than ten times as many buckets.
 * - What is not wanted is left out afterwards, so a call may return nothing and still not be the last.
 */

import { globMatches } from "../../bytes/glob.ts";
import { lasting } from "../../bytes/lasting_slice.ts";
import { Slice } from "../../bytes/slice.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { readScanCursor, readScanOptions, type ScanOptions } from "../../command/scan_arguments.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { type EntryRef, NO_ENTRY } from "../../store/entry_layout.ts";
import { kindName } from "./kind_names.ts";

const keyView = lasting(new Slice());

function scan({ db }: Context, args: Args, reply: Reply): void {
  let cursor = readScanCursor(args, 1, reply);
  if (cursor === null) return;
  const options = readScanOptions(args, 2, reply, true);
  if (options === null) return;
  const { dict } = db.keyspace;
  const entries: EntryRef[] = [];
  const visit = (entry: EntryRef) => void entries.push(entry);
  for (let visitsLeft = options.count * 10;; visitsLeft--) {
    cursor = dict.scan(cursor, visit);
    if (cursor === 0 || visitsLeft === 0 || entries.length >= options.count) break;
  }
  let kept = 0;
  // An expired key is deleted on the way, which moves no other entry.
  for (const entry of entries) if (isWanted(db, entry, options)) entries[kept++] = entry;
  reply.array(2);
  reply.bulkInteger(cursor);
  reply.array(kept);
  for (let index = 0; index < kept; index++) reply.bulkSlice(db.keyspace.readKey(entries[index]!, keyView));
}

function isWanted(db: Database, entry: EntryRef, { pattern, type }: ScanOptions): boolean {
  db.keyspace.readKey(entry, keyView);
  if (pattern !== null && !globMatches(pattern, keyView)) return false;
  if (type === null) return db.peek(keyView) !== NO_ENTRY;
  // As in Redis, asking for the type is a lookup that counts.
  const found = db.lookupReadNoTouch(keyView);
  return found !== NO_ENTRY && kindName(db.kindOf(found)) === type;
}

/** SCAN. */
export const scanCommands: CommandSpec[] = [
  {
    name: "scan",
    group: "generic",
    since: "2.8.0",
    summary: "Incrementally iterate the keys space",
    complexity:
      "O(1) for every call. O(N) for a complete iteration, including enough command calls for the cursor to return back to 0. N is the number of elements inside the collection.",
    arity: -2,
    flags: "readonly touches_arbitrary_keys",
    acl: "keyspace",
    hints: "nondeterministic_output request_policy:special",
    history: [["6.0.0", "Added the `TYPE` subcommand."]],
    syntax: "cursor:integer [MATCH pattern:pattern] [COUNT count:integer] [TYPE type@6.0.0]",
    run: scan,
  },
];
