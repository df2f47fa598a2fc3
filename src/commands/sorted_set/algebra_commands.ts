/**
 * The declarations of the commands that combine sorted sets (`algebra.ts`).
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import { key, keyCount } from "../../command/key_specs.ts";
import type { SortedSetLimits } from "../../values/sorted_set_value.ts";
import {
  type AlgebraForm,
  replyCombination,
  replyIntersectionCount,
  type SetOperation,
  storeCombination,
} from "./algebra.ts";

function replied(operation: SetOperation): AlgebraForm {
  return { operation, name: `z${operation}`, numkeysIndex: 1 };
}

function stored(operation: SetOperation): AlgebraForm {
  return { operation, name: `z${operation}store`, numkeysIndex: 2 };
}

const UNION = replied("union");
const INTERSECTION = replied("inter");
const DIFFERENCE = replied("diff");
const UNION_STORE = stored("union");
const INTERSECTION_STORE = stored("inter");
const DIFFERENCE_STORE = stored("diff");
const INTERSECTION_COUNT: AlgebraForm = { operation: "inter", name: "zintercard", numkeysIndex: 1, isCount: true };

/** ZUNION, ZINTER, ZDIFF, ZUNIONSTORE, ZINTERSTORE, ZDIFFSTORE, ZINTERCARD. */
export function sortedSetAlgebraCommands(limits: SortedSetLimits): CommandSpec[] {
  return [...REPLIED_COMMANDS, ...storeCommands(limits)];
}

const REPLIED_COMMANDS: CommandSpec[] = [
  {
    name: "zunion",
    group: "sorted-set",
    since: "6.2.0",
    summary: "Add multiple sorted sets",
    complexity:
      "O(N)+O(M*log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number of elements in the resulting sorted set.",
    arity: -3,
    flags: "readonly",
    acl: "sortedset",
    keys: [keyCount(1, "RO access")],
    syntax: "numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate<SUM | MIN | MAX>] [WITHSCORES]",
    run: (context, args, reply) => replyCombination(context, args, reply, UNION),
  },
  {
    name: "zinter",
    group: "sorted-set",
    since: "6.2.0",
    summary: "Intersect multiple sorted sets",
    complexity:
      "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of input sorted sets and M being the number of elements in the resulting sorted set.",
    arity: -3,
    flags: "readonly",
    acl: "sortedset",
    keys: [keyCount(1, "RO access")],
    syntax: "numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE aggregate<SUM | MIN | MAX>] [WITHSCORES]",
    run: (context, args, reply) => replyCombination(context, args, reply, INTERSECTION),
  },
  {
    name: "zdiff",
    group: "sorted-set",
    since: "6.2.0",
    summary: "Subtract multiple sorted sets",
    complexity:
      "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the size of the first set, and K is the size of the result set.",
    arity: -3,
    flags: "readonly",
    acl: "sortedset",
    keys: [keyCount(1, "RO access")],
    syntax: "numkeys:integer key... [WITHSCORES]",
    run: (context, args, reply) => replyCombination(context, args, reply, DIFFERENCE),
  },
  {
    name: "zintercard",
    group: "sorted-set",
    since: "7.0.0",
    summary: "Intersect multiple sorted sets and return the cardinality of the result",
    complexity:
      "O(N*K) worst case with N being the smallest input sorted set, K being the number of input sorted sets.",
    arity: -3,
    flags: "readonly",
    acl: "sortedset",
    keys: [keyCount(1, "RO access")],
    syntax: "numkeys:integer key... [LIMIT limit:integer]",
    run: (context, args, reply) => replyIntersectionCount(context, args, reply, INTERSECTION_COUNT),
  },
];

function storeCommands(limits: SortedSetLimits): CommandSpec[] {
  return [
    {
      name: "zunionstore",
      group: "sorted-set",
      since: "2.0.0",
      summary: "Add multiple sorted sets and store the resulting sorted set in a new key",
      complexity:
        "O(N)+O(M log(M)) with N being the sum of the sizes of the input sorted sets, and M being the number of elements in the resulting sorted set.",
      arity: -4,
      flags: "write denyoom",
      acl: "sortedset",
      keys: [key(1, "OW update"), keyCount(2, "RO access")],
      syntax: `
      destination:key numkeys:integer key#1... [WEIGHTS weight:integer...] [AGGREGATE aggregate<SUM | MIN | MAX>]
    `,
      run: (context, args, reply) => storeCombination(context, args, reply, UNION_STORE, limits),
    },
    {
      name: "zinterstore",
      group: "sorted-set",
      since: "2.0.0",
      summary: "Intersect multiple sorted sets and store the resulting sorted set in a new key",
      complexity:
        "O(N*K)+O(M*log(M)) worst case with N being the smallest input sorted set, K being the number of input sorted sets and M being the number of elements in the resulting sorted set.",
      arity: -4,
      flags: "write denyoom",
      acl: "sortedset",
      keys: [key(1, "OW update"), keyCount(2, "RO access")],
      syntax: `
      destination:key numkeys:integer key#1... [WEIGHTS weight:integer...] [AGGREGATE aggregate<SUM | MIN | MAX>]
    `,
      run: (context, args, reply) => storeCombination(context, args, reply, INTERSECTION_STORE, limits),
    },
    {
      name: "zdiffstore",
      group: "sorted-set",
      since: "6.2.0",
      summary: "Subtract multiple sorted sets and store the resulting sorted set in a new key",
      complexity:
        "O(L + (N-K)log(N)) worst case where L is the total number of elements in all the sets, N is the size of the first set, and K is the size of the result set.",
      arity: -4,
      flags: "write denyoom",
      acl: "sortedset",
      keys: [key(1, "OW update"), keyCount(2, "RO access")],
      syntax: "destination:key numkeys:integer key#1...",
      run: (context, args, reply) => storeCombination(context, args, reply, DIFFERENCE_STORE, limits),
    },
  ];
}
