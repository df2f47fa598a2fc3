/**
 * ZREM, ZCARD, ZSCORE, ZMSCORE, ZRANK and ZREVRANK: members one by one.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_GENERIC, NOTIFY_ZSET } from "../../store/keyspace_events.ts";
import { readSortedSet, replyNil, replyZero, sortedSetOf } from "./sorted_set_keys.ts";

function zrem({ db }: Context, args: Args, reply: Reply): void {
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.integer(0);
  const set = sortedSetOf(db, entry, reply);
  if (set === null) return;
  db.expectMember(set.table, args, 2);
  let removed = 0;
  for (let index = 2; index < args.count && set.size > 0; index++) {
    if (set.remove(args.at(index))) removed++;
  }
  if (removed > 0) {
    const isEmptied = set.size === 0;
    if (isEmptied) db.delete(name);
    db.notify(NOTIFY_ZSET, "zrem", name);
    if (isEmptied) db.notify(NOTIFY_GENERIC, "del", name);
    db.touch(name);
    db.store.stats.dirty += removed;
  }
  reply.integer(removed);
}

function zcard({ db }: Context, args: Args, reply: Reply): void {
  const set = readSortedSet(db, args.at(1), reply, replyZero);
  if (set !== null) reply.integer(set.size);
}

function zscore({ db }: Context, args: Args, reply: Reply): void {
  const set = readSortedSet(db, args.at(1), reply, replyNil);
  if (set === null) return;
  db.expectMember(set.table, args, 2);
  const handle = set.find(args.at(2));
  if (handle === 0) reply.nil();
  else reply.double(set.scoreOf(handle));
}

function zmscore({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  const set = entry === NO_ENTRY ? null : sortedSetOf(db, entry, reply);
  if (set === null && entry !== NO_ENTRY) return;
  reply.array(args.count - 2);
  for (let index = 2; index < args.count; index++) {
    const handle = set === null ? 0 : set.find(args.at(index));
    if (handle === 0) reply.nil();
    else reply.double(set!.scoreOf(handle));
  }
}

function replyRank({ db }: Context, args: Args, reply: Reply, isReverse: boolean): void {
  const set = readSortedSet(db, args.at(1), reply, replyNil);
  if (set === null) return;
  db.expectMember(set.table, args, 2);
  const handle = set.find(args.at(2));
  if (handle === 0) return reply.nil();
  const rank = set.rankOf(handle);
  reply.integer(isReverse ? set.size - 1 - rank : rank);
}

function zrank(context: Context, args: Args, reply: Reply): void {
  replyRank(context, args, reply, false);
}

function zrevrank(context: Context, args: Args, reply: Reply): void {
  replyRank(context, args, reply, true);
}

/** ZREM, ZCARD, ZSCORE, ZMSCORE, ZRANK, ZREVRANK. */
export const sortedSetMemberCommands: CommandSpec[] = [
  {
    name: "zrem",
    group: "sorted-set",
    since: "1.2.0",
    summary: "Remove one or more members from a sorted set",
    complexity:
      "O(M*log(N)) with N being the number of elements in the sorted set and M the number of elements to be removed.",
    briefUpTo: 3,
    arity: -3,
    flags: "write fast",
    acl: "sortedset",
    history: [["2.4.0", "Accepts multiple elements."]],
    keys: [key(1, "RW delete")],
    syntax: "key member...",
    run: zrem,
  },
  {
    name: "zcard",
    group: "sorted-set",
    since: "1.2.0",
    summary: "Get the number of members in a sorted set",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "sortedset",
    keys: [key(1, "RO")],
    syntax: "key",
    run: zcard,
  },
  {
    name: "zscore",
    group: "sorted-set",
    since: "1.2.0",
    summary: "Get the score associated with the given member in a sorted set",
    complexity: "O(1)",
    arity: 3,
    flags: "readonly fast",
    acl: "sortedset",
    keys: [key(1, "RO access")],
    syntax: "key member",
    run: zscore,
  },
  {
    name: "zmscore",
    group: "sorted-set",
    since: "6.2.0",
    summary: "Get the score associated with the given members in a sorted set",
    complexity: "O(N) where N is the number of members being requested.",
    arity: -3,
    flags: "readonly fast",
    acl: "sortedset",
    keys: [key(1, "RO access")],
    syntax: "key member...",
    run: zmscore,
  },
  {
    name: "zrank",
    group: "sorted-set",
    since: "2.0.0",
    summary: "Determine the index of a member in a sorted set",
    complexity: "O(log(N))",
    briefUpTo: 3,
    arity: 3,
    flags: "readonly fast",
    acl: "sortedset",
    keys: [key(1, "RO access")],
    syntax: "key member",
    run: zrank,
  },
  {
    name: "zrevrank",
    group: "sorted-set",
    since: "2.0.0",
    summary: "Determine the index of a member in a sorted set, with scores ordered from high to low",
    complexity: "O(log(N))",
    briefUpTo: 3,
    arity: 3,
    flags: "readonly fast",
    acl: "sortedset",
    keys: [key(1, "RO access")],
    syntax: "key member",
    run: zrevrank,
  },
];
