/**
 * SSCAN: the members, some at a time.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import { key } from "../../command/key_specs.ts";
import { scanValue, type ValueScan } from "../../command/value_scan.ts";
import type { SetValue } from "../../values/set_value.ts";
import { setOf } from "./set_keys.ts";

const SET_SCAN: ValueScan<SetValue> = {
  valueOf: setOf,
  readName: (set, handle, member) => set.readHandle(handle, member),
  replyRest: null,
};

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
    run: (context, args, reply) => scanValue(context, args, reply, SET_SCAN),
  },
];
