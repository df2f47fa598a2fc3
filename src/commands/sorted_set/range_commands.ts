/**
 * The declarations of the commands that read ranges (`range.ts`).
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import { key } from "../../command/key_specs.ts";
import type { SortedSetLimits } from "../../values/sorted_set_value.ts";
import { type RangeForm, replyRange, storeRange } from "./range.ts";

const ANY_FORM: RangeForm = {};
const RANKS_DOWN: RangeForm = { by: "rank", isReverse: true };
const SCORES_UP: RangeForm = { by: "score", isReverse: false };
const SCORES_DOWN: RangeForm = { by: "score", isReverse: true };
const MEMBERS_UP: RangeForm = { by: "lex", isReverse: false };
const MEMBERS_DOWN: RangeForm = { by: "lex", isReverse: true };

/** ZRANGE, ZRANGESTORE, ZRANGEBYSCORE, ZREVRANGEBYSCORE, ZRANGEBYLEX, ZREVRANGEBYLEX, ZREVRANGE. */
export function sortedSetRangeCommands(limits: SortedSetLimits): CommandSpec[] {
  return [
    ...NEWER_COMMANDS,
    {
      name: "zrangestore",
      group: "sorted-set",
      since: "6.2.0",
      summary: "Store a range of members from sorted set into another key",
      complexity:
        "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements stored into the destination key.",
      arity: -5,
      flags: "write denyoom",
      acl: "sortedset",
      keys: [key(1, "OW update"), key(2, "RO access")],
      syntax: `
      dst:key src:key#1 min max [sortby<BYSCORE | BYLEX>] [REV] [LIMIT offset_count(offset:integer count:integer)]
    `,
      run: (context, args, reply) => storeRange(context, args, reply, limits),
    },
    ...SCORE_COMMANDS,
    ...LEX_COMMANDS,
  ];
}

const NEWER_COMMANDS: CommandSpec[] = [
  {
    name: "zrange",
    group: "sorted-set",
    since: "1.2.0",
    summary: "Return a range of members in a sorted set",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements returned.",
    arity: -4,
    flags: "readonly",
    acl: "sortedset",
    history: [["6.2.0", "Added the `REV`, `BYSCORE`, `BYLEX` and `LIMIT` options."]],
    keys: [key(1, "RO access")],
    syntax: `
      key start stop [sortby@6.2.0<BYSCORE | BYLEX>] [REV@6.2.0]
      [LIMIT offset_count@6.2.0(offset:integer count:integer)] [WITHSCORES]
    `,
    run: (context, args, reply) => replyRange(context, args, reply, ANY_FORM),
  },
  {
    name: "zrevrange",
    group: "sorted-set",
    since: "1.2.0",
    summary: "Return a range of members in a sorted set, by index, with scores ordered from high to low",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements returned.",
    arity: -4,
    flags: "readonly",
    acl: "sortedset",
    docFlags: "deprecated",
    deprecatedSince: "6.2.0",
    replacedBy: "`ZRANGE` with the `REV` argument",
    keys: [key(1, "RO access")],
    syntax: "key start:integer stop:integer [WITHSCORES]",
    run: (context, args, reply) => replyRange(context, args, reply, RANKS_DOWN),
  },
];

const SCORE_COMMANDS: CommandSpec[] = [
  {
    name: "zrangebyscore",
    group: "sorted-set",
    since: "1.0.5",
    summary: "Return a range of members in a sorted set, by score",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    arity: -4,
    flags: "readonly",
    acl: "sortedset",
    docFlags: "deprecated",
    deprecatedSince: "6.2.0",
    replacedBy: "`ZRANGE` with the `BYSCORE` argument",
    history: [["2.0.0", "Added the `WITHSCORES` modifier."]],
    keys: [key(1, "RO access")],
    syntax: "key min:double max:double [WITHSCORES@2.0.0] [LIMIT offset_count(offset:integer count:integer)]",
    run: (context, args, reply) => replyRange(context, args, reply, SCORES_UP),
  },
  {
    name: "zrevrangebyscore",
    group: "sorted-set",
    since: "2.2.0",
    summary: "Return a range of members in a sorted set, by score, with scores ordered from high to low",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    arity: -4,
    flags: "readonly",
    acl: "sortedset",
    docFlags: "deprecated",
    deprecatedSince: "6.2.0",
    replacedBy: "`ZRANGE` with the `REV` and `BYSCORE` arguments",
    history: [["2.1.6", "`min` and `max` can be exclusive."]],
    keys: [key(1, "RO access")],
    syntax: "key max:double min:double [WITHSCORES] [LIMIT offset_count(offset:integer count:integer)]",
    run: (context, args, reply) => replyRange(context, args, reply, SCORES_DOWN),
  },
];

const LEX_COMMANDS: CommandSpec[] = [
  {
    name: "zrangebylex",
    group: "sorted-set",
    since: "2.8.9",
    summary: "Return a range of members in a sorted set, by lexicographical range",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    arity: -4,
    flags: "readonly",
    acl: "sortedset",
    docFlags: "deprecated",
    deprecatedSince: "6.2.0",
    replacedBy: "`ZRANGE` with the `BYLEX` argument",
    keys: [key(1, "RO access")],
    syntax: "key min max [LIMIT offset_count(offset:integer count:integer)]",
    run: (context, args, reply) => replyRange(context, args, reply, MEMBERS_UP),
  },
  {
    name: "zrevrangebylex",
    group: "sorted-set",
    since: "2.8.9",
    summary:
      "Return a range of members in a sorted set, by lexicographical range, ordered from higher to lower strings.",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements being returned. If M is constant (e.g. always asking for the first 10 elements with LIMIT), you can consider it O(log(N)).",
    arity: -4,
    flags: "readonly",
    acl: "sortedset",
    docFlags: "deprecated",
    deprecatedSince: "6.2.0",
    replacedBy: "`ZRANGE` with the `REV` and `BYLEX` arguments",
    keys: [key(1, "RO access")],
    syntax: "key max min [LIMIT offset_count(offset:integer count:integer)]",
    run: (context, args, reply) => replyRange(context, args, reply, MEMBERS_DOWN),
  },
];
