/**
 * ZCOUNT, ZLEXCOUNT and the ZREMRANGEBY... commands: ranges counted and removed.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC, NOTIFY_ZSET } from "../../store/keyspace_events.ts";
import type { SortedSetRange } from "../../values/sorted_set_range.ts";
import type { SortedSetValue } from "../../values/sorted_set_value.ts";
import { coveredRanks, type RankRange, readLexRange, readRanks, readScoreRange } from "./range_arguments.ts";
import { readSortedSet, replyZero, sortedSetOf } from "./sorted_set_keys.ts";

function replyCount({ db }: Context, args: Args, reply: Reply, range: SortedSetRange | null): void {
  if (range === null) return;
  const set = readSortedSet(db, args.at(1), reply, replyZero);
  if (set !== null) reply.integer(set.countIn(range));
}

function zcount(context: Context, args: Args, reply: Reply): void {
  replyCount(context, args, reply, readScoreRange(args, 2, 3, reply));
}

function zlexcount(context: Context, args: Args, reply: Reply): void {
  replyCount(context, args, reply, readLexRange(args, 2, 3, reply));
}

/** Removes what `find` finds in the sorted set. */
function removeRange(
  { db }: Context,
  args: Args,
  reply: Reply,
  event: string,
  find: (set: SortedSetValue) => RankRange,
): void {
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.integer(0);
  const set = sortedSetOf(db, entry, reply);
  if (set === null) return;
  const { first, count } = find(set);
  if (count > 0) {
    set.removeRange(first, count);
    const isEmptied = set.size === 0;
    if (isEmptied) db.delete(name);
    db.commit(name, NOTIFY_ZSET, event, count);
    if (isEmptied) db.notify(NOTIFY_GENERIC, "del", name);
  }
  reply.integer(count);
}

/** The ranks that a range covers. */
function ranksIn(set: SortedSetValue, range: SortedSetRange): RankRange {
  const handle = set.findIn(range);
  return handle === 0 ? { first: 0, count: 0 } : { first: set.rankOf(handle), count: set.countIn(range) };
}

function zremrangebyrank(context: Context, args: Args, reply: Reply): void {
  const ranks = readRanks(args, 2, reply);
  if (ranks === null) return;
  removeRange(context, args, reply, "zremrangebyrank", (set) => coveredRanks(...ranks, set.size));
}

function zremrangebyscore(context: Context, args: Args, reply: Reply): void {
  const range = readScoreRange(args, 2, 3, reply);
  if (range !== null) removeRange(context, args, reply, "zremrangebyscore", (set) => ranksIn(set, range));
}

function zremrangebylex(context: Context, args: Args, reply: Reply): void {
  const range = readLexRange(args, 2, 3, reply);
  if (range !== null) removeRange(context, args, reply, "zremrangebylex", (set) => ranksIn(set, range));
}

/** ZCOUNT, ZLEXCOUNT, ZREMRANGEBYRANK, ZREMRANGEBYSCORE, ZREMRANGEBYLEX. */
export const sortedSetCountCommands: CommandSpec[] = [
  {
    name: "zcount",
    group: "sorted-set",
    since: "2.0.0",
    summary: "Count the members in a sorted set with scores within the given values",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    arity: 4,
    flags: "readonly fast",
    acl: "sortedset",
    keys: [key(1, "RO access")],
    syntax: "key min:double max:double",
    run: zcount,
  },
  {
    name: "zlexcount",
    group: "sorted-set",
    since: "2.8.9",
    summary: "Count the number of members in a sorted set between a given lexicographical range",
    complexity: "O(log(N)) with N being the number of elements in the sorted set.",
    arity: 4,
    flags: "readonly fast",
    acl: "sortedset",
    keys: [key(1, "RO access")],
    syntax: "key min max",
    run: zlexcount,
  },
  {
    name: "zremrangebyrank",
    group: "sorted-set",
    since: "2.0.0",
    summary: "Remove all members in a sorted set within the given indexes",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.",
    arity: 4,
    flags: "write",
    acl: "sortedset",
    keys: [key(1, "RW delete")],
    syntax: "key start:integer stop:integer",
    run: zremrangebyrank,
  },
  {
    name: "zremrangebyscore",
    group: "sorted-set",
    since: "1.2.0",
    summary: "Remove all members in a sorted set within the given scores",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.",
    arity: 4,
    flags: "write",
    acl: "sortedset",
    keys: [key(1, "RW delete")],
    syntax: "key min:double max:double",
    run: zremrangebyscore,
  },
  {
    name: "zremrangebylex",
    group: "sorted-set",
    since: "2.8.9",
    summary: "Remove all members in a sorted set between the given lexicographical range",
    complexity:
      "O(log(N)+M) with N being the number of elements in the sorted set and M the number of elements removed by the operation.",
    arity: 4,
    flags: "write",
    acl: "sortedset",
    keys: [key(1, "RW delete")],
    syntax: "key min max",
    run: zremrangebylex,
  },
];
