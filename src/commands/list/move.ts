/**
 * LMOVE and RPOPLPUSH.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import type { Slice } from "../../bytes/slice.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import type { Database } from "../../store/database.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_LIST } from "../../store/keyspace_events.ts";
import type { ListValue } from "../../values/list_value.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import { addList, type ListEnd, listOf, notifyPopped, readListEnd } from "./list_keys.ts";

const element = lasting(new ListpackEntry());

/** Where an element goes. */
export interface Destination {
  readonly key: Slice;
  readonly from: ListEnd;
  readonly to: ListEnd;
}

/**
 * Moves an element from `source`, the list at `key`, replies with it and tells who listens; false after the error reply
 * for a destination that is no list. As in Redis the destination alone counts as modified.
 */
export function moveElement(
  db: Database,
  key: Slice,
  source: ListValue,
  destination: Destination,
  reply: Reply,
): boolean {
  const { from, to } = destination;
  const entry = db.lookupWrite(destination.key);
  // Found before the pop: a wrong destination costs nothing. It is added after it.
  const found = entry === NO_ENTRY ? null : listOf(db, entry, reply);
  if (found === null && entry !== NO_ENTRY) return false;
  if (from === "left") source.popHead(element);
  else source.popTail(element);
  const target = found ?? addList(db, destination.key);
  db.touch(destination.key);
  if (to === "left") target.pushHead(element);
  else target.pushTail(element);
  db.notify(NOTIFY_LIST, to === "left" ? "lpush" : "rpush", destination.key);
  reply.bulkSlice(element);
  notifyPopped(db, key, source, from);
  return true;
}

/** Moves an element as a command does; true if one was moved. */
export function moveByCommand(context: Context, args: Args, reply: Reply, from: ListEnd, to: ListEnd): boolean {
  const { db } = context;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) {
    reply.nil();
    return false;
  }
  const source = listOf(db, entry, reply);
  if (source === null || !moveElement(db, name, source, { key: args.at(2), from, to }, reply)) return false;
  db.touch(name);
  db.store.stats.dirty++;
  return true;
}

function lmove(context: Context, args: Args, reply: Reply): void {
  const from = readListEnd(args, 3, reply);
  if (from === null) return;
  const to = readListEnd(args, 4, reply);
  if (to !== null) moveByCommand(context, args, reply, from, to);
}

function rpoplpush(context: Context, args: Args, reply: Reply): void {
  moveByCommand(context, args, reply, "right", "left");
}

/** LMOVE, RPOPLPUSH. */
export const listMoveCommands: CommandSpec[] = [
  {
    name: "lmove",
    group: "list",
    since: "6.2.0",
    summary: "Pop an element from a list, push it to another list and return it",
    complexity: "O(1)",
    arity: 5,
    flags: "write denyoom",
    acl: "list",
    keys: [key(1, "RW access delete"), key(2, "RW insert")],
    syntax: "source:key destination:key#1 wherefrom<LEFT | RIGHT> whereto<LEFT | RIGHT>",
    run: lmove,
  },
  {
    name: "rpoplpush",
    group: "list",
    since: "1.2.0",
    summary: "Remove the last element in a list, prepend it to another list and return it",
    complexity: "O(1)",
    arity: 3,
    flags: "write denyoom",
    acl: "list",
    docFlags: "deprecated",
    deprecatedSince: "6.2.0",
    replacedBy: "`LMOVE` with the `RIGHT` and `LEFT` arguments",
    keys: [key(1, "RW access delete"), key(2, "RW insert")],
    syntax: "source:key destination:key#1",
    run: rpoplpush,
  },
];
