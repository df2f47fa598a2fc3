/**
 * HSCAN: the fields and their values, some at a time.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import { key } from "../../command/key_specs.ts";
import { scanValue, type ValueScan } from "../../command/value_scan.ts";
import type { HashValue } from "../../values/hash_value.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import { hashOf } from "./hash_keys.ts";

const value = lasting(new ListpackEntry());

const HASH_SCAN: ValueScan<HashValue> = {
  valueOf: hashOf,
  readName: (hash, handle, field) => hash.readHandle(handle, field, value),
  replyRest: (_hash, _handle, reply) => reply.bulkSlice(value),
};

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
    run: (context, args, reply) => scanValue(context, args, reply, HASH_SCAN),
  },
];
