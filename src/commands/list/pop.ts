/**
 * LPOP, RPOP and LMPOP.
 */

import { lasting } from "../../bytes/lasting_slice.ts";
import { readPositiveInteger } from "../../command/arguments.ts";
import type { CommandSpec } from "../../command/command_spec.ts";
import type { Context } from "../../command/context.ts";
import { serveFirstOfKind } from "../../command/first_of_kind.ts";
import { key, keyCount } from "../../command/key_specs.ts";
import { type PopRequest, readPopRequest } from "../../command/pop_request.ts";
import type { Reply } from "../../resp/reply.ts";
import { wrongArity } from "../../resp/reply_errors.ts";
import type { Args } from "../../resp/request_batch.ts";
import { NO_ENTRY } from "../../store/entry_layout.ts";
import { ListpackEntry } from "../../values/listpack.ts";
import { commitPopped, type ListEnd, listEndOf, listOf, popRange } from "./list_keys.ts";

const element = lasting(new ListpackEntry());

function pop(context: Context, args: Args, reply: Reply, from: ListEnd): void {
  if (args.count === 3) return popSeveral(context, args, reply, from);
  if (args.count > 3) return reply.error(wrongArity(from === "left" ? "lpop" : "rpop"));
  const { db } = context;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.nil();
  const list = listOf(db, entry, reply);
  if (list === null) return;
  if (from === "left") list.popHead(element);
  else list.popTail(element);
  reply.bulkSlice(element);
  commitPopped(db, name, list, from, 1);
}

function popSeveral(context: Context, args: Args, reply: Reply, from: ListEnd): void {
  const { db } = context;
  const count = readPositiveInteger(args, 2, reply);
  if (count === null) return;
  const name = args.at(1);
  const entry = db.lookupWrite(name);
  if (entry === NO_ENTRY) return reply.nilArray();
  const list = listOf(db, entry, reply);
  if (list === null) return;
  if (count === 0) return reply.emptyArray();
  commitPopped(db, name, list, from, popRange(list, from, count, reply));
}

function lpop(context: Context, args: Args, reply: Reply): void {
  pop(context, args, reply, "left");
}

function rpop(context: Context, args: Args, reply: Reply): void {
  pop(context, args, reply, "right");
}

/** Pops from the first list that there is, and replies; false where there is none, and no reply yet. */
export function popFromFirst(context: Context, args: Args, reply: Reply, request: PopRequest<ListEnd>): boolean {
  const { db } = context;
  const { firstKey, keyCount, from, count } = request;
  return serveFirstOfKind({
    ...{ db, args, reply, firstKey, keyCount },
    kind: "list",
    serve(name, list) {
      reply.array(2);
      reply.bulkSlice(name);
      const taken = popRange(list, from, count, reply);
      commitPopped(db, name, list, from, taken);
      context.propagateAs([popName(from), name.view(), taken]);
    },
  });
}

/** The command that pops from an end without waiting, as it is propagated. */
export function popName(from: ListEnd): string {
  return from === "left" ? "LPOP" : "RPOP";
}

function lmpop(context: Context, args: Args, reply: Reply): void {
  const request = readPopRequest(args, 1, reply, listEndOf);
  if (request !== null && !popFromFirst(context, args, reply, request)) reply.nilArray();
}

/** LPOP, RPOP, LMPOP. */
export const popCommands: CommandSpec[] = [
  {
    name: "lpop",
    group: "list",
    since: "1.0.0",
    summary: "Remove and get the first elements in a list",
    complexity: "O(N) where N is the number of elements returned",
    briefUpTo: 2,
    arity: -2,
    flags: "write fast",
    acl: "list",
    history: [["6.2.0", "Added the `count` argument."]],
    keys: [key(1, "RW access delete")],
    syntax: "key [count:integer@6.2.0]",
    run: lpop,
  },
  {
    name: "rpop",
    group: "list",
    since: "1.0.0",
    summary: "Remove and get the last elements in a list",
    complexity: "O(N) where N is the number of elements returned",
    briefUpTo: 2,
    arity: -2,
    flags: "write fast",
    acl: "list",
    history: [["6.2.0", "Added the `count` argument."]],
    keys: [key(1, "RW access delete")],
    syntax: "key [count:integer@6.2.0]",
    run: rpop,
  },
  {
    name: "lmpop",
    group: "list",
    since: "7.0.0",
    summary: "Pop elements from a list",
    complexity: "O(N+M) where N is the number of provided keys and M is the number of elements returned.",
    arity: -4,
    flags: "write",
    acl: "list",
    keys: [keyCount(1, "RW access delete")],
    syntax: "numkeys:integer key... where<LEFT | RIGHT> [COUNT count:integer]",
    run: lmpop,
  },
];
