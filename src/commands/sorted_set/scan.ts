/**
 * ZSCAN: members and scores, some at a time.
 */

import { formatDouble, formatStoredDouble } from "../../bytes/double.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import { key } from "../../command/key_specs.ts";
import { scanValue, type ValueScan } from "../../command/value_scan.ts";
import type { Reply } from "../../resp/reply.ts";
import type { SortedSetValue } from "../../values/sorted_set_value.ts";
import { sortedSetOf } from "./sorted_set_keys.ts";

const SORTED_SET_SCAN: ValueScan<SortedSetValue> = {
  valueOf: sortedSetOf,
  readName: (set, handle, member) => set.readHandle(handle, member),
  replyRest: replyScore,
};

function replyScore(set: SortedSetValue, handle: number, reply: Reply): void {
  const score = set.scoreOf(handle);
  reply.bulkText(set.table === null ? formatStoredDouble(score) : formatDouble(score));
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
    run: (context, args, reply) => scanValue(context, args, reply, SORTED_SET_SCAN),
  },
];
