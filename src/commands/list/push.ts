/**
 * LPUSH, RPUSH, LPUSHX and RPUSHX.
 */

import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { key } from "../../command/key_specs.ts";
import type { Reply } from "../../resp/reply.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { NOTIFY_LIST } from "../../store/keyspace_events.ts";
import { addList, type ListEnd, listOf } from "./list_keys.ts";

function push(context: Context, args: Args, reply: Reply, to: ListEnd, mustExist: boolean): void {
  const { db } = context;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY && mustExist) return reply.integer(0);
  const list = entry === NO_ENTRY ? addList(db, name) : listOf(db, entry, reply);
  if (list === null) return;
  const { count } = args;
  if (to === "left") {
    for (let index = 2; index < count; index++) list.pushHead(args.at(index));
  } else {
    for (let index = 2; index < count; index++) list.pushTail(args.at(index));
  }
  reply.integer(list.length);
  db.commit(name, NOTIFY_LIST, to === "left" ? "lpush" : "rpush", count - 2);
}

function lpush(context: Context, args: Args, reply: Reply): void {
  push(context, args, reply, "left", false);
}

function rpush(context: Context, args: Args, reply: Reply): void {
  push(context, args, reply, "right", false);
}

function lpushx(context: Context, args: Args, reply: Reply): void {
  push(context, args, reply, "left", true);
}

function rpushx(context: Context, args: Args, reply: Reply): void {
  push(context, args, reply, "right", true);
}

/** LPUSH, RPUSH, LPUSHX, RPUSHX. */
export const pushCommands: CommandSpec[] = [
  {
    name: "lpush",
    group: "list",
    since: "1.0.0",
    summary: "Prepend one or multiple elements to a list",
    complexity:
      "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    arity: -3,
    flags: "write denyoom fast",
    acl: "list",
    history: [["2.4.0", "Accepts multiple `element` arguments."]],
    keys: [key(1, "RW insert")],
    syntax: "key element...",
    run: lpush,
  },
  {
    name: "rpush",
    group: "list",
    since: "1.0.0",
    summary: "Append one or multiple elements to a list",
    complexity:
      "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    arity: -3,
    flags: "write denyoom fast",
    acl: "list",
    history: [["2.4.0", "Accepts multiple `element` arguments."]],
    keys: [key(1, "RW insert")],
    syntax: "key element...",
    run: rpush,
  },
  {
    name: "lpushx",
    group: "list",
    since: "2.2.0",
    summary: "Prepend an element to a list, only if the list exists",
    complexity:
      "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    arity: -3,
    flags: "write denyoom fast",
    acl: "list",
    history: [["4.0.0", "Accepts multiple `element` arguments."]],
    keys: [key(1, "RW insert")],
    syntax: "key element...",
    run: lpushx,
  },
  {
    name: "rpushx",
    group: "list",
    since: "2.2.0",
    summary: "Append an element to a list, only if the list exists",
    complexity:
      "O(1) for each element added, so O(N) to add N elements when the command is called with multiple arguments.",
    arity: -3,
    flags: "write denyoom fast",
    acl: "list",
    history: [["4.0.0", "Accepts multiple `element` arguments."]],
    keys: [key(1, "RW insert")],
    syntax: "key element...",
    run: rpushx,
  },
];
