/**
 * SADD, SREM, SMOVE, SISMEMBER, SMISMEMBER and SCARD: members one by one.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { IntegerCell } from "../../config/integer_cell.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_SET } from "../../store/keyspace_events.ts";
import type { Services } from "../services.ts";
import { addSet, deleteEmptied, setOf } from "./set_keys.ts";

function sadd(context: Context, args: Args, reply: Reply, maxIntsetEntries: IntegerCell): void {
  const { db } = context;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  const set = entry === NO_ENTRY ? addSet(db, name) : setOf(db, entry, reply);
  if (set === null) return;
  db.expectMember(set.table, args, 2);
  const limit = maxIntsetEntries.value;
  let added = 0;
  for (let index = 2; index < args.count; index++) {
    if (set.add(args.at(index), limit)) added++;
  }
  if (added > 0) db.commit(name, NOTIFY_SET, "sadd", added);
  reply.integer(added);
}

function srem(context: Context, args: Args, reply: Reply): void {
  const { db } = context;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.integer(0);
  const set = setOf(db, entry, reply);
  if (set === null) return;
  db.expectMember(set.table, args, 2);
  let removed = 0;
  for (let index = 2; index < args.count && set.size > 0; index++) {
    if (set.remove(args.at(index))) removed++;
  }
  if (removed > 0) {
    db.commit(name, NOTIFY_SET, "srem", removed);
    if (set.size === 0) deleteEmptied(db, name);
  }
  reply.integer(removed);
}

function smove(context: Context, args: Args, reply: Reply, maxIntsetEntries: IntegerCell): void {
  const { db } = context;
  const { stats } = db.store;
  const sourceName = args.at(1);
  const targetName = args.at(2);
  const member = args.at(3);
  const sourceEntry = db.lookupWrite(sourceName);
  if (sourceEntry === NO_ENTRY) {
    // As in Redis the destination counts as used all the same.
    db.lookupWrite(targetName);
    return reply.integer(0);
  }
  const source = setOf(db, sourceEntry, reply);
  // The entry of the source may be gone after this; its value is not.
  const targetEntry = db.lookupWrite(targetName);
  if (source === null) return;
  const found = targetEntry === NO_ENTRY ? null : setOf(db, targetEntry, reply);
  if (found === null && targetEntry !== NO_ENTRY) return;
  if (source === found) return reply.integer(source.has(member) ? 1 : 0);
  if (!source.remove(member)) return reply.integer(0);
  db.notify(NOTIFY_SET, "srem", sourceName);
  if (source.size === 0) deleteEmptied(db, sourceName);
  const target = found ?? addSet(db, targetName);
  db.touch(sourceName);
  stats.dirty++;
  if (target.add(member, maxIntsetEntries.value)) db.commit(targetName, NOTIFY_SET, "sadd");
  reply.integer(1);
}

function sismember({ db }: Context, args: Args, reply: Reply): void {
  const entry = db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(0);
  const set = setOf(db, entry, reply);
  if (set === null) return;
  db.expectMember(set.table, args, 2);
  reply.integer(set.has(args.at(2)) ? 1 : 0);
}

function smismember(context: Context, args: Args, reply: Reply): void {
  const entry = context.db.lookupRead(args.at(1));
  const set = entry === NO_ENTRY ? null : setOf(context.db, entry, reply);
  if (set === null && entry !== NO_ENTRY) return;
  reply.array(args.count - 2);
  for (let index = 2; index < args.count; index++) reply.integer(set !== null && set.has(args.at(index)) ? 1 : 0);
}

function scard(context: Context, args: Args, reply: Reply): void {
  const entry = context.db.lookupRead(args.at(1));
  if (entry === NO_ENTRY) return reply.integer(0);
  const set = setOf(context.db, entry, reply);
  if (set !== null) reply.integer(set.size);
}

/** SADD, SREM, SMOVE, SISMEMBER, SMISMEMBER, SCARD. */
export function memberCommands({ config }: Services): CommandSpec[] {
  const maxIntsetEntries = config.integer("set-max-intset-entries");
  return [
    {
      name: "sadd",
      group: "set",
      since: "1.0.0",
      summary: "Add one or more members to a set",
      complexity:
        "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
      arity: -3,
      flags: "write denyoom fast",
      acl: "set",
      history: [["2.4.0", "Accepts multiple `member` arguments."]],
      keys: [key(1, "RW insert")],
      syntax: "key member...",
      run: (context, args, reply) => sadd(context, args, reply, maxIntsetEntries),
    },
    {
      name: "smove",
      group: "set",
      since: "1.0.0",
      summary: "Move a member from one set to another",
      complexity: "O(1)",
      arity: 4,
      flags: "write fast",
      acl: "set",
      keys: [key(1, "RW access delete"), key(2, "RW insert")],
      syntax: "source:key destination:key#1 member",
      run: (context, args, reply) => smove(context, args, reply, maxIntsetEntries),
    },
    ...PLAIN_COMMANDS,
  ];
}

/** Those that need nothing of the server. */
const PLAIN_COMMANDS: CommandSpec[] = [
  {
    name: "srem",
    group: "set",
    since: "1.0.0",
    summary: "Remove one or more members from a set",
    complexity: "O(N) where N is the number of members to be removed.",
    arity: -3,
    flags: "write fast",
    acl: "set",
    history: [["2.4.0", "Accepts multiple `member` arguments."]],
    keys: [key(1, "RW delete")],
    syntax: "key member...",
    run: srem,
  },
  {
    name: "sismember",
    group: "set",
    since: "1.0.0",
    summary: "Determine if a given value is a member of a set",
    complexity: "O(1)",
    arity: 3,
    flags: "readonly fast",
    acl: "set",
    keys: [key(1, "RO")],
    syntax: "key member",
    run: sismember,
  },
  {
    name: "smismember",
    group: "set",
    since: "6.2.0",
    summary: "Returns the membership associated with the given elements for a set",
    complexity: "O(N) where N is the number of elements being checked for membership",
    arity: -3,
    flags: "readonly fast",
    acl: "set",
    keys: [key(1, "RO access")],
    syntax: "key member...",
    run: smismember,
  },
  {
    name: "scard",
    group: "set",
    since: "1.0.0",
    summary: "Get the number of members in a set",
    complexity: "O(1)",
    arity: 2,
    flags: "readonly fast",
    acl: "set",
    keys: [key(1, "RO")],
    syntax: "key",
    run: scard,
  },
];
