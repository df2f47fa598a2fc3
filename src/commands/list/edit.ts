/**
 * LSET, LINSERT, LREM and LTRIM: changes in the middle of a list.
 */

import { ascii, equalsIgnoreCase } from "../../bytes/ascii.ts";
import { readClampedInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import { INDEX_OUT_OF_RANGE, NO_SUCH_KEY, SYNTAX_ERROR } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_LIST } from "../../store/keyspace_events.ts";
import { deleteEmptied, listOf } from "./list_keys.ts";

const BEFORE = ascii("before");
const AFTER = ascii("after");

function lset(context: Context, args: Args, reply: Reply): void {
  const { db } = context;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.error(NO_SUCH_KEY);
  const list = listOf(db, entry, reply);
  if (list === null) return;
  const index = readClampedInteger(args, 2, reply);
  if (index === null) return;
  if (!list.setAt(index, args.at(3))) return reply.error(INDEX_OUT_OF_RANGE);
  reply.ok();
  db.commit(name, NOTIFY_LIST, "lset");
}

function linsert(context: Context, args: Args, reply: Reply): void {
  const { db } = context;
  const where = args.at(2);
  const isAfter = equalsIgnoreCase(where, AFTER);
  if (!isAfter && !equalsIgnoreCase(where, BEFORE)) return reply.error(SYNTAX_ERROR);
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.integer(0);
  const list = listOf(db, entry, reply);
  if (list === null) return;
  if (!list.insert(args.at(3), args.at(4), isAfter)) return reply.integer(-1);
  db.commit(name, NOTIFY_LIST, "linsert");
  reply.integer(list.length);
}

function lrem(context: Context, args: Args, reply: Reply): void {
  const { db } = context;
  const count = readClampedInteger(args, 2, reply);
  if (count === null) return;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.integer(0);
  const list = listOf(db, entry, reply);
  if (list === null) return;
  const removed = list.remove(args.at(3), count);
  if (removed > 0) db.commit(name, NOTIFY_LIST, "lrem", removed);
  if (list.length === 0) deleteEmptied(db, name);
  reply.integer(removed);
}

function ltrim(context: Context, args: Args, reply: Reply): void {
  const { db } = context;
  const start = readClampedInteger(args, 2, reply);
  if (start === null) return;
  const stop = readClampedInteger(args, 3, reply);
  if (stop === null) return;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.ok();
  const list = listOf(db, entry, reply);
  if (list === null) return;
  const { length } = list;
  const first = start < 0 ? Math.max(0, length + start) : start;
  const last = Math.min(stop < 0 ? length + stop : stop, length - 1);
  const kept = Math.max(0, last - first + 1);
  if (kept > 0) list.trim(first, last);
  db.notify(NOTIFY_LIST, "ltrim", name);
  // The elements of a list that goes away are freed with it, in the background if there are many.
  if (kept === 0) deleteEmptied(db, name);
  db.touch(name);
  db.store.stats.dirty += length - kept;
  reply.ok();
}

/** LSET, LINSERT, LREM, LTRIM. */
export const listEditCommands: CommandSpec[] = [
  {
    name: "lset",
    group: "list",
    since: "1.0.0",
    summary: "Set the value of an element in a list by its index",
    complexity:
      "O(N) where N is the length of the list. Setting either the first or the last element of the list is O(1).",
    arity: 4,
    flags: "write denyoom",
    acl: "list",
    keys: [key(1, "RW update")],
    syntax: "key index:integer element",
    run: lset,
  },
  {
    name: "linsert",
    group: "list",
    since: "2.2.0",
    summary: "Insert an element before or after another element in a list",
    complexity:
      "O(N) where N is the number of elements to traverse before seeing the value pivot. This means that inserting somewhere on the left end on the list (head) can be considered O(1) and inserting somewhere on the right end (tail) is O(N).",
    arity: 5,
    flags: "write denyoom",
    acl: "list",
    keys: [key(1, "RW insert")],
    syntax: "key where<BEFORE | AFTER> pivot element",
    run: linsert,
  },
  {
    name: "lrem",
    group: "list",
    since: "1.0.0",
    summary: "Remove elements from a list",
    complexity: "O(N+M) where N is the length of the list and M is the number of elements removed.",
    arity: 4,
    flags: "write",
    acl: "list",
    keys: [key(1, "RW delete")],
    syntax: "key count:integer element",
    run: lrem,
  },
  {
    name: "ltrim",
    group: "list",
    since: "1.0.0",
    summary: "Trim a list to the specified range",
    complexity: "O(N) where N is the number of elements to be removed by the operation.",
    arity: 4,
    flags: "write",
    acl: "list",
    keys: [key(1, "RW delete")],
    syntax: "key start:integer stop:integer",
    run: ltrim,
  },
];
